"""All writes to dossiers, one function per verb, each one transaction."""

from haicap.dossiers.actions.apologising import apologise
from haicap.dossiers.actions.codes import code_ahead
from haicap.dossiers.actions.consulting import (
    consult,
    open_questions,
    reply_consult,
    withdraw_consult,
)
from haicap.dossiers.actions.correcting import correct_result
from haicap.dossiers.actions.deciding import (
    approve,
    draft_result,
    number_and_issue,
    return_draft,
    submit_approval,
)
from haicap.dossiers.actions.digest import send_digest
from haicap.dossiers.actions.dispatch import make_move
from haicap.dossiers.actions.drafts import discard_draft, save_draft, start_draft
from haicap.dossiers.actions.ending import archive, expire, stop
from haicap.dossiers.actions.finance import confirm_finance, request_finance
from haicap.dossiers.actions.handing_on import hand_on
from haicap.dossiers.actions.money import settle_fee
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
    transfer,
)
from haicap.dossiers.actions.refusing import refuse_settle
from haicap.dossiers.actions.sending import send_result
from haicap.dossiers.actions.submitting import cancel, complete, hand_in, submit
from haicap.dossiers.actions.tracking import look_up, wrong_try
from haicap.dossiers.actions.undoing import opened, rollback
from haicap.dossiers.actions.watching import expire_supplements, remind_supplements
from haicap.dossiers.actions.withdrawing import decide_withdraw, request_withdraw

__all__ = [
    "Conflict",
    "accept",
    "apologise",
    "approve",
    "archive",
    "ask_before",
    "ask_supplement",
    "assign",
    "assignable",
    "cancel",
    "check_supplement",
    "code_ahead",
    "complete",
    "confirm_finance",
    "confirm_receipt",
    "consult",
    "correct_result",
    "decide_withdraw",
    "discard_draft",
    "draft_result",
    "expire",
    "expire_supplements",
    "hand_in",
    "hand_on",
    "look_up",
    "make_move",
    "number_and_issue",
    "once",
    "open_questions",
    "opened",
    "receive_at_counter",
    "receive_supplement",
    "refuse_intake",
    "refuse_settle",
    "remind_supplements",
    "reply_consult",
    "request_finance",
    "request_withdraw",
    "reroute",
    "return_draft",
    "return_result",
    "rollback",
    "save_draft",
    "send_back",
    "send_digest",
    "send_result",
    "settle_fee",
    "start_draft",
    "stop",
    "submit",
    "submit_approval",
    "transfer",
    "withdraw_consult",
    "wrong_try",
]
