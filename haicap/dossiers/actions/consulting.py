"""Asking other units for their opinion, in parallel, each with its own due time.

The clock stays on: waiting for another unit is our own time (domain chapter 1.6). Silence is not
consent: while a reply that must come is missing, the dossier stays in CONSULTING and nothing goes
to the leader; the asker may take the question back, saying why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.dossiers import access, typed
from haicap.dossiers.actions import moving, tasks
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import ConsultAsked, ConsultReplied, ConsultWithdrawn
from haicap.dossiers.flow import State
from haicap.dossiers.models import Consultation, Dossier, Stance, Task, TaskRole
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor, ActorKind, Duty
from haicap.kernel.clock import VIETNAM, day_of
from haicap.kernel.errors import Invalid, Missing
from haicap.units import public as units

MOST_ASKED: Final = 10
# Who answers for a unit: the first of these duties that anybody there holds.
ANSWERING: Final = (Duty.HANDLE, Duty.HEAD, Duty.DECIDE)


@transaction.atomic
def consult(
    *,
    dossier_id: int,
    questions: Sequence[Mapping[str, Any]],
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Ask one or several units; each gets a task of its own, due inside the whole.

    A question: agency_code, question, reply_by (a day; by the office's setting when left out),
    mandatory (true when left out). Invalid at questions.<n>.<field>.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="consult", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    if not 0 < len(questions) <= MOST_ASKED:
        raise Invalid({"questions": _("Hỏi từ 1 đến %(n)s đơn vị một lần.") % {"n": MOST_ASKED}})
    asked = [_ask(move, n, question) for n, question in enumerate(questions)]
    move.lead_to(_state_now(move.dossier))
    move.record(
        ConsultAsked(
            **move.said(),
            consultations=tuple(one.pk for one in asked),
            agencies=tuple(one.agency_id for one in asked),
            mandatory=any(one.mandatory for one in asked),
        )
    )
    return move.save()


def _ask(move: Moving, n: int, question: Mapping[str, Any]) -> Consultation:
    dossier, at = move.dossier, move.at
    field = f"questions.{n}"
    words = typed.text(question.get("question"), field=f"{field}.question", required=True)
    agency, duty = _unit_asked(move, question.get("agency_code"), field=f"{field}.agency_code")
    due_at = _due(move, question.get("reply_by"), field=f"{field}.reply_by")
    task = tasks.open_task(
        dossier, step=access.CONSULT, role=TaskRole.COORDINATE, duty=duty, agency_id=agency.id,
        at=at, due_at=due_at,
    )  # fmt: skip
    return Consultation.objects.create(
        dossier=dossier,
        task=task,
        agency_id=agency.id,
        question=words,
        mandatory=question.get("mandatory") is not False,
        asked_at=at,
        asked_by=move.by.person if move.by.is_staff else None,
        due_at=due_at,
    )


def _unit_asked(move: Moving, code: Any, *, field: str) -> tuple[units.AgencyView, Duty]:
    day = day_of(move.at)
    try:
        agency = units.agency(code=typed.text(code, field=field, required=True, limit=30), day=day)
    except Missing as missing:
        raise Invalid({field: str(missing)}) from missing
    if agency.id == move.lead().agency_id:
        raise Invalid({field: _("Đây là đơn vị đang giữ hồ sơ, hãy chọn đơn vị khác.")})
    if any(one.agency_id == agency.id for one in open_questions(move.dossier)):
        raise Invalid({field: _("Đơn vị này đang được hỏi rồi.")})
    for duty in ANSWERING:
        if accounts.holders_of(agency_ids=[agency.id], duty=duty, day=day):
            return agency, duty
    raise Invalid(
        {field: _("%(unit)s chưa có ai được giao trả lời.") % {"unit": agency.short_name}}
    )


def _due(move: Moving, reply_by: date | None, *, field: str) -> datetime:
    """The unit's own due time; never after the whole, whatever was asked."""
    if reply_by is None:
        hours = tuned("consult_hours", day=day_of(move.at))
        return tasks.within_minutes(hours * 60, dossier=move.dossier, at=move.at)
    due = datetime.combine(reply_by, time(17), VIETNAM)
    whole = move.dossier.due_at
    if due <= move.at or (whole is not None and due > whole):
        raise Invalid({field: _("Hạn trả lời phải sau lúc này và trong thời hạn của hồ sơ.")})
    return due


def open_questions(dossier: Dossier) -> list[Consultation]:
    """The questions without a reply, oldest first."""
    found = Consultation.objects.filter(
        dossier=dossier, answered_at__isnull=True, closed_at__isnull=True
    )
    return list(found.select_related("task").order_by("id"))


def waiting_for(dossier: Dossier) -> int:
    """How many replies that must come are missing."""
    return Consultation.objects.filter(
        dossier=dossier, mandatory=True, answered_at__isnull=True, closed_at__isnull=True
    ).count()


def _state_now(dossier: Dossier) -> str:
    return State.CONSULTING if waiting_for(dossier) else State.IN_PROCESS


@transaction.atomic
def reply_consult(
    *,
    dossier_id: int,
    answer: str,
    stance: str = Stance.OTHER,
    consultation_id: int | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The asked unit gives its opinion; late is better than never, and is written down as late.

    `consultation_id` where the person may answer for more than one unit. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="reply_consult", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    if stance not in Stance.values:
        raise Invalid({"stance": _("Chọn đồng ý, không đồng ý hoặc ý kiến khác.")})
    question = _question(move, consultation_id, own=True)
    question.answer = typed.text(answer, field="answer", required=True)
    question.stance = stance
    question.answered_at = at
    question.answered_by = move.by.person if move.by.is_staff else None
    question.save(update_fields=["answer", "stance", "answered_at", "answered_by"])
    tasks.close_task(question.task, outcome=f"replied_{stance}", by=move.by, at=at)
    waiting = waiting_for(move.dossier)
    move.lead_to(State.CONSULTING if waiting else State.IN_PROCESS)
    move.record(
        ConsultReplied(
            **move.said(),
            consultation=question.pk,
            from_agency=question.agency_id,
            stance=stance,
            late=question.due_at is not None and at > question.due_at,
            waiting=waiting,
        )
    )
    return move.save()


@transaction.atomic
def withdraw_consult(
    *,
    dossier_id: int,
    reason: str,
    consultation_id: int | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The asker takes a question back, saying why; the other units go on. Invalid by field."""
    move = moving.begin(
        dossier_id=dossier_id, move="withdraw_consult", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    question = _question(move, consultation_id, own=False)
    opinion = move.opinion(typed.text(reason, field="reason", required=True))
    _close(question, why=opinion.text, at=at)
    tasks.close_task(question.task, outcome="withdrawn", by=move.by, at=at)
    waiting = waiting_for(move.dossier)
    move.lead_to(State.CONSULTING if waiting else State.IN_PROCESS)
    move.record(
        ConsultWithdrawn(
            **move.said(),
            consultation=question.pk,
            to_agency=question.agency_id,
            opinion=opinion.pk,
            waiting=waiting,
        )
    )
    return move.save()


def _question(move: Moving, consultation_id: int | None, *, own: bool) -> Consultation:
    """The open question meant: the named one, or the only one. `own`: put to the actor's units."""
    found = open_questions(move.dossier)
    questions = [one for one in found if not own or _may_answer(move, one.task)]
    if consultation_id is not None:
        questions = [one for one in questions if one.pk == consultation_id]
    if not questions:
        raise moving.conflict(
            move.dossier, by=move.by, desks=move.desks,
            why=_("Không còn câu hỏi nào chờ ông/bà trả lời.") if own
            else _("Câu hỏi này đã có trả lời hoặc đã rút."),
        )  # fmt: skip
    if len(questions) > 1:
        raise Invalid({"consultation_id": _("Có nhiều câu hỏi đang chờ, hãy chọn một.")})
    return questions[0]


def _may_answer(move: Moving, task: Task) -> bool:
    by, code = move.by, move.dossier.procedure.code
    if by.kind is ActorKind.SYSTEM:
        return True
    return any(
        by.grant_for(duty, agency=task.agency_id, procedure=code) is not None for duty in ANSWERING
    )


def _close(question: Consultation, *, why: str, at: datetime) -> None:
    question.closed_at, question.closed_why = at, why
    question.save(update_fields=["closed_at", "closed_why"])


def close_questions(dossier: Dossier, *, why: str, by: Actor, at: datetime) -> None:
    """Nobody waits for the open questions any more."""
    for question in open_questions(dossier):
        _close(question, why=why, at=at)
        tasks.close_task(question.task, outcome="not_awaited", by=by, at=at)
