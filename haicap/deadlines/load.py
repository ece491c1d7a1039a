"""Loading: the first calendar of an installation from a file, and whole lives of clocks in bulk."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.db import transaction

from haicap.deadlines import due as counting
from haicap.deadlines.actions import STARTED, hours_json, publish_calendar, rows_json
from haicap.deadlines.calendar import Confidence, DayKind, DayRow, Hours, hours
from haicap.deadlines.due import AfterPause as AfterPause
from haicap.deadlines.due import Policy, TimeUnit
from haicap.deadlines.models import Calendar, Clock, DueChange, Pause
from haicap.deadlines.queries import (
    CITY_CALENDAR,
    CalendarView,
    ClockView,
    calendar_by_id,
    view_of,
)
from haicap.kernel.actor import Actor, system

HOLIDAYS: Final = Path(__file__).resolve().parents[1] / "data" / "holidays_vn.csv"
OFFICE_HOURS: Final[Mapping[int, Hours]] = {
    weekday: hours("08:00-12:00,13:00-17:00") for weekday in range(5)
}
LOADER: Final = system("load-calendar")


def read_rows(path: Path) -> dict[date, DayRow]:
    """The day table of a file: date, name, kind, swapped_with, basis, confidence."""
    with path.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): _row(row) for row in csv.DictReader(file)}


def _row(row: Mapping[str, str]) -> DayRow:
    swapped = row["swapped_with"]
    return DayRow(
        kind=DayKind.WORKING if row["kind"] == "swap_work" else DayKind.OFF,
        name=row["name"],
        basis=row["basis"],
        confidence=Confidence(row["confidence"]),
        swapped_with=date.fromisoformat(swapped) if swapped else None,
    )


@transaction.atomic
def load_calendar(*, path: Path = HOLIDAYS, by: Actor = LOADER, at: datetime) -> CalendarView:
    """Publish the days of a file with office hours, valid from its first year on.

    Safe to repeat: when the latest version says the same already, that one is returned.
    """
    rows = read_rows(path)
    latest = Calendar.objects.filter(name=CITY_CALENDAR).order_by("-number").first()
    if (
        latest is not None
        and latest.days == rows_json(rows)
        and latest.hours == hours_json(OFFICE_HOURS)
    ):
        return calendar_by_id(latest.pk)
    first = date(min(rows).year, 1, 1)
    return publish_calendar(hours=OFFICE_HOURS, rows=rows, valid_from=first, by=by, at=at)


@dataclass(frozen=True, slots=True)
class PastPause:
    """A stop of a clock that is loaded: as `pause` and `resume` would have written it."""

    kind: str
    begins_at: datetime
    basis: str
    ends_at: datetime | None = None
    policy: AfterPause = AfterPause.RESUME
    document: str = ""
    decided_by: int | None = None


@dataclass(frozen=True, slots=True)
class PastClock:
    """The life of one clock that is loaded. Pauses follow one another, the last may be open."""

    ref: str
    received_at: datetime
    started_at: datetime  # when the verb ran (its `at`)
    amount: int
    time_unit: TimeUnit
    policy: Policy
    calendar_id: int
    pauses: tuple[PastPause, ...] = ()
    finished_at: datetime | None = None


@transaction.atomic
def load_clocks(clocks: Sequence[PastClock]) -> dict[str, ClockView]:
    """Write many clocks at once, row for row as the verbs would have; the views by ref, no pauses.

    Refuses what the verbs refuse of the limit and the years; the order of moments is the caller's.
    """
    lives = [(life, dues_of(life)) for life in clocks]
    rows = Clock.objects.bulk_create(
        [_clock_row(life, dues) for life, dues in lives], batch_size=1000
    )
    pauses: list[Pause] = []
    changes: list[DueChange] = []
    for row, (life, dues) in zip(rows, lives, strict=True):
        before = dues[0]
        changes.append(
            DueChange(
                clock=row, at=life.started_at, due_before=None, due_after=before, basis=STARTED
            )
        )
        for stop, due in zip(life.pauses, dues[1:], strict=True):
            pause = _pause_row(row, stop)
            pauses.append(pause)
            if stop.ends_at is not None and due != before:
                changes.append(
                    DueChange(
                        clock=row,
                        at=stop.ends_at,
                        due_before=before,
                        due_after=due,
                        basis=stop.basis,
                        pause=pause,
                    )
                )
            before = due
    Pause.objects.bulk_create(pauses, batch_size=1000)
    DueChange.objects.bulk_create(changes, batch_size=1000)
    return {row.ref: view_of(row) for row in rows}


@lru_cache(maxsize=20_000)
def dues_of(life: PastClock) -> tuple[datetime, ...]:
    """The due time at the start and after each pause, oldest first."""
    calendar = calendar_by_id(life.calendar_id).calendar
    stops = [counting.Pause(p.begins_at, p.ends_at, p.policy) for p in life.pauses]
    return tuple(
        counting.due_at(
            received_at=life.received_at,
            amount=life.amount,
            time_unit=life.time_unit,
            policy=life.policy,
            calendar=calendar,
            pauses=stops[:count],
        ).due_at
        for count in range(len(stops) + 1)
    )


def _clock_row(life: PastClock, dues: Sequence[datetime]) -> Clock:
    standing = life.pauses[-1] if life.pauses and life.pauses[-1].ends_at is None else None
    return Clock(
        ref=life.ref,
        calendar_id=life.calendar_id,
        started_at=life.received_at,
        amount=life.amount,
        time_unit=TimeUnit(life.time_unit).value,
        policy=Policy(life.policy).value,
        due_original=dues[0],
        due_current=dues[-1],
        paused_since=standing.begins_at if standing else None,
        finished_at=life.finished_at,
    )


def _pause_row(clock: Clock, stop: PastPause) -> Pause:
    return Pause(
        clock=clock,
        kind=stop.kind,
        begins_at=stop.begins_at,
        ends_at=stop.ends_at,
        policy=AfterPause(stop.policy).value,
        basis=stop.basis,
        document=stop.document,
        decided_by=stop.decided_by,
    )
