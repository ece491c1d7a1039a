"""Who may make which move on which dossier, and with which duty.

Rights hang on the dossier's agencies and on the desks it lies or lay on, never on its state:
whoever comes second is told that the move is no longer legal (409), not that it is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.dossiers.flow import FLOW, State
from haicap.dossiers.models import Dossier, Handing, Task
from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.errors import Missing, NotAllowed


class NotYours(Missing):
    """The dossier does not exist for this person."""


class NotYourMove(NotAllowed):
    """The person may see the dossier but not do this."""


CONSULT: Final = "consult"  # the step of a consulted unit's task


class Where(StrEnum):
    """At which of the dossier's agencies a duty must be held."""

    RECEIVING = "receiving"  # the counter that received it, or is to
    COMPETENT = "competent"  # the agency that decides
    DESK = "desk"  # the agency of the last desk of this duty
    CONSULTED = "consulted"  # a unit that was asked and has not replied
    ANYWHERE = "anywhere"  # the actor's own agency, whatever it is


@dataclass(frozen=True, slots=True)
class Charge:
    """One duty at one place that allows a move."""

    duty: Duty
    where: Where


_COUNTER: Final = (Charge(Duty.RECEIVE, Where.RECEIVING),)
# The counter where a result lies: the one that received the dossier, until it is sent on.
_HOLDING: Final = (Charge(Duty.RECEIVE, Where.DESK),)
_HANDLING: Final = (Charge(Duty.HANDLE, Where.DESK), Charge(Duty.HEAD, Where.DESK))
_COORDINATING: Final = (
    Charge(Duty.COORDINATE, Where.DESK),
    Charge(Duty.COORDINATE, Where.RECEIVING),
)
_ABOVE: Final = (Charge(Duty.HEAD, Where.DESK), Charge(Duty.DECIDE, Where.COMPETENT))

# The duties of staff for each move; any one of them is enough.
CHARGES: Final[Mapping[str, tuple[Charge, ...]]] = {
    "submit": (Charge(Duty.RECEIVE, Where.ANYWHERE),),
    "accept": _COUNTER,
    "ask_before": _COUNTER,
    "complete": _COUNTER,
    "refuse_intake": _COUNTER,
    "cancel": _COUNTER,
    "transfer": _COUNTER,
    "confirm_receipt": _HANDLING,
    "send_back": _HANDLING,
    "assign": (Charge(Duty.HEAD, Where.DESK),),
    "ask_supplement": _HANDLING,
    "receive_supplement": _COUNTER,
    "check_supplement": _HANDLING,
    "draft_result": _HANDLING,
    "submit_approval": _HANDLING,
    "return_draft": (Charge(Duty.DECIDE, Where.COMPETENT), Charge(Duty.HEAD, Where.DESK)),
    "approve": (Charge(Duty.DECIDE, Where.COMPETENT),),
    "number_and_issue": (Charge(Duty.ISSUE, Where.COMPETENT),),
    "return_result": _HOLDING,
    "send_result": _HOLDING,
    "reroute": _COORDINATING,
    "settle_fee": _COUNTER,
    "consult": _HANDLING,
    "reply_consult": (
        Charge(Duty.HANDLE, Where.CONSULTED),
        Charge(Duty.HEAD, Where.CONSULTED),
        Charge(Duty.DECIDE, Where.CONSULTED),
    ),
    "withdraw_consult": _HANDLING,
    "request_finance": _HANDLING,
    "confirm_finance": (*_COUNTER, *_HANDLING),
    "refuse_settle": _HANDLING,
    "stop": _ABOVE,
    "expire": (),  # the platform's alone: the day passes, and everybody is told
    "request_withdraw": _COUNTER,
    "decide_withdraw": _ABOVE,
    "apologise": _ABOVE,
    "correct_result": (*_HANDLING, Charge(Duty.DECIDE, Where.COMPETENT)),
    "archive": (*_HANDLING, *_COUNTER),
    "rollback": (*_HANDLING, *_COUNTER, Charge(Duty.DECIDE, Where.COMPETENT)),
    "hand_on": (*_COORDINATING, *_ABOVE),
}

# What a citizen does with a dossier of their own. An electronic result they take themselves.
OF_CITIZENS: Final = frozenset(
    {"submit", "complete", "cancel", "receive_supplement", "return_result", "request_withdraw"}
)
# Moves made by whom the desk was given to, or by their head; `assign` gives it to somebody.
OF_THE_ASSIGNED: Final = frozenset(
    {
        "ask_supplement", "check_supplement", "draft_result", "submit_approval", "consult",
        "withdraw_consult", "request_finance", "refuse_settle",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desks:
    """Where the dossier lies and lay: the agency last charged with each duty; the lead task."""

    agencies: Mapping[str, int]
    lead: Task | None
    waiting: Task | None = None  # the desk that has not confirmed the receipt yet
    asked: tuple[Task, ...] = ()  # units that were consulted and have not replied


def desks_of(dossier: Dossier) -> Desks:
    """The desks of a dossier: one statement."""
    return desks_among(Task.objects.filter(dossier=dossier).order_by("created_at", "id"))


def desks_among(tasks: Iterable[Task]) -> Desks:
    """The desks by all tasks of a dossier, oldest first."""
    agencies: dict[str, int] = {}
    lead = waiting = None
    asked: list[Task] = []
    for task in tasks:
        if task.step == CONSULT:
            if task.done_at is None:
                asked.append(task)
            continue
        if task.role == "lead":
            agencies[task.duty] = task.agency_id
        if task.step == "confirm":  # heads and specialists alike may take it in
            agencies[Duty.HANDLE] = agencies[Duty.HEAD] = task.agency_id
            waiting = task if task.done_at is None else None
        if task.role == "lead" and task.done_at is None:
            lead = task
    if Duty.HANDLE in agencies:  # the head over a specialist's desk, also where no route names one
        agencies.setdefault(Duty.HEAD, agencies[Duty.HANDLE])
    return Desks(agencies=agencies, lead=lead, waiting=waiting, asked=tuple(asked))


def permitted(
    by: Actor, move: str, dossier: Dossier, *, desks: Desks | None = None
) -> Actor | None:
    """`by` with the duty (and delegation) this move is made with; None when it is not theirs."""
    if by.kind is ActorKind.SYSTEM:
        return by
    if by.kind is ActorKind.CITIZEN:
        return by if move in OF_CITIZENS and _citizen_may(by, move, dossier) else None
    if by.kind is not ActorKind.STAFF:
        return None
    at_desks = desks
    for charge in _charges(move, desks):
        if charge.where in (Where.DESK, Where.CONSULTED) and at_desks is None:
            at_desks = desks_of(dossier)
        for agency in _agencies(charge, by, dossier, at_desks):
            grant = by.grant_for(charge.duty, agency=agency, procedure=dossier.procedure.code)
            if grant is not None and not _given_to_another(by, move, charge, at_desks):
                return by.acting(grant)
    return None


def _charges(move: str, desks: Desks | None) -> list[Charge]:
    """The charges of a move; of several duties held the one of the desk it lies on is used."""
    lead = desks.lead.duty if desks is not None and desks.lead is not None else ""
    return sorted(CHARGES[move], key=lambda charge: charge.duty != lead)


def _agencies(charge: Charge, by: Actor, dossier: Dossier, desks: Desks | None) -> list[int]:
    """Where the duty must be held: any one of these agencies."""
    found: list[int | None] = []
    match charge.where:
        case Where.RECEIVING:
            found = [dossier.receiving_agency_id]
        case Where.COMPETENT:
            found = [dossier.competent_agency_id]
        case Where.ANYWHERE:
            found = [by.agency]
        case Where.DESK:
            found = [desks.agencies.get(charge.duty) if desks is not None else None]
        case Where.CONSULTED:
            found = [task.agency_id for task in desks.asked] if desks is not None else []
    return [agency for agency in found if agency is not None]


def _citizen_may(by: Actor, move: str, dossier: Dossier) -> bool:
    if by.person is None:
        return False
    named = {dossier.applicant_id, dossier.owner_id, dossier.representative_id}
    if move == "submit":
        return dossier.applicant_id == by.person
    if move == "return_result" and dossier.wants_result != Handing.ELECTRONIC:
        return False
    return by.person in named


def _given_to_another(by: Actor, move: str, charge: Charge, desks: Desks | None) -> bool:
    lead = desks.lead if desks is not None else None
    return (
        move in OF_THE_ASSIGNED
        and charge.duty is Duty.HANDLE
        and lead is not None
        and lead.duty == Duty.HANDLE
        and lead.staff_id is not None
        and lead.staff_id != by.person
    )


def may(by: Actor, move: str, dossier: Dossier, *, desks: Desks | None = None) -> bool:
    """Whether the move is this person's to make; whether it is legal now is the flow's question."""
    return permitted(by, move, dossier, desks=desks) is not None


def require(by: Actor, move: str, dossier: Dossier, *, desks: Desks | None = None) -> Actor:
    """`permitted`, or NotYourMove; NotYours when the dossier does not exist for this person."""
    acting = permitted(by, move, dossier, desks=desks)
    if acting is not None:
        return acting
    if not sees(by, dossier):
        raise NotYours(_("Không tìm thấy hồ sơ này."))
    lead = desks.lead if desks is not None else None
    if by.is_staff and lead is not None and _given_to_another_only(by, move, dossier, desks):
        raise NotYourMove(_("Hồ sơ này đã được phân công cho người khác thụ lý."))
    raise NotYourMove(
        _("Việc này không thuộc nhiệm vụ của ông/bà với hồ sơ này.")
        if by.is_staff
        else _("Ông/bà không tự làm được việc này với hồ sơ này.")
    )


def _given_to_another_only(by: Actor, move: str, dossier: Dossier, desks: Desks | None) -> bool:
    if desks is None or move not in OF_THE_ASSIGNED:
        return False
    agency = desks.agencies.get(Duty.HANDLE)
    return (
        agency is not None
        and by.grant_for(Duty.HANDLE, agency=agency, procedure=dossier.procedure.code) is not None
    )


def require_submitting(by: Actor, *, procedure: str) -> None:
    """NotYourMove unless `by` may hand in a dossier of this procedure: citizens, and counters."""
    citizen = by.is_citizen and by.person is not None
    counter = (
        by.is_staff
        and by.agency is not None
        and by.grant_for(Duty.RECEIVE, agency=by.agency, procedure=procedure)
    )
    if not (citizen or counter or by.kind is ActorKind.SYSTEM):
        raise NotYourMove(_("Vị trí của ông/bà chưa được giao việc tiếp nhận hồ sơ."))


def sees(by: Actor, dossier: Dossier) -> bool:
    """Whether the dossier exists for this person."""
    return Dossier.objects.seen_by(by).filter(pk=dossier.pk).exists()


def legal_moves(by: Actor, dossier: Dossier, *, desks: Desks | None = None) -> tuple[str, ...]:
    """Moves that are legal now and this person's: what buttons show and what the API names."""
    at_desks = desks or desks_of(dossier)
    return tuple(
        move
        for move in FLOW.open_moves(dossier.state)
        if may(by, move, dossier, desks=at_desks) and fits(by, move, dossier, at_desks)
    )


def fits(by: Actor, move: str, dossier: Dossier, desks: Desks) -> bool:
    """Whether the desks stand so that the move makes sense now, beyond the state."""
    if move == "submit_approval" and dossier.state == State.SUBMIT_APPROVAL:
        return _on_desk(desks, Duty.HEAD) and _holds_lead(by, dossier, desks)
    if move == "return_draft":
        return _holds_lead(by, dossier, desks)
    if move in ("reply_consult", "withdraw_consult"):
        return bool(desks.asked)
    if move == "apologise":
        return dossier.apologised_at is None and dossier.completed_at is None
    if move == "request_withdraw":  # not from a correction on its way: the result is out
        return dossier.completed_at is None
    if move == "rollback":
        return undoable(by, dossier, desks) is not None
    if move == "approve":
        return _on_desk(desks, Duty.DECIDE)
    if move == "accept":
        return dossier.competent_agency_id is not None
    if move == "settle_fee":
        return dossier.money in ("due", "partial")
    if move == "return_result":
        return dossier.money not in ("due", "partial")
    return True


# Steps that may be taken back, until the next desk has opened the dossier.
ROLLBACKABLE: Final = frozenset(
    {"transfer", "submit_approval", "refuse_settle", "return_draft", "approve"}
)


def undoable(by: Actor, dossier: Dossier, desks: Desks) -> audit.Happening | None:
    """The last move of a dossier, when it is this person's own to take back; else None.

    Own, one that may be taken back at all, and nobody at the next desk has opened it.
    """
    following = desks.waiting or desks.lead
    if not by.is_staff or following is None or following.opened_at is not None:
        return None
    moves = [entry for entry in audit.history_of(dossier.ref) if "to_state" in entry.facts]
    if not moves:
        return None
    last = moves[-1]
    own = last.actor_kind == by.kind and last.person == by.person
    return last if own and last.facts["move"] in ROLLBACKABLE else None


def _on_desk(desks: Desks, duty: Duty) -> bool:
    return desks.lead is not None and desks.lead.duty == duty


def _holds_lead(by: Actor, dossier: Dossier, desks: Desks) -> bool:
    if by.kind is ActorKind.SYSTEM:
        return True
    lead = desks.lead
    if lead is None:
        return False
    return (
        by.grant_for(Duty(lead.duty), agency=lead.agency_id, procedure=dossier.procedure.code)
        is not None
    )
