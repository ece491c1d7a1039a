"""Which forms there are: number, name, whose they are, in which book they are numbered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CIRCULAR: Final = "Thông tư số 03/2025/TT-VPCP"


class Form(StrEnum):
    """The number of a form (mẫu số) by TT 03/2025/TT-VPCP, annex I."""

    RECEIPT = "01"
    REQUEST = "02"
    REFUSAL = "03"
    APOLOGY = "04"
    STOP = "05"
    CONTROL = "06"
    REGISTER = "07"


@dataclass(frozen=True, slots=True)
class Kind:
    """What holds for every paper of a form.

    `name` is the form's own name, as the circular writes it; `file` begins the name of its file;
    `book` is its book in the registers and `symbol` stands behind its number (both empty: the form
    is not numbered by itself); `slot` is where it lies among the files of a dossier.
    """

    name: str
    file: str
    book: str
    symbol: str
    slot: str
    for_citizens: bool = True


# The symbols of 01 and 02 are those of TT 01/2018; of the others no source is known (giả định).
KINDS: Final[dict[Form, Kind]] = {
    Form.RECEIPT: Kind(
        "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Giấy tiếp nhận", "reception", "TNHS", "receipt"
    ),
    Form.REQUEST: Kind(
        "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "Phiếu yêu cầu bổ sung", "guidance", "HDHS",
        "slip:request",
    ),
    Form.REFUSAL: Kind(
        "Phiếu từ chối tiếp nhận giải quyết hồ sơ", "Phiếu từ chối", "refusal", "TCHS",
        "slip:refusal",
    ),
    Form.APOLOGY: Kind(
        "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết", "Văn bản xin lỗi", "apology",
        "XLHS", "slip:apology",
    ),
    Form.STOP: Kind(
        "Thông báo dừng giải quyết hồ sơ", "Thông báo dừng giải quyết", "stop", "TB-DHS",
        "slip:stop",
    ),
    Form.CONTROL: Kind(
        "Phiếu kiểm soát quá trình giải quyết hồ sơ", "Phiếu kiểm soát", "", "", "slip:control",
        for_citizens=False,
    ),
    Form.REGISTER: Kind("Sổ theo dõi hồ sơ", "Sổ theo dõi", "", "", "", for_citizens=False),
}  # fmt: skip
# The receipt in two copies, as the counter prints it; beside the citizen's own.
BOTH_COPIES: Final = "receipt:both"


def form_of(slot: str) -> Form | None:
    """The form that lies in a slot of a dossier's files; None: no form of these."""
    if slot == BOTH_COPIES:
        return Form.RECEIPT
    begins = ":".join(slot.split(":")[:2])
    return next((form for form, kind in KINDS.items() if kind.slot and kind.slot == begins), None)


def is_for_citizens(slot: str) -> bool:
    """Whether the people on the dossier read what lies in this slot."""
    form = form_of(slot)
    return slot != BOTH_COPIES and (form is None or KINDS[form].for_citizens)
