"""Failures close a key for a while, and it opens again by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from haicap.accounts.models import Attempt
from haicap.accounts.tests.cast import AT
from haicap.accounts.throttle import (
    attempt_failed,
    attempts_clear,
    attempts_closed,
    seconds_until,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def fail(key: str = "track:H26", *, after: timedelta = timedelta()) -> datetime | None:
    return attempt_failed(key, at=AT + after, limit=5, close_for=HOUR)


def test_the_fifth_failure_closes_for_an_hour_and_then_counting_starts_anew() -> None:
    assert [fail() for _n in range(4)] == [None] * 4
    assert attempts_closed("track:H26", at=AT) is None
    assert fail(after=timedelta(minutes=1)) == AT + timedelta(minutes=61)
    assert attempts_closed("track:H26", at=AT + timedelta(minutes=60)) is not None
    assert attempts_closed("track:other", at=AT) is None
    assert attempts_closed("track:H26", at=AT + timedelta(minutes=61)) is None
    assert fail(after=timedelta(minutes=62)) is None


def test_failures_while_closed_do_not_prolong_it() -> None:
    for _n in range(5):
        until = fail()
    assert until == AT + HOUR
    assert fail(after=timedelta(minutes=30)) == AT + HOUR


def test_rare_slips_never_add_up() -> None:
    for n in range(12):
        assert fail(after=n * timedelta(hours=1, minutes=1)) is None


def test_a_success_forgets_and_a_limit_of_one_closes_at_once() -> None:
    for _n in range(4):
        fail()
    attempts_clear("track:H26")
    assert [fail() for _n in range(4)] == [None] * 4
    assert attempt_failed("once", at=AT, limit=1, close_for=HOUR) == AT + HOUR


def test_a_key_of_any_content_is_kept_short_and_unread() -> None:
    fail("track:" + "\x00Nguyễn Thị Lan" * 1000)
    stored = Attempt.objects.get().pk
    assert stored.startswith("track:")
    assert len(stored) < 80
    assert "Lan" not in stored


def test_retry_after_is_at_least_a_second() -> None:
    assert seconds_until(AT, at=AT) == 1
    assert seconds_until(AT + HOUR, at=AT) == 3601
