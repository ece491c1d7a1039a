"""A bank's statement as CSV: columns by their Vietnamese or English names, amounts and days as
banks write them. Pure. A line whose money went out, or that has no transaction, is left out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.utils.translation import gettext as _

from haicap.kernel import clock
from haicap.kernel.errors import Invalid
from haicap.kernel.vietnamese import fold_accents

MOST_LINES: Final = 20_000
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "transaction": ("ma giao dich", "so giao dich", "so but toan", "transaction", "reference"),
    "amount": ("so tien", "ghi co", "co", "amount", "credit"),
    "at": ("thoi gian", "ngay giao dich", "ngay", "time", "date"),
    "text": ("noi dung", "dien giai", "description", "details"),
}
_DAYS: Final = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Credit:
    """One line: money that came in."""

    transaction: str
    amount: int
    at: datetime
    text: str


def read(raw: bytes) -> list[Credit]:
    """The credits of a statement, in its order. Invalid with the line that cannot be read."""
    rows = list(_rows(raw))
    if len(rows) > MOST_LINES + 1:
        raise Invalid({"file": _("Sao kê dài quá %(n)s dòng.") % {"n": MOST_LINES}})
    place = _columns(rows[0]) if rows else {}
    if not {"transaction", "amount", "at", "text"} <= place.keys():
        raise Invalid(
            {"file": _("Sao kê cần bốn cột: mã giao dịch, thời gian, số tiền (ghi có), nội dung.")}
        )
    found = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: (row[at] if at < len(row) else "").strip() for name, at in place.items()}
        if not any(cells.values()) or not cells["amount"]:
            continue
        try:
            credit = Credit(
                transaction=cells["transaction"][:100],
                amount=_amount(cells["amount"]),
                at=_moment(cells["at"]),
                text=cells["text"][:500],
            )
        except ValueError as error:
            raise Invalid(
                {"file": _("Dòng %(n)s của sao kê không đọc được.") % {"n": number}}
            ) from error
        if credit.amount > 0:
            found.append(credit)
    return found


def _rows(raw: bytes) -> Iterator[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid({"file": _("Tệp sao kê phải là CSV, chữ UTF-8.")}) from error
    if "\x00" in text:
        raise Invalid({"file": _("Tệp sao kê phải là CSV, chữ UTF-8.")})
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=separator)
    except csv.Error as error:
        raise Invalid({"file": _("Tệp sao kê phải là CSV, chữ UTF-8.")}) from error


def _columns(head: list[str]) -> dict[str, int]:
    names = [fold_accents(cell).lower().strip() for cell in head]
    found = {}
    for column, known in _NAMES.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None:
            found[column] = place
    return found


def _amount(text: str) -> int:
    """8.000, 8,000, +8000 and 8000.00 are all eight thousand; nothing else is guessed."""
    plain = text.replace(" ", "").replace("đ", "").replace("VND", "").lstrip("+")
    plain = re.sub(r"[.,]00?$", "", plain)
    negative = plain.startswith("-")
    if not re.fullmatch(r"\d+|\d{1,3}([.,]\d{3})+", plain.lstrip("-")):
        raise ValueError(text)
    amount = int(re.sub(r"[.,]", "", plain.lstrip("-")))
    return -amount if negative else amount


def _moment(text: str) -> datetime:
    for shape in _DAYS:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=clock.VIETNAM)
        except ValueError:
            continue
    raise ValueError(text)


def name_of(credit: Credit) -> str:
    """The transaction's id; a line without one goes by what it says, so that it counts once."""
    if credit.transaction:
        return credit.transaction
    said = f"{credit.at.isoformat()}|{credit.amount}|{credit.text}"
    return "dong-" + hashlib.sha256(said.encode()).hexdigest()[:24]


def midnight(day: date) -> datetime:
    """The beginning of a day in Vietnam."""
    return datetime.combine(day, time(), tzinfo=clock.VIETNAM)
