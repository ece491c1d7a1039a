"""Due times by the vectors of the law chapter and many counted by hand on a wall calendar."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from haicap.deadlines.calendar import YearNotCovered
from haicap.deadlines.due import (
    AfterPause,
    BadLimit,
    Due,
    Pause,
    Policy,
    Settings,
    TimeUnit,
    due_at,
)
from haicap.deadlines.tests.calendars import HANOI, t

MIN, HOUR, WD = TimeUnit.MINUTE, TimeUnit.HOUR, TimeUnit.WORKING_DAY
DAY, MONTH = TimeUnit.DAY, TimeUnit.MONTH
SAME, NOW = TimeUnit.SAME_DAY, TimeUnit.IMMEDIATE
CLOCK = Policy.CLOCK_HOURS


def count(
    received: str,
    amount: int,
    unit: TimeUnit,
    policy: Policy = Policy.END_OF_DAY,
    *pauses: Pause,
    settings: Settings | None = None,
) -> Due:
    return due_at(
        received_at=t(received),
        amount=amount,
        time_unit=unit,
        policy=policy,
        calendar=HANOI,
        pauses=pauses,
        settings=settings or Settings(),
    )


def resume(begin: str, end: str) -> Pause:
    return Pause(t(begin), t(end))


def restart(begin: str, end: str) -> Pause:
    return Pause(t(begin), t(end), AfterPause.RESTART)


@pytest.mark.parametrize(
    ("received", "amount", "unit", "policy", "due"),
    [
        ("2025-08-29 14:59", 1, SAME, Policy.END_OF_DAY, "2025-08-29 17:00"),
        ("2025-08-29 15:00", 1, SAME, Policy.END_OF_DAY, "2025-09-03 17:00"),
        ("2025-04-24 10:00", 3, WD, Policy.END_OF_DAY, "2025-04-28 17:00"),
        ("2025-04-24 10:00", 3, WD, Policy.CLOCK_HOURS, "2025-04-28 10:00"),
    ],
)
def test_the_vectors_of_the_law_chapter(
    received: str, amount: int, unit: TimeUnit, policy: Policy, due: str
) -> None:
    assert count(received, amount, unit, policy).due_at == t(due)


@pytest.mark.parametrize(
    ("received", "amount", "due"),
    [
        # an ordinary week, arrivals through a day
        ("2026-03-02 07:59", 1, "2026-03-03 17:00"),
        ("2026-03-02 08:00", 1, "2026-03-03 17:00"),
        ("2026-03-02 12:00", 1, "2026-03-03 17:00"),
        ("2026-03-02 12:30", 1, "2026-03-03 17:00"),
        ("2026-03-02 13:00", 1, "2026-03-03 17:00"),
        ("2026-03-02 16:59:59", 1, "2026-03-03 17:00"),
        ("2026-03-02 17:00", 1, "2026-03-04 17:00"),
        ("2026-03-02 23:59", 1, "2026-03-04 17:00"),
        ("2026-03-01 10:00", 1, "2026-03-03 17:00"),  # a Sunday
        ("2026-03-06 10:00", 5, "2026-03-13 17:00"),
        # New Year 2026: 1 and 2 January off, 10 January worked
        ("2025-12-31 15:00", 2, "2026-01-06 17:00"),
        ("2026-01-09 08:00", 2, "2026-01-12 17:00"),
        # Tết 2026: 14 to 22 February
        ("2026-02-12 09:00", 3, "2026-02-24 17:00"),
        ("2026-02-13 16:59:59", 1, "2026-02-23 17:00"),
        ("2026-02-13 17:00", 1, "2026-02-24 17:00"),
        ("2026-02-17 10:00", 1, "2026-02-24 17:00"),
        # Hùng Kings on a Sunday, then 30 April and 1 May
        ("2026-04-24 10:00", 2, "2026-04-29 17:00"),
        ("2026-04-24 10:00", 3, "2026-05-04 17:00"),
        ("2026-04-26 10:00", 1, "2026-04-29 17:00"),
        # a make-up Saturday, then National Day 2026
        ("2026-08-21 10:00", 1, "2026-08-22 17:00"),
        ("2026-08-21 17:30", 1, "2026-08-24 17:00"),
        ("2026-08-22 09:00", 1, "2026-08-24 17:00"),
        ("2026-08-28 10:00", 1, "2026-09-03 17:00"),
        # National Day 2025
        ("2025-08-29 10:00", 1, "2025-09-03 17:00"),
        ("2025-09-02 10:00", 1, "2025-09-04 17:00"),
        # 24 November, the new holiday
        ("2026-11-23 10:00", 1, "2026-11-25 17:00"),
        ("2026-11-24 10:00", 1, "2026-11-26 17:00"),
        # 2024
        ("2024-02-07 16:00", 1, "2024-02-15 17:00"),
        ("2024-04-26 09:00", 3, "2024-05-04 17:00"),
        ("2024-02-28 09:00", 1, "2024-02-29 17:00"),
    ],
)
def test_working_days_up_to_closing_time(received: str, amount: int, due: str) -> None:
    assert count(received, amount, WD).due_at == t(due)


@pytest.mark.parametrize(
    ("received", "amount", "due"),
    [
        ("2026-03-02 08:00", 1, "2026-03-02 17:00"),
        ("2026-03-02 07:00", 1, "2026-03-02 17:00"),
        ("2026-03-02 10:00", 1, "2026-03-03 10:00"),
        ("2026-03-02 10:00:30", 1, "2026-03-03 10:00:30"),
        ("2026-03-02 12:00", 1, "2026-03-03 12:00"),
        ("2026-03-02 12:30", 1, "2026-03-03 12:00"),
        ("2026-03-02 13:00", 1, "2026-03-03 12:00"),
        ("2026-02-13 15:00", 1, "2026-02-23 15:00"),
        ("2026-08-21 15:00", 2, "2026-08-24 15:00"),
    ],
)
def test_working_days_as_hours(received: str, amount: int, due: str) -> None:
    assert count(received, amount, WD, CLOCK).due_at == t(due)


@pytest.mark.parametrize(
    ("received", "amount", "unit", "due"),
    [
        ("2026-03-02 08:00", 4, HOUR, "2026-03-02 12:00"),
        ("2026-03-02 08:00", 5, HOUR, "2026-03-02 14:00"),
        ("2026-03-02 09:30", 3, HOUR, "2026-03-02 13:30"),
        ("2026-03-02 09:30:15", 3, HOUR, "2026-03-02 13:30:15"),
        ("2026-03-02 23:59", 1, HOUR, "2026-03-03 09:00"),
        ("2026-03-01 09:00", 8, HOUR, "2026-03-02 17:00"),
        ("2026-08-21 16:00", 2, HOUR, "2026-08-22 09:00"),
        ("2026-08-28 16:00", 2, HOUR, "2026-09-03 09:00"),
        ("2026-11-23 16:30", 1, HOUR, "2026-11-25 08:30"),
        ("2026-03-02 11:45", 15, MIN, "2026-03-02 12:00"),
        ("2026-03-02 11:45", 30, MIN, "2026-03-02 13:15"),
        ("2026-03-02 11:45:30", 15, MIN, "2026-03-02 13:00:30"),
        ("2026-03-02 16:59", 1, MIN, "2026-03-02 17:00"),
        ("2026-03-02 16:59", 2, MIN, "2026-03-03 08:01"),
    ],
)
def test_hours_and_minutes_of_work(received: str, amount: int, unit: TimeUnit, due: str) -> None:
    assert count(received, amount, unit).due_at == t(due)


@pytest.mark.parametrize(
    ("received", "amount", "due"),
    [
        ("2026-03-02 10:00", 1, "2026-03-03 17:00"),
        ("2026-03-02 23:59", 1, "2026-03-03 17:00"),
        ("2026-03-01 10:00", 1, "2026-03-02 17:00"),
        ("2026-03-02 10:00", 5, "2026-03-09 17:00"),
        ("2026-02-10 10:00", 7, "2026-02-23 17:00"),
        ("2026-04-16 10:00", 10, "2026-04-28 17:00"),
        ("2026-08-12 10:00", 10, "2026-08-22 17:00"),
        ("2026-11-14 10:00", 10, "2026-11-25 17:00"),
        ("2026-04-20 10:00", 10, "2026-05-04 17:00"),
        ("2024-02-28 10:00", 1, "2024-02-29 17:00"),
    ],
)
def test_calendar_days_roll_off_a_day_off(received: str, amount: int, due: str) -> None:
    assert count(received, amount, DAY).due_at == t(due)


@pytest.mark.parametrize(
    ("received", "amount", "due"),
    [
        ("2024-01-31 10:00", 1, "2024-02-29 17:00"),
        ("2025-01-31 10:00", 1, "2025-02-28 17:00"),
        ("2026-01-31 10:00", 1, "2026-03-02 17:00"),
        ("2026-01-30 10:00", 1, "2026-03-02 17:00"),
        ("2024-02-29 10:00", 12, "2025-02-28 17:00"),
        ("2025-11-30 10:00", 3, "2026-03-02 17:00"),
        ("2025-12-15 10:00", 2, "2026-02-23 17:00"),
        ("2026-03-31 10:00", 1, "2026-05-04 17:00"),
        ("2026-10-24 10:00", 1, "2026-11-25 17:00"),
        ("2026-03-03 10:00", 6, "2026-09-03 17:00"),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(
    received: str, amount: int, due: str
) -> None:
    assert count(received, amount, MONTH).due_at == t(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02 07:59", "2026-03-02 17:00"),
        ("2026-03-02 12:00", "2026-03-02 17:00"),
        ("2026-03-02 14:59:59", "2026-03-02 17:00"),
        ("2026-03-02 15:00", "2026-03-03 17:00"),
        ("2026-03-02 17:00", "2026-03-03 17:00"),
        ("2026-03-02 23:59", "2026-03-03 17:00"),
        ("2026-03-01 20:00", "2026-03-02 17:00"),
        ("2026-08-21 15:05", "2026-08-22 17:00"),
        ("2026-02-13 15:05", "2026-02-23 17:00"),
        ("2026-02-18 09:00", "2026-02-23 17:00"),
        ("2026-11-23 15:00", "2026-11-25 17:00"),
    ],
)
def test_the_same_day_or_the_next_after_three(received: str, due: str) -> None:
    assert count(received, 1, SAME).due_at == t(due)


def test_whether_three_sharp_is_late_is_a_setting() -> None:
    lenient = Settings(cutoff_counts_as_after=False)
    assert count("2026-03-02 15:00", 1, SAME, settings=lenient).due_at == t("2026-03-02 17:00")
    assert count("2026-03-02 15:00:01", 1, SAME, settings=lenient).due_at == t("2026-03-03 17:00")
    noon = Settings(cutoff=time(11))
    assert count("2026-03-02 11:00", 1, SAME, settings=noon).due_at == t("2026-03-03 17:00")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02 07:59", "2026-03-02 12:00"),
        ("2026-03-02 11:59", "2026-03-02 12:00"),
        ("2026-03-02 12:00", "2026-03-02 17:00"),
        ("2026-03-02 16:59", "2026-03-02 17:00"),
        ("2026-03-02 17:00", "2026-03-03 12:00"),
        ("2026-02-14 09:00", "2026-02-23 12:00"),
    ],
)
def test_at_once_is_by_the_end_of_the_half_day(received: str, due: str) -> None:
    assert count(received, 1, NOW).due_at == t(due)


# --- pauses -------------------------------------------------------------------------------------

ORDINARY = ("2026-03-02 10:00", 5, WD, Policy.END_OF_DAY)  # due Mon 9 March


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-03-09 17:00"),
        ([resume("2026-03-04 10:00", "2026-03-06 15:00")], "2026-03-11 17:00"),
        ([resume("2026-03-04 10:00", "2026-03-04 16:00")], "2026-03-09 17:00"),
        ([resume("2026-03-06 10:00", "2026-03-09 09:00")], "2026-03-10 17:00"),
        ([resume("2026-03-06 18:00", "2026-03-08 18:00")], "2026-03-09 17:00"),
        (  # overlapping ones count once
            [
                resume("2026-03-03 10:00", "2026-03-05 10:00"),
                resume("2026-03-04 10:00", "2026-03-06 10:00"),
            ],
            "2026-03-12 17:00",
        ),
        (  # one inside another
            [
                resume("2026-03-03 10:00", "2026-03-06 10:00"),
                resume("2026-03-04 10:00", "2026-03-05 10:00"),
            ],
            "2026-03-12 17:00",
        ),
        (  # two apart
            [
                resume("2026-03-03 10:00", "2026-03-04 10:00"),
                resume("2026-03-05 10:00", "2026-03-06 10:00"),
            ],
            "2026-03-11 17:00",
        ),
        ([restart("2026-03-03 10:00", "2026-03-05 14:00")], "2026-03-12 17:00"),
        ([restart("2026-03-03 10:00", "2026-03-05 18:00")], "2026-03-13 17:00"),
        (  # a fresh start voids what was before, not what comes after
            [
                resume("2026-03-03 08:30", "2026-03-04 08:30"),
                restart("2026-03-04 10:00", "2026-03-05 14:00"),
                resume("2026-03-09 10:00", "2026-03-10 10:00"),
            ],
            "2026-03-13 17:00",
        ),
        (  # of two fresh starts the last counts
            [
                restart("2026-03-03 10:00", "2026-03-04 14:00"),
                restart("2026-03-05 10:00", "2026-03-06 14:00"),
            ],
            "2026-03-13 17:00",
        ),
        (  # a pause reaching over the fresh start shifts only by what lies after it
            [
                restart("2026-03-03 10:00", "2026-03-05 14:00"),
                resume("2026-03-04 10:00", "2026-03-06 10:00"),
            ],
            "2026-03-13 17:00",
        ),
    ],
)
def test_pauses_of_working_days(pauses: list[Pause], due: str) -> None:
    assert count(*ORDINARY, *pauses).due_at == t(due)


def test_a_pause_over_tet_adds_only_its_working_days() -> None:
    assert count("2026-02-10 10:00", 5, WD).due_at == t("2026-02-24 17:00")
    over = resume("2026-02-12 10:00", "2026-02-24 10:00")
    assert count("2026-02-10 10:00", 5, WD, Policy.END_OF_DAY, over).due_at == t("2026-02-27 17:00")


@pytest.mark.parametrize(
    ("begin", "end", "due"),
    [
        ("2026-03-02 10:00", "2026-03-02 14:00", "2026-03-03 11:00"),
        ("2026-03-02 12:00", "2026-03-02 13:00", "2026-03-02 17:00"),
        ("2026-03-02 10:00:30", "2026-03-02 10:01", "2026-03-03 08:00:30"),
        ("2026-03-02 15:00", "2026-03-04 09:00", "2026-03-04 11:00"),
    ],
)
def test_hours_shift_by_the_working_time_of_the_pause(begin: str, end: str, due: str) -> None:
    pause = resume(begin, end)
    assert count("2026-03-02 08:00", 8, HOUR, Policy.END_OF_DAY, pause).due_at == t(due)
    assert count("2026-03-02 08:00", 1, WD, CLOCK, pause).due_at == t(due)


def test_calendar_days_shift_by_dates_and_roll_once_at_the_end() -> None:
    pause = resume("2026-03-03 16:00", "2026-03-05 09:00")
    due = count("2026-03-02 10:00", 5, DAY, Policy.END_OF_DAY, pause)
    assert due.last_day == t("2026-03-09 00:00").date()
    assert due.due_at == t("2026-03-09 17:00")
    months = count(
        "2026-01-31 10:00", 1, MONTH, Policy.END_OF_DAY, resume("2026-02-03", "2026-02-06")
    )
    assert months.due_at == t("2026-03-03 17:00")


def test_what_is_due_at_once_is_counted_anew_after_a_pause() -> None:
    late = resume("2026-03-02 11:00", "2026-03-02 15:30")
    assert count("2026-03-02 10:00", 1, SAME, Policy.END_OF_DAY, late).due_at == t(
        "2026-03-03 17:00"
    )
    early = resume("2026-03-02 11:00", "2026-03-02 14:00")
    assert count("2026-03-02 10:00", 1, SAME, Policy.END_OF_DAY, early).due_at == t(
        "2026-03-02 17:00"
    )
    noon = resume("2026-03-02 09:00", "2026-03-02 13:30")
    assert count("2026-03-02 08:10", 1, NOW, Policy.END_OF_DAY, noon).due_at == t(
        "2026-03-02 17:00"
    )


def test_an_open_pause_keeps_the_due_time_and_says_so() -> None:
    standing = Pause(t("2026-03-04 10:00"))
    due = count(*ORDINARY, standing)
    assert (due.due_at, due.paused_since) == (t("2026-03-09 17:00"), t("2026-03-04 10:00"))
    before = resume("2026-03-03 10:00", "2026-03-05 10:00")
    overlapped = count(*ORDINARY, before, standing)
    assert overlapped.due_at == t("2026-03-10 17:00")


def test_of_two_open_pauses_the_first_stopped_the_clock() -> None:
    first, second = Pause(t("2026-03-04 10:00")), Pause(t("2026-03-05 10:00"))
    assert count(*ORDINARY, second, first).paused_since == t("2026-03-04 10:00")


def test_pauses_before_the_arrival_count_for_nothing() -> None:
    assert count(*ORDINARY, resume("2026-02-26 10:00", "2026-02-27 10:00")).shifts == ()


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "amount", "unit", "year"),
    [
        ("2027-12-30 10:00", 3, WD, 2028),
        ("2027-12-31 16:30", 1, HOUR, 2028),
        ("2027-12-31 17:00", 1, SAME, 2028),
        ("2027-12-31 15:30", 1, SAME, 2028),
        ("2027-12-31 10:00", 1, DAY, 2028),
        ("2027-12-10 10:00", 1, MONTH, 2028),
        ("2023-12-29 10:00", 1, WD, 2023),
        ("2031-01-02 10:00", 1, NOW, 2031),
        ("2026-01-02 10:00", 100_000, MONTH, 10359),
        ("2026-01-02 10:00", 100_000, HOUR, 2028),
        ("0001-01-02 10:00", 1, DAY, 1),
        ("9999-12-31 23:59", 1, DAY, 9999),
    ],
)
def test_a_year_without_rows_is_refused(
    received: str, amount: int, unit: TimeUnit, year: int
) -> None:
    with pytest.raises(YearNotCovered) as refused:
        count(received, amount, unit)
    assert refused.value.year == year
    assert str(year) in str(refused.value)


@pytest.mark.parametrize("unit", [MIN, HOUR, WD, DAY, MONTH])
@pytest.mark.parametrize("amount", [0, -1, 100_001])
def test_a_senseless_amount_is_refused(unit: TimeUnit, amount: int) -> None:
    with pytest.raises(BadLimit):
        count("2026-03-02 10:00", amount, unit)


def test_an_amount_plays_no_part_where_the_unit_says_all() -> None:
    assert count("2026-03-02 10:00", 0, SAME).due_at == t("2026-03-02 17:00")


def test_a_moment_without_time_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="zone"):
        due_at(
            received_at=datetime(2026, 3, 2, 10),  # noqa: DTZ001
            amount=1,
            time_unit=WD,
            calendar=HANOI,
        )


def test_the_vietnamese_clock_decides_whatever_zone_comes_in() -> None:
    received = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # 06:30 on Tuesday in Hà Nội
    due = due_at(received_at=received, amount=1, time_unit=WD, calendar=HANOI)
    assert due.due_at == t("2026-03-04 17:00")
    assert due.due_at.utcoffset() == timedelta(hours=7)
