"""What holds for every due time, and the fast way against the walking one."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from haicap.deadlines.due import AfterPause, Due, Pause, Policy, TimeUnit, due_at
from haicap.deadlines.tests import naive
from haicap.deadlines.tests.calendars import HANOI, t

FIRST, MINUTE = t("2024-01-01 00:00"), timedelta(minutes=1)
COUNTED = [unit for unit in TimeUnit if unit not in (TimeUnit.SAME_DAY, TimeUnit.IMMEDIATE)]
LARGEST = {
    TimeUnit.MINUTE: 3000,
    TimeUnit.HOUR: 60,
    TimeUnit.WORKING_DAY: 60,
    TimeUnit.DAY: 90,
    TimeUnit.MONTH: 4,
    TimeUnit.SAME_DAY: 1,
    TimeUnit.IMMEDIATE: 1,
}

moments = st.integers(0, 3 * 366 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)
lengths = st.integers(0, 12 * 24 * 60).map(lambda minutes: minutes * MINUTE)
policies = st.sampled_from(list(Policy))


@st.composite
def limits(draw: st.DrawFn) -> tuple[int, TimeUnit, Policy]:
    unit = draw(st.sampled_from(list(TimeUnit)))
    return draw(st.integers(1, LARGEST[unit])), unit, draw(policies)


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime, policy: AfterPause) -> list[Pause]:
    """Up to three pauses, one after the other, none touching the next."""
    found: list[Pause] = []
    moment = start
    for _ in range(draw(st.integers(0, 3))):
        begin = moment + draw(lengths)
        moment = begin + draw(lengths)
        found.append(Pause(begin, moment, policy))
        moment += MINUTE
    return found


def count(received: datetime, limit: tuple[int, TimeUnit, Policy], *pauses: Pause) -> Due:
    amount, unit, policy = limit
    return due_at(
        received_at=received,
        amount=amount,
        time_unit=unit,
        policy=policy,
        calendar=HANOI,
        pauses=pauses,
    )


@given(moments, limits())
def test_nothing_is_due_before_it_came_in(
    received: datetime, limit: tuple[int, TimeUnit, Policy]
) -> None:
    due = count(received, limit)
    assert due.due_at > received
    assert due.due_at >= due.starts_at
    assert HANOI.is_working(due.due_at.date())


@given(moments, moments, limits())
def test_who_comes_later_is_never_due_earlier(
    one: datetime, other: datetime, limit: tuple[int, TimeUnit, Policy]
) -> None:
    early, late = sorted([one, other])
    assert count(early, limit).due_at <= count(late, limit).due_at


@given(moments, limits(), st.integers(1, 60))
def test_a_longer_limit_is_never_due_earlier(
    received: datetime, limit: tuple[int, TimeUnit, Policy], more: int
) -> None:
    amount, unit, policy = limit
    assume(unit is not TimeUnit.MONTH or more < 5)
    longer = count(received, (amount + more, unit, policy))
    assert count(received, limit).due_at <= longer.due_at


@given(st.data(), moments, limits())
def test_a_pause_adds_exactly_its_time_in_the_unit_of_the_limit(
    data: st.DataObject, received: datetime, limit: tuple[int, TimeUnit, Policy]
) -> None:
    _amount, unit, policy = limit
    pauses = data.draw(pauses_after(received, AfterPause.RESUME))
    plain, shifted = count(received, limit), count(received, limit, *pauses)
    if unit in (TimeUnit.SAME_DAY, TimeUnit.IMMEDIATE):
        real = [pause for pause in pauses if pause.ends_at != pause.begins_at]
        again = (real[-1].ends_at if real else None) or received
        assert shifted.due_at == count(again, limit).due_at
    elif unit in (TimeUnit.DAY, TimeUnit.MONTH):
        assert plain.last_day is not None
        assert shifted.last_day is not None
        moved = sum((p.ends_at or p.begins_at).date().toordinal() for p in pauses)
        moved -= sum(p.begins_at.date().toordinal() for p in pauses)
        assert (shifted.last_day - plain.last_day).days == moved
        assert shifted.due_at.date() == HANOI.roll(shifted.last_day)
    elif unit is TimeUnit.WORKING_DAY and policy is Policy.END_OF_DAY:
        moved = sum(
            HANOI.working_days_between(p.begins_at.date(), (p.ends_at or p.begins_at).date())
            for p in pauses
        )
        between = HANOI.working_days_between(plain.due_at.date(), shifted.due_at.date())
        assert between == moved == sum(shift.days for shift in shifted.shifts)
    else:
        lost = sum(
            (HANOI.working_time_between(p.begins_at, p.ends_at or p.begins_at) for p in pauses),
            timedelta(),
        )
        assert HANOI.working_time_between(plain.due_at, shifted.due_at) == lost


@given(st.data(), moments, limits())
def test_overlapping_pauses_count_as_their_union(
    data: st.DataObject, received: datetime, limit: tuple[int, TimeUnit, Policy]
) -> None:
    pauses = [
        Pause(begin, begin + data.draw(lengths))
        for begin in (received + data.draw(lengths) for _ in range(3))
    ]
    edges = sorted({p.begins_at for p in pauses} | {p.ends_at or p.begins_at for p in pauses})
    pieces = [
        Pause(start, end)
        for start, end in pairwise(edges)
        if any(p.begins_at <= start and end <= (p.ends_at or p.begins_at) for p in pauses)
    ]
    assert count(received, limit, *pauses).due_at == count(received, limit, *pieces).due_at
    assert count(received, limit, *pauses).due_at == count(received, limit, *pauses[::-1]).due_at


@given(moments, limits(), lengths)
def test_a_pause_without_length_changes_nothing(
    received: datetime, limit: tuple[int, TimeUnit, Policy], wait: timedelta
) -> None:
    at = received + wait
    assert count(received, limit, Pause(at, at)).due_at == count(received, limit).due_at


@given(st.data(), moments, limits())
def test_after_the_last_restart_only_later_pauses_count(
    data: st.DataObject, received: datetime, limit: tuple[int, TimeUnit, Policy]
) -> None:
    before = data.draw(pauses_after(received, AfterPause.RESUME))
    begin = (before[-1].ends_at or received) if before else received
    again = begin + data.draw(lengths)
    after = data.draw(pauses_after(again, AfterPause.RESUME))
    restarted = count(received, limit, *before, Pause(begin, again, AfterPause.RESTART), *after)
    assert restarted.due_at == count(again, limit, *after).due_at


@settings(max_examples=40)
@given(st.data(), moments, st.sampled_from([TimeUnit.MINUTE, TimeUnit.HOUR]))
def test_hours_agree_with_walking_minute_by_minute(
    data: st.DataObject, received: datetime, unit: TimeUnit
) -> None:
    amount = data.draw(st.integers(1, 20))
    minutes = amount * (60 if unit is TimeUnit.HOUR else 1)
    pauses = [
        Pause(p.begins_at, p.ends_at)
        for p in data.draw(pauses_after(received, AfterPause.RESUME))[:1]
    ]
    due = count(received, (amount, unit, Policy.END_OF_DAY), *pauses)
    assert due.due_at == naive.hours_due(received, minutes, pauses)


@given(st.data(), moments, st.integers(1, 80))
def test_working_days_agree_with_walking(
    data: st.DataObject, received: datetime, amount: int
) -> None:
    pauses = data.draw(pauses_after(received, AfterPause.RESUME))
    due = count(received, (amount, TimeUnit.WORKING_DAY, Policy.END_OF_DAY), *pauses)
    assert due.due_at == naive.working_days_due(received, amount, pauses)


@settings(max_examples=25)
@given(moments, st.integers(1, 4))
def test_working_days_as_hours_agree_with_walking(received: datetime, amount: int) -> None:
    due = count(received, (amount, TimeUnit.WORKING_DAY, Policy.CLOCK_HOURS))
    assert due.due_at == naive.hours_due(received, amount * 480, [])


@given(st.data(), moments, st.integers(1, 120))
def test_days_agree_with_walking(data: st.DataObject, received: datetime, amount: int) -> None:
    pauses = data.draw(pauses_after(received, AfterPause.RESUME))
    due = count(received, (amount, TimeUnit.DAY, Policy.END_OF_DAY), *pauses)
    assert due.due_at == naive.days_due(received, amount, pauses)


@given(moments, st.integers(1, 8))
def test_months_agree_with_walking(received: datetime, amount: int) -> None:
    due = count(received, (amount, TimeUnit.MONTH, Policy.END_OF_DAY))
    assert due.due_at == naive.months_due(received, amount)


@settings(max_examples=60)
@given(moments)
def test_same_day_and_at_once_agree_with_walking(received: datetime) -> None:
    same = count(received, (1, TimeUnit.SAME_DAY, Policy.END_OF_DAY))
    assert same.due_at == naive.same_day_due(received)
    at_once = count(received, (1, TimeUnit.IMMEDIATE, Policy.END_OF_DAY))
    assert at_once.due_at == naive.immediate_due(received)


@pytest.mark.parametrize("policy", list(Policy))
def test_a_year_of_working_days_takes_no_longer_than_one(policy: Policy) -> None:
    received = t("2026-01-05 09:00")
    due = count(received, (250, TimeUnit.WORKING_DAY, policy))
    hours = naive.spend(received, 250 * 480) if policy is Policy.CLOCK_HOURS else None
    assert due.due_at == (hours or naive.working_days_due(received, 250, []))
