"""The calendar the tests count with: Hà Nội's holidays 2024-2027, office hours, as plain values."""

from __future__ import annotations

from datetime import datetime

from haicap.deadlines.calendar import WorkCalendar
from haicap.deadlines.load import HOLIDAYS, OFFICE_HOURS, read_rows
from haicap.kernel.clock import VIETNAM

ROWS = read_rows(HOLIDAYS)
HANOI = WorkCalendar(
    hours=OFFICE_HOURS,
    rows=ROWS,
    years=frozenset(day.year for day in ROWS),
    label="kiểm thử",
)


def t(text: str) -> datetime:
    """A Vietnamese moment from "2026-03-02 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
