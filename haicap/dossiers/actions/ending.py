"""Ends without a result: stopped by the unit, expired because a supplement never came, archived."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.deadlines import public as deadlines
from haicap.dossiers import typed
from haicap.dossiers.actions import asking, consulting, moving, results, tasks
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import DossierArchived, DossierStopped, SupplementExpired
from haicap.dossiers.flow import State
from haicap.dossiers.models import Dossier, FinanceDuty, Request
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of

# What `close_case` changes.
CLOSED: Final = (*results.DRAFTED, "ended_as", "put_aside", "due_at", "is_paused", "calendar")


def close_case(move: Moving, *, ended_as: str, outcome: str, why: str) -> None:
    """Nobody waits and no clock runs any more; a reserved number is void, with the reason."""
    dossier, by, at = move.dossier, move.by, move.at
    Request.objects.filter(dossier=dossier, answered_at__isnull=True).update(answered_at=at)
    FinanceDuty.objects.filter(
        dossier=dossier, paid_at__isnull=True, closed_at__isnull=True
    ).update(closed_at=at)
    consulting.close_questions(dossier, why=why, by=by, at=at)
    tasks.close_open(dossier, outcome=outcome, by=by, at=at)
    if dossier.received_at is not None:
        clock = deadlines.finish(ref=dossier.ref, by=by, at=at)
        dossier.due_at, dossier.calendar_id = clock.due_current, clock.calendar_id
    dossier.is_paused = False
    dossier.ended_as, dossier.put_aside = ended_as, ""
    results.give_up_number(move, reason=why)


@transaction.atomic
def stop(
    *,
    dossier_id: int,
    reason: str,
    basis: str,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Stop settling it (Mẫu 05): reason and legal basis, both required. The clock ends."""
    move = moving.begin(
        dossier_id=dossier_id, move="stop", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    opinion = move.opinion(asking.with_basis(reason, basis))
    close_case(move, ended_as=State.STOPPED, outcome="stopped", why=opinion.text)
    move.record(DossierStopped(**move.said(), opinion=opinion.pk))
    return move.save(*CLOSED)


@transaction.atomic
def expire(
    *,
    dossier_id: int,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """End a dossier whose supplement did not come: after the reply date and some grace, by the
    platform, with a notice. Conflict before that.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="expire", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    request = Request.objects.get(dossier=move.dossier, answered_at__isnull=True)
    if request.reply_by is None or at <= grace_over(request.reply_by):
        raise moving.conflict(move.dossier, by=by, desks=move.desks, why=_("Hạn bổ sung chưa hết."))
    why = _("Hết hạn bổ sung mà chưa nhận được phần bổ sung.")
    close_case(move, ended_as=State.EXPIRED, outcome="expired", why=why)
    move.record(SupplementExpired(**move.said(), request=request.pk))
    return move.save(*CLOSED)


def grace_over(reply_by: datetime) -> datetime:
    """Until when a late supplement is waited for."""
    days = tuned("supplement_grace_days", day=day_of(reply_by))
    return tasks.in_working_days(days, at=reply_by) if days else reply_by


@transaction.atomic
def archive(
    *,
    dossier_id: int,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Put a dossier that is over into the archive; a refusal nobody fetched, too."""
    move = moving.begin(
        dossier_id=dossier_id, move="archive", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    tasks.close_open(dossier, outcome="archived", by=move.by, at=at)
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(DossierArchived(**move.said(), ended_as=dossier.ended_as))
    return move.save()
