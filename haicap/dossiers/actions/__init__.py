"""All writes to dossiers, one function per verb, each one transaction."""

from haicap.dossiers.actions.codes import code_ahead
from haicap.dossiers.actions.deciding import (
    approve,
    draft_result,
    number_and_issue,
    return_draft,
    submit_approval,
)
from haicap.dossiers.actions.dispatch import make_move
from haicap.dossiers.actions.drafts import discard_draft, save_draft, start_draft
from haicap.dossiers.actions.moving import Conflict
from haicap.dossiers.actions.once import once
from haicap.dossiers.actions.processing import (
    ask_supplement,
    assign,
    assignable,
    check_supplement,
    confirm_receipt,
    receive_supplement,
    send_back,
)
from haicap.dossiers.actions.reception import (
    accept,
    ask_before,
    receive_at_counter,
    refuse_intake,
    reroute,
    return_result,
    settle_fee,
    transfer,
)
from haicap.dossiers.actions.submitting import cancel, complete, hand_in, submit
from haicap.dossiers.actions.tracking import look_up, wrong_try

__all__ = [
    "Conflict",
    "accept",
    "approve",
    "ask_before",
    "ask_supplement",
    "assign",
    "assignable",
    "cancel",
    "check_supplement",
    "code_ahead",
    "complete",
    "confirm_receipt",
    "discard_draft",
    "draft_result",
    "hand_in",
    "look_up",
    "make_move",
    "number_and_issue",
    "once",
    "receive_at_counter",
    "receive_supplement",
    "refuse_intake",
    "reroute",
    "return_draft",
    "return_result",
    "save_draft",
    "send_back",
    "settle_fee",
    "start_draft",
    "submit",
    "submit_approval",
    "transfer",
    "wrong_try",
]
