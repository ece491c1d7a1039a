"""Verbs of books and codes. What gives a number is one statement, the last one of a verb.

The row of the book (or counter) stays locked from that statement to the commit: asked for last, it
holds up nobody. A rollback gives the number back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel import clock, vietnamese
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.registers import events, issuers
from haicap.registers.models import Book, CodePattern, NumberState
from haicap.registers.pattern import check_pattern, render, scope_key
from haicap.registers.queries import (
    BookView,
    NumberView,
    any_issuer,
    number_of,
    pattern_for,
    view_of,
)


class BookRefused(Refusal):
    """The book cannot give, open or close as asked."""


_GIVE = """
with book as (
  update registers_book set last = last + %(count)s
  where agency_id = %(agency)s and kind = %(kind)s and year = %(year)s and closed_at is null
  returning id, volume, last
)
insert into registers_number (book_id, kind, value, state, ref, day, reason, at)
select book.id, %(kind)s, book.last - %(count)s + r.n, %(state)s, r.ref, %(day)s, '', %(at)s
from book, unnest(%(refs)s::text[]) with ordinality as r(ref, n)
order by r.n
returning book_id, (select volume from book), value, state, day, ref
"""
# A year's first book opens by itself; one closed by hand is not opened again behind anybody's back.
_OPEN_FIRST = """
insert into registers_book (agency_id, kind, year, volume, start, last, opened_at)
select %(agency)s, %(kind)s, %(year)s, 1, 1, 0, %(at)s
where not exists (
  select 1 from registers_book
  where agency_id = %(agency)s and kind = %(kind)s and year = %(year)s)
on conflict do nothing
"""


def next_number(
    *,
    agency_id: int,
    kind: str,
    ref: str,
    day: date,
    at: datetime,
    year: int | None = None,
) -> NumberView:
    """The next number of the open book, for good (reception registers). Asked last in a verb.

    The year's book is opened when there is none. BookRefused when it was closed; a thing that has a
    number of this kind already is a bug of the caller (IntegrityError).
    """
    return _give(
        agency_id=agency_id, kind=kind, year=year or day.year, refs=[ref], day=day, at=at,
        state=NumberState.CONFIRMED,
    )[0]  # fmt: skip


def reserve(*, agency_id: int, kind: str, ref: str, day: date, at: datetime) -> NumberView:
    """Hold the next number for a thing until `confirm` or `void`. Asked again, the same number."""
    held = number_of(ref=ref, kind=kind)
    if held is not None:
        return held
    try:
        with transaction.atomic():
            return _give(
                agency_id=agency_id, kind=kind, year=day.year, refs=[ref], day=day, at=at,
                state=NumberState.RESERVED,
            )[0]  # fmt: skip
    except IntegrityError:
        held = number_of(ref=ref, kind=kind)  # somebody else reserved it at the same moment
        if held is None:
            raise
        return held


def reserve_block(
    *, agency_id: int, kind: str, refs: Sequence[str], day: date, at: datetime
) -> list[NumberView]:
    """Hold one number for each ref, in their order, without a gap between them; one statement."""
    if not refs:
        return []
    return _give(
        agency_id=agency_id, kind=kind, year=day.year, refs=list(refs), day=day, at=at,
        state=NumberState.RESERVED,
    )  # fmt: skip


def _give(
    *,
    agency_id: int,
    kind: str,
    year: int,
    refs: list[str],
    day: date,
    at: datetime,
    state: NumberState,
) -> list[NumberView]:
    values: dict[str, Any] = {
        "agency": agency_id, "kind": kind, "year": year, "count": len(refs), "refs": refs,
        "day": day, "at": at, "state": state.value,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_GIVE, values)
        rows = cursor.fetchall()
        if not rows:  # once a year
            cursor.execute(_OPEN_FIRST, values)
            cursor.execute(_GIVE, values)
            rows = cursor.fetchall()
    if not rows:
        raise BookRefused(
            _("Sổ năm %(year)s đã khóa. Xin mở quyển mới rồi làm tiếp.") % {"year": year}
        )
    return [NumberView(*row) for row in sorted(rows, key=lambda row: row[2])]


def confirm(*, ref: str, kind: str, at: datetime) -> NumberView:
    """The reserved number is used for good; safe to repeat. Missing when none was reserved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update registers_number set state = 'confirmed', at = %s"
            " where ref = %s and kind = %s and state = 'reserved'",
            [at, ref, kind],
        )
    found = number_of(ref=ref, kind=kind)
    if found is None:
        raise Missing(_("Chưa giữ số nào cho việc này."))
    return found


@transaction.atomic
def void(*, ref: str, kind: str, reason: str, at: datetime, by: Actor | None = None) -> NumberView:
    """Give up a number; it stays in its book with the reason, and is never given again.

    Invalid without a reason, Missing when there is no living number. With `by` it is recorded.
    """
    said = vietnamese.clean(reason, multiline=True)
    if not said:
        raise Invalid({"reason": _("Cần nêu lý do hủy số.")})
    with connection.cursor() as cursor:
        cursor.execute(
            "update registers_number n set state = 'void', reason = %s, at = %s"
            " from registers_book b where b.id = n.book_id"
            " and n.ref = %s and n.kind = %s and n.state <> 'void'"
            " returning n.book_id, b.volume, n.value, n.state, n.day, n.ref, n.reason",
            [said, at, ref, kind],
        )
        row = cursor.fetchone()
    if row is None:
        raise Missing(_("Không có số nào để hủy."))
    voided = NumberView(*row)
    if by is not None:
        audit.record(
            events.NumberVoided(book_id=voided.book_id, value=voided.value),
            subject=ref,
            by=by,
            at=at,
        )
    return voided


@transaction.atomic
def open_book(
    *,
    agency_id: int,
    kind: str,
    year: int,
    start: int | None = None,
    by: Actor,
    at: datetime,
) -> BookView:
    """Open the next volume. Its first number is `start`, else it goes on from the volume before.

    A start serves those who come from a paper book in mid-year. BookRefused while one is open, or
    when `start` was given already.
    """
    before = Book.objects.select_for_update(of=("self",)).filter(
        agency_id=agency_id, kind=kind, year=year
    )
    is_open = BookRefused(_("Sổ này đang mở. Xin khóa quyển hiện tại trước."))
    if before.filter(closed_at__isnull=True).order_by("volume").first() is not None:
        raise is_open
    ended = Book.objects.filter(agency_id=agency_id, kind=kind, year=year).aggregate(
        volume=Max("volume"), last=Max("last")
    )
    first = start if start is not None else (ended["last"] or 0) + 1
    if first <= (ended["last"] or 0):
        raise BookRefused(
            _("Số %(start)s đã cấp trong năm. Số bắt đầu phải từ %(first)s trở đi.")
            % {"start": first, "first": ended["last"] + 1}
        )
    book = Book(
        agency_id=agency_id, kind=kind, year=year, volume=(ended["volume"] or 0) + 1, start=first,
        last=first - 1, opened_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            book.save(force_insert=True)
    except IntegrityError as e:  # somebody else opened it at the same moment
        raise is_open from e
    audit.record(
        events.BookOpened(
            book_id=book.pk, agency_id=agency_id, kind=kind, year=year, volume=book.volume,
            start=first,
        ),
        subject=f"registers.Book:{book.pk}",
        by=by,
        at=at,
    )  # fmt: skip
    return view_of(book)


@transaction.atomic
def close_book(*, book_id: int, by: Actor, at: datetime) -> BookView:
    """Close a book: it gives no more. BookRefused while a number is only reserved."""
    book = Book.objects.select_for_update(of=("self",)).filter(pk=book_id).order_by().first()
    if book is None:
        raise Missing(_("Không có sổ này."))
    if book.closed_at is not None:
        raise BookRefused(_("Sổ này đã khóa trước đó."))
    held = book.numbers.filter(state=NumberState.RESERVED).count()
    if held:
        raise BookRefused(
            _("Còn %(count)s số đang giữ chỗ. Xin dùng hoặc hủy các số đó rồi khóa sổ.")
            % {"count": held}
        )
    book.closed_at = at
    book.save(update_fields=["closed_at"])
    audit.record(
        events.BookClosed(book_id=book.pk, last=book.last),
        subject=f"registers.Book:{book.pk}",
        by=by,
        at=at,
    )
    return view_of(book)


# --- codes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code for ever. `owed`: the external issuer that should have given it and still has to."""

    code: str
    owed: str = ""


def fetch_code(
    *, agency: Callable[[], tuple[int, str]], procedure_code: str, at: datetime
) -> str | None:
    """A code from the external issuer, where the agency has one; else None. Asked outside of any
    transaction, since the issuer may be slow, and handed to `issue_code` as `fetched`.

    `agency` answers (id, code) and is called only where any codes come from outside at all.
    OSError when the issuer does not answer.
    """
    if not any_issuer():
        return None
    agency_id, agency_code = agency()
    _pattern, _scope, issuer = pattern_for(agency_id=agency_id, day=clock.day_of(at))
    if not issuer:
        return None
    return issuers.ask(issuer, unit=agency_code, procedure=procedure_code, at=at)


def issue_code(
    *,
    agency_id: int,
    agency_code: str,
    procedure_code: str,
    at: datetime,
    fetched: str | None = None,
) -> IssuedCode:
    """The dossier's code: the one `fetched`, else by the agency's pattern on the day of `at`.

    Its counter's row is locked until the commit: ask last. Never waits for anybody outside: where
    an issuer gives the codes and none was fetched, `owed` names it.
    """
    if fetched is not None:
        return IssuedCode(fetched)
    day = clock.day_of(at)
    pattern, scope, issuer = pattern_for(agency_id=agency_id, day=day)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into registers_counter as c (scope, value) values (%s, 1)"
            " on conflict (scope) do update set value = c.value + 1 returning value",
            [scope_key(scope, unit=agency_code, procedure=procedure_code, day=day)],
        )
        seq = int(cursor.fetchone()[0])
    code = render(pattern, unit=agency_code, procedure=procedure_code, day=day, seq=seq)
    return IssuedCode(code, owed=issuer)


@transaction.atomic
def set_code_pattern(
    *,
    agency_id: int | None,
    pattern: str,
    scope: str,
    valid_from: date,
    issuer: str = "",
    mark: str = "giả định",
    basis: str = "",
    by: Actor,
    at: datetime,
) -> int:
    """From `valid_from` on codes look so (agency_id None: everywhere without a pattern of its own).

    Invalid when the pattern could give a code twice, or the issuer is not known.
    """
    check_pattern(pattern, scope)
    if issuer and issuer not in issuers.known_issuers():
        raise Invalid({"issuer": _("Chưa có hệ thống cấp mã mang tên này.")})
    of: dict[str, Any] = {"agency_id": agency_id, "valid_from": valid_from}
    row, _new = CodePattern.objects.update_or_create(
        **of,
        defaults={
            "pattern": pattern, "scope": scope, "issuer": issuer, "mark": mark, "basis": basis,
        },
    )  # fmt: skip
    audit.record(
        events.CodePatternSet(
            pattern_id=row.pk, agency_id=agency_id or 0, pattern=pattern, scope=scope,
            issuer=issuer, valid_from=valid_from.isoformat(),
        ),
        subject=f"registers.CodePattern:{row.pk}",
        by=by,
        at=at,
    )  # fmt: skip
    return row.pk
