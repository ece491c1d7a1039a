"""When a thing is due: all units and policies, pauses and fresh starts. Pure; no database.

Civil Code 2015, art. 147-148: the first day is not counted, a last day that is off rolls to the
next working day; NĐ 23/2015, art. 7: the 15:00 rule. Moments are aware datetimes, answers are on
the Vietnamese wall clock; seconds are kept as they come.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from haicap.deadlines.calendar import WorkCalendar, YearNotCovered
from haicap.kernel.clock import local
from haicap.kernel.errors import Invalid

LARGEST_AMOUNT: Final = 100_000


class BadLimit(Invalid):
    """A time limit that is no whole number in reach."""


class TimeUnit(StrEnum):
    """In what a limit is counted. MINUTE and HOUR are working time."""

    MINUTE = "MINUTE"
    HOUR = "HOUR"
    WORKING_DAY = "WORKING_DAY"
    DAY = "DAY"
    MONTH = "MONTH"
    SAME_DAY = "SAME_DAY"
    IMMEDIATE = "IMMEDIATE"


class Policy(StrEnum):
    """How working days are counted: whole days up to closing time, or hours from the arrival."""

    END_OF_DAY = "END_OF_DAY"
    CLOCK_HOURS = "CLOCK_HOURS"


class AfterPause(StrEnum):
    """How a clock goes on: the due time shifts by the pause, or the whole limit starts again."""

    RESUME = "RESUME"
    RESTART = "RESTART"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation may tune. `cutoff_counts_as_after`: 15:00 sharp is late for SAME_DAY."""

    cutoff: time = time(15)
    cutoff_counts_as_after: bool = True
    hours_per_day: int = 8
    yellow_percent: int = 30
    yellow_working_days: int = 1
    stripe_days: int = 10


DEFAULTS: Final = Settings()


@dataclass(frozen=True, slots=True)
class Pause:
    """A stop of the clock, [begins_at, ends_at); open while `ends_at` is None."""

    begins_at: datetime
    ends_at: datetime | None = None
    policy: AfterPause = AfterPause.RESUME


@dataclass(frozen=True, slots=True)
class Shift:
    """What one stretch of standing still added: working `time`, or `days` of the limit's kind."""

    begins_at: datetime
    ends_at: datetime
    time: timedelta = timedelta()
    days: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A due time with what it takes to explain it.

    `counted_from` is the arrival, or the end of the last RESTART (`restarted`). `starts_at` is when
    counting begins (t0). `last_day` is the day before rolling; None where a limit is in hours.
    `paused_since`: the clock stands still now, `due_at` will move when it goes on.
    """

    due_at: datetime
    received_at: datetime
    counted_from: datetime
    starts_at: datetime
    amount: int
    time_unit: TimeUnit
    policy: Policy
    last_day: date | None = None
    restarted: bool = False
    shifts: tuple[Shift, ...] = ()
    paused_since: datetime | None = None
    settings: Settings = DEFAULTS


# --- the due time -------------------------------------------------------------------------------


def due_at(
    *,
    received_at: datetime,
    amount: int,
    time_unit: TimeUnit,
    policy: Policy = Policy.END_OF_DAY,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
    settings: Settings = DEFAULTS,
) -> Due:
    """When what was received then is due. BadLimit, YearNotCovered; ValueError for a naive moment.

    `amount` plays no part for SAME_DAY and IMMEDIATE, `policy` only for WORKING_DAY.
    """
    time_unit, policy = TimeUnit(time_unit), Policy(policy)  # rows bring them as text
    counted = time_unit not in (TimeUnit.SAME_DAY, TimeUnit.IMMEDIATE)
    if counted and not 1 <= amount <= LARGEST_AMOUNT:
        sentence = _("Thời hạn phải là số nguyên từ 1 đến %(largest)s.")
        raise BadLimit({"amount": sentence % {"largest": LARGEST_AMOUNT}})
    received = _wall_clock(received_at)
    restarts = [p.ends_at for p in pauses if p.policy == AfterPause.RESTART and p.ends_at]
    restart = max(restarts, default=None)
    counted_from = received if restart is None else max(received, _wall_clock(restart))
    stretches, paused_since = standing_still(pauses, since=counted_from)
    known = _Known(counted_from, amount, calendar, settings, stretches)
    if time_unit in (TimeUnit.DAY, TimeUnit.MONTH):
        result = _calendar_days(known, time_unit)
    elif time_unit is TimeUnit.WORKING_DAY and policy is Policy.END_OF_DAY:
        result = _working_days(known)
    elif counted:
        result = _working_time(known, _one(time_unit, settings) * amount)
    else:
        result = _at_once(known, time_unit)
    return Due(
        due_at=result.due_at,
        received_at=received,
        counted_from=counted_from,
        starts_at=result.starts_at,
        amount=amount,
        time_unit=time_unit,
        policy=policy,
        last_day=result.last_day,
        restarted=restart is not None,
        shifts=result.shifts,
        paused_since=paused_since,
        settings=settings,
    )


def after_postponement(
    counted: Due,
    *,
    at: datetime,
    to: datetime,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
) -> datetime:
    """When a thing is due for which `to` was promised anew at `at`: moved by the pauses since.

    `counted` is its due time without that promise; a RESTART after it counts the whole limit again
    and voids it.
    """
    promised = _wall_clock(to)
    if any(p.policy == AfterPause.RESTART and p.ends_at and p.ends_at > at for p in pauses):
        return counted.due_at
    stretches, _open = standing_still(pauses, since=_wall_clock(at))
    if not stretches:
        return promised
    unit = counted.time_unit
    if unit in (TimeUnit.SAME_DAY, TimeUnit.IMMEDIATE):
        return max(promised, counted.due_at)
    if unit in (TimeUnit.DAY, TimeUnit.MONTH):
        days = sum((end.date() - begin.date()).days for begin, end in stretches)
        return calendar.closing(calendar.roll(promised.date() + timedelta(days=days)))
    if unit is TimeUnit.WORKING_DAY and counted.policy is Policy.END_OF_DAY:
        days = sum(calendar.working_days_between(b.date(), e.date()) for b, e in stretches)
        return calendar.closing(calendar.add_working_days(promised.date(), days))
    stood = sum((calendar.working_time_between(b, e) for b, e in stretches), timedelta())
    return calendar.add_working_time(promised, stood)


@dataclass(frozen=True, slots=True)
class _Known:
    counted_from: datetime
    amount: int
    calendar: WorkCalendar
    settings: Settings
    stretches: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class _Result:
    due_at: datetime
    starts_at: datetime
    last_day: date | None
    shifts: tuple[Shift, ...]


def _wall_clock(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    if not 1900 <= moment.year <= 9998:
        raise YearNotCovered(moment.year)  # before the conversion can run over the edge
    return local(moment)


def standing_still(
    pauses: Iterable[Pause], *, since: datetime
) -> tuple[tuple[tuple[datetime, datetime], ...], datetime | None]:
    """The closed pauses after `since` as their union, cut where an open one begins; that moment."""
    still = [_wall_clock(pause.begins_at) for pause in pauses if pause.ends_at is None]
    paused_since = min(still, default=None)
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(
        (_wall_clock(p.begins_at), _wall_clock(p.ends_at)) for p in pauses if p.ends_at
    ):
        start, stop = max(begin, since), end if paused_since is None else min(end, paused_since)
        if stop <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return tuple(merged), paused_since


def _one(unit: TimeUnit, settings: Settings) -> timedelta:
    """Working time in one unit."""
    if unit is TimeUnit.MINUTE:
        return timedelta(minutes=1)
    return timedelta(hours=1 if unit is TimeUnit.HOUR else settings.hours_per_day)


def _working_time(known: _Known, limit: timedelta) -> _Result:
    calendar = known.calendar
    starts_at = calendar.next_opening(known.counted_from)
    shifts = tuple(
        Shift(begin, end, time=calendar.working_time_between(begin, end))
        for begin, end in known.stretches
    )
    whole = sum((shift.time for shift in shifts), limit)
    return _Result(calendar.add_working_time(starts_at, whole), starts_at, None, shifts)


def _working_days(known: _Known) -> _Result:
    calendar = known.calendar
    starts_at = calendar.next_opening(known.counted_from)
    shifts = tuple(
        Shift(begin, end, days=calendar.working_days_between(begin.date(), end.date()))
        for begin, end in known.stretches
    )
    count = known.amount + sum(shift.days for shift in shifts)
    last_day = calendar.add_working_days(starts_at.date(), count)
    return _Result(calendar.closing(last_day), starts_at, last_day, shifts)


def _calendar_days(known: _Known, unit: TimeUnit) -> _Result:
    calendar, starts_at = known.calendar, known.counted_from
    shifts = tuple(
        Shift(begin, end, days=(end.date() - begin.date()).days) for begin, end in known.stretches
    )
    if unit is TimeUnit.MONTH:
        last_day = _months_after(starts_at.date(), known.amount)
    else:
        last_day = starts_at.date() + timedelta(days=known.amount)
    last_day += timedelta(days=sum(shift.days for shift in shifts))
    return _Result(calendar.closing(calendar.roll(last_day)), starts_at, last_day, shifts)


def _months_after(day: date, count: int) -> date:
    """The same day number `count` months later, else the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if year > 9998:
        raise YearNotCovered(year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _at_once(known: _Known, unit: TimeUnit) -> _Result:
    calendar, settings = known.calendar, known.settings
    shifts = tuple(Shift(begin, end) for begin, end in known.stretches)
    starts_at = calendar.next_opening(shifts[-1].ends_at if shifts else known.counted_from)
    if unit is TimeUnit.IMMEDIATE:
        return _Result(calendar.half_day_end(starts_at), starts_at, None, shifts)
    last_day = starts_at.date()
    if _past_cutoff(starts_at, settings):
        last_day = calendar.add_working_days(last_day, 1)
    return _Result(calendar.closing(last_day), starts_at, last_day, shifts)


def _past_cutoff(moment: datetime, settings: Settings) -> bool:
    at = moment.time()
    return at > settings.cutoff or (at == settings.cutoff and settings.cutoff_counts_as_after)
