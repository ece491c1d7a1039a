"""Reading books and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.kernel.errors import Missing
from haicap.registers.models import Book, CodePattern, Number

DEFAULT = ("{unit}-{yy}{mm}{dd}-{seq:4}", "unit+day", "")


@dataclass(frozen=True, slots=True)
class NumberView:
    """A number of a book. `state`: reserved | confirmed | void, the last with its reason."""

    book_id: int
    volume: int
    value: int
    state: str
    day: date
    ref: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BookView:
    """A book; `last` is start - 1 while nothing was given."""

    id: int
    agency_id: int
    kind: str
    year: int
    volume: int
    start: int
    last: int
    is_open: bool


def number_of(*, ref: str, kind: str) -> NumberView | None:
    """The living (not void) number of a thing."""
    return next(iter(_numbers(Q(ref=ref, kind=kind) & ~Q(state="void"))), None)


def numbers_in(book_id: int) -> list[NumberView]:
    """Every number a book ever gave, void ones with their reason, in order."""
    return _numbers(Q(book_id=book_id))


def _numbers(which: Q) -> list[NumberView]:
    rows = (
        Number.objects.filter(which)
        .order_by("book_id", "value")
        .values_list("book_id", "book__volume", "value", "state", "day", "ref", "reason")
    )
    return [NumberView(*row) for row in rows]


def books_of(*, agency_id: int, year: int | None = None) -> list[BookView]:
    """The books of an agency, of one year or all."""
    rows = Book.objects.filter(agency_id=agency_id)
    if year is not None:
        rows = rows.filter(year=year)
    return [view_of(book) for book in rows.order_by("year", "kind", "volume")]


def book(book_id: int) -> BookView:
    """One book. Missing when there is none."""
    found = Book.objects.filter(pk=book_id).order_by().first()
    if found is None:
        raise Missing(_("Không có sổ này."))
    return view_of(found)


def view_of(row: Book) -> BookView:
    """The row as outsiders see it."""
    return BookView(
        id=row.pk, agency_id=row.agency_id, kind=row.kind, year=row.year, volume=row.volume,
        start=row.start, last=row.last, is_open=row.closed_at is None,
    )  # fmt: skip


def any_issuer() -> bool:
    """Whether any agency's codes come from outside, now or at another time."""
    return CodePattern.objects.exclude(issuer="").exists()


def pattern_for(*, agency_id: int, day: date) -> tuple[str, str, str]:
    """(pattern, scope, issuer) in force: the agency's own, else the installation's, else ours."""
    row = (
        CodePattern.objects.filter(
            Q(agency_id=agency_id) | Q(agency__isnull=True), valid_from__lte=day
        )
        .order_by("agency_id", "-valid_from")  # the agency's own sort before null
        .values_list("pattern", "scope", "issuer")
        .first()
    )
    return row or DEFAULT
