"""Gateways of payment: a registry. A gateway starts an order, is asked about it, and gives notices.

It is slow and may lie: it is called with no transaction open and keeps to its time; what it tells
is believed only under its signature (HMAC-SHA256 over the very bytes, with a secret of the two).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from haicap.kernel import clock
from haicap.kernel.errors import Missing, Refusal

SECONDS: Final = 8.0
SUCCESS, REVERSED = "success", "reversed"
_TIME: Final = "%Y%m%d%H%M%S"
LARGEST: Final = 9_999_999_999_999


class GatewayDown(Refusal):
    """The gateway did not answer: nothing is lost, the same order may be sent again."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _(
                "Cổng thanh toán chưa trả lời. Chưa có khoản tiền nào bị trừ ở đây; xin thử lại sau"
                " ít phút, hoặc chuyển khoản theo mã QR, hoặc nộp tại quầy."
            )
        )


class NotBelieved(Exception):
    """The notice is not signed by the gateway, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order: what is to be paid, with the fields of the national gateway in `details`."""

    number: str
    code: str
    label: str
    amount: int
    lines: tuple[Mapping[str, Any], ...]
    details: Mapping[str, Any]
    return_url: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a notice says. `number` is our order's, `transaction` the gateway's own id."""

    number: str
    label: str
    transaction: str
    amount: int
    status: str
    said_at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the gateway knows of an order when it is asked."""

    pay_url: str
    said: tuple[Said, ...] = ()


class Gateway(Protocol):
    """One gateway. `start` and `query` raise OSError when there is no answer in time."""

    @property
    def title(self) -> str:
        """As people know it."""

    def start(self, wanted: Wanted) -> str:
        """The address where the payer pays. The same order again is the same payment."""

    def query(self, number: str) -> Known | None:
        """What it knows of an order; None: it never came."""

    def read(self, body: bytes, signature: str) -> Said:
        """What a notice says. NotBelieved."""


_gateways: dict[str, Gateway] = {}


def register_gateway(name: str, gateway: Gateway) -> None:
    """Make a gateway known under the name that stands in settings.PAYMENT_GATEWAY."""
    _gateways[name] = gateway


def open_gateway() -> str:
    """The name of the gateway payers are offered here; empty when there is none."""
    name: str = settings.PAYMENT_GATEWAY
    return name if name in _gateways else ""


def gateway(name: str) -> Gateway:
    """A gateway by its name. Missing when it is not installed."""
    found = _gateways.get(name)
    if found is None:
        raise Missing(_("Không có cổng thanh toán này."))
    return found


def titles() -> dict[str, str]:
    """The gateways there are, as people know them."""
    return {name: one.title for name, one in sorted(_gateways.items())}


# --- the national gateway's way of writing --------------------------------------------------------


def signature_of(body: bytes, *, secret: str) -> str:
    """HMAC-SHA256 of the very bytes, as hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def written(said: Said) -> bytes:
    """A notice as its sender writes it."""
    return json.dumps(
        {
            "MaThamChieu": said.number,
            "MaHoSo": said.label,
            "MaGiaoDich": said.transaction,
            "SoTien": said.amount,
            "TrangThai": said.status,
            "ThoiGianGD": f"{clock.local(said.said_at):{_TIME}}",
            "NoiDungThanhToan": said.text,
        },
        ensure_ascii=False,
        sort_keys=True,
    ).encode()


def read_signed(body: bytes, signature: str, *, secret: str) -> Said:
    """What a signed notice says. NotBelieved when a byte or the signature is not right."""
    right = signature_of(body, secret=secret)
    if not secret or not hmac.compare_digest(right.encode(), signature.strip().lower().encode()):
        raise NotBelieved("the signature does not fit the bytes")
    try:
        told = json.loads(body)
        amount = told["SoTien"]
        moment = datetime.strptime(told["ThoiGianGD"], _TIME).replace(tzinfo=clock.VIETNAM)
        said = Said(
            number=str(told.get("MaThamChieu", ""))[:60],
            label=str(told.get("MaHoSo", ""))[:60],
            transaction=str(told["MaGiaoDich"])[:100],
            amount=amount,
            status=str(told["TrangThai"]),
            said_at=moment,
            text=str(told.get("NoiDungThanhToan", ""))[:500],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise NotBelieved("the notice cannot be read") from error
    whole = isinstance(amount, int) and not isinstance(amount, bool)
    if not whole or not 0 < amount <= LARGEST or said.status not in (SUCCESS, REVERSED):
        raise NotBelieved("the notice says what cannot be")
    if not said.transaction or "\x00" in said.transaction + said.text + said.label + said.number:
        raise NotBelieved("the notice names no transaction")
    return said


# --- what an order to the national gateway carries ------------------------------------------------


def national_order(
    *,
    number: str,
    label: str,
    amount: int,
    lines: tuple[Mapping[str, Any], ...],
    procedure: tuple[str, str],
    agency: tuple[str, str],
    account: Mapping[str, str],
    payer: Mapping[str, str],
) -> dict[str, Any]:
    """The fields of a payment request to the national gateway (contract of the session API)."""
    return {
        "MaTraCuuTT": number,
        "MaTTHC": procedure[0],
        "TenTTHC": procedure[1],
        "MaDonVi": agency[0],
        "TenDonVi": agency[1],
        "MaHoSo": label,
        "PhiLePhi": [
            {
                "LoaiPhiLePhi": "1",
                "MaPhiLePhi": f"{place:02d}",
                "TenPhiLePhi": str(line.get("name_vi", "")),
                "SoTien": str(line.get("amount", 0)),
            }
            for place, line in enumerate(lines, start=1)
            if line.get("amount")
        ],
        "TKThuHuong": account.get("number", ""),
        "MaNHThuHuong": account.get("bank_bin", ""),
        "TenTKThuHuong": account.get("holder", ""),
        "NoiDungThanhToan": number,
        "HoTenNguoiNop": payer.get("name", ""),
        "SoCMNDNguoiNop": payer.get("number", ""),
        "DiaChiNguoiNop": payer.get("address", ""),
        "DSKhoanNop": [{"NoiDung": label, "SoTien": str(amount)}],
    }
