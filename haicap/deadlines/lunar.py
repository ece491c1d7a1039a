"""The Vietnamese lunar calendar, to propose next year's holidays: for UTC+7, not for Beijing.

Months begin on the day of the new moon; the month holding the winter solstice is the eleventh; of
two eleventh months thirteen months apart, the first month without a principal term of the sun is
the leap one. New moons and the sun's longitude after J. Meeus, Astronomical Algorithms, chapters
25 and 49: good to about a minute for 1950-2050; a new moon that close to midnight needs the
official almanac.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import floor, radians, sin
from typing import Final

_EPOCH: Final = 2_451_545.0  # 1 January 2000, noon, in days of the Julian count
_ZONE: Final = 7 / 24
_MONTH: Final = 29.530588861
_DAY_ZERO: Final = 1_721_424.5  # the Julian day of midnight before date.fromordinal(1), minus 1


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar: `year` is the solar year in which the lunar one began."""

    year: int
    month: int
    day: int
    leap: bool = False


def tet(year: int) -> date:
    """The first day of the lunar year that begins in `year` (Tết Nguyên đán)."""
    return _months_of(year)[0].first_day


def hung_kings(year: int) -> date:
    """Giỗ Tổ Hùng Vương: the tenth day of the third month, of the plain one if it comes twice."""
    third = next(month for month in _months_of(year) if month.number == 3 and not month.leap)
    return third.first_day + timedelta(days=9)


def lunar_day(day: date) -> LunarDay:
    """`day` in the lunar calendar."""
    year = day.year if day >= tet(day.year) else day.year - 1
    month = [month for month in _months_of(year) if month.first_day <= day][-1]
    return LunarDay(year, month.number, (day - month.first_day).days + 1, month.leap)


@dataclass(frozen=True, slots=True)
class _Month:
    number: int
    leap: bool
    first_day: date


@lru_cache(maxsize=64)
def _months_of(year: int) -> tuple[_Month, ...]:
    """The months of the lunar year that begins in `year`, first to last."""
    months = [month for month in _winter_to_winter(year) if month.number not in (11, 12)]
    return (*months, *(month for month in _winter_to_winter(year + 1) if month.number in (11, 12)))


@lru_cache(maxsize=64)
def _winter_to_winter(year: int) -> tuple[_Month, ...]:
    """From the eleventh month that began in `year` - 1 up to, not with, the next eleventh one."""
    first, after = _eleventh_month(year - 1), _eleventh_month(year)
    days = [_new_moon_day(count) for count in range(first, after)]
    leap = None
    if len(days) == 13:
        terms = [_term(day) for day in (*days, _new_moon_day(after))]
        leap = next(i for i in range(13) if terms[i] == terms[i + 1])
    months = []
    for place, day in enumerate(days):
        late = leap is not None and place >= leap
        number = (place - late + 10) % 12 + 1
        months.append(_Month(number, place == leap, day))
    return tuple(months)


def _eleventh_month(year: int) -> int:
    """The count of the last new moon not after the winter solstice of `year`."""
    end = date(year, 12, 31)
    count = floor((end.toordinal() + _DAY_ZERO - _EPOCH) / _MONTH) + 1
    while _new_moon_day(count) > end:
        count -= 1
    # The solstice (270°) lies in this month unless the sun has passed it when the month begins.
    if _longitude(_midnight(_new_moon_day(count))) >= 270:
        count -= 1
    return count


def _term(day: date) -> int:
    """The principal term (0 to 11) the sun has last passed when `day` begins."""
    return floor(_longitude(_midnight(day)) / 30)


def _midnight(day: date) -> float:
    return day.toordinal() + _DAY_ZERO - _ZONE


@lru_cache(maxsize=512)
def _new_moon_day(count: int) -> date:
    """The Vietnamese day of the `count`-th new moon since January 2000."""
    local = _new_moon(count) + _ZONE - _DAY_ZERO
    return date.fromordinal(floor(local))


def _delta_t(julian: float) -> float:
    """Dynamical minus universal time in days: about 64 s in 2000, 72 s in 2030 (Espenak, Meeus)."""
    years = (julian - _EPOCH) / 365.25
    return (62.92 + 0.32217 * years + 0.005589 * years * years) / 86_400


# Sizes in days, with the multiples of the sun's anomaly, the moon's anomaly and its argument of
# latitude; the first of a row is shrunk by the eccentricity of the earth's orbit so many times.
_PERIODIC: Final = (
    *((0, -0.40720, 0, 1, 0), (1, 0.17241, 1, 0, 0), (0, 0.01608, 0, 2, 0), (0, 0.01039, 0, 0, 2)),
    *((1, 0.00739, -1, 1, 0), (1, -0.00514, 1, 1, 0), (2, 0.00208, 2, 0, 0)),
    *((0, -0.00111, 0, 1, -2), (0, -0.00057, 0, 1, 2), (1, 0.00056, 1, 2, 0)),
    *((0, -0.00042, 0, 3, 0), (1, 0.00042, 1, 0, 2), (1, 0.00038, 1, 0, -2)),
    *((1, -0.00024, -1, 2, 0), (0, -0.00007, 2, 1, 0), (0, 0.00004, 0, 2, -2)),
    *((0, 0.00004, 3, 0, 0), (0, 0.00003, 1, 1, -2), (0, 0.00003, 0, 2, 2)),
    *((0, -0.00003, 1, 1, 2), (0, 0.00003, -1, 1, 2), (0, -0.00002, -1, 1, -2)),
    *((0, -0.00002, 1, 3, 0), (0, 0.00002, 0, 4, 0)),
)
# Sizes in days, angle at the epoch and per new moon in degrees.
_PLANETARY: Final = (
    *((0.000165, 251.88, 0.016321), (0.000164, 251.83, 26.651886), (0.000126, 349.42, 36.412478)),
    *((0.000110, 84.66, 18.206239), (0.000062, 141.74, 53.303771), (0.000060, 207.14, 2.453732)),
    *((0.000056, 154.84, 7.306860), (0.000047, 34.52, 27.261239), (0.000042, 207.19, 0.121824)),
    *((0.000040, 291.34, 1.844379), (0.000037, 161.72, 24.198154), (0.000035, 239.56, 25.513099)),
    (0.000023, 331.55, 3.592518),
)


def _new_moon(count: int) -> float:
    """The moment of a new moon in universal time (Meeus, chapter 49)."""
    t = count / 1236.85
    mean = 2_451_550.09766 + 29.530588861 * count + t * t * (0.00015437 - 0.00000015 * t)
    eccentricity = 1 - t * (0.002516 + 0.0000074 * t)
    sun = 2.5534 + 29.1053567 * count - 0.0000014 * t * t
    moon = 201.5643 + 385.81693528 * count + t * t * (0.0107582 + 0.00001238 * t)
    node = 160.7108 + 390.67050284 * count - t * t * (0.0016118 + 0.00000227 * t)
    rise = 124.7746 - 1.56375588 * count + t * t * (0.0020672 + 0.00000215 * t)
    true = mean - 0.00017 * sin(radians(rise))
    for power, size, suns, moons, nodes in _PERIODIC:
        angle = radians(suns * sun + moons * moon + nodes * node)
        true += size * eccentricity**power * sin(angle)
    true += 0.000325 * sin(radians(299.77 + 0.107408 * count - 0.009173 * t * t))
    for size, start, step in _PLANETARY:
        true += size * sin(radians(start + step * count))
    return true - _delta_t(true)


def _longitude(julian: float) -> float:
    """The apparent longitude of the sun in degrees, 0 to 360 (Meeus, chapter 25, to 0.01°)."""
    t = (julian + _delta_t(julian) - _EPOCH) / 36_525
    mean = 280.46646 + t * (36_000.76983 + 0.0003032 * t)
    anomaly = radians(357.52911 + t * (35_999.05029 - 0.0001537 * t))
    centre = (
        (1.914602 - t * (0.004817 + 0.000014 * t)) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    node = radians(125.04 - 1934.136 * t)
    return (mean + centre - 0.00569 - 0.00478 * sin(node)) % 360
