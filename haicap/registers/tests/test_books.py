"""Books: no hole, whatever happens at the same time."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from haicap.audit import public as audit
from haicap.kernel.actor import Actor, ActorKind
from haicap.kernel.clock import VIETNAM, day_of
from haicap.kernel.errors import Invalid, Missing
from haicap.registers import public as registers
from haicap.registers.models import Book
from haicap.registers.queries import numbers_in

AT = datetime(2026, 11, 25, 9, 5, tzinfo=VIETNAM)
DAY = AT.date()
MINH = Actor(kind=ActorKind.STAFF, person=3)


def number(agency: int, ref: str, kind: str = "reception", day: date = DAY) -> registers.NumberView:
    return registers.next_number(agency_id=agency, kind=kind, ref=ref, day=day, at=AT)


def together(*calls: Callable[[], object]) -> list[BaseException]:
    """Run all at once, each in a thread and a connection of its own; what they raised."""
    gate, raised = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        try:
            gate.wait()
            call()
        except Exception as e:  # noqa: BLE001 - handed back
            raised.append(e)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(raised)


def test_the_first_number_opens_the_years_book_and_counts_from_one(bode: int) -> None:
    first, second = number(bode, "dossiers.Dossier:1"), number(bode, "dossiers.Dossier:2")
    assert [(n.volume, n.value, n.state) for n in (first, second)] == [
        (1, 1, "confirmed"),
        (1, 2, "confirmed"),
    ]
    assert first.book_id == second.book_id


def test_agencies_kinds_and_years_have_books_of_their_own(bode: int, cuanam: int) -> None:
    next_year = date(2027, 1, 1)
    assert number(bode, "a").value == 1
    assert number(cuanam, "b").value == 1
    assert number(bode, "a", kind="result").value == 1
    assert number(bode, "c", day=next_year).value == 1
    assert number(bode, "d").value == 2
    assert len(registers.books_of(agency_id=bode)) == 3
    assert len(registers.books_of(agency_id=bode, year=2027)) == 1


def test_the_year_changes_at_midnight_in_vietnam(bode: int) -> None:
    before = datetime.fromisoformat("2026-12-31T16:59:59+00:00")
    after = datetime.fromisoformat("2026-12-31T17:00:00+00:00")
    last = number(bode, "a", day=day_of(before))
    first = number(bode, "b", day=day_of(after))
    assert last.book_id != first.book_id
    assert [book.year for book in registers.books_of(agency_id=bode)] == [2026, 2027]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_hole_though_some_roll_back(bode: int) -> None:
    def one(n: int) -> None:
        with transaction.atomic():
            number(bode, f"dossiers.Dossier:{n}")
            if n % 3 == 0:
                transaction.set_rollback(True)

    def several(start: int) -> None:
        for n in range(start, start + 12):
            one(n)

    assert together(*(partial(several, start) for start in range(0, 96, 12))) == []
    book = registers.books_of(agency_id=bode)[0]
    values = [entry.value for entry in numbers_in(book.id)]
    assert values == list(range(1, 65))
    assert book.last == 64


@pytest.mark.django_db(transaction=True)
def test_one_thing_reserved_by_many_at_once_holds_one_number(bode: int) -> None:
    def hold() -> None:
        with transaction.atomic():
            registers.reserve(agency_id=bode, kind="result", ref="x", day=DAY, at=AT)

    assert together(*[hold] * 8) == []
    book = registers.books_of(agency_id=bode)[0]
    assert [entry.ref for entry in numbers_in(book.id)] == ["x"]
    assert book.last == 1


@pytest.mark.django_db(transaction=True)
def test_a_book_closed_while_numbers_are_given_keeps_no_hole(bode: int) -> None:
    number(bode, "first")
    book = registers.books_of(agency_id=bode)[0]

    def give(start: int) -> None:
        for n in range(10):
            number(bode, f"{start}:{n}")

    def close() -> None:
        registers.close_book(book_id=book.id, by=MINH, at=AT)

    raised = together(*(partial(give, n) for n in range(4)), close)
    assert all(isinstance(e, registers.BookRefused) for e in raised)
    values = [entry.value for entry in numbers_in(book.id)]
    assert values == list(range(1, len(values) + 1))
    assert len(registers.books_of(agency_id=bode)) == 1, "none was opened behind anybody's back"


@pytest.mark.django_db(transaction=True)
def test_a_book_opened_by_many_at_once_is_opened_once(bode: int) -> None:
    def open_it() -> None:
        registers.open_book(agency_id=bode, kind="reception", year=2026, by=MINH, at=AT)

    raised = together(*[open_it] * 6)
    assert [str(e) for e in raised] == ["Sổ này đang mở. Xin khóa quyển hiện tại trước."] * 5
    assert len(registers.books_of(agency_id=bode)) == 1


@pytest.mark.django_db
def test_a_rollback_gives_the_number_back(bode: int) -> None:
    number(bode, "a")
    with transaction.atomic():
        assert number(bode, "b").value == 2
        transaction.set_rollback(True)
    assert number(bode, "c").value == 2


def test_a_thing_gets_one_number_of_a_kind(bode: int, cuanam: int) -> None:
    number(bode, "a")
    for agency in (bode, cuanam):
        with pytest.raises(IntegrityError), transaction.atomic():
            number(agency, "a")
    assert number(bode, "b").value == 2, "the second asking left no hole"


def test_reserving_twice_gives_the_same_number(bode: int) -> None:
    held = [
        registers.reserve(agency_id=bode, kind="result", ref="a", day=DAY, at=AT) for _n in range(2)
    ]
    assert held[0] == held[1]
    assert held[0].state == "reserved"
    for _again in range(2):
        assert registers.confirm(ref="a", kind="result", at=AT).state == "confirmed"
    assert registers.number_of(ref="a", kind="result") is not None


def test_a_void_number_stays_with_its_reason_and_is_never_given_again(bode: int) -> None:
    registers.reserve(agency_id=bode, kind="result", ref="a", day=DAY, at=AT)
    for empty in ("", "  \u200b "):
        with pytest.raises(Invalid, match="lý do"):
            registers.void(ref="a", kind="result", reason=empty, at=AT)
    gone = registers.void(ref="a", kind="result", reason=" Lãnh đạo trả lại ", at=AT, by=MINH)
    assert (gone.value, gone.state, gone.reason) == (1, "void", "Lãnh đạo trả lại")
    assert registers.number_of(ref="a", kind="result") is None
    for call in (registers.confirm, partial(registers.void, reason="x")):
        with pytest.raises(Missing):
            call(ref="a", kind="result", at=AT)
    anew = registers.reserve(agency_id=bode, kind="result", ref="a", day=DAY, at=AT)
    assert anew.value == 2
    kept = numbers_in(gone.book_id)
    assert [(n.value, n.state) for n in kept] == [(1, "void"), (2, "reserved")]
    assert audit.history_of("a")[-1].facts == {"book_id": gone.book_id, "value": 1}


def test_a_block_follows_on_and_keeps_its_order(bode: int) -> None:
    number(bode, "a", kind="result")
    block = registers.reserve_block(
        agency_id=bode, kind="result", refs=["x", "y", "z"], day=DAY, at=AT
    )
    assert [(n.ref, n.value) for n in block] == [("x", 2), ("y", 3), ("z", 4)]
    assert number(bode, "b", kind="result").value == 5
    assert registers.reserve_block(agency_id=bode, kind="result", refs=[], day=DAY, at=AT) == []


def test_a_book_taken_over_from_paper_starts_where_the_paper_ended(bode: int) -> None:
    registers.open_book(agency_id=bode, kind="reception", year=2026, start=1044, by=MINH, at=AT)
    assert number(bode, "a").value == 1044


def test_a_closed_book_gives_nothing_until_the_next_volume_is_opened(bode: int) -> None:
    book_id = number(bode, "a").book_id
    held = registers.reserve(agency_id=bode, kind="reception", ref="b", day=DAY, at=AT)
    with pytest.raises(registers.BookRefused, match="Còn 1 số"):
        registers.close_book(book_id=book_id, by=MINH, at=AT)
    registers.confirm(ref=held.ref, kind="reception", at=AT)
    with pytest.raises(registers.BookRefused, match="đang mở"):
        registers.open_book(agency_id=bode, kind="reception", year=2026, by=MINH, at=AT)
    registers.close_book(book_id=book_id, by=MINH, at=AT)
    with pytest.raises(registers.BookRefused, match="đã khóa"):
        registers.close_book(book_id=book_id, by=MINH, at=AT)
    with pytest.raises(registers.BookRefused, match="Sổ năm 2026 đã khóa"):
        number(bode, "c")
    with pytest.raises(registers.BookRefused, match="từ 3 trở đi"):
        registers.open_book(agency_id=bode, kind="reception", year=2026, start=2, by=MINH, at=AT)
    second = registers.open_book(agency_id=bode, kind="reception", year=2026, by=MINH, at=AT)
    assert (second.volume, second.start) == (2, 3)
    assert (number(bode, "d").volume, number(bode, "e").value) == (2, 4)
    kinds = [entry.kind for entry in audit.history_of(f"registers.Book:{second.id}")]
    assert kinds == ["registers.BookOpened"]


def test_a_book_that_is_not_there_is_missing(db: None) -> None:
    with pytest.raises(Missing):
        registers.close_book(book_id=1, by=MINH, at=AT)


def test_the_database_refuses_a_second_open_book_and_counting_down(bode: int) -> None:
    book_id = number(bode, "a").book_id
    with pytest.raises(IntegrityError), transaction.atomic():
        Book.objects.create(agency_id=bode, kind="reception", year=2026, volume=2, opened_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Book.objects.filter(pk=book_id).update(last=F("start") - 2)


def test_random_lives_of_a_book_are_the_same_as_a_list_of_numbers(bode: int) -> None:
    chance, living, expected = random.Random(7), set(), []
    for step in range(120):
        ref = f"r{step}"
        match chance.choice(["number", "reserve", "void", "block"]):
            case "number":
                number(bode, ref)
                expected.append("confirmed")
                living.add(ref)
            case "reserve":
                registers.reserve(agency_id=bode, kind="reception", ref=ref, day=DAY, at=AT)
                expected.append("reserved")
                living.add(ref)
            case "void" if living:
                gone = chance.choice(sorted(living))
                living.discard(gone)
                at = registers.void(ref=gone, kind="reception", reason="x", at=AT)
                expected[at.value - 1] = "void"
            case "block":
                refs = [f"{ref}:{n}" for n in range(3)]
                registers.reserve_block(agency_id=bode, kind="reception", refs=refs, day=DAY, at=AT)
                expected += ["reserved"] * 3
                living.update(refs)
    book = registers.books_of(agency_id=bode)[0]
    assert [n.state for n in numbers_in(book.id)] == expected
    assert [n.value for n in numbers_in(book.id)] == list(range(1, len(expected) + 1))
