"""Form 01, the receipt (giấy tiếp nhận hồ sơ và hẹn trả kết quả): data in, PDF bytes out.

Fields as in the forms of TT 03/2025 (content TT 01/2018). Pure: no database, no clock; equal data
gives equal bytes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from haicap.dossiers import press

LAYOUT = "receipt.typ"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper handed in, counted by kind of copy."""

    name: str
    originals: int = 0
    certified: int = 0
    photocopies: int = 0
    electronic: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptData:
    """Everything that stands on the receipt, in the words it is printed with.

    `superior` and `agency` are the lines of the letterhead; `reception` is where it was received;
    `owner` stays empty when the applicant is the owner; `track_url` is the address behind the
    second QR code. Times are aware.
    """

    code: str
    superior: str
    agency: str
    reception: str
    place: str
    made_at: datetime
    applicant: str
    address: str
    request: str
    papers: tuple[PaperLine, ...]
    time_words: str
    received_at: datetime
    due_at: datetime
    result_way: str
    volume: int
    ordinal: int
    track_url: str
    id_number: str = ""
    phone: str = ""
    email: str = ""
    owner: str = ""
    owner_address: str = ""
    procedure_code: str = ""
    sets: int = 1
    fee_words: str = "Không thu phí, lệ phí"
    copy: str = "Giao người nộp hồ sơ"
    receiver: str = ""
    is_electronic: bool = False
    lookup_phone: str = ""
    notes: tuple[str, ...] = ()


def render_receipt(data: ReceiptData) -> bytes:
    """Form 01 as PDF/A-2a. The text of people is set as it is, never read as markup."""
    return press.print_paper(
        LAYOUT,
        data=_printed(data),
        at=data.made_at,
        pictures={
            "barcode": press.barcode_svg(data.code),
            "qr_code": press.qr_svg(data.code),
            "qr_link": press.qr_svg(data.track_url),
        },
    )


def _printed(data: ReceiptData) -> dict[str, Any]:
    printed = asdict(data)
    for name in ("made_at", "received_at", "due_at"):
        printed[name] = press.moment_parts(getattr(data, name))
    printed["papers"] = [
        {
            "name": line.name,
            "originals": _count(line.originals),
            "certified": _count(line.certified),
            "photocopies": _count(line.photocopies),
            "electronic": _count(line.electronic),
        }
        for line in data.papers
    ]
    # Over the place of the signature only a name fits; a declared name may be as long as a page.
    printed["applicant_short"] = press.shortened(data.applicant, 60)
    printed["receiver"] = press.shortened(data.receiver, 60)
    printed["receiver_note"] = (
        "(Bản điện tử do hệ thống lập)" if data.is_electronic else "(Ký và ghi rõ họ tên)"
    )
    printed["notes"] = list(data.notes or _standing_notes(data))
    printed["volume"], printed["ordinal"] = str(data.volume), str(data.ordinal)
    return printed


def _standing_notes(data: ReceiptData) -> list[str]:
    notes = [
        "Khi đến nhận kết quả, xin mang theo giấy này và giấy tờ tùy thân; người nhận thay mang"
        " thêm giấy ủy quyền.",
        "Tra cứu tình trạng hồ sơ bằng mã QR bên phải hoặc tại địa chỉ: " + data.track_url,
    ]
    if data.lookup_phone:
        notes.append("Điện thoại hỏi đáp: " + data.lookup_phone)
    return notes


def _count(number: int) -> str:
    return f"{number:02d}" if number else ""
