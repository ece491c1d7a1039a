"""The due time in words: from when, how much, what was skipped or worked and why."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from haicap.deadlines.due import AfterPause, Pause, Policy, TimeUnit, due_at
from haicap.deadlines.explain import sentences
from haicap.deadlines.tests.calendars import HANOI, t
from haicap.deadlines.tests.test_due_laws import limits, moments
from haicap.kernel.vietnamese import fold_accents


def explain(
    received: str,
    amount: int,
    unit: TimeUnit,
    policy: Policy = Policy.END_OF_DAY,
    *pauses: Pause,
    language: str = "vi",
) -> tuple[str, ...]:
    due = due_at(
        received_at=t(received),
        amount=amount,
        time_unit=unit,
        policy=policy,
        calendar=HANOI,
        pauses=pauses,
    )
    return sentences(due=due, calendar=HANOI, language=language)


def test_holidays_weekends_and_make_up_days_are_named() -> None:
    assert explain("2026-08-20 17:05", 9, TimeUnit.WORKING_DAY) == (
        "Nhận lúc 17 giờ 05 phút, thứ Năm, 20/08/2026.",
        "Lúc đó ngoài giờ làm việc.",
        "Bắt đầu tính từ giờ mở cửa tiếp theo: 8 giờ, thứ Sáu, 21/08/2026.",
        "Thời hạn: 9 ngày làm việc, không tính ngày bắt đầu (Bộ luật Dân sự, Điều 147).",
        "Không tính 5 ngày nghỉ hằng tuần: 23/08, 29/08, 30/08, 05/09, 06/09.",
        "Không tính thứ Hai, 31/08/2026: Nghỉ hoán đổi.",
        "Không tính thứ Ba, 01/09/2026: Quốc khánh (ngày liền kề).",
        "Không tính thứ Tư, 02/09/2026: Quốc khánh.",
        "Có tính thứ Bảy, 22/08/2026: làm bù cho thứ Hai, 31/08/2026.",
        "Hạn trả kết quả: thứ Hai, 07/09/2026, trước 17 giờ.",
    )


def test_an_arrival_on_a_day_off_says_which_and_what_lay_between() -> None:
    told = explain("2026-02-16 09:00", 1, TimeUnit.WORKING_DAY)
    assert told[1:3] == (
        "Hôm đó là ngày nghỉ: Tết Nguyên đán (29 tháng Chạp).",
        "Bắt đầu tính từ giờ mở cửa tiếp theo: 8 giờ, thứ Hai, 23/02/2026.",
    )
    assert "Không tính thứ Ba, 17/02/2026: Tết Nguyên đán (mùng 1)." in told
    assert "Không tính 2 ngày nghỉ hằng tuần: 21/02, 22/02." in told
    sunday = explain("2026-03-01 09:00", 1, TimeUnit.WORKING_DAY)
    assert sunday[1] == "Hôm đó là ngày nghỉ hằng tuần."


def test_a_last_day_that_is_off_rolls_and_says_why() -> None:
    told = explain("2026-11-14 10:00", 10, TimeUnit.DAY)
    assert told[2] == (
        "Ngày cuối là thứ Ba, 24/11/2026, ngày nghỉ: Ngày Văn hóa Việt Nam, "
        "nên chuyển sang ngày làm việc tiếp theo (Bộ luật Dân sự, Điều 148)."
    )
    assert "nghỉ hằng tuần" in explain("2026-03-02 10:00", 5, TimeUnit.DAY)[2]
    assert not any("Không tính" in line for line in explain("2026-08-20 10:00", 30, TimeUnit.DAY))


def test_what_is_not_sure_is_marked() -> None:
    mark = (
        "Chưa chắc: thứ Năm, 04/02/2027, Tết Nguyên đán (28 tháng Chạp), "
        "còn chờ thông báo chính thức nên hạn có thể đổi."
    )
    assert mark in explain("2027-02-02 10:00", 5, TimeUnit.WORKING_DAY)
    assert mark in explain("2027-01-31 10:00", 4, TimeUnit.DAY)
    assert mark not in explain("2027-01-31 10:00", 20, TimeUnit.DAY)
    assert not any("Chưa chắc" in line for line in explain("2026-02-10 10:00", 9, TimeUnit.DAY))


def test_three_in_the_afternoon_is_explained() -> None:
    assert "vì bắt đầu tính trước 15 giờ." in explain("2025-08-29 14:59", 1, TimeUnit.SAME_DAY)[1]
    assert "từ 15 giờ trở đi" in explain("2025-08-29 15:00", 1, TimeUnit.SAME_DAY)[1]


@pytest.mark.parametrize(
    ("unit", "policy", "effect"),
    [
        (TimeUnit.WORKING_DAY, Policy.END_OF_DAY, "Hạn lùi 2 ngày làm việc."),
        (TimeUnit.WORKING_DAY, Policy.CLOCK_HOURS, "Hạn lùi 15 giờ 30 phút làm việc."),
        (TimeUnit.HOUR, Policy.END_OF_DAY, "Hạn lùi 15 giờ 30 phút làm việc."),
        (TimeUnit.DAY, Policy.END_OF_DAY, "Hạn lùi 2 ngày."),
        (TimeUnit.SAME_DAY, Policy.END_OF_DAY, "Hạn được tính lại từ lúc đi tiếp."),
    ],
)
def test_a_pause_is_told_in_the_unit_of_the_limit(
    unit: TimeUnit, policy: Policy, effect: str
) -> None:
    pause = Pause(t("2026-03-03 10:00"), t("2026-03-05 09:30"))
    told = explain("2026-03-02 10:00", 3, unit, policy, pause)
    place = told.index(
        "Tạm dừng từ 10 giờ, thứ Ba, 03/03/2026 đến 9 giờ 30 phút, thứ Năm, 05/03/2026."
    )
    assert told[place + 1] == effect


def test_a_fresh_start_and_an_open_pause_are_told() -> None:
    again = Pause(t("2026-03-03 10:00"), t("2026-03-05 14:00"), AfterPause.RESTART)
    told = explain(
        "2026-03-02 10:00",
        5,
        TimeUnit.WORKING_DAY,
        Policy.END_OF_DAY,
        again,
        Pause(t("2026-03-09 10:00")),
    )
    assert "Thời hạn tính lại từ đầu khi có đủ hồ sơ, lúc 14 giờ, thứ Năm, 05/03/2026." in told
    assert "Đang tạm dừng từ 10 giờ, thứ Hai, 09/03/2026, hạn sẽ lùi khi đi tiếp." in told


def test_a_long_row_of_rest_days_is_only_counted() -> None:
    told = explain("2026-03-02 10:00", 60, TimeUnit.WORKING_DAY)
    line = next(line for line in told if "nghỉ hằng tuần" in line)
    assert re.fullmatch(r"Không tính \d\d ngày nghỉ hằng tuần\.", line)


@effort(max_examples=40)
@given(moments, limits(), st.sampled_from(["vi", "en"]))
def test_every_due_time_can_be_explained_and_ends_with_the_result(
    received: datetime, limit: tuple[int, TimeUnit, Policy], language: str
) -> None:
    amount, unit, policy = limit
    due = due_at(
        received_at=received,
        amount=amount,
        time_unit=unit,
        policy=policy,
        calendar=HANOI,
    )
    told = sentences(due=due, calendar=HANOI, language=language)
    assert all(line.endswith(".") and "%(" not in line for line in told)
    day = due.due_at.day
    assert f"{day} " in told[-1] or f"{day:02d}/" in told[-1]


def test_english_is_whole_and_has_its_singular() -> None:
    pause = Pause(t("2026-02-10 10:00"), t("2026-02-11 10:00"))
    told = explain(
        "2026-02-09 18:00", 5, TimeUnit.WORKING_DAY, Policy.END_OF_DAY, pause, language="en"
    )
    assert told == (
        "Received at 18:00 on Monday, 9 February 2026.",
        "That was outside working hours.",
        "Counting starts at the next opening: 08:00 on Tuesday, 10 February 2026.",
        "Time limit: 5 working days, the first day not counted (Civil Code, Article 147).",
        "Not counted: 4 weekly days of rest: 14/02, 15/02, 21/02, 22/02.",
        "Not counted: Monday, 16 February 2026, Lunar New Year (29th of the last lunar month).",
        "Not counted: Tuesday, 17 February 2026, Lunar New Year (1st day).",
        "Not counted: Wednesday, 18 February 2026, Lunar New Year (2nd day).",
        "Not counted: Thursday, 19 February 2026, Lunar New Year (3rd day).",
        "Not counted: Friday, 20 February 2026, Lunar New Year (4th day).",
        "Stopped from 10:00 on Tuesday, 10 February 2026 to 10:00 on Wednesday, 11 February 2026.",
        "The due time moves by 1 working day.",
        "Result due: Wednesday, 25 February 2026, by 17:00.",
    )


def test_no_vietnamese_is_left_in_english() -> None:
    seen = " ".join(
        line
        for received in (
            "2026-01-31 18:00",
            "2026-04-24 10:00",
            "2027-01-31 10:00",
            "2026-08-20 10:00",
        )
        for unit in TimeUnit
        for policy in Policy
        for line in explain(
            received, 1 if unit is TimeUnit.MONTH else 9, unit, policy, language="en"
        )
    )
    assert fold_accents(seen) == seen.lower(), [w for w in seen.split() if not w.isascii()]
