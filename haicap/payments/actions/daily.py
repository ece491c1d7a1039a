"""The day's work of finance: accounts, statements, counting a day and closing it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, NotAllowed, Refusal
from haicap.kernel.vietnamese import clean
from haicap.payments import access, reckoning, statement
from haicap.payments.actions import taking
from haicap.payments.actions.taking import Differs, Money
from haicap.payments.events import AccountSet, DayClosed, DayCounted, StatementImported
from haicap.payments.models import Account, DayClosing, Way

LARGEST: Final = 10**13


class SamePerson(NotAllowed):
    """A day is closed by another person than the one who counted it."""


class DayMoved(Refusal):
    """Money was booked into the day after it was counted: it is counted again."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a statement came to. `strange`: lines that contradict what was told before."""

    lines: int
    placed: int
    known: int
    unknown: int
    strange: tuple[str, ...]


@transaction.atomic
def set_account(
    *,
    agency_id: int | None,
    bank_bin: str,
    bank_name: str,
    number: str,
    holder: str,
    valid_from: date,
    by: Actor,
    at: datetime,
) -> Account:
    """From a day on money is asked to this account (None: of all agencies without their own).

    Invalid by field; a day that has begun cannot get another account.
    """
    acting = access.whole(by, "account")
    wrong = {}
    if not (bank_bin.isascii() and bank_bin.isdigit() and len(bank_bin) == 6):
        wrong["bank_bin"] = _("Mã ngân hàng (BIN) có sáu chữ số.")
    if not (number.isascii() and number.isalnum() and 3 <= len(number) <= 19):
        wrong["number"] = _("Số tài khoản dài 3 đến 19 chữ số.")
    names = {"bank_name": clean(bank_name)[:200], "holder": clean(holder)[:200]}
    wrong |= {name: _("Cần ghi mục này.") for name, value in names.items() if not value}
    if valid_from < day_of(at):
        wrong["valid_from"] = _("Tài khoản chỉ đổi được từ hôm nay trở đi.")
    same = Q(agency__isnull=True) if agency_id is None else Q(agency_id=agency_id)
    if Account.objects.filter(same, valid_from=valid_from).exists():
        wrong["valid_from"] = _("Ngày này đã có tài khoản.")
    if wrong:
        raise Invalid(wrong)
    row = Account.objects.create(
        agency_id=agency_id, bank_bin=bank_bin, number=number, valid_from=valid_from, **names
    )
    audit.record(
        AccountSet(account=row.pk, agency=agency_id or 0, valid_from=valid_from.isoformat()),
        subject=f"payments.Account:{row.pk}",
        by=acting,
        at=at,
    )
    return row


@transaction.atomic
def import_statement(*, raw: bytes, account_id: int, by: Actor, at: datetime) -> Imported:
    """Take in the credits of a bank's statement. The same lines again book nothing. Invalid."""
    acting = access.whole(by, "import")
    account = Account.objects.filter(pk=account_id).order_by().first()
    if account is None:
        raise Missing(_("Không có tài khoản này."))
    provider = provider_of(account)
    credits = statement.read(raw)
    outcomes = {"taken": 0, "repeated": 0, "unknown": 0}
    strange = []
    for credit in credits:
        money = Money(
            provider=provider,
            transaction=statement.name_of(credit),
            amount=credit.amount,
            way=Way.TRANSFER,
            happened_at=credit.at,
            text=credit.text,
        )
        try:
            with transaction.atomic():
                outcomes[taking.receive(money=money, by=acting, at=at).outcome] += 1
        except Differs as differs:
            strange.append(str(differs))
    audit.record(
        StatementImported(
            provider=provider,
            digest=hashlib.sha256(raw).hexdigest(),
            lines=len(credits),
            placed=outcomes["taken"],
            known=outcomes["repeated"],
            unknown=outcomes["unknown"],
        ),
        subject=f"payments.Provider:{provider}",
        by=acting,
        at=at,
    )
    return Imported(
        len(credits), outcomes["taken"], outcomes["repeated"], outcomes["unknown"], tuple(strange)
    )


def provider_of(account: Account) -> str:
    """The name under which the movements of an account go."""
    return f"bank:{account.number}"


@transaction.atomic
def count_day(
    *, day: date, provider: str, counted: int, note: str = "", by: Actor, at: datetime
) -> DayClosing:
    """So much was in the drawer, on the statement, at the gateway. A difference is explained.

    Counted again until it is closed. Invalid by field, DayMoved when it is closed.
    """
    acting = access.whole(by, "count")
    if isinstance(counted, bool) or not -LARGEST <= counted <= LARGEST:
        raise Invalid({"counted": _("Ghi số tiền bằng chữ số.")})
    if day > day_of(at):
        raise Invalid({"counted": _("Ngày này chưa tới.")})
    booked = reckoning.booked(day=day, provider=provider)
    words = clean(note, multiline=True)[:1000]
    if counted != booked and not words:
        raise Invalid({"note": _("Số đếm khác số ghi sổ: cần nêu lý do chênh lệch.")})
    row = _day(day, provider)
    if row is not None and row.closed_at is not None:
        raise DayMoved(_("Ngày này đã khóa sổ."))
    row = row or DayClosing(day=day, provider=provider)
    row.booked, row.counted, row.note = booked, counted, words
    row.counted_by, row.counted_at = acting.person or 0, at
    row.save()
    audit.record(
        DayCounted(day=day.isoformat(), provider=provider, booked=booked, counted=counted),
        subject=_subject(row), by=acting, at=at,
    )  # fmt: skip
    return row


def _day(day: date, provider: str) -> DayClosing | None:
    return (
        DayClosing.objects.select_for_update(of=("self",))
        .filter(day=day, provider=provider)
        .order_by()
        .first()
    )


def _subject(row: DayClosing) -> str:
    return f"payments.Day:{row.provider}:{row.day.isoformat()}"


@transaction.atomic
def close_day(*, day: date, provider: str, by: Actor, at: datetime) -> DayClosing:
    """A second person closes the day that the first has counted. SamePerson, DayMoved, Missing."""
    acting = access.whole(by, "close")
    row = _day(day, provider)
    if row is None:
        raise Missing(_("Ngày này chưa ai kiểm đếm."))
    if row.closed_at is not None:
        raise DayMoved(_("Ngày này đã khóa sổ."))
    if row.counted_by == acting.person:
        raise SamePerson(_("Người kiểm đếm không tự khóa sổ; xin người thứ hai khóa."))
    if reckoning.booked(day=day, provider=provider) != row.booked:
        raise DayMoved(_("Sau khi kiểm đếm đã có thêm khoản tiền của ngày này. Xin đếm lại."))
    row.closed_by, row.closed_at = acting.person, at
    row.save(update_fields=["closed_by", "closed_at"])
    audit.record(
        DayClosed(
            day=day.isoformat(), provider=provider, booked=row.booked, counted=row.counted
        ),
        subject=_subject(row), by=acting, at=at,
    )  # fmt: skip
    return row
