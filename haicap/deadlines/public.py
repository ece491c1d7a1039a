"""The deadlines' door: when a thing is due, how it stands, and why.

Counting is pure (`due_at`, `judge`, `time_left`, `explain` of a due time); it needs a calendar, and
a year without published holidays is refused, not guessed. A clock belongs to one thing by its ref
and pins its calendar version: `start_clock`, `pause`, `resume`, `postpone`, `finish` run inside
the caller's transaction and leave a row for every change; `explain(ref=…)` says the due time in
sentences.
"""

from haicap.deadlines.actions import (
    finish,
    pause,
    postpone,
    publish_calendar,
    resume,
    start_clock,
)
from haicap.deadlines.due import Policy, TimeUnit, due_at
from haicap.deadlines.queries import calendar_at, calendar_by_id, clock_of, explain
from haicap.deadlines.verdict import judge, time_left

__all__ = [
    "Policy",
    "TimeUnit",
    "calendar_at",
    "calendar_by_id",
    "clock_of",
    "due_at",
    "explain",
    "finish",
    "judge",
    "pause",
    "postpone",
    "publish_calendar",
    "resume",
    "start_clock",
    "time_left",
]
