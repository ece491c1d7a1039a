"""When things happen: opening hours, how long people take, when citizens sit at their screens."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from haicap.kernel.clock import VIETNAM, day_of, local

# How many people send something in each hour of the day, from home.
BY_HOUR: Final = (
    1, 0, 0, 0, 0, 1, 3, 7, 14, 16, 15, 9, 6, 8, 13, 14, 12, 8, 6, 7, 9, 9, 6, 3,
)  # fmt: skip
WEEKEND: Final = 0.45  # of a weekday's, from home


def jitter(chance: Random) -> timedelta:
    """Nobody presses a button at a full second."""
    return timedelta(microseconds=chance.randrange(1, 1_000_000))


@dataclass(slots=True)
class Month:
    """A stretch [begin, end) of days with the moments at which things are handed in."""

    begin: datetime
    end: datetime
    hours: Any  # the working calendar
    _days: list[date] = field(default_factory=list)
    _sums: list[float] = field(default_factory=list)
    _worked: list[date] = field(default_factory=list)

    def __post_init__(self) -> None:
        day, last, total = day_of(self.begin), day_of(self.end), 0.0
        while day <= last:
            total += 1.0 if day.weekday() < 5 else WEEKEND
            self._days.append(day)
            self._sums.append(total)
            if self.hours.is_working(day):
                self._worked.append(day)
            day += timedelta(days=1)

    def from_home(self, chance: Random) -> datetime:
        """A moment at which somebody submits online."""
        for _try in range(60):
            day = self._days[bisect_right(self._sums, chance.random() * self._sums[-1])]
            hour = chance.choices(range(24), BY_HOUR)[0]
            moment = _moment(day, hour * 3600 + chance.randrange(3600), chance)
            if self.begin <= moment < self.end:
                return moment
        return self.end - timedelta(seconds=chance.randrange(60, 600))

    def at_counter(self, chance: Random) -> datetime:
        """A moment at which a counter is open, mornings before afternoons."""
        for _try in range(60):
            if not self._worked:
                break
            day = chance.choice(self._worked)
            begin, end = chance.choices(self.hours.spans(day), self._weights(day))[0]
            seconds = (end - begin).total_seconds() - 600
            into = timedelta(seconds=60 + seconds * chance.betavariate(1.2, 1.6))
            moment: datetime = begin + into + jitter(chance)
            if self.begin <= moment < self.end:
                return moment
        return back(self.hours, self.end, minutes=chance.randrange(5, 60)) + jitter(chance)

    def _weights(self, day: date) -> tuple[float, ...]:
        spans = self.hours.spans(day)
        return (6.0, *(4.0 for _span in spans[1:]))


def _moment(day: date, second: int, chance: Random) -> datetime:
    midnight = datetime.combine(day, time(), VIETNAM)
    return midnight + timedelta(seconds=second) + jitter(chance)


def after(hours: Any, moment: datetime, minutes: float, chance: Random) -> datetime:
    """The moment after so many minutes of office hours, always a little later than `moment`."""
    opening: datetime = hours.next_opening(moment)
    found: datetime = hours.add_working_time(opening, timedelta(minutes=max(minutes, 0.2)))
    return found + jitter(chance)


def between(hours: Any, start: datetime, end: datetime) -> float:
    """Minutes of office hours between two moments."""
    found: timedelta = hours.working_time_between(start, end)
    return found.total_seconds() / 60


def back(hours: Any, moment: datetime, *, minutes: float) -> datetime:
    """The moment in office hours from which on so many minutes of them were worked until then."""
    left = timedelta(minutes=minutes)
    day = local(moment).date()
    while True:
        for begin, end in reversed(hours.spans(day)):
            stop = min(end, moment)
            if stop <= begin:
                continue
            if stop - begin >= left:
                found: datetime = stop - left
                return found
            left -= stop - begin
        day -= timedelta(days=1)
