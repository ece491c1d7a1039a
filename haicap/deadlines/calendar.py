"""The legal working calendar as a plain value: which days are worked, which hours, and why not.

Days and hours are Vietnamese wall-clock time (UTC+7 all year). Spans are half-open: an arrival
exactly at 12:00 lies outside. What would need a year without calendar rows raises YearNotCovered.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from haicap.kernel.clock import VIETNAM, local
from haicap.kernel.errors import Refusal

_MINUTE: Final = 60_000_000
_TICK: Final = timedelta(microseconds=1)


class YearNotCovered(Refusal):
    """Holidays of a year are not entered yet: a due time there is refused, not guessed."""

    status = 422

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            _("Chưa có lịch nghỉ và làm bù của năm %(year)s nên chưa tính được hạn.")
            % {"year": year}
        )


class DayKind(StrEnum):
    """What a row of the day table says."""

    OFF = "off"
    WORKING = "working"


class Confidence(StrEnum):
    """How sure a row is: read in a source, general knowledge, or still open."""

    SOURCED = "sourced"
    KNOWN = "known"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One exception of the calendar: a day off that would be worked, or a make-up day (làm bù).

    `swapped_with` is the day a make-up day replaces: it is worked with that weekday's hours.
    """

    kind: DayKind
    name: str
    basis: str = ""
    confidence: Confidence = Confidence.SOURCED
    swapped_with: date | None = None

    @property
    def unsure(self) -> bool:
        return self.confidence is Confidence.UNSURE


class Span(NamedTuple):
    """Working time within one day, [start, end), in microseconds after midnight."""

    start: int
    end: int


Hours = tuple[Span, ...]


def hours(text: str) -> Hours:
    """Spans from "08:00-12:00,13:00-17:00"; ValueError when they overlap or run backwards."""
    spans = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        start, dash, end = part.partition("-")
        if not dash:
            raise ValueError(f"not a span of hours: {part!r}")
        spans.append(Span(_clock(start), _clock(end)))
    edges = [edge for span in spans for edge in span]
    if any(left >= right for left, right in pairwise(edges)):
        raise ValueError(f"hours must follow one another: {text!r}")
    return tuple(spans)


def _clock(text: str) -> int:
    at = time.fromisoformat(text.strip())
    return (at.hour * 60 + at.minute) * _MINUTE


class _Index(NamedTuple):
    """All working days of the covered years; the working microseconds before and through each."""

    days: list[int]
    before: list[int]
    through: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """One version of the calendar: `hours` by weekday (Monday 0), `rows` of exceptions, `years`."""

    hours: Mapping[int, Hours]
    rows: Mapping[date, DayRow]
    years: frozenset[int]
    label: str = ""
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        days, before, through = [], [], []
        total = 0
        for year in sorted(self.years):
            for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
                worked = sum(
                    end - start for start, end in self._hours_on(date.fromordinal(ordinal))
                )
                if worked:
                    days.append(ordinal)
                    before.append(total)
                    total += worked
                    through.append(total)
        object.__setattr__(self, "_index", _Index(days, before, through))

    # --- questions about a day ------------------------------------------------------------------

    def _hours_on(self, day: date) -> Hours:
        row = self.rows.get(day)
        if row is None:
            return self.hours.get(day.weekday(), ())
        if row.kind is DayKind.OFF:
            return ()
        return self.hours.get((row.swapped_with or day).weekday(), ()) or self.hours.get(0, ())

    def _cover(self, first: int, last: int) -> None:
        for year in range(first, last + 1):
            if year not in self.years:
                raise YearNotCovered(year)

    def hours_on(self, day: date) -> Hours:
        """Working spans of `day`, none on a day off."""
        self._cover(day.year, day.year)
        return self._hours_on(day)

    def is_working(self, day: date) -> bool:
        """Whether `day` has any working time."""
        return bool(self.hours_on(day))

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Working spans of `day` as moments."""
        return tuple((_moment(day, start), _moment(day, end)) for start, end in self.hours_on(day))

    def closing(self, day: date) -> datetime:
        """When the last span of a working day ends. ValueError on a day off."""
        spans = self.hours_on(day)
        if not spans:
            raise ValueError(f"{day} is no working day")
        return _moment(day, spans[-1].end)

    def roll(self, day: date) -> date:
        """`day` itself when it is worked, else the next working day."""
        return self._nth_from(bisect_left(self._index.days, day.toordinal()), since=day.year)

    # --- counting working days ------------------------------------------------------------------

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which is not counted; `count` is 1 or more."""
        if count < 1:
            raise ValueError("count working days from one on")
        place = bisect_right(self._index.days, day.toordinal())
        return self._nth_from(place + count - 1, since=day.year)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days d have start < d <= end; 0 when end is not after start."""
        if end <= start:
            return 0
        self._cover(start.year, end.year)
        days = self._index.days
        return bisect_right(days, end.toordinal()) - bisect_right(days, start.toordinal())

    def _nth_from(self, place: int, *, since: int) -> date:
        days = self._index.days
        if since not in self.years:
            raise YearNotCovered(since)
        if place >= len(days):
            raise YearNotCovered(self._first_gap(since))
        found = date.fromordinal(days[place])
        self._cover(since, found.year)
        return found

    def _first_gap(self, year: int) -> int:
        while year in self.years:
            year += 1
        return year

    # --- counting working time ------------------------------------------------------------------

    def next_opening(self, moment: datetime) -> datetime:
        """`moment` itself inside working time, else the next moment that is."""
        at = local(moment)
        day, tick = at.date(), _ticks_into(at)
        for start, end in self.hours_on(day):
            if tick < start:
                return _moment(day, start)
            if tick < end:
                return at
        opening = self.add_working_days(day, 1)
        return _moment(opening, self._hours_on(opening)[0].start)

    def half_day_end(self, moment: datetime) -> datetime:
        """The end of the span in which `moment` lies. ValueError outside working time."""
        at = local(moment)
        tick = _ticks_into(at)
        for start, end in self.hours_on(at.date()):
            if start <= tick < end:
                return _moment(at.date(), end)
        raise ValueError(f"{at} is outside working time")

    def add_working_time(self, moment: datetime, amount: timedelta) -> datetime:
        """The moment at which `amount` of working time after `moment` is used up.

        What is used up exactly when a span ends is due then, not at the next opening.
        """
        at = local(moment)
        if amount <= timedelta():
            return at
        self._cover(at.year, at.year)
        target = self._worked_before(at) + amount // _TICK
        place = bisect_left(self._index.through, target)
        day = self._nth_from(place, since=at.year)
        left = target - self._index.before[place]
        for start, end in self._hours_on(day):
            if left <= end - start:
                return _moment(day, start + left)
            left -= end - start
        raise AssertionError("the index and the hours of a day disagree")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time in [start, end); nothing when end is not after start."""
        first, last = local(start), local(end)
        if last <= first:
            return timedelta()
        self._cover(first.year, last.year)
        return (self._worked_before(last) - self._worked_before(first)) * _TICK

    def _worked_before(self, at: datetime) -> int:
        """Working microseconds of the covered years before `at`."""
        days, before, through = self._index
        ordinal = at.toordinal()
        place = bisect_left(days, ordinal)
        if place == len(days):
            return through[-1] if through else 0
        worked = before[place]
        if days[place] == ordinal:
            tick = _ticks_into(at)
            for start, end in self._hours_on(at.date()):
                worked += min(max(tick - start, 0), end - start)
        return worked

    # --- for explanations -----------------------------------------------------------------------

    def exceptions(self, start: date, end: date) -> Iterable[tuple[date, DayRow]]:
        """Rows of the days d with start < d <= end, in order."""
        return sorted((day, row) for day, row in self.rows.items() if start < day <= end)


def _ticks_into(at: datetime) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def _moment(day: date, tick: int) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    return midnight + timedelta(microseconds=tick)
