"""Legal states and moves of a dossier (domain.md 1.5 and 1.11). Names of moves are API words and
stay for ever.

The order of desks inside IN_PROCESS is data of the catalogue, walked by tasks; it is no state.
"Overdue" is no
state either, but computed from times.
"""

from __future__ import annotations

from django.db import models

from haicap.kernel.flow import Flow, Move


class State(models.TextChoices):
    """Sub-states of the ten national ones."""

    DRAFT = "DRAFT", "Lưu nháp"
    SUBMITTED = "SUBMITTED", "Chờ tiếp nhận"
    PRE_SUPP = "PRE_SUPP", "Yêu cầu hoàn thiện trước tiếp nhận"
    INTAKE_REFUSED = "INTAKE_REFUSED", "Không tiếp nhận"
    CANCELLED = "CANCELLED", "Đã hủy trước tiếp nhận"
    RECEIVED = "RECEIVED", "Đã tiếp nhận"
    TRANSFERRED = "TRANSFERRED", "Đã chuyển, chờ nhận"
    IN_PROCESS = "IN_PROCESS", "Đang thụ lý"
    SUPP_REQ = "SUPP_REQ", "Yêu cầu bổ sung"
    SUPP_DONE = "SUPP_DONE", "Đã bổ sung, chờ kiểm tra"
    SUBMIT_APPROVAL = "SUBMIT_APPROVAL", "Trình lãnh đạo"
    APPROVED = "APPROVED", "Đã duyệt"
    ISSUED = "ISSUED", "Đã phát hành, chờ trả"
    RETURNED = "RETURNED", "Đã trả kết quả"


S = State

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
    Move("submit_approval", (S.IN_PROCESS,), S.SUBMIT_APPROVAL),
    Move("return_draft", (S.SUBMIT_APPROVAL,), S.IN_PROCESS),
    Move("approve", (S.SUBMIT_APPROVAL,), S.APPROVED),
    Move("number_and_issue", (S.APPROVED,), S.ISSUED),
    Move("return_result", (S.ISSUED,), S.RETURNED),
)

# After these nothing more moves, and no clock runs.
FINAL = (S.INTAKE_REFUSED, S.CANCELLED, S.RETURNED)
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
}
NATIONAL_WORDS: dict[int, str] = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
