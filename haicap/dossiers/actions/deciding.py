"""Towards the result: draft, submit, send back, approve, number and issue.

From submission for approval on, the bytes are frozen by their hash: what the leader approves is
what the specialist submitted, and what the clerk issues is what the leader approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.deadlines import public as deadlines
from haicap.dossiers import typed
from haicap.dossiers.actions import consulting, moving, results, tasks, walking
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.actions.results import RESULT
from haicap.dossiers.events import (
    DossierApproved,
    DraftReturned,
    ResultCorrected,
    ResultDrafted,
    ResultIssued,
    SettlementRefused,
    SubmittedForApproval,
)
from haicap.dossiers.flow import State
from haicap.dossiers.models import Correction, Dossier, Task
from haicap.kernel.actor import Actor, Duty
from haicap.registers import public as registers


@transaction.atomic
def draft_result(
    *,
    dossier_id: int,
    file_id: UUID | None = None,
    values: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Make the draft of the result from the procedure's template, or take an uploaded PDF.

    Number and date are reserved with the first draft and stay with the dossier. May be done again
    until submission for approval; earlier drafts stay as files. Invalid at file_id or a value.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="draft_result", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    results.on_own_desk(move)
    made = results.draft(move, file_id=file_id, values=values)
    move.record(ResultDrafted(**move.said(), file=str(move.dossier.result_use), made=made))
    return move.save(*results.DRAFTED[:-1])


@transaction.atomic
def submit_approval(
    *,
    dossier_id: int,
    note: str = "",
    file_id: UUID | None = None,
    values: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Submit the draft for approval: its bytes are frozen, it goes to the head or the leader.

    With `file_id` or `values`, or when no draft was made yet, the draft is made first. A head who
    reviews passes the frozen draft on by the same move. Invalid; Conflict.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="submit_approval", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier, lead = move.dossier, move.lead()
    if move.before == State.SUBMIT_APPROVAL:
        _reviewed_by_head(move, lead)
    else:
        results.on_own_desk(move)
        results.freeze(move, file_id=file_id, values=values)
        _without_refusal(move)
        consulting.close_questions(dossier, why=_("Đã trình duyệt."), by=move.by, at=at)
    tasks.close_task(lead, outcome="submitted", by=move.by, at=at)
    task = results.send_up(move, after=lead.position)
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(
        SubmittedForApproval(
            **move.said(), sha256=dossier.result_sha256, task=task.pk, to_agency=task.agency_id
        )
    )
    return move.save(*results.DRAFTED, "ended_as")


def _without_refusal(move: Moving) -> None:
    """What goes up as a result is none of a refusal that was sent back."""
    move.dossier.ended_as = ""


def _reviewed_by_head(move: Moving, lead: Task) -> None:
    """The head passes it on unchanged; a leader or specialist has nothing to submit here."""
    own = lead.duty == Duty.HEAD and (move.by.duty is Duty.HEAD or move.by.kind == "system")
    if not own:
        raise moving.conflict(move.dossier, by=move.by, desks=move.desks)
    results.same_bytes(move)


@transaction.atomic
def return_draft(
    *,
    dossier_id: int,
    reason: str,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Head or leader sends the draft back to where it came from, saying why. Its number stays."""
    move = moving.begin(
        dossier_id=dossier_id, move="return_draft", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier, lead = move.dossier, move.lead()
    if move.by.is_staff and move.by.duty != lead.duty:
        raise moving.conflict(
            dossier, by=move.by, desks=move.desks,
            why=_("Dự thảo đang ở bước duyệt khác."),
        )  # fmt: skip
    opinion = move.opinion(typed.text(reason, field="reason", required=True))
    tasks.close_task(lead, outcome="returned", by=move.by, at=at)
    task = results.back_to_handler(move)
    dossier.result_sha256 = ""
    if dossier.ended_as:  # the text of a refusal must not go up again as a result
        dossier.ended_as, dossier.result_use, dossier.result_values = "", None, None
    move.lead_to(State.CORRECTING if dossier.completed_at is not None else State.IN_PROCESS)
    move.record(DraftReturned(**move.said(), opinion=opinion.pk, task=task.pk))
    return move.save("result_sha256", "ended_as", "result_use", "result_values")


@transaction.atomic
def approve(
    *,
    dossier_id: int,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The leader approves exactly the bytes submitted. Conflict while a head reviews them.

    Signing does not exist yet: the result is marked "chưa ký số".
    """
    move = moving.begin(
        dossier_id=dossier_id, move="approve", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier, lead = move.dossier, move.lead()
    if lead.duty != Duty.DECIDE:
        raise moving.conflict(
            dossier, by=move.by, desks=move.desks,
            why=_("Dự thảo đang chờ phụ trách phòng xem lại."),
        )  # fmt: skip
    results.same_bytes(move)
    dossier.result_signed = False
    tasks.close_task(lead, outcome="approved", by=move.by, at=at)
    route = walking.route_of(dossier)
    walking.put_on_desk(
        dossier, walking.issuing(route), route=route, receiving_id=move.receiving(),
        competent_id=move.competent(), at=at,
    )  # fmt: skip
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(
        DossierApproved(**move.said(), sha256=dossier.result_sha256, signed=dossier.result_signed)
    )
    return move.save("result_signed")


@transaction.atomic
def number_and_issue(
    *,
    dossier_id: int,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The clerk confirms the number and issues: the clock ends, the counter hands it over."""
    move = moving.begin(
        dossier_id=dossier_id, move="number_and_issue", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    results.same_bytes(move)
    correction = results.open_correction(dossier)
    if correction is None:
        deadlines.finish(ref=dossier.ref, by=move.by, at=at)
        dossier.completed_at = at
    tasks.close_open(dossier, outcome="issued", by=move.by, at=at)
    tasks.open_task(
        dossier, step=tasks.RETURN, duty=Duty.RECEIVE, agency_id=move.receiving(), at=at,
        due_at=dossier.due_at,
    )  # fmt: skip
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.lead_to(State.REFUSED if dossier.ended_as == State.REFUSED else State.ISSUED)
    _record_issued(move, correction)
    registers.confirm(
        ref=correction.ref if correction is not None else dossier.ref, kind=RESULT, at=at
    )
    return move.save("completed_at")


def _record_issued(move: Moving, correction: Correction | None) -> None:
    """What was issued: a result, a refusal, or the replacement of an earlier result."""
    dossier = move.dossier
    if dossier.due_at is None:
        raise LookupError("a received dossier has a due time")
    said, sha256 = move.said(), dossier.result_sha256
    if correction is not None:
        correction.new_use, correction.closed_at = dossier.result_use, move.at
        correction.save(update_fields=["new_use", "closed_at"])
        move.record(
            ResultCorrected(
                **said, correction=correction.pk, old_sha256=correction.old_sha256, sha256=sha256
            )
        )
    elif dossier.ended_as == State.REFUSED:
        opinion = dossier.opinions.filter(move="refuse_settle").order_by("-id").first()
        if opinion is None:
            raise LookupError("a refusal has its reason")
        move.record(
            SettlementRefused(
                **said, opinion=opinion.pk, sha256=sha256, due_at=dossier.due_at.isoformat()
            )
        )
    else:
        move.record(ResultIssued(**said, sha256=sha256, due_at=dossier.due_at.isoformat()))
