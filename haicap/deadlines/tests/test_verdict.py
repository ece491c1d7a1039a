"""Early, on time or late; the colour and the words of the time left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from haicap.deadlines.due import Pause, Settings
from haicap.deadlines.tests.calendars import HANOI, t
from haicap.deadlines.verdict import Standing, TimeLeft, Tone, Verdict, judge, time_left

DUE = t("2026-03-09 17:00")  # a Monday


def verdict(completed: str | None, at: str = "2026-04-01 00:00") -> Verdict:
    done = t(completed) if completed else None
    return judge(due=DUE, completed_at=done, calendar=HANOI, at=t(at)).verdict


@pytest.mark.parametrize(
    ("completed", "expected"),
    [
        ("2026-03-05 10:00", Verdict.EARLY),
        ("2026-03-06 23:00", Verdict.EARLY),
        ("2026-03-07 10:00", Verdict.ON_TIME),  # on a Saturday: counts with Monday
        ("2026-03-09 07:00", Verdict.ON_TIME),
        ("2026-03-09 17:00", Verdict.ON_TIME),
        ("2026-03-09 17:00:01", Verdict.LATE),
        ("2026-03-10 08:00", Verdict.LATE),
    ],
)
def test_early_is_an_earlier_working_day(completed: str, expected: Verdict) -> None:
    assert verdict(completed) is expected


def test_what_is_not_finished_is_open_or_overdue_never_late() -> None:
    assert verdict(None, "2026-03-09 17:00") is Verdict.OPEN
    assert verdict(None, "2026-03-09 17:01") is Verdict.OVERDUE


def national(completed: str | None, *supplements: Pause, at: str = "2026-03-31 17:00") -> Verdict:
    return judge(
        due=t("2026-03-12 17:00"),
        completed_at=t(completed) if completed else None,
        calendar=HANOI,
        appointed_at=DUE,
        supplements=supplements,
        at=t(at),
    ).national


def test_the_national_verdict_takes_supplement_time_off() -> None:
    answered = Pause(t("2026-03-04 10:00"), t("2026-03-06 10:00"))
    assert national("2026-03-11 17:00", answered) is Verdict.ON_TIME
    assert national("2026-03-11 17:01", answered) is Verdict.LATE
    assert national("2026-03-09 17:00") is Verdict.ON_TIME
    assert national("2026-03-09 17:01") is Verdict.LATE


def test_the_national_verdict_of_a_dossier_that_waits_for_its_supplement() -> None:
    asked = Pause(t("2026-03-09 16:00"))
    assert national(None, asked) is Verdict.ON_TIME
    assert national(None, Pause(t("2026-03-10 08:00"))) is Verdict.LATE
    first = Pause(t("2026-03-03 10:00"), t("2026-03-04 10:00"))
    assert national(None, first, Pause(t("2026-03-05 10:00"))) is Verdict.LATE


def test_the_national_verdict_of_an_open_dossier_is_at_the_end_of_the_period() -> None:
    assert national(None, at="2026-03-09 12:00") is Verdict.ON_TIME
    assert national(None, at="2026-03-10 12:00") is Verdict.LATE


def left(at: str, **more: object) -> TimeLeft:
    return time_left(due=DUE, calendar=HANOI, at=t(at), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "tone", "standing", "words"),
    [
        ("2026-03-02 10:00", Tone.GREEN, Standing.LEFT, "còn 5 ngày làm việc"),
        ("2026-03-05 10:00", Tone.GREEN, Standing.LEFT, "còn 2 ngày làm việc"),
        ("2026-03-06 10:00", Tone.YELLOW, Standing.LEFT, "còn 1 ngày làm việc"),
        ("2026-03-08 10:00", Tone.YELLOW, Standing.LEFT, "còn 1 ngày làm việc"),
        ("2026-03-09 07:00", Tone.ORANGE, Standing.TODAY, "hôm nay"),
        ("2026-03-09 17:00", Tone.ORANGE, Standing.TODAY, "hôm nay"),
        ("2026-03-09 17:01", Tone.RED, Standing.OVERDUE, "quá hạn từ hôm nay"),
        ("2026-03-11 08:00", Tone.RED, Standing.OVERDUE, "quá hạn 2 ngày"),
        ("2031-03-11 08:00", Tone.RED, Standing.OVERDUE, "quá hạn 1828 ngày"),
    ],
)
def test_the_colour_of_what_is_open(at: str, tone: Tone, standing: Standing, words: str) -> None:
    seen = left(at)
    assert (seen.tone, seen.standing, seen.words) == (tone, standing, words)


def test_yellow_begins_with_the_last_third_of_a_long_limit() -> None:
    started = t("2026-02-23 08:00")  # 11 working days, 88 hours of work
    assert left("2026-03-04 10:00", started_at=started).tone is Tone.GREEN  # 30 hours left
    assert left("2026-03-04 15:00", started_at=started).tone is Tone.YELLOW  # 26 hours left
    bold = Settings(yellow_percent=50)
    assert left("2026-03-03 10:00", started_at=started, settings=bold).tone is Tone.YELLOW


def test_the_stripe_is_for_more_than_ten_days() -> None:
    assert not left("2026-03-19 17:00").stripe
    assert left("2026-03-20 08:00").stripe


def test_what_stands_still_is_grey_even_when_overdue() -> None:
    assert left("2026-03-20 08:00", paused=True) == TimeLeft(Tone.GREY, Standing.PAUSED)
    assert left("2026-03-03 08:00", paused=True).words == "tạm dừng"


@pytest.mark.parametrize(
    ("completed", "tone", "words"),
    [
        ("2026-03-05 10:00", Tone.TEAL, "xong sớm 2 ngày làm việc"),
        ("2026-03-09 10:00", Tone.GREEN, "xong đúng hạn"),
        ("2026-03-08 10:00", Tone.GREEN, "xong đúng hạn"),
        ("2026-03-09 18:00", Tone.RED, "xong muộn trong ngày"),
        ("2026-03-12 10:00", Tone.RED, "xong muộn 3 ngày"),
    ],
)
def test_what_is_finished_keeps_how_it_ended(completed: str, tone: Tone, words: str) -> None:
    seen = left("2027-01-05 10:00", completed_at=t(completed))
    assert (seen.tone, seen.words) == (tone, words)


def test_the_difference_is_told_too() -> None:
    assert left("2026-03-09 15:00").time == timedelta(hours=2)
    assert left("2026-03-09 18:00").time == timedelta(hours=1)
    assert left("2026-03-11 18:00").days == (date(2026, 3, 11) - DUE.date()).days
