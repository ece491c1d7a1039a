"""Legal states and moves of a dossier (domain.md 1.5 and 1.11). Names of moves are API words and
stay for ever.

The order of desks inside IN_PROCESS is data of the catalogue, walked by tasks; it is no state.
"Overdue" is no
state either, but computed from times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from haicap.kernel.flow import PREVIOUS, Flow, Move

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class State(models.TextChoices):
    """Sub-states of the ten national ones."""

    DRAFT = "DRAFT", _("Lưu nháp")
    SUBMITTED = "SUBMITTED", _("Chờ tiếp nhận")
    PRE_SUPP = "PRE_SUPP", _("Yêu cầu hoàn thiện trước tiếp nhận")
    INTAKE_REFUSED = "INTAKE_REFUSED", _("Không tiếp nhận")
    CANCELLED = "CANCELLED", _("Đã hủy trước tiếp nhận")
    RECEIVED = "RECEIVED", _("Đã tiếp nhận")
    TRANSFERRED = "TRANSFERRED", _("Đã chuyển, chờ nhận")
    IN_PROCESS = "IN_PROCESS", _("Đang thụ lý")
    SUPP_REQ = "SUPP_REQ", _("Yêu cầu bổ sung")
    SUPP_DONE = "SUPP_DONE", _("Đã bổ sung, chờ kiểm tra")
    CONSULTING = "CONSULTING", _("Chờ ý kiến phối hợp")
    FIN_DUTY = "FIN_DUTY", _("Chờ nghĩa vụ tài chính")
    SUBMIT_APPROVAL = "SUBMIT_APPROVAL", _("Trình lãnh đạo")
    APPROVED = "APPROVED", _("Đã duyệt")
    ISSUED = "ISSUED", _("Đã phát hành, chờ trả")
    RETURNED = "RETURNED", _("Đã trả kết quả")
    REFUSED = "REFUSED", _("Không giải quyết, có văn bản")
    WITHDRAW_REQ = "WITHDRAW_REQ", _("Đề nghị rút hồ sơ")
    WITHDRAWN = "WITHDRAWN", _("Đã rút hồ sơ")
    STOPPED = "STOPPED", _("Dừng giải quyết")
    EXPIRED = "EXPIRED", _("Hết hạn bổ sung")
    CORRECTING = "CORRECTING", _("Đính chính kết quả")
    ARCHIVED = "ARCHIVED", _("Đã lưu")


S = State
# Received and not decided yet: what may still be withdrawn, stopped or handed on.
UNDECIDED = (
    S.RECEIVED, S.TRANSFERRED, S.IN_PROCESS, S.CONSULTING, S.SUPP_REQ, S.SUPP_DONE, S.FIN_DUTY,
)  # fmt: skip

FLOW = Flow(
    Move("submit", (S.DRAFT,), S.SUBMITTED),
    Move("accept", (S.SUBMITTED,), S.RECEIVED),
    Move("ask_before", (S.SUBMITTED,), S.PRE_SUPP),
    Move("complete", (S.PRE_SUPP,), S.SUBMITTED),
    Move("refuse_intake", (S.SUBMITTED, S.PRE_SUPP), S.INTAKE_REFUSED),
    Move("cancel", (S.SUBMITTED, S.PRE_SUPP), S.CANCELLED),
    Move("transfer", (S.RECEIVED,), S.TRANSFERRED),
    Move("confirm_receipt", (S.TRANSFERRED,), S.IN_PROCESS),
    Move("send_back", (S.TRANSFERRED,), S.RECEIVED),
    Move("assign", (S.IN_PROCESS,), S.IN_PROCESS),
    Move("ask_supplement", (S.IN_PROCESS,), S.SUPP_REQ),
    Move("receive_supplement", (S.SUPP_REQ,), S.SUPP_DONE),
    Move("check_supplement", (S.SUPP_DONE,), S.IN_PROCESS),
    # CONSULTING as long as a reply that must come is missing; one that need not holds nobody up.
    Move("consult", (S.IN_PROCESS, S.CONSULTING), S.CONSULTING, (S.IN_PROCESS,)),
    Move("reply_consult", (S.CONSULTING, S.IN_PROCESS), S.IN_PROCESS, (S.CONSULTING,)),
    Move("withdraw_consult", (S.CONSULTING, S.IN_PROCESS), S.IN_PROCESS, (S.CONSULTING,)),
    Move("request_finance", (S.IN_PROCESS,), S.FIN_DUTY),
    Move("confirm_finance", (S.FIN_DUTY,), S.IN_PROCESS),
    Move("draft_result", (S.IN_PROCESS, S.CORRECTING), PREVIOUS),
    # From SUBMIT_APPROVAL: the head of division passes the frozen draft on to the leader.
    Move("submit_approval", (S.IN_PROCESS, S.CORRECTING, S.SUBMIT_APPROVAL), S.SUBMIT_APPROVAL),
    Move("refuse_settle", (S.IN_PROCESS,), S.SUBMIT_APPROVAL),
    Move("return_draft", (S.SUBMIT_APPROVAL,), S.IN_PROCESS, (S.CORRECTING,)),
    Move("approve", (S.SUBMIT_APPROVAL,), S.APPROVED),
    Move("number_and_issue", (S.APPROVED,), S.ISSUED, (S.REFUSED,)),
    Move("return_result", (S.ISSUED, S.REFUSED), S.RETURNED),
    Move("correct_result", (S.ISSUED, S.RETURNED), S.CORRECTING),
    Move("stop", UNDECIDED, S.STOPPED),
    Move("expire", (S.PRE_SUPP, S.SUPP_REQ), S.EXPIRED),
    Move("request_withdraw", (*UNDECIDED, S.SUBMIT_APPROVAL, S.APPROVED), S.WITHDRAW_REQ),
    Move("decide_withdraw", (S.WITHDRAW_REQ,), S.WITHDRAWN, (PREVIOUS,)),
    Move("archive", (S.RETURNED, S.REFUSED, S.WITHDRAWN, S.STOPPED, S.EXPIRED), S.ARCHIVED),
    # One's own last step taken back, while nobody has opened the next.
    Move("rollback", (S.TRANSFERRED, S.IN_PROCESS, S.SUBMIT_APPROVAL, S.APPROVED), PREVIOUS),
    # Moves that leave the state as it is: who decides, who holds it, the promise, the money.
    Move("reroute", (S.SUBMITTED, S.PRE_SUPP, S.RECEIVED), PREVIOUS),
    Move("hand_on", UNDECIDED, PREVIOUS),
    Move("send_result", (S.ISSUED, S.REFUSED), PREVIOUS),
    Move(
        "apologise",
        (
            S.RECEIVED, S.TRANSFERRED, S.IN_PROCESS, S.CONSULTING, S.SUPP_DONE, S.SUBMIT_APPROVAL,
            S.APPROVED,
        ),
        PREVIOUS,
    ),
    Move(
        "settle_fee",
        (
            *UNDECIDED, S.SUBMIT_APPROVAL, S.APPROVED, S.ISSUED, S.REFUSED,
        ),
        PREVIOUS,
    ),
)  # fmt: skip

# What a button says; the journal and the API keep the names above.
MOVE_WORDS: dict[str, StrPromise] = {
    "submit": _("Nộp hồ sơ"),
    "accept": _("Tiếp nhận"),
    "ask_before": _("Yêu cầu hoàn thiện"),
    "complete": _("Nộp phần hoàn thiện"),
    "refuse_intake": _("Không tiếp nhận"),
    "cancel": _("Hủy hồ sơ"),
    "transfer": _("Chuyển hồ sơ"),
    "confirm_receipt": _("Xác nhận đã nhận"),
    "send_back": _("Trả lại nơi chuyển"),
    "assign": _("Phân công"),
    "ask_supplement": _("Yêu cầu bổ sung"),
    "receive_supplement": _("Nộp phần bổ sung"),
    "check_supplement": _("Đã kiểm tra phần bổ sung"),
    "draft_result": _("Dự thảo kết quả"),
    "submit_approval": _("Trình duyệt"),
    "return_draft": _("Trả lại dự thảo"),
    "approve": _("Duyệt"),
    "number_and_issue": _("Cấp số và phát hành"),
    "return_result": _("Trả kết quả"),
    "reroute": _("Chọn cơ quan giải quyết"),
    "settle_fee": _("Thu phí, lệ phí"),
    "consult": _("Lấy ý kiến phối hợp"),
    "reply_consult": _("Trả lời ý kiến"),
    "withdraw_consult": _("Rút câu hỏi lấy ý kiến"),
    "request_finance": _("Yêu cầu nghĩa vụ tài chính"),
    "confirm_finance": _("Xác nhận đã nộp"),
    "refuse_settle": _("Trình văn bản không giải quyết"),
    "correct_result": _("Đính chính kết quả"),
    "stop": _("Dừng giải quyết"),
    "expire": _("Kết thúc vì hết hạn bổ sung"),
    "request_withdraw": _("Đề nghị rút hồ sơ"),
    "decide_withdraw": _("Quyết định việc rút hồ sơ"),
    "archive": _("Nộp lưu"),
    "rollback": _("Thu hồi bước vừa làm"),
    "hand_on": _("Bàn giao cho cơ quan khác"),
    "send_result": _("Chuyển kết quả đến quầy khác"),
    "apologise": _("Xin lỗi và hẹn lại"),
}

# Over: no clock runs and it lies on nobody's desk. What was returned may still be corrected, and
# what is over is archived.
FINAL = (
    S.INTAKE_REFUSED, S.CANCELLED, S.RETURNED, S.WITHDRAWN, S.STOPPED, S.EXPIRED, S.ARCHIVED,
)  # fmt: skip
# The result, or the paper that refuses one, is out.
OUT = (S.ISSUED, S.RETURNED, S.REFUSED, S.ARCHIVED)
# Somebody has work to do: the partial indexes of the worklists are cut to these.
OPEN = tuple(state for state in State if state not in FINAL and state is not S.DRAFT)
# The national status (trạng thái hồ sơ 1..10) of each state; DRAFT is not sent.
NATIONAL: dict[str, int | None] = {
    S.DRAFT: None,
    S.SUBMITTED: 1,
    S.PRE_SUPP: 5,
    S.INTAKE_REFUSED: 3,
    S.CANCELLED: 3,
    S.RECEIVED: 2,
    S.TRANSFERRED: 4,
    S.IN_PROCESS: 4,
    S.SUPP_REQ: 5,
    S.SUPP_DONE: 4,
    S.SUBMIT_APPROVAL: 4,
    S.APPROVED: 4,
    S.ISSUED: 9,
    S.RETURNED: 10,
    S.CONSULTING: 4,
    S.FIN_DUTY: 6,
    S.REFUSED: 8,
    S.WITHDRAW_REQ: 7,
    S.WITHDRAWN: 8,
    S.STOPPED: 8,
    S.EXPIRED: 8,
    S.CORRECTING: 4,
    S.ARCHIVED: 10,
}


def national_of(state: str, ended_as: str = "") -> int | None:
    """The national status. What ended without a result stays 8 when its paper is handed over and
    when it is archived: no 10 without a 9 (annex E, 8).
    """
    over = state in (State.RETURNED, State.ARCHIVED)
    return NATIONAL[ended_as if over and ended_as else state]


NATIONAL_WORDS: dict[int, StrPromise] = {
    1: _("Mới đăng ký"),
    2: _("Được tiếp nhận"),
    3: _("Không được tiếp nhận"),
    4: _("Đang xử lý"),
    5: _("Yêu cầu bổ sung giấy tờ"),
    6: _("Yêu cầu thực hiện nghĩa vụ tài chính"),
    7: _("Công dân yêu cầu rút hồ sơ"),
    8: _("Dừng xử lý"),
    9: _("Đã xử lý xong"),
    10: _("Đã trả kết quả"),
}
