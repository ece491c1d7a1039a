"""The lunar helper: Vietnamese Tết and Hùng Kings days, where they part from China's too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from haicap.deadlines import lunar
from haicap.deadlines.lunar import LunarDay, hung_kings, lunar_day, tet
from haicap.deadlines.tests.calendars import ROWS


@pytest.mark.parametrize(
    ("first_day", "tenth_of_third"),
    [
        ("2025-01-29", "2025-04-07"),
        ("2026-02-17", "2026-04-26"),
        ("2027-02-06", "2027-04-16"),
        ("2028-01-26", "2028-04-04"),
        ("2029-02-13", "2029-04-23"),
        ("2030-02-02", "2030-04-12"),  # in Beijing 3 February
        ("2031-01-23", "2031-04-01"),
        ("2032-02-11", "2032-04-19"),
        ("2033-01-31", "2033-04-09"),
        ("2034-02-19", "2034-04-28"),
        ("2035-02-08", "2035-04-17"),
    ],
)
def test_the_table_of_the_law_chapter(first_day: str, tenth_of_third: str) -> None:
    day = date.fromisoformat(first_day)
    assert tet(day.year) == day
    assert hung_kings(day.year) == date.fromisoformat(tenth_of_third)


@pytest.mark.parametrize("first_day", ["1968-01-29", "1985-01-21", "2007-02-17"])
def test_years_in_which_vietnam_and_china_parted(first_day: str) -> None:
    day = date.fromisoformat(first_day)
    assert tet(day.year) == day


def test_the_published_holidays_agree_with_the_moon() -> None:
    for day, row in ROWS.items():
        if "(mùng 1)" in row.name:
            assert tet(day.year) == day
        if row.name.endswith("(10/3 âm lịch)"):
            assert hung_kings(day.year) == day


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        ("2026-02-16", LunarDay(2025, 12, 29)),
        ("2026-02-17", LunarDay(2026, 1, 1)),
        ("2025-07-25", LunarDay(2025, 6, 1, leap=True)),
        ("2023-03-22", LunarDay(2023, 2, 1, leap=True)),
        ("2024-09-17", LunarDay(2024, 8, 15)),
        ("2033-12-22", LunarDay(2033, 11, 1, leap=True)),
    ],
)
def test_days_of_the_lunar_calendar(day: str, lunar: LunarDay) -> None:
    assert lunar_day(date.fromisoformat(day)) == lunar


def test_the_lunar_calendar_runs_without_gaps() -> None:
    day, before = date(2024, 1, 2), lunar_day(date(2024, 1, 1))
    while day.year < 2036:
        found = lunar_day(day)
        if found.day != before.day + 1:
            assert found.day == 1
            assert before.day in (29, 30)
            same_number = found.leap and found.month == before.month
            assert same_number or found.month == before.month % 12 + 1
        before = found
        day += timedelta(days=1)


def test_the_sky_is_where_meeus_finds_it() -> None:
    # The worked examples of Astronomical Algorithms, 49.a and 25.a, in dynamical time.
    moon = lunar._new_moon(-283)
    assert moon + lunar._delta_t(moon) == pytest.approx(2_443_192.65118, abs=1.5e-5)
    noon = 2_448_908.5
    assert lunar._longitude(noon - lunar._delta_t(noon)) == pytest.approx(199.90895, abs=1e-5)
    assert lunar._delta_t(2_451_545.0) * 86_400 == pytest.approx(63.8, abs=1.5)
    assert lunar._delta_t(2_462_502.5) * 86_400 == pytest.approx(77.6, abs=3)
