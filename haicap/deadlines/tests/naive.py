"""The same law counted by walking, day by day, minute by minute: slow, too simple to be wrong.

Knows nothing of the fast calendar: it reads the day table as text.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from haicap.deadlines.due import Pause
from haicap.deadlines.load import HOLIDAYS
from haicap.kernel.clock import VIETNAM

with HOLIDAYS.open(encoding="utf-8", newline="") as _file:
    KIND = {row["date"]: row["kind"] for row in csv.DictReader(_file)}
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def worked(day: date) -> bool:
    kind = KIND.get(day.isoformat())
    if kind is None:
        return day.weekday() < 5
    return kind == "swap_work"


def inside(moment: datetime) -> bool:
    at = moment.time()
    return worked(moment.date()) and (time(8) <= at < time(12) or time(13) <= at < time(17))


def opening(moment: datetime) -> datetime:
    while not inside(moment):
        moment += MINUTE
    return moment


def closing(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=VIETNAM)


def standing(moment: datetime, pauses: Sequence[Pause]) -> bool:
    return any(p.ends_at is not None and p.begins_at <= moment < p.ends_at for p in pauses)


def spend(moment: datetime, minutes: int) -> datetime:
    """Walk until so many working minutes are used up."""
    while minutes:
        minutes -= inside(moment)
        moment += MINUTE
    return moment


def after_days(day: date, count: int) -> date:
    while count:
        day += DAY
        count -= worked(day)
    return day


def rolled(day: date) -> date:
    while not worked(day):
        day += DAY
    return day


def hours_due(received: datetime, minutes: int, pauses: Sequence[Pause]) -> datetime:
    lost = 0
    for pause in pauses:
        moment = pause.begins_at
        assert pause.ends_at is not None
        while moment < pause.ends_at:
            lost += inside(moment) and moment >= received
            moment += MINUTE
    assert not overlapping(pauses)
    return spend(opening(received), minutes + lost)


def working_days_due(received: datetime, count: int, pauses: Sequence[Pause]) -> datetime:
    assert not overlapping(pauses)
    lost = 0
    for pause in pauses:
        assert pause.ends_at is not None
        day = pause.begins_at.date()
        while day < pause.ends_at.date():
            day += DAY
            lost += worked(day)
    return closing(after_days(opening(received).date(), count + lost))


def days_due(received: datetime, count: int, pauses: Sequence[Pause]) -> datetime:
    assert not overlapping(pauses)
    day = received.date() + count * DAY
    for pause in pauses:
        assert pause.ends_at is not None
        day += pause.ends_at.date() - pause.begins_at.date()
    return closing(rolled(day))


def months_due(received: datetime, count: int) -> datetime:
    year, month = received.year, received.month
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = date(year, month, min(received.day, monthrange(year, month)[1]))
    return closing(rolled(day))


def same_day_due(received: datetime) -> datetime:
    start = opening(received)
    late = start.time() >= time(15)
    return closing(after_days(start.date(), 1) if late else start.date())


def immediate_due(received: datetime) -> datetime:
    moment = opening(received)
    while inside(moment):
        moment += MINUTE
    return moment


def overlapping(pauses: Sequence[Pause]) -> bool:
    for one in pauses:
        for other in pauses:
            if one is not other and one.ends_at and one.begins_at <= other.begins_at < one.ends_at:
                return True
    return False
