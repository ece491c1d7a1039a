"""Fees: what the scheme of a procedure comes to for given answers, channel, person and day."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from haicap.catalogue import fees
from haicap.catalogue.load import DATA

DAY = date(2026, 11, 21)


def scheme(code: str) -> Any:
    path = DATA / "procedures" / f"{code}.json"
    return json.loads(path.read_text(encoding="utf-8"))["fees"]["scheme"]


def due(
    code: str, answers: dict[str, Any], *, channel: str = "counter", level: int = 0, day: date = DAY
) -> tuple[int, list[str]]:
    lines = fees.evaluate(
        scheme=scheme(code), channel=channel, answers=answers, identity_level=level, day=day
    )
    return sum(line.amount for line in lines), [line.waived_vi for line in lines if line.waived_vi]


@pytest.mark.parametrize(
    ("born", "expected"),
    [("2026-11-21", 0), ("2026-09-22", 0), ("2026-09-21", 5000), ("2020-01-01", 5000)],
)
def test_a_birth_costs_only_when_declared_after_sixty_days(born: str, expected: int) -> None:
    assert due("1.001193", {"child_birth_date": born}) == (expected, [])


def test_poor_households_and_others_named_by_law_pay_no_late_fee() -> None:
    total, why = due("1.001193", {"child_birth_date": "2026-01-01", "fee_group": "ho-ngheo"})
    assert total == 0
    assert len(why) == 1


@pytest.mark.parametrize(
    ("level", "day", "expected"),
    [
        (2, date(2026, 8, 14), 24000),
        (2, date(2026, 8, 15), 0),
        (2, date(2027, 2, 28), 0),
        (2, date(2027, 3, 1), 24000),
        (1, date(2026, 11, 21), 24000),
    ],
)
def test_copies_are_free_for_vneid_level_two_while_the_circular_lasts(
    level: int, day: date, expected: int
) -> None:
    assert due("2.000635", {"copies": 3}, level=level, day=day)[0] == expected


@pytest.mark.parametrize(
    ("pages", "copies", "expected"),
    [
        (1, 1, 2000),
        (2, 1, 4000),
        (3, 1, 5000),
        (40, 1, 42000),
        (198, 1, 200000),
        (199, 1, 200000),
        (1000, 2, 400000),
        (2, 5, 20000),
        (0, 5, 0),
        (3, 0, 0),
    ],
)
def test_certified_copies_cost_by_page_up_to_a_cap_per_copy(
    pages: int, copies: int, expected: int
) -> None:
    assert due("2.000815", {"pages": pages, "copies": copies})[0] == expected


def test_the_channel_may_make_it_cheaper() -> None:
    assert due("1.001612", {}, channel="online")[0] == 0
    assert due("1.001612", {}, channel="counter")[0] == 100_000
    assert due("1.004222", {}, channel="online")[0] == 10_000
    assert due("1.004222", {}, channel="post")[0] == 20_000


def test_step_parents_adopt_for_nothing() -> None:
    assert due("2.001263", {"case": "thong-thuong", "child_group": "binh-thuong"})[0] == 400_000
    assert due("2.001263", {"case": "con-rieng", "child_group": "binh-thuong"})[0] == 0
    assert due("2.001263", {"case": "thong-thuong", "child_group": "khuyet-tat"})[0] == 0


@pytest.mark.parametrize("copies", ["3", -1, True, None, 3.5, [1], 10**9])
def test_quantities_that_are_none_ask_for_nothing_and_huge_ones_are_held_in_reach(
    copies: Any,
) -> None:
    total, _why = due("2.000635", {"copies": copies})
    assert 0 <= total <= 8000 * fees.LARGEST_QUANTITY


def test_the_scheme_reads_as_sentences_in_both_languages() -> None:
    with translation.override("vi"):
        said = fees.describe(scheme("2.000815"))
        assert said == [
            "Phí chứng thực bản sao: 2.000 đồng một trang, từ trang thứ 3 là 1.000 đồng một trang, "
            "không quá 200.000 đồng một bản"
        ]
    with translation.override("en"):
        assert "VND 200,000" in fees.describe(scheme("2.000815"))[0]
        assert fees.describe(scheme("1.001612")) == [
            "Registration fee: at the counter VND 100,000, online VND 0"
        ]


def test_a_waiver_may_be_for_one_channel_only() -> None:
    when = {"channel_in": ["online"], "from": "2026-07-25"}
    line = {
        "kind": "flat", "name_vi": "Lệ phí", "amount": 8000,
        "waive": [{"name_vi": "Nộp trực tuyến", "when": when}],
    }  # fmt: skip

    def total(channel: str, day: date) -> int:
        lines = fees.evaluate(
            scheme={"lines": [line]}, channel=channel, answers={}, identity_level=0, day=day
        )
        return sum(one.amount for one in lines)

    assert total("online", DAY) == 0
    assert total("post", DAY) == total("counter", DAY) == 8000
    assert total("online", date(2026, 7, 24)) == 8000
