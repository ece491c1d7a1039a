"""What a random life of a dossier does: which moves may come next, and with which values.

The caller brings the people and the dice; the verbs decide. See invariants.py for what must hold
after every step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from haicap.dossiers import access, actions
from haicap.dossiers.models import Dossier, FinanceDuty
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of

# Ends that would cut most lives short: drawn one time in ten.
RARE: Final = frozenset(
    {"cancel", "refuse_intake", "stop", "decide_withdraw", "refuse_settle", "archive"}
)
_ASKED: Final = {
    "items": [{"paper": "", "fault": "Thiếu chữ ký", "todo": "Ký rồi nộp lại"}],
    "reason": "Chưa đủ căn cứ",
    "basis": "Điều 8",
}
_WHY: Final = {"reason": "Theo quy định", "basis": "Điều 9"}
VALUES: Final[Mapping[str, Mapping[str, Any]]] = {
    "ask_before": _ASKED,
    "ask_supplement": {**_ASKED, "again": "Giấy đã nộp bị mờ"},
    "refuse_intake": _WHY,
    "cancel": {"reason": "Người nộp xin thôi"},
    "send_back": {"reason": "Không phải việc của phòng"},
    "return_draft": {"reason": "Sửa lại"},
    "settle_fee": {"how": "waived", "reason": "Hộ nghèo"},
    "reply_consult": {"answer": "Không có ý kiến khác", "stance": "agree"},
    "withdraw_consult": {"reason": "Đã đủ căn cứ"},
    "request_finance": {"amount": 1_200_000, "purpose": "Lệ phí trước bạ", "basis": "Điều 10"},
    "refuse_settle": _WHY,
    "stop": _WHY,
    "request_withdraw": {"reason": "Không cần nữa"},
    "correct_result": {"error_kind": "typing", **_WHY},
    "apologise": {"reason_code": "internal", "reason": "Cần thêm thời gian xác minh"},
}


def choices(
    people: Mapping[str, Actor], dossier: Dossier, *, rare: Callable[[], bool]
) -> list[tuple[str, str]]:
    """Who may make which move now; rare ends only when `rare` says so."""
    desks = access.desks_of(dossier)
    return [
        (who, move)
        for who, by in people.items()
        for move in access.legal_moves(by, dossier, desks=desks)
        if move not in RARE or rare()
    ]


def values_for(
    move: str,
    dossier: Dossier,
    *,
    units: Sequence[str],
    agencies: Sequence[str],
    pick: Any,
    at: datetime,
) -> dict[str, Any]:
    """Values for a move. `units` may be asked, `agencies` may decide (codes); `pick(options)`
    chooses one.
    """
    values = dict(VALUES.get(move, {}))
    match move:
        case "assign":
            people = actions.assignable(dossier, at=at)
            values["staff_id"] = pick([one.staff_id for one in people]) if people else 0
        case "reroute" | "hand_on":
            values |= {"agency_code": pick(agencies), "reason": "Đúng thẩm quyền"}
        case "consult":
            asked = {"agency_code": pick(units), "question": "Xin cho ý kiến"}
            values["questions"] = [{**asked, "mandatory": pick([True, True, False])}]
        case "reply_consult" | "withdraw_consult":
            values["consultation_id"] = pick([q.pk for q in actions.open_questions(dossier)])
        case "confirm_finance":
            owed = FinanceDuty.objects.filter(dossier=dossier).latest("id").amount
            values |= {"paid": pick([owed, owed - 1000, owed + 500]), "receipt": "CT-1"}
        case "decide_withdraw":
            values |= {"agree": pick([True, False]), "reason": "Đã xem xét"}
        case "apologise":
            due = day_of(dossier.due_at) if dossier.due_at is not None else day_of(at)
            values["new_due"] = due + timedelta(days=pick([1, 5, 20]))
        case "return_result":
            values["how"] = pick(["counter", "electronic"])
    return values
