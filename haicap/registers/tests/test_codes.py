"""Codes of dossiers: by the pattern, never twice, from whoever gives them."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from itertools import product

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.kernel.actor import Actor, ActorKind
from haicap.kernel.clock import VIETNAM
from haicap.kernel.errors import Invalid
from haicap.registers import issuers
from haicap.registers import public as registers
from haicap.registers.issuers import IssuerDown, RehearsalIssuer
from haicap.registers.pattern import Scope, check_pattern, render, scope_key
from haicap.registers.tests.test_books import together

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
TODAY = AT.date()
MINH = Actor(kind=ActorKind.STAFF, person=3)


def code(agency: int, unit: str = "H26.118", procedure: str = "1.001193", at: datetime = AT) -> str:
    return registers.issue_code(
        agency_id=agency, agency_code=unit, procedure_code=procedure, at=at
    ).code


def pattern(
    agency: int | None, text: str, scope: str = "unit+day", issuer: str = "", day: date = TODAY
) -> None:
    registers.set_code_pattern(
        agency_id=agency, pattern=text, scope=scope, issuer=issuer, valid_from=day, by=MINH, at=AT
    )


def test_without_a_pattern_codes_are_those_of_the_circular(bode: int) -> None:
    assert code(bode) == "H26.118-261125-0001"
    assert code(bode) == "H26.118-261125-0002"
    assert code(bode, unit="H26.119") == "H26.119-261125-0001"
    tomorrow = datetime.fromisoformat("2026-11-25T17:00:00+00:00")
    assert code(bode, at=tomorrow) == "H26.118-261126-0001"


def test_an_agencys_own_pattern_goes_before_the_installations(bode: int, cuanam: int) -> None:
    pattern(None, "{unit}-{yyyy}{mm}{dd}-{seq:7}")
    pattern(bode, "BD-{unit}-{proc}-{yy}-{seq:3}", "year")
    assert code(bode) == "BD-H26.118-1.001193-26-001"
    assert code(cuanam, unit="H26.12") == "H26.12-20261125-0000001"


def test_a_pattern_counts_from_its_day_on(bode: int) -> None:
    pattern(bode, "{unit}-{seq:5}", "unit", day=AT.date() + timedelta(days=1))
    assert code(bode) == "H26.118-261125-0001"
    assert code(bode, at=AT + timedelta(days=1)) == "H26.118-00001"


def test_a_unit_code_that_passes_to_another_agency_goes_on_counting(bode: int, cuanam: int) -> None:
    assert code(bode) == "H26.118-261125-0001"
    assert code(cuanam) == "H26.118-261125-0002"


def test_a_sequence_that_outgrows_its_width_gets_longer(bode: int) -> None:
    pattern(bode, "{unit}-{seq:1}", "unit")
    assert [code(bode) for _n in range(11)][-2:] == ["H26.118-10", "H26.118-11"]


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_at_once_are_all_different_and_a_rollback_returns_one(bode: int) -> None:
    given_out: list[str] = []

    def several(worker: int) -> None:
        for n in range(10):
            with transaction.atomic():
                got = code(bode)
                if (worker + n) % 4 == 0:
                    transaction.set_rollback(True)
                else:
                    given_out.append(got)

    assert together(*(partial(several, n) for n in range(8))) == []
    assert len(set(given_out)) == len(given_out) == 60
    assert sorted(given_out) == [f"H26.118-261125-{n:04d}" for n in range(1, 61)]


@pytest.mark.parametrize(
    ("text", "scope", "says"),
    [
        ("{unit}-{yy}{mm}{dd}", "unit+day", "một số thứ tự"),
        ("{seq:4}-{seq:4}-{unit}-{yy}{mm}{dd}", "unit+day", "một số thứ tự"),
        ("{unit}-{unit}-{seq:4}", "unit", "lặp lại"),
        ("{unit}-{seq:4}", "unit+day", "còn thiếu {yy}, {mm}, {dd}"),
        ("{yy}{mm}-{seq:4}", "day", "còn thiếu {dd}"),
        ("{yy}-{seq:4}", "month", "còn thiếu {mm}"),
        ("{seq:4}", "year", "còn thiếu {yy}"),
        ("{unit}-{seq:4}", "procedure", "còn thiếu {proc}"),
        ("{proc}-{seq:4}", "procedure+day", "còn thiếu {yy}"),
        ("{yy}{mm}{dd}-{seq:4}", "unit+day", "còn thiếu {unit}"),
        ("{unit}{seq:4}", "unit", "dấu gạch"),
        ("1{unit}-{seq:4}", "unit", "dấu gạch"),
        ("{unit}-{seq:4}{proc}", "unit", "dấu gạch"),
        ("{unit}-{seq:13}", "unit", "không đọc được"),
        ("{unit:3}-{seq:4}", "unit", "không đọc được"),
        ("{may}-{seq:4}", "unit", "không đọc được"),
        ("{unit-{seq:4}", "unit", "ngoặc"),
        ("{unit}-{}{seq:4}", "unit", "ngoặc"),
        ("Hồ-{unit}-{seq:4}", "unit", "không dấu"),
        ("{unit}/{seq:4}", "unit", "không dấu"),
        ("{unit} {seq:4}", "unit", "không dấu"),
        ("A" * 50 + "-{unit}-{seq:4}", "unit", "dài quá"),
        ("", "unit", "một số thứ tự"),
        ("{unit}-{seq:4}", "tuần", "Phạm vi"),
    ],
)
def test_a_pattern_that_could_give_a_code_twice_is_not_saved(
    text: str, scope: str, says: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_pattern(text, scope)
    assert says in str(refused.value)
    assert set(refused.value.fields) <= {"pattern", "scope"}


PATTERNS = [
    ("{unit}-{yy}{mm}{dd}-{seq:4}", Scope.UNIT_DAY),
    ("{unit}-{yyyy}{mm}{dd}-{seq:7}", Scope.UNIT_DAY),
    ("{yy}{mm}{dd}{seq:2}", Scope.DAY),
    ("{seq:1}{mm}{yy}", Scope.MONTH),
    ("HN-{yyyy}-{seq}", Scope.YEAR),
    ("{unit}-{seq:6}", Scope.UNIT),
    ("{proc}_{seq:3}", Scope.PROCEDURE),
    ("{seq:3}-{proc}-{dd}{mm}{yyyy}", Scope.PROCEDURE_DAY),
    ("{proc}-{unit}-{dd}{seq:1}{mm}{yy}", Scope.DAY),
]
UNITS = st.from_regex(r"H26(\.[0-9]{1,3}){0,2}", fullmatch=True)
PROCEDURES = st.from_regex(r"[12]\.[0-9]{6}|noi-bo-[0-9]{1,2}", fullmatch=True)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PATTERNS), st.lists(st.tuples(UNITS, PROCEDURES, DAYS), max_size=40))
def test_no_two_askings_ever_get_one_code(
    chosen: tuple[str, Scope], askings: list[tuple[str, str, date]]
) -> None:
    text, scope = chosen
    check_pattern(text, scope)
    counters: dict[str, int] = {}
    codes = []
    for unit, procedure, day in askings * 3:
        key = scope_key(scope, unit=unit, procedure=procedure, day=day)
        counters[key] = counters.get(key, 0) + 1
        codes.append(render(text, unit=unit, procedure=procedure, day=day, seq=counters[key]))
    assert len(set(codes)) == len(codes)
    assert all(one.isascii() and "/" not in one and " " not in one for one in codes)


@given(st.text(alphabet="{}unitseqprocydm:0123456789-._ /Đ", max_size=40), st.sampled_from(Scope))
def test_any_text_as_a_pattern_is_taken_or_refused_with_a_sentence(text: str, scope: str) -> None:
    with suppress(Invalid):
        check_pattern(text, scope)
        assert render(text, unit="H26", procedure="1.000001", day=TODAY, seq=1)


def test_counters_that_differ_in_scope_have_rows_of_their_own() -> None:
    keys = [
        scope_key(scope, unit=unit, procedure=procedure, day=day)
        for scope in Scope
        for unit, procedure, day in product(
            ("H26", "H27"), ("1.000001", "1.000002"), (date(2026, 1, 1), date(2026, 2, 1))
        )
    ]
    assert len(set(keys)) == 2 + 2 + 1 + 2 + 4 + 2 + 4


# --- an external issuer ---------------------------------------------------------------------------


@pytest.fixture
def portal(bode: int, monkeypatch: pytest.MonkeyPatch) -> RehearsalIssuer:
    monkeypatch.setattr(issuers, "_issuers", {})
    monkeypatch.setattr(issuers, "_resting", {})
    issuer = RehearsalIssuer()
    registers.register_issuer("portal", issuer)
    pattern(None, "{unit}-{seq:4}", "unit", issuer="portal")
    return issuer


def fetch(agency: int, *, at: datetime = AT) -> str | None:
    return registers.fetch_code(
        agency=lambda: (agency, "H26.118"), procedure_code="1.001193", at=at
    )


def test_an_external_issuer_gives_the_code_before_the_transaction(
    bode: int, portal: RehearsalIssuer
) -> None:
    fetched = fetch(bode)
    assert fetched == "G09.20-20261125-0000001"
    issued = registers.issue_code(
        agency_id=bode, agency_code="H26.118", procedure_code="1", at=AT, fetched=fetched
    )
    assert (issued.code, issued.owed, portal.calls) == (fetched, "", 1)


def test_where_nothing_was_fetched_our_pattern_gives_the_code_and_nobody_is_asked(
    bode: int, portal: RehearsalIssuer
) -> None:
    issued = registers.issue_code(agency_id=bode, agency_code="H26.118", procedure_code="1", at=AT)
    assert (issued.code, issued.owed, portal.calls) == ("H26.118-0001", "portal", 0)


def test_where_we_give_the_codes_nobody_is_asked(bode: int) -> None:
    def nobody() -> tuple[int, str]:
        raise AssertionError

    assert registers.fetch_code(agency=nobody, procedure_code="1.001193", at=AT) is None


@pytest.mark.parametrize("answer", ["", "x", "a b c d", "Đ26-0001", "a" * 61, "../../x", "-abcd"])
def test_what_an_issuer_answers_is_a_code_or_counts_as_no_answer(
    bode: int, portal: RehearsalIssuer, answer: str
) -> None:
    portal.mood = lambda _call: answer
    with pytest.raises(IssuerDown):
        fetch(bode)


def test_an_issuer_that_failed_is_left_alone_for_a_while(
    bode: int, portal: RehearsalIssuer
) -> None:
    def fail(_call: int) -> str | None:
        raise TimeoutError

    portal.mood = fail
    for seconds in (0, 1, 29):
        with pytest.raises(IssuerDown):
            fetch(bode, at=AT + timedelta(seconds=seconds))
    assert portal.calls == 1  # nobody else waits four seconds
    portal.mood = lambda _call: None
    assert fetch(bode, at=AT + timedelta(seconds=31))


def test_a_slow_issuer_is_waited_for_and_an_unknown_one_is_not_saved(
    bode: int, portal: RehearsalIssuer
) -> None:
    portal.mood = lambda _call: time.sleep(0.02)
    assert fetch(bode)
    with pytest.raises(Invalid) as refused:
        pattern(bode, "{unit}-{seq:4}", "unit", issuer="nobody")
    assert set(refused.value.fields) == {"issuer"}
    registers.register_issuer("other", portal)
    issuers._issuers.pop("portal")
    with pytest.raises(IssuerDown):
        fetch(bode)
