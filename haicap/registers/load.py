"""Numbers and codes of what is loaded: given in memory in the order of time, written in bulk.

One load at a time: the tables of books and counters are locked against other writers until the
commit, so that no number is given twice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from haicap.kernel import clock
from haicap.kernel.copying import copy_rows, fresh_ids
from haicap.registers.actions import BookRefused
from haicap.registers.models import Book, CodePattern, Counter, NumberState
from haicap.registers.pattern import render, scope_key
from haicap.registers.queries import pattern_for

RESERVED: Final = NumberState.RESERVED
NUMBERS: Final = "registers_number"
BOOKS: Final = "registers_book"
_AT_ONCE: Final = 1000


@dataclass(slots=True)
class PastNumber:
    """A number of a book on its way in; `confirm` it while it is only reserved."""

    id: int
    book_id: int
    volume: int
    kind: str
    value: int
    state: NumberState
    ref: str
    day: date
    at: datetime

    def confirm(self, *, at: datetime) -> None:
        """Used for good, as registers.confirm."""
        self.state, self.at = NumberState.CONFIRMED, at


@dataclass(slots=True)
class _OpenBook:
    id: int
    agency_id: int
    kind: str
    year: int
    volume: int
    last: int
    opened_at: datetime
    is_new: bool
    changed: bool = False


@dataclass(slots=True)
class PastBooks:
    """The open books and the counters, as long as the caller's transaction lasts."""

    _books: dict[tuple[int, str, int], _OpenBook] = field(default_factory=dict)
    _used: set[tuple[int, str, int]] = field(default_factory=set)
    _counters: dict[str, int] = field(default_factory=dict)
    _counted: set[str] = field(default_factory=set)
    _patterns: dict[tuple[int | None, int], tuple[str, str, str]] = field(default_factory=dict)
    _own_patterns: frozenset[int] = frozenset()
    _pattern_days: list[date] = field(default_factory=list)
    _fresh: Iterator[int] = field(default_factory=lambda: iter(()))
    _fresh_books: Iterator[int] = field(default_factory=lambda: iter(()))

    @classmethod
    def taken(cls) -> PastBooks:
        """Lock books and counters against everybody else and read how far they are."""
        if not connection.in_atomic_block:
            raise RuntimeError("Books are taken inside a transaction.")
        with connection.cursor() as cursor:
            cursor.execute(
                "lock table registers_book, registers_counter in share row exclusive mode"
            )
        books = cls()
        for row in Book.objects.order_by("id"):
            books._used.add((row.agency_id, row.kind, row.year))
            if row.closed_at is None:
                books._books[row.agency_id, row.kind, row.year] = _OpenBook(
                    row.pk, row.agency_id, row.kind, row.year, row.volume, row.last,
                    row.opened_at, is_new=False,
                )  # fmt: skip
        books._counters = dict(Counter.objects.order_by().values_list("scope", "value"))
        patterns = CodePattern.objects.order_by("valid_from").values_list("agency", "valid_from")
        books._own_patterns = frozenset(agency for agency, _day in patterns if agency is not None)
        books._pattern_days = [day for _agency, day in patterns]
        return books

    def give(
        self,
        *,
        agency_id: int,
        kind: str,
        ref: str,
        day: date,
        at: datetime,
        state: NumberState = NumberState.CONFIRMED,
    ) -> PastNumber:
        """The next number, as next_number (CONFIRMED) and reserve (RESERVED) give it. BookRefused.

        The caller keeps it and hands it to `write` when it changes no more.
        """
        book = self._book(agency_id, kind, day.year, at=at)
        book.last += 1
        book.changed = True
        number_id = next(self._fresh, None)
        if number_id is None:
            self._fresh = iter(_ids(NUMBERS))
            number_id = next(self._fresh)
        return PastNumber(number_id, book.id, book.volume, kind, book.last, state, ref, day, at)

    def _book(self, agency_id: int, kind: str, year: int, *, at: datetime) -> _OpenBook:
        key = (agency_id, kind, year)
        book = self._books.get(key)
        if book is not None:
            return book
        if key in self._used:
            raise BookRefused(
                _("Sổ năm %(year)s đã khóa. Xin mở quyển mới rồi làm tiếp.") % {"year": year}
            )
        book_id = next(self._fresh_books, None)
        if book_id is None:
            self._fresh_books = iter(_ids(BOOKS))
            book_id = next(self._fresh_books)
        book = _OpenBook(book_id, agency_id, kind, year, 1, 0, at, is_new=True)
        self._books[key] = book
        return book

    def code(self, *, agency_id: int, agency_code: str, procedure_code: str, at: datetime) -> str:
        """The next code, as issue_code gives it. LookupError where an external issuer gives it."""
        day = clock.day_of(at)
        pattern, scope, issuer = self._pattern(agency_id, day)
        if issuer:
            raise LookupError(f"the codes of {agency_code} come from {issuer}")
        counter = scope_key(scope, unit=agency_code, procedure=procedure_code, day=day)
        seq = self._counters.get(counter, 0) + 1
        self._counters[counter] = seq
        self._counted.add(counter)
        return render(pattern, unit=agency_code, procedure=procedure_code, day=day, seq=seq)

    def _pattern(self, agency_id: int, day: date) -> tuple[str, str, str]:
        own = agency_id if agency_id in self._own_patterns else None
        key = (own, bisect_right(self._pattern_days, day))
        if key not in self._patterns:
            self._patterns[key] = pattern_for(agency_id=agency_id, day=day)
        return self._patterns[key]

    def write(self, numbers: Sequence[PastNumber]) -> None:
        """Write numbers and how far books and counters are by now."""
        changed = [book for book in self._books.values() if book.changed]
        new = [book for book in changed if book.is_new]
        known = [book for book in changed if not book.is_new]
        with connection.cursor() as cursor:
            copy_rows(
                cursor,
                table=BOOKS,
                columns=("id", "agency_id", "kind", "year", "volume", "start", "last", "opened_at"),
                rows=(
                    (b.id, b.agency_id, b.kind, b.year, b.volume, 1, b.last, b.opened_at)
                    for b in new
                ),
            )
            cursor.execute(
                "update registers_book b set last = n.last"
                " from unnest(%s::bigint[], %s::int[]) as n(id, last) where b.id = n.id",
                [[book.id for book in known], [book.last for book in known]],
            )
            copy_rows(
                cursor,
                table=NUMBERS,
                columns=("id", "book_id", "kind", "value", "state", "ref", "day", "reason", "at"),
                rows=(
                    (n.id, n.book_id, n.kind, n.value, n.state.value, n.ref, n.day, "", n.at)
                    for n in numbers
                ),
            )
            cursor.execute(
                "insert into registers_counter (scope, value)"
                " select * from unnest(%s::text[], %s::bigint[])"
                " on conflict (scope) do update set value = excluded.value",
                [list(self._counted), [self._counters[scope] for scope in self._counted]],
            )
        for book in changed:
            book.is_new = book.changed = False
        self._counted.clear()


def _ids(table: str) -> list[int]:
    with connection.cursor() as cursor:
        return fresh_ids(cursor, table=table, count=_AT_ONCE)
