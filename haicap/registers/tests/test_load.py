"""Numbers and codes of a load: they go on where the books stand, and the verbs go on after them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from haicap.kernel.actor import system
from haicap.kernel.clock import VIETNAM
from haicap.registers import load
from haicap.registers import public as registers
from haicap.registers.load import PastBooks, PastNumber
from haicap.registers.models import Book, Counter, Number

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
DAY = AT.date()
LOADER = system("test")


def given(books: PastBooks, agency: int, ref: str, *, at: datetime = AT) -> PastNumber:
    return books.give(agency_id=agency, kind="reception", ref=ref, day=at.date(), at=at)


def code(agency: int, *, at: datetime = AT) -> str:
    return registers.issue_code(
        agency_id=agency, agency_code="H26.1", procedure_code="1.001193", at=at
    ).code


@pytest.mark.django_db
def test_numbers_go_on_where_the_book_stands(bode: int, cuanam: int) -> None:
    with transaction.atomic():
        registers.next_number(agency_id=bode, kind="reception", ref="a.B:1", day=DAY, at=AT)
        books = PastBooks.taken()
        numbers = [given(books, bode, f"a.B:{n}") for n in (2, 3)]
        numbers.append(given(books, cuanam, "a.B:4"))
        books.write(numbers)
        books.write([given(books, bode, "a.B:5")])
        after = registers.next_number(agency_id=bode, kind="reception", ref="a.B:6", day=DAY, at=AT)
    assert [number.value for number in numbers] == [2, 3, 1]
    assert after.value == 5
    assert list(Book.objects.order_by("last").values_list("last", "start", "volume")) == [
        (1, 1, 1),
        (5, 1, 1),
    ]
    assert Number.objects.filter(state="confirmed", reason="").count() == 6


@pytest.mark.django_db
def test_a_reserved_number_is_confirmed_when_its_paper_is_issued(bode: int) -> None:
    with transaction.atomic():
        books = PastBooks.taken()
        held = books.give(
            agency_id=bode, kind="result", ref="a.B:1", day=DAY, at=AT, state=load.RESERVED
        )
        used = books.give(
            agency_id=bode, kind="result", ref="a.B:2", day=DAY, at=AT, state=load.RESERVED
        )
        used.confirm(at=AT + timedelta(days=1))
        books.write([held, used])
    rows = Number.objects.order_by("value").values_list("state", "at")
    assert list(rows) == [("reserved", AT), ("confirmed", AT + timedelta(days=1))]


@pytest.mark.django_db
def test_a_year_has_its_own_book_and_a_closed_one_gives_no_more(bode: int) -> None:
    with transaction.atomic():
        books = PastBooks.taken()
        numbers = [
            given(books, bode, "a.B:1", at=AT - timedelta(days=400)),
            given(books, bode, "a.B:2"),
        ]
        books.write(numbers)
        book = Book.objects.get(year=2026)
        registers.close_book(book_id=book.pk, by=LOADER, at=AT)
        with pytest.raises(registers.BookRefused):
            given(PastBooks.taken(), bode, "a.B:3")
    assert [number.value for number in numbers] == [1, 1]
    assert set(Book.objects.values_list("year", flat=True)) == {2025, 2026}


@pytest.mark.django_db
def test_codes_are_those_the_verb_gives(bode: int) -> None:
    next_day = AT + timedelta(days=1)
    with transaction.atomic():
        first = code(bode)
        books = PastBooks.taken()
        codes = [
            books.code(agency_id=bode, agency_code="H26.1", procedure_code="1.001193", at=at)
            for at in (AT, AT, next_day)
        ]
        books.write([])
        assert [first, *codes, code(bode), code(bode, at=next_day)] == [
            "H26.1-261125-0001",
            "H26.1-261125-0002",
            "H26.1-261125-0003",
            "H26.1-261126-0001",
            "H26.1-261125-0004",
            "H26.1-261126-0002",
        ]
    assert Counter.objects.count() == 2


@pytest.mark.django_db
def test_codes_follow_the_agency_own_pattern_from_its_day_on(bode: int) -> None:
    with transaction.atomic():
        registers.set_code_pattern(
            agency_id=bode, pattern="{unit}-{yyyy}-{seq:3}", scope="unit", valid_from=DAY,
            by=LOADER, at=AT,
        )  # fmt: skip
        books = PastBooks.taken()
        codes = [
            books.code(
                agency_id=bode, agency_code="H26.1", procedure_code="1.001193",
                at=datetime(2026, 11, day, 9, tzinfo=VIETNAM),
            )
            for day in (date(2026, 11, 24).day, DAY.day)
        ]  # fmt: skip
    assert codes == ["H26.1-261124-0001", "H26.1-2026-001"]


@pytest.mark.django_db(transaction=True)
def test_books_are_taken_in_a_transaction_only() -> None:
    with pytest.raises(RuntimeError):
        PastBooks.taken()
