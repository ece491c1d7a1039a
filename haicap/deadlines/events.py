"""Facts of the calendar. What happens to a clock is told by the verb that moved its thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPublished:  # nobody reacts (clocks keep the version they were started with)
    """A version of the working calendar holds from a day on."""

    calendar: int
    number: int
    years: tuple[int, ...]
    valid_from: str
