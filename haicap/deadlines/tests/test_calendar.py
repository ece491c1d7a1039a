"""The working calendar: days, hours, make-up days, half days, years that are not there."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.deadlines.calendar import (
    Confidence,
    DayKind,
    DayRow,
    WorkCalendar,
    YearNotCovered,
    hours,
)
from haicap.deadlines.load import OFFICE_HOURS
from haicap.deadlines.tests import naive
from haicap.deadlines.tests.calendars import HANOI, ROWS, t

SATURDAY_MORNING = WorkCalendar(
    hours={**OFFICE_HOURS, 5: hours("08:00-11:30")}, rows=ROWS, years=frozenset({2026})
)
GAP = WorkCalendar(hours=OFFICE_HOURS, rows=ROWS, years=frozenset({2024, 2026}))


def test_every_day_of_four_years_agrees_with_the_day_table() -> None:
    day = date(2024, 1, 1)
    while day.year < 2028:
        assert HANOI.is_working(day) == naive.worked(day), day
        day += timedelta(days=1)


def test_the_day_table_is_whole() -> None:
    assert len(ROWS) == 60
    assert {day.year for day in ROWS} == {2024, 2025, 2026, 2027}
    assert sum(row.kind is DayKind.WORKING for row in ROWS.values()) == 4
    assert ROWS[date(2027, 2, 4)].confidence is Confidence.UNSURE


def test_spans_are_moments_and_half_open() -> None:
    assert HANOI.spans(date(2026, 3, 2)) == (
        (t("2026-03-02 08:00"), t("2026-03-02 12:00")),
        (t("2026-03-02 13:00"), t("2026-03-02 17:00")),
    )
    assert HANOI.spans(date(2026, 3, 1)) == ()
    assert HANOI.next_opening(t("2026-03-02 11:59:59")) == t("2026-03-02 11:59:59")
    assert HANOI.next_opening(t("2026-03-02 12:00")) == t("2026-03-02 13:00")


def test_a_make_up_day_has_the_hours_of_the_day_it_replaces() -> None:
    saturday = date(2026, 8, 22)
    assert HANOI.closing(saturday) == t("2026-08-22 17:00")
    assert SATURDAY_MORNING.closing(saturday) == t("2026-08-22 17:00")
    assert SATURDAY_MORNING.closing(date(2026, 8, 15)) == t("2026-08-15 11:30")


def test_a_half_day_is_a_working_day() -> None:
    assert SATURDAY_MORNING.add_working_days(date(2026, 3, 6), 1) == date(2026, 3, 7)
    end = SATURDAY_MORNING.add_working_time(t("2026-03-06 16:00"), timedelta(hours=5))
    assert end == t("2026-03-09 08:30")


def test_a_make_up_day_without_its_other_half_is_worked_like_a_monday() -> None:
    rows = {date(2026, 3, 8): DayRow(DayKind.WORKING, "Làm bù")}
    calendar = WorkCalendar(hours=OFFICE_HOURS, rows=rows, years=frozenset({2026}))
    assert calendar.closing(date(2026, 3, 8)) == t("2026-03-08 17:00")


def test_a_missing_year_between_is_refused_not_jumped_over() -> None:
    assert GAP.add_working_days(date(2024, 12, 30), 1) == date(2024, 12, 31)
    for ask in (
        lambda: GAP.add_working_days(date(2024, 12, 31), 1),
        lambda: GAP.working_days_between(date(2024, 12, 31), date(2026, 1, 5)),
        lambda: GAP.add_working_time(t("2024-12-31 16:00"), timedelta(hours=2)),
        lambda: GAP.working_time_between(t("2024-12-31 16:00"), t("2026-01-05 09:00")),
        lambda: GAP.next_opening(t("2024-12-31 17:00")),
        lambda: GAP.is_working(date(2025, 3, 3)),
        lambda: GAP.roll(date(2025, 3, 3)),
    ):
        with pytest.raises(YearNotCovered) as refused:
            ask()
        assert refused.value.year == 2025


def test_a_calendar_without_years_refuses_everything() -> None:
    empty = WorkCalendar(hours=OFFICE_HOURS, rows={}, years=frozenset())
    with pytest.raises(YearNotCovered):
        empty.roll(date(2026, 1, 5))
    with pytest.raises(YearNotCovered):
        empty.working_time_between(t("2026-01-05 09:00"), t("2026-01-05 10:00"))


@pytest.mark.parametrize("text", ["08:00", "12:00-08:00", "08:00-12:00,11:00-17:00", "8-12", "x"])
def test_wrong_hours_are_a_bug_of_the_caller(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        hours(text)


def test_the_end_of_a_half_day_needs_a_moment_inside() -> None:
    with pytest.raises(ValueError, match="outside"):
        HANOI.half_day_end(t("2026-03-02 12:00"))
    with pytest.raises(ValueError, match="working day"):
        HANOI.closing(date(2026, 3, 1))
    with pytest.raises(ValueError, match="one on"):
        HANOI.add_working_days(date(2026, 3, 2), 0)


seconds = st.integers(0, 3 * 365 * 86_400).map(
    lambda n: t("2024-01-01 00:00") + timedelta(seconds=n)
)
amounts = st.integers(1, 10**12).map(lambda n: timedelta(microseconds=n))


@given(seconds, amounts)
def test_working_time_added_is_working_time_between(start: datetime, amount: timedelta) -> None:
    end = HANOI.add_working_time(start, amount)
    assert HANOI.working_time_between(start, end) == amount


@given(seconds, seconds, seconds)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    first, second, third = sorted([one, two, three])
    between = HANOI.working_time_between
    assert between(first, second) + between(second, third) == between(first, third)


def test_exceptions_come_in_order_without_the_first_day() -> None:
    found = [day.day for day, _ in HANOI.exceptions(date(2026, 2, 16), date(2026, 2, 19))]
    assert found == [17, 18, 19]
