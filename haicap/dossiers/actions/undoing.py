"""Taking back one's own last step (thu hồi thao tác), while nobody at the next desk has opened it.

What happened stays in the journal; this is one more fact, that undoes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.dossiers import access, queries, typed
from haicap.dossiers.actions import moving, results, tasks
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import StepTakenBack
from haicap.dossiers.flow import State
from haicap.dossiers.models import Dossier, Task, TaskRole
from haicap.files import public as files
from haicap.kernel.actor import Actor, Duty


@transaction.atomic
def rollback(
    *,
    dossier_id: int,
    reason: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Take one's own last step back. Conflict when it was another's, or the next desk opened it."""
    move = moving.begin(
        dossier_id=dossier_id, move="rollback", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    last = access.undoable(by, dossier, move.desks)
    if last is None:
        raise moving.conflict(
            dossier, by=by, desks=move.desks,
            why=_("Chỉ thu hồi được bước chính mình vừa làm, khi người nhận chưa mở hồ sơ."),
        )  # fmt: skip
    undone, came_from = str(last.facts["move"]), str(last.facts["from_state"])
    move.lead_to(came_from, previous=came_from)
    task = _UNDO[undone](move)
    if words := typed.text(reason, field="reason"):
        move.opinion(words)
    move.record(StepTakenBack(**move.said(), undone=undone, undone_entry=last.id, task=task.pk))
    return move.save(*results.DRAFTED, "ended_as")


def _transfer(move: Moving) -> Task:
    if move.desks.waiting is None:
        raise LookupError("a transferred dossier waits on a desk")
    tasks.close_task(move.desks.waiting, outcome="taken_back", by=move.by, at=move.at)
    return move.lead()


def _submitted(move: Moving) -> Task:
    """Back on the desk it went up from; what was frozen there is free again."""
    task = _previous_desk(move)
    if move.after != State.SUBMIT_APPROVAL:
        dossier = move.dossier
        dossier.result_sha256 = ""
        if dossier.ended_as:
            dossier.ended_as, dossier.result_use, dossier.result_values = "", None, None
    return task


def _returned(move: Moving) -> Task:
    """On the desk of who sent it back; the same draft is frozen again."""
    dossier = move.dossier
    if dossier.result_use is None:
        raise moving.conflict(
            dossier, by=move.by, desks=move.desks, why=_("Dự thảo cũ không còn để trình lại.")
        )
    dossier.result_sha256 = files.facts_of(dossier.result_use).sha256
    return _previous_desk(move)


def _previous_desk(move: Moving) -> Task:
    """The lead task before this one is opened again, as a row of its own."""
    lead = move.lead()
    before = (
        Task.objects.filter(dossier=move.dossier, role=TaskRole.LEAD, done_at__isnull=False)
        .order_by("-done_at", "-id")
        .first()
    )
    if before is None:
        raise LookupError("a step that is taken back came from a desk")
    tasks.close_task(lead, outcome="taken_back", by=move.by, at=move.at)
    return tasks.open_task(
        move.dossier, step=before.step, position=before.position,
        duty=Duty(before.duty), agency_id=before.agency_id, at=move.at,
        due_at=before.due_at, post_id=before.post_id, staff_id=before.staff_id,
    )  # fmt: skip


_UNDO: Final[Mapping[str, Callable[[Moving], Task]]] = {
    "transfer": _transfer,
    "submit_approval": _submitted,
    "refuse_settle": _submitted,
    "return_draft": _returned,
    "approve": _previous_desk,
}


@transaction.atomic
def opened(*, dossier_id: int, by: Actor, at: datetime) -> None:
    """Somebody at whose desk it lies has opened it: from now on the step before stands."""
    dossier = Dossier.objects.select_related("procedure").get(pk=dossier_id)
    if access.undoable(by, dossier, access.desks_of(dossier)) is not None:
        return  # the one who put it there looks at it again
    mine = queries.desk_tasks(by).filter(dossier=dossier, opened_at__isnull=True)
    Task.objects.filter(pk__in=mine.values("pk")).update(opened_at=at)
