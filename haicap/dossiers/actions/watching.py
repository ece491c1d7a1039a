"""What the platform does when days pass: a reminder before a supplement is due, the end after."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from haicap.audit import public as audit
from haicap.deadlines import public as deadlines
from haicap.dossiers.actions import asking, ending
from haicap.dossiers.actions.moving import Conflict, locked
from haicap.dossiers.events import SupplementReminded
from haicap.dossiers.flow import State
from haicap.dossiers.models import Request
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of

AT_ONCE: Final = 500  # dossiers in one run; the next run goes on
_ASKED: Final = Q(answered_at__isnull=True, dossier__state__in=(State.PRE_SUPP, State.SUPP_REQ))

log = logging.getLogger(__name__)


def remind_supplements(*, by: Actor, at: datetime) -> int:
    """Remind once whoever has to supplement soon; returns how many dossiers."""
    day = day_of(at)
    ahead = tuned("supplement_reminder_days", day=day)
    last = deadlines.calendar_at(day=day).calendar.add_working_days(day, ahead)
    due = Request.objects.filter(_ASKED, reminded_at__isnull=True, reply_by__gt=at)
    rows = due.order_by("reply_by", "id").values_list("id", "dossier_id", "reply_by")
    near = [row[:2] for row in rows[:AT_ONCE] if row[2] is not None and day_of(row[2]) <= last]
    return sum(_remind(request_id, dossier_id, by=by, at=at) for request_id, dossier_id in near)


@transaction.atomic
def _remind(request_id: int, dossier_id: int, *, by: Actor, at: datetime) -> bool:
    dossier = locked(dossier_id)
    request = Request.objects.get(pk=request_id)
    if request.answered_at is not None or request.reminded_at is not None:
        return False
    request.reminded_at = at
    request.save(update_fields=["reminded_at"])
    audit.record(
        SupplementReminded(request=request.pk, reply_by=asking.day_text(request)),
        subject=dossier.ref, by=by, at=at,
    )  # fmt: skip
    return True


def expire_supplements(*, by: Actor, at: datetime) -> int:
    """End the dossiers whose supplement did not come, grace included; returns how many.

    Each in a transaction of its own: one that was answered meanwhile is left alone.
    """
    passed = Request.objects.filter(_ASKED, reply_by__lt=at).order_by("reply_by", "id")
    ended = 0
    for dossier_id, reply_by in passed.values_list("dossier_id", "reply_by")[:AT_ONCE]:
        if reply_by is None or at <= ending.grace_over(reply_by):
            continue
        try:
            ending.expire(dossier_id=dossier_id, by=by, at=at)
        except Conflict:
            log.info("dossier %s was answered before it could expire", dossier_id)
        else:
            ended += 1
    return ended
