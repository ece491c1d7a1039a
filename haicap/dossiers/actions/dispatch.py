"""Any move by its API name: one place where a name becomes a verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from haicap.dossiers.actions import (
    apologising,
    consulting,
    correcting,
    deciding,
    ending,
    finance,
    handing_on,
    money,
    processing,
    reception,
    refusing,
    sending,
    submitting,
    undoing,
    withdrawing,
)
from haicap.dossiers.models import Dossier
from haicap.kernel.actor import Actor

VERBS: Final[Mapping[str, Callable[..., Dossier]]] = {
    "submit": submitting.submit,
    "accept": reception.accept,
    "ask_before": reception.ask_before,
    "complete": submitting.complete,
    "refuse_intake": reception.refuse_intake,
    "cancel": submitting.cancel,
    "transfer": reception.transfer,
    "confirm_receipt": processing.confirm_receipt,
    "send_back": processing.send_back,
    "assign": processing.assign,
    "ask_supplement": processing.ask_supplement,
    "receive_supplement": processing.receive_supplement,
    "check_supplement": processing.check_supplement,
    "draft_result": deciding.draft_result,
    "submit_approval": deciding.submit_approval,
    "return_draft": deciding.return_draft,
    "approve": deciding.approve,
    "number_and_issue": deciding.number_and_issue,
    "return_result": reception.return_result,
    "send_result": sending.send_result,
    "reroute": reception.reroute,
    "settle_fee": money.settle_fee,
    "consult": consulting.consult,
    "reply_consult": consulting.reply_consult,
    "withdraw_consult": consulting.withdraw_consult,
    "request_finance": finance.request_finance,
    "confirm_finance": finance.confirm_finance,
    "refuse_settle": refusing.refuse_settle,
    "stop": ending.stop,
    "expire": ending.expire,
    "archive": ending.archive,
    "request_withdraw": withdrawing.request_withdraw,
    "decide_withdraw": withdrawing.decide_withdraw,
    "apologise": apologising.apologise,
    "correct_result": correcting.correct_result,
    "rollback": undoing.rollback,
    "hand_on": handing_on.hand_on,
}


def make_move(
    *,
    dossier_id: int,
    move: str,
    values: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The verb of this name with its `values`; see the verb for what it needs and refuses."""
    return VERBS[move](
        dossier_id=dossier_id,
        seen_version=seen_version,
        by=by,
        at=at,
        recorded_at=recorded_at,
        **(values or {}),
    )
