"""VietQR: the text of a payment code after EMVCo (QR Code Specification for Payment Systems,
Merchant-Presented Mode) with NAPAS' tag 38, and its picture. Pure.
"""

from __future__ import annotations

import binascii
import io
import re
from dataclasses import dataclass
from typing import Final

import segno

NAPAS: Final = "A000000727"
TO_ACCOUNT: Final = "QRIBFTTA"
DONG: Final = "704"
LONGEST_TEXT: Final = 25
LARGEST: Final = 9_999_999_999_999  # thirteen digits: tag 54
_TEXT: Final = re.compile(r"[A-Za-z0-9 .-]{1,25}")
_ACCOUNT: Final = re.compile(r"[0-9A-Za-z]{3,19}")


@dataclass(frozen=True, slots=True)
class Paid:
    """What a VietQR text says. `amount` None: the payer writes it (a static code)."""

    bank_bin: str
    number: str
    amount: int | None = None
    text: str = ""


class NotVietQR(ValueError):
    """The text is none, or its check sum does not hold."""


def payload(paid: Paid) -> str:
    """The text behind the picture: dynamic (12) with an amount, static (11) without."""
    if not re.fullmatch(r"[0-9]{6}", paid.bank_bin) or not _ACCOUNT.fullmatch(paid.number):
        raise NotVietQR("a bank has six digits, an account at most 19 letters and digits")
    if paid.amount is not None and not 0 < paid.amount <= LARGEST:
        raise NotVietQR("an amount is a whole number of đồng above nothing")
    if paid.text and not _TEXT.fullmatch(paid.text):
        raise NotVietQR("a text has at most 25 plain letters, digits, points and hyphens")
    account = _tlv("00", paid.bank_bin) + _tlv("01", paid.number)
    merchant = _tlv("00", NAPAS) + _tlv("01", account) + _tlv("02", TO_ACCOUNT)
    body = (
        _tlv("00", "01")
        + _tlv("01", "11" if paid.amount is None else "12")
        + _tlv("38", merchant)
        + _tlv("53", DONG)
        + (_tlv("54", str(paid.amount)) if paid.amount is not None else "")
        + _tlv("58", "VN")
        + (_tlv("62", _tlv("08", paid.text)) if paid.text else "")
        + "6304"
    )
    return body + check(body)


def check(text: str) -> str:
    """CRC-16/CCITT-FALSE (0x1021 from 0xFFFF) over everything up to and with "6304", as hex."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def read(text: str) -> Paid:
    """What a VietQR text says. NotVietQR when it is none or was changed."""
    if not text.isascii() or len(text) < 8 or text[-8:-4] != "6304":
        raise NotVietQR("no check sum at the end")
    if check(text[:-4]) != text[-4:].upper():
        raise NotVietQR("the check sum does not hold")
    fields = _fields(text[:-8])
    merchant = _fields(fields.get("38", ""))
    account = _fields(merchant.get("01", ""))
    if merchant.get("00") != NAPAS or fields.get("53") != DONG or not account.get("01"):
        raise NotVietQR("not a transfer to an account in đồng")
    amount = fields.get("54", "")
    if amount and not amount.isdigit():
        raise NotVietQR("an amount is a whole number of đồng")
    more = _fields(fields.get("62", ""))
    return Paid(
        bank_bin=account.get("00", ""),
        number=account["01"],
        amount=int(amount) if amount else None,
        text=more.get("08", ""),
    )


def picture(text: str, *, title: str = "") -> str:
    """The code as an SVG that a page may hold: no style, no script; error correction M (NAPAS)."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, border=4, title=title or None,
        omitsize=True, svgclass="vietqr", lineclass=None, dark="#000", light="#fff",
    )  # fmt: skip
    return drawn.getvalue().decode()


def _tlv(tag: str, value: str) -> str:
    if len(value) > 99:
        raise NotVietQR(f"field {tag} is too long")
    return f"{tag}{len(value):02d}{value}"


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, size = text[at : at + 2], text[at + 2 : at + 4]
        if len(size) < 2 or not size.isdigit() or at + 4 + int(size) > len(text):
            raise NotVietQR("broken off")
        found[tag] = text[at + 4 : at + 4 + int(size)]
        at += 4 + int(size)
    return found
