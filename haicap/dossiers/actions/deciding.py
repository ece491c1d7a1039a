"""Towards the result: draft, submit, send back, approve, number and issue.

From submission for approval on, the bytes are frozen by their hash: what the leader approves is
what the specialist submitted, and what the clerk issues is what the leader approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.deadlines import public as deadlines
from haicap.dossiers import drafting, typed
from haicap.dossiers.actions import moving, tasks, walking
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import (
    DossierApproved,
    DraftReturned,
    ResultDrafted,
    ResultIssued,
    SubmittedForApproval,
)
from haicap.dossiers.flow import State
from haicap.dossiers.models import Dossier, Task
from haicap.files import public as files
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing
from haicap.registers import public as registers

RESULT: Final = "result"  # slot of the file and kind of the book


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
    _on_own_desk(move)
    made = _draft(move, file_id=file_id, values=values)
    move.record(ResultDrafted(**move.said(), file=str(move.dossier.result_use), made=made))
    return move.save("result_use", "result_values", "result_number", "result_date")


def _draft(move: Moving, *, file_id: UUID | None, values: Mapping[str, Any] | None) -> str:
    """Set the dossier's draft; says how it was made."""
    dossier = move.dossier
    _reserve_number(move)
    if file_id is not None:
        dossier.result_use, dossier.result_values = _uploaded(move, file_id), None
        return "upload"
    dossier.result_values = drafting.clean_values(values or {})
    dossier.result_use = _printed(move, is_draft=True)
    return "template"


def _printed(move: Moving, *, is_draft: bool) -> UUID:
    """The template filled, kept as a file: with the mark of a draft, or as it shall be issued."""
    dossier = move.dossier
    name = _("Dự thảo kết quả %(code)s.pdf") if is_draft else _("Kết quả %(code)s.pdf")
    return files.keep_bytes(
        content=drafting.result_pdf(dossier, is_draft=is_draft, at=move.at),
        name=name % {"code": dossier.code},
        ref=dossier.ref,
        slot=RESULT,
        by=move.by,
        at=move.at,
    ).id


def _uploaded(move: Moving, file_id: UUID) -> UUID:
    try:
        use = files.attach(
            use_ids=[file_id], slots={file_id: RESULT}, ref=move.dossier.ref, by=move.by, at=move.at
        )[0]
    except Missing as missing:
        raise Invalid({"file_id": str(missing)}) from missing
    if use.media_type != "application/pdf":
        raise Invalid({"file_id": _("Kết quả phải là tệp PDF.")})
    return use.id


def _reserve_number(move: Moving) -> None:
    """The number stands on the paper before it is approved: reserved once, then kept."""
    dossier, day = move.dossier, day_of(move.at)
    if dossier.result_number:
        return
    number = registers.reserve(
        agency_id=move.competent(), kind=RESULT, ref=dossier.ref, day=day, at=move.at
    )
    dossier.result_number = drafting.number_text(dossier, number.value)
    dossier.result_date = day


def _on_own_desk(move: Moving) -> None:
    """The specialist's desk, or the head's who does it alone; not one that was given to nobody."""
    lead = move.lead()
    if lead.duty == Duty.HANDLE or (lead.duty == Duty.HEAD and move.by.duty is Duty.HEAD):
        return
    if move.by.kind == "system":
        return
    raise moving.conflict(
        move.dossier, by=move.by, desks=move.desks,
        why=_("Hồ sơ đang chờ phụ trách phòng phân công."),
    )  # fmt: skip


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
        _on_own_desk(move)
        _freeze(move, file_id=file_id, values=values)
    tasks.close_task(lead, outcome="submitted", by=move.by, at=at)
    route = walking.route_of(dossier)
    task = walking.put_on_desk(
        dossier, walking.next_for_approval(route, after=lead.position), route=route,
        receiving_id=move.receiving(), competent_id=move.competent(), at=at,
    )  # fmt: skip
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(
        SubmittedForApproval(
            **move.said(), sha256=dossier.result_sha256, task=task.pk, to_agency=task.agency_id
        )
    )
    return move.save("result_use", "result_values", "result_number", "result_date", "result_sha256")


def _freeze(move: Moving, *, file_id: UUID | None, values: Mapping[str, Any] | None) -> None:
    dossier = move.dossier
    _reserve_number(move)
    if file_id is not None:
        dossier.result_use, dossier.result_values = _uploaded(move, file_id), None
    elif values or dossier.result_use is None:
        dossier.result_values = drafting.clean_values(values or {})
    if dossier.result_values is not None:
        dossier.result_use = _printed(move, is_draft=False)
    if dossier.result_use is None:
        raise LookupError("a draft was made")
    dossier.result_sha256 = files.facts_of(dossier.result_use).sha256


def _reviewed_by_head(move: Moving, lead: Task) -> None:
    """The head passes it on unchanged; a leader or specialist has nothing to submit here."""
    own = lead.duty == Duty.HEAD and (move.by.duty is Duty.HEAD or move.by.kind == "system")
    if not own:
        raise moving.conflict(move.dossier, by=move.by, desks=move.desks)
    _same_bytes(move)


def _same_bytes(move: Moving) -> None:
    """What was frozen is what lies here; anything else is refused."""
    dossier = move.dossier
    use = files.facts_of(dossier.result_use) if dossier.result_use is not None else None
    if use is None or use.sha256 != dossier.result_sha256:
        raise moving.conflict(
            dossier, by=move.by, desks=move.desks,
            why=_("Dự thảo đã đổi so với lúc trình, cần trình lại."),
        )  # fmt: skip


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
    task = _back_to_handler(move)
    dossier.result_sha256 = ""
    move.record(DraftReturned(**move.said(), opinion=opinion.pk, task=task.pk))
    return move.save("result_sha256")


def _back_to_handler(move: Moving) -> Task:
    dossier = move.dossier
    last = (
        Task.objects.filter(dossier=dossier, duty=Duty.HANDLE, role="lead")
        .order_by("-created_at", "-id")
        .first()
    )
    route = walking.route_of(dossier)
    if last is None:  # a head who did it alone
        step = walking.first_desk(route)
        return walking.put_on_desk(
            dossier, step, route=route, receiving_id=move.receiving(),
            competent_id=move.competent(), at=move.at,
        )  # fmt: skip
    step = next(step for step in route if step.position == last.position)
    return walking.put_on_desk(
        dossier, step, route=route, receiving_id=move.receiving(), competent_id=move.competent(),
        agency_id=last.agency_id, post_id=last.post_id, staff_id=last.staff_id, at=move.at,
    )  # fmt: skip


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
    _same_bytes(move)
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
    _same_bytes(move)
    deadlines.finish(ref=dossier.ref, by=move.by, at=at)
    dossier.completed_at = at
    tasks.close_open(dossier, outcome="issued", by=move.by, at=at)
    tasks.open_task(
        dossier, step=tasks.RETURN, duty=Duty.RECEIVE, agency_id=move.receiving(), at=at,
        due_at=dossier.due_at,
    )  # fmt: skip
    if words := typed.text(note, field="note"):
        move.opinion(words)
    if dossier.due_at is None:
        raise LookupError("a received dossier has a due time")
    move.record(
        ResultIssued(**move.said(), sha256=dossier.result_sha256, due_at=dossier.due_at.isoformat())
    )
    registers.confirm(ref=dossier.ref, kind=RESULT, at=at)
    return move.save("completed_at")
