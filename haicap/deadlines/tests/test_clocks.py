"""Clocks in the database: started, stopped, let go on, ended; rows that only grow."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from haicap.deadlines import public as deadlines
from haicap.deadlines.actions import ClockRefused
from haicap.deadlines.calendar import DayKind, DayRow, YearNotCovered
from haicap.deadlines.due import BadLimit
from haicap.deadlines.load import OFFICE_HOURS, PastClock, PastPause, load_calendar, load_clocks
from haicap.deadlines.models import Clock, DueChange, Pause
from haicap.deadlines.queries import CalendarView, ClockView, NoClock, due_of
from haicap.deadlines.tests.calendars import HANOI, ROWS, t
from haicap.kernel.actor import Actor, ActorKind, system

pytestmark = pytest.mark.django_db

MINH = Actor(kind=ActorKind.STAFF, person=7, name="Minh")
REF = "dossiers.Dossier:42"
BASIS = "Nghị định 61/2018/NĐ-CP, Điều 17"
WD, END = deadlines.TimeUnit.WORKING_DAY, deadlines.Policy.END_OF_DAY


@pytest.fixture
def calendar() -> CalendarView:
    return load_calendar(at=t("2026-01-05 08:00"))


def start(
    calendar: CalendarView,
    *,
    ref: str = REF,
    received: str = "2026-03-02 10:00",
    amount: int = 5,
    unit: str = WD,
    policy: str = END,
) -> ClockView:
    return deadlines.start_clock(
        ref=ref,
        received_at=t(received),
        amount=amount,
        time_unit=unit,
        policy=policy,
        calendar_id=calendar.id,
        by=MINH,
        at=t(received),
    )


def stop(at: str, *, policy: str = "RESUME", ref: str = REF, basis: str = BASIS) -> ClockView:
    return deadlines.pause(
        ref=ref, kind="SUPPLEMENT", basis=basis, document="x", policy=policy, by=MINH, at=t(at)
    )


def go_on(at: str, ref: str = REF) -> ClockView:
    return deadlines.resume(ref=ref, by=MINH, at=t(at))


def test_a_clock_starts_with_its_due_time_and_first_row(calendar: CalendarView) -> None:
    clock = start(calendar)
    assert clock.due_original == clock.due_current == t("2026-03-09 17:00")
    kept = deadlines.clock_of(REF)
    assert (kept.due_current, kept.calendar_id) == (t("2026-03-09 17:00"), calendar.id)
    [change] = kept.changes
    assert (change.due_before, change.due_after) == (None, t("2026-03-09 17:00"))


def test_one_thing_has_one_clock_ever(calendar: CalendarView) -> None:
    start(calendar)
    with pytest.raises(ClockRefused):
        start(calendar)
    assert DueChange.objects.count() == 1


def test_a_pause_shifts_the_due_time_only_when_it_ends(calendar: CalendarView) -> None:
    start(calendar)
    paused = stop("2026-03-04 10:00")
    assert (paused.due_current, paused.paused_since) == (
        t("2026-03-09 17:00"),
        t("2026-03-04 10:00"),
    )
    clock = go_on("2026-03-06 15:00")
    assert clock.paused_since is None
    assert (clock.due_original, clock.due_current) == (t("2026-03-09 17:00"), t("2026-03-11 17:00"))
    change = deadlines.clock_of(REF).changes[-1]
    assert (change.due_before, change.due_after, change.basis) == (
        t("2026-03-09 17:00"),
        t("2026-03-11 17:00"),
        BASIS,
    )
    [pause] = clock.pauses
    assert (pause.kind, pause.document, pause.decided_by) == ("SUPPLEMENT", "x", 7)


def test_a_pause_within_one_day_moves_nothing_and_leaves_no_change(calendar: CalendarView) -> None:
    start(calendar)
    stop("2026-03-04 10:00")
    assert go_on("2026-03-04 15:00").due_current == t("2026-03-09 17:00")
    assert DueChange.objects.count() == 1


def test_the_sum_of_the_pauses_is_the_shift_of_the_due_time(calendar: CalendarView) -> None:
    start(calendar)
    for begin, end in [
        ("2026-03-03 10:00", "2026-03-04 10:00"),
        ("2026-03-06 10:00", "2026-03-09 10:00"),
        ("2026-03-09 10:00", "2026-03-12 10:00"),
    ]:
        stop(begin)
        go_on(end)
    clock = deadlines.clock_of(REF)
    shifts = due_of(clock, calendar=HANOI).shifts
    moved = HANOI.working_days_between(clock.due_original.date(), clock.due_current.date())
    assert sum(shift.days for shift in shifts) == moved == 5
    first, *later = clock.changes
    assert first.due_after == clock.due_original
    assert [change.due_before for change in later] == [c.due_after for c in clock.changes[:-1]]
    assert clock.changes[-1].due_after == clock.due_current


@pytest.mark.parametrize(
    ("amount", "unit", "policy"),
    [(5, WD, "END_OF_DAY"), (3, WD, "CLOCK_HOURS"), (20, "HOUR", "END_OF_DAY"),
     (10, "DAY", "END_OF_DAY"), (1, "MONTH", "END_OF_DAY"), (1, "SAME_DAY", "END_OF_DAY")],
)  # fmt: skip
def test_what_is_kept_equals_the_pure_function_of_the_pinned_version(
    calendar: CalendarView, amount: int, unit: str, policy: str
) -> None:
    start(calendar, amount=amount, unit=unit, policy=policy)
    stop("2026-03-03 10:20")
    clock = go_on("2026-03-06 09:40")
    version = deadlines.calendar_by_id(clock.calendar_id).calendar
    assert clock.due_current == due_of(clock, calendar=version).due_at
    assert deadlines.explain(ref=REF)[-1].startswith("Hạn trả kết quả:")


def test_a_restart_counts_the_whole_limit_again(calendar: CalendarView) -> None:
    start(calendar)
    stop("2026-03-03 10:00", policy="RESTART")
    clock = go_on("2026-03-05 14:00")
    assert clock.due_current == t("2026-03-12 17:00")
    assert any("tính lại từ đầu" in line for line in deadlines.explain(ref=REF))
    assert any("counted again" in line for line in deadlines.explain(ref=REF, language="en"))


def test_a_clock_that_stands_still_is_not_stopped_again(calendar: CalendarView) -> None:
    start(calendar)
    stop("2026-03-04 10:00")
    with pytest.raises(ClockRefused):
        stop("2026-03-05 10:00")
    go_on("2026-03-05 10:00")
    with pytest.raises(ClockRefused):
        go_on("2026-03-05 11:00")


def test_a_pause_needs_its_ground_and_its_order_in_time(calendar: CalendarView) -> None:
    start(calendar)
    with pytest.raises(ClockRefused):
        stop("2026-03-04 10:00", basis="  ")
    with pytest.raises(ClockRefused):
        stop("2026-03-02 09:59")
    stop("2026-03-04 10:00")
    with pytest.raises(ClockRefused):
        go_on("2026-03-04 09:00")
    with pytest.raises(ValueError, match="SIGNATURE"):
        deadlines.pause(ref=REF, kind="SIGNATURE", basis=BASIS, by=MINH, at=t("2026-03-04 10:00"))


def test_an_ended_clock_stays_ended(calendar: CalendarView) -> None:
    start(calendar)
    clock = deadlines.finish(ref=REF, by=MINH, at=t("2026-03-06 10:00"))
    assert clock.finished_at == t("2026-03-06 10:00")
    with pytest.raises(ClockRefused):
        deadlines.finish(ref=REF, by=MINH, at=t("2026-03-06 11:00"))
    with pytest.raises(ClockRefused):
        stop("2026-03-06 11:00")


def test_a_clock_never_ends_before_it_began(calendar: CalendarView) -> None:
    start(calendar)
    with pytest.raises(ClockRefused):
        deadlines.finish(ref=REF, by=MINH, at=t("2026-03-01 10:00"))


def test_an_end_closes_an_open_pause(calendar: CalendarView) -> None:
    start(calendar)
    stop("2026-03-04 10:00")
    clock = deadlines.finish(ref=REF, by=MINH, at=t("2026-03-05 10:00"))
    assert (clock.paused_since, clock.due_current) == (None, t("2026-03-10 17:00"))
    assert not Pause.objects.filter(ends_at=None).exists()


def test_what_has_no_clock_says_so() -> None:
    for ask in (
        lambda: deadlines.clock_of("dossiers.Dossier:0"),
        lambda: deadlines.resume(ref="dossiers.Dossier:0", by=MINH, at=t("2026-03-05 10:00")),
        lambda: deadlines.explain(ref="dossiers.Dossier:0"),
    ):
        with pytest.raises(NoClock):
            ask()


def test_a_senseless_limit_leaves_no_clock(calendar: CalendarView) -> None:
    with pytest.raises(BadLimit):
        start(calendar, amount=0)
    with pytest.raises(YearNotCovered):
        start(calendar, received="2027-12-30 10:00")
    assert not Clock.objects.exists()


def test_a_pause_past_the_known_years_takes_the_newer_calendar(calendar: CalendarView) -> None:
    start(calendar, received="2027-12-20 10:00", amount=5)
    stop("2027-12-22 10:00")
    with pytest.raises(YearNotCovered), transaction.atomic():
        go_on("2028-01-05 10:00")
    assert Pause.objects.get().ends_at is None
    newer = deadlines.publish_calendar(
        hours=OFFICE_HOURS,
        rows={**ROWS, date(2028, 1, 3): DayRow(DayKind.OFF, "Tết Dương lịch (nghỉ bù)")},
        valid_from=date(2028, 1, 1),
        by=system("test"),
        at=t("2027-12-31 08:00"),
    )
    clock = go_on("2028-01-05 10:00")
    assert clock.calendar_id == newer.id
    assert clock.due_current == due_of(clock, calendar=newer.calendar).due_at
    assert clock.due_current == t("2028-01-06 17:00") + timedelta(days=4)


def test_a_new_calendar_leaves_running_clocks_as_they_were(calendar: CalendarView) -> None:
    start(calendar)
    deadlines.publish_calendar(
        hours=OFFICE_HOURS,
        rows={**ROWS, date(2026, 3, 5): DayRow(DayKind.OFF, "Nghỉ đột xuất")},
        valid_from=date(2026, 3, 3),
        by=system("test"),
        at=t("2026-03-03 08:00"),
    )
    stop("2026-03-03 10:00")
    assert go_on("2026-03-04 10:00").due_current == t("2026-03-10 17:00")
    later = deadlines.calendar_at(day=date(2026, 3, 3))
    assert start(later, ref="dossiers.Dossier:43").due_current == t("2026-03-10 17:00")


# --- the database guards ------------------------------------------------------------------------


def refused_by_the_database(act: object) -> bool:
    try:
        with transaction.atomic():
            act()  # type: ignore[operator]
    except (DatabaseError, IntegrityError):
        return True
    return False


def test_the_database_refuses_to_rewrite_the_past(calendar: CalendarView) -> None:
    start(calendar)
    stop("2026-03-04 10:00")
    go_on("2026-03-06 15:00")
    pause = Pause.objects.get()
    later = t("2026-03-09 10:00")
    assert refused_by_the_database(lambda: DueChange.objects.update(due_after=later))
    assert refused_by_the_database(lambda: DueChange.objects.all().delete())
    assert refused_by_the_database(lambda: Pause.objects.update(ends_at=later))
    assert refused_by_the_database(lambda: Pause.objects.update(basis="khác"))
    assert refused_by_the_database(lambda: type(pause).objects.filter(pk=pause.pk).delete())


def test_the_database_refuses_a_second_open_pause(calendar: CalendarView) -> None:
    start(calendar)
    stop("2026-03-04 10:00")
    clock = Clock.objects.get()
    again = Pause(clock=clock, kind="COURT", begins_at=t("2026-03-05 10:00"), basis=BASIS)
    assert refused_by_the_database(again.save)


# --- loading in bulk ----------------------------------------------------------------------------


def rows_of(ref: str) -> tuple[object, ...]:
    seen = deadlines.clock_of(ref)
    pauses = [(p.kind, p.begins_at, p.ends_at, p.policy, p.basis, p.document) for p in seen.pauses]
    return (
        seen.due_original, seen.due_current, seen.paused_since, seen.finished_at,
        seen.started_at, seen.changes, pauses,
    )  # fmt: skip


def test_clocks_loaded_in_bulk_equal_those_of_the_verbs(calendar: CalendarView) -> None:
    stops = [
        ("2026-03-03 10:00", "2026-03-05 14:00", "RESTART"),
        ("2026-03-06 10:00", "2026-03-06 11:00", "RESUME"),
        ("2026-03-09 10:00", "2026-03-11 10:00", "RESUME"),
        ("2026-03-12 10:00", None, "RESUME"),
    ]
    lives = []
    for count in range(len(stops) + 1):
        ref, loaded = f"dossiers.Dossier:{count}", f"dossiers.Dossier:9{count}"
        start(calendar, ref=ref)
        for begin, end, policy in stops[:count]:
            stop(begin, policy=policy, ref=ref)
            if end:
                go_on(end, ref)
        finished: datetime | None = None
        if count == 2:
            finished = t("2026-03-13 09:00")
            deadlines.finish(ref=ref, by=MINH, at=finished)
        lives.append(
            PastClock(
                ref=loaded,
                received_at=t("2026-03-02 10:00"),
                started_at=t("2026-03-02 10:00"),
                amount=5,
                time_unit=WD,
                policy=END,
                calendar_id=calendar.id,
                pauses=tuple(
                    PastPause(
                        kind="SUPPLEMENT",
                        begins_at=t(begin),
                        ends_at=t(end) if end else None,
                        policy=policy,  # type: ignore[arg-type]
                        basis=BASIS,
                        document="x",
                        decided_by=7,
                    )
                    for begin, end, policy in stops[:count]
                ),
                finished_at=finished,
            )
        )
    views = load_clocks(lives)
    for count in range(len(stops) + 1):
        verb, bulk = f"dossiers.Dossier:{count}", f"dossiers.Dossier:9{count}"
        assert rows_of(bulk) == rows_of(verb)
        assert views[bulk].due_current == deadlines.clock_of(verb).due_current
