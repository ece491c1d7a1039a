"""Reading calendars and clocks back, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from haicap.deadlines.calendar import Confidence, DayKind, DayRow, WorkCalendar, hours
from haicap.deadlines.due import (
    AfterPause,
    Due,
    Pause,
    Policy,
    TimeUnit,
    after_postponement,
    due_at,
)
from haicap.deadlines.explain import PromisedAnew, sentences
from haicap.deadlines.models import Calendar, Clock
from haicap.kernel.errors import Missing, Refusal

CITY_CALENDAR: Final = "Lịch làm việc"


class NoCalendar(Refusal):
    """No version of the calendar holds on that day."""


class NoClock(Missing):
    """The thing has no legal time running or run."""


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A published version, ready to count with."""

    id: int
    number: int
    name: str
    valid_from: date
    calendar: WorkCalendar


@dataclass(frozen=True, slots=True)
class PauseView:
    """A stop of a clock; open while `ends_at` is None."""

    id: int
    kind: str
    begins_at: datetime
    ends_at: datetime | None
    policy: AfterPause
    basis: str
    document: str
    decided_by: int | None


@dataclass(frozen=True, slots=True)
class DueChangeView:
    """The due time moved; `due_before` is None when it was first given.

    `kind`: STARTED, POSTPONED, or the kind of the pause that moved it.
    """

    at: datetime
    due_before: datetime | None
    due_after: datetime
    basis: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ClockView:
    """The legal time of one thing: what was promised first, what holds now, and every stop."""

    ref: str
    calendar_id: int
    started_at: datetime
    amount: int
    time_unit: TimeUnit
    policy: Policy
    due_original: datetime
    due_current: datetime
    paused_since: datetime | None
    finished_at: datetime | None
    postponed_at: datetime | None = None
    postponed_to: datetime | None = None
    pauses: tuple[PauseView, ...] = ()
    changes: tuple[DueChangeView, ...] = ()


# --- calendars ----------------------------------------------------------------------------------


def calendar_at(*, day: date, name: str = CITY_CALENDAR) -> CalendarView:
    """The version that holds on `day`: the highest number valid from then or before. NoCalendar."""
    found = (
        Calendar.objects.filter(name=name, valid_from__lte=day)
        .order_by("-number")
        .values_list("id", flat=True)
        .first()
    )
    if found is None:
        raise NoCalendar(_("Chưa có lịch làm việc nào được ban hành cho ngày này."))
    return calendar_by_id(found)


@lru_cache(maxsize=32)
def calendar_by_id(calendar_id: int) -> CalendarView:
    """One version. Kept for good once read: a published calendar never changes (trigger)."""
    row = Calendar.objects.get(pk=calendar_id)
    return CalendarView(
        id=row.pk,
        number=row.number,
        name=row.name,
        valid_from=row.valid_from,
        calendar=WorkCalendar(
            hours={
                int(weekday): hours(",".join(f"{start}-{end}" for start, end in spans))
                for weekday, spans in row.hours.items()
            },
            rows={date.fromisoformat(day): _day_row(facts) for day, facts in row.days.items()},
            years=frozenset(row.years),
            label=f"{row.name} {row.number}",
        ),
    )


def _day_row(facts: Mapping[str, Any]) -> DayRow:
    swapped = facts.get("swapped_with")
    return DayRow(
        kind=DayKind(facts["kind"]),
        name=facts["name"],
        basis=facts.get("basis", ""),
        confidence=Confidence(facts.get("confidence", Confidence.SOURCED)),
        swapped_with=date.fromisoformat(swapped) if swapped else None,
    )


# --- clocks -------------------------------------------------------------------------------------


def clock_of(ref: str) -> ClockView:
    """The clock of `ref` with its pauses and every change of its due time. NoClock."""
    clock = Clock.objects.filter(ref=ref).first()
    if clock is None:
        raise NoClock(_("Chưa có thời hạn nào được tính."))
    return view_of(clock, pauses=pauses_of(clock), changes=_changes_of(clock))


def view_of(
    clock: Clock, *, pauses: Sequence[PauseView] = (), changes: Sequence[DueChangeView] = ()
) -> ClockView:
    """A row as a value."""
    return ClockView(
        ref=clock.ref,
        calendar_id=clock.calendar_id,
        started_at=clock.started_at,
        amount=clock.amount,
        time_unit=TimeUnit(clock.time_unit),
        policy=Policy(clock.policy),
        due_original=clock.due_original,
        due_current=clock.due_current,
        paused_since=clock.paused_since,
        finished_at=clock.finished_at,
        postponed_at=clock.postponed_at,
        postponed_to=clock.postponed_to,
        pauses=tuple(pauses),
        changes=tuple(changes),
    )


def pauses_of(clock: Clock) -> list[PauseView]:
    """Stops of a clock, oldest first."""
    return [
        PauseView(
            id=row.pk,
            kind=row.kind,
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            policy=AfterPause(row.policy),
            basis=row.basis,
            document=row.document,
            decided_by=row.decided_by,
        )
        for row in clock.pauses.order_by("begins_at", "id")
    ]


def _changes_of(clock: Clock) -> list[DueChangeView]:
    rows = clock.changes.order_by("id").values_list(
        "at", "due_before", "due_after", "basis", "pause__kind"
    )
    return [
        DueChangeView(at, before, after, basis, kind or ("POSTPONED" if before else "STARTED"))
        for at, before, after, basis, kind in rows
    ]


def due_of(clock: ClockView, *, calendar: WorkCalendar) -> Due:
    """The due time of a clock counted again, from its arrival and all its pauses."""
    return due_at(
        received_at=clock.started_at,
        amount=clock.amount,
        time_unit=clock.time_unit,
        policy=clock.policy,
        calendar=calendar,
        pauses=_stops(clock),
    )


def due_now_of(clock: ClockView, *, calendar: WorkCalendar) -> datetime:
    """The due time that holds: counted, or newly promised and moved by the pauses since."""
    counted = due_of(clock, calendar=calendar)
    if clock.postponed_at is None or clock.postponed_to is None:
        return counted.due_at
    return after_postponement(
        counted, at=clock.postponed_at, to=clock.postponed_to, calendar=calendar,
        pauses=_stops(clock),
    )  # fmt: skip


def _stops(clock: ClockView) -> list[Pause]:
    return [Pause(p.begins_at, p.ends_at, p.policy) for p in clock.pauses]


def explain(
    *,
    ref: str | None = None,
    due: Due | None = None,
    calendar: WorkCalendar | None = None,
    language: str = "vi",
) -> list[str]:
    """A due time in sentences: of the clock of `ref`, or of a `due` counted with `calendar`."""
    promised = None
    if ref is not None:
        clock = clock_of(ref)
        calendar = calendar_by_id(clock.calendar_id).calendar
        due = due_of(clock, calendar=calendar)
        promised = _promised_anew(clock)
    if due is None or calendar is None:
        raise ValueError("explain needs a ref, or a due time and its calendar")
    return list(sentences(due=due, calendar=calendar, promised=promised, language=language))


def _promised_anew(clock: ClockView) -> PromisedAnew | None:
    if clock.postponed_at is None or clock.postponed_to is None:
        return None
    return PromisedAnew(clock.postponed_at, clock.postponed_to, clock.due_current)
