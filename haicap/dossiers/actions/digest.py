"""The daily digest of the staff (domain chapter 3.6): what waits, what is nearly due, what is late.

Who handles a dossier hears of it one working day before it is due, the head of division on the day,
the leader once it is late. One letter each, once a day, at 08:00 of a working day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.deadlines import public as deadlines
from haicap.dossiers.models import Task
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of, local
from haicap.notify import public as notify

AT_HOUR: Final = 8
WAITING, SOON, TODAY, OVERDUE = "waiting", "soon", "today", "overdue"


def send_digest(*, at: datetime) -> int:
    """Tell everybody with work what their day brings; returns how many. Nothing at other hours, on
    days off, and a second time on a day.
    """
    day = day_of(at)
    if local(at).hour != AT_HOUR or not deadlines.calendar_at(day=day).calendar.is_working(day):
        return 0
    told = 0
    for staff_id, counted in sorted(_work(at).items()):
        told += bool(
            notify.tell_staff(
                staff_id=staff_id,
                template="staff_digest",
                values={
                    "count": counted[WAITING] or sum(counted.values()),
                    "items": _items(counted),
                    "link": settings.BASE_URL + reverse("dossiers:desk"),
                    "at": at,
                },
                ref=f"accounts.Staff:{staff_id}",
                key=f"digest:{day.isoformat()}",
                at=at,
            )
        )
    return told


def _items(counted: Mapping[str, int]) -> list[str]:
    words = {
        OVERDUE: _("%(n)s hồ sơ quá hạn"),
        TODAY: _("%(n)s hồ sơ đến hạn hôm nay"),
        SOON: _("%(n)s hồ sơ còn một ngày làm việc"),
        WAITING: _("%(n)s hồ sơ đang chờ ông/bà"),
    }
    return [text % {"n": counted[kind]} for kind, text in words.items() if counted.get(kind)]


def _work(at: datetime) -> dict[int, Counter[str]]:
    """What each member of staff is to hear, by the warnings of 3.6."""
    day = day_of(at)
    tomorrow = deadlines.calendar_at(day=day).calendar.add_working_days(day, 1)

    @cache
    def people(agency: int, duty: str) -> frozenset[int]:
        found = accounts.holders_of(agency_ids=[agency], duty=Duty(duty), day=day)
        return frozenset(one.staff_id for one in found)

    work: dict[int, Counter[str]] = {}
    tasks = Task.objects.filter(done_at__isnull=True, role="lead").exclude(step="return")
    for agency, duty, staff, due_at, paused, competent in tasks.order_by("id").values_list(
        "agency_id", "duty", "staff_id", "dossier__due_at", "dossier__is_paused",
        "dossier__competent_agency_id",
    ):  # fmt: skip
        own = frozenset({staff}) if staff is not None else people(agency, duty)
        told = [(one, WAITING) for one in own]
        if due_at is not None and not paused and day_of(due_at) <= tomorrow:
            kind = OVERDUE if due_at < at else TODAY if day_of(due_at) == day else SOON
            heads = people(agency, Duty.HEAD) if kind != SOON else frozenset()
            leaders = (
                people(competent, Duty.DECIDE)
                if kind == OVERDUE and competent is not None
                else frozenset()
            )
            told += [(one, kind) for one in own | heads | leaders]
        for one, kind in told:
            work.setdefault(one, Counter())[kind] += 1
    return work
