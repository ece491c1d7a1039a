"""Money that comes in: at the counter, by a gateway's notice, on a bank's statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal
from haicap.kernel.vietnamese import clean
from haicap.payments import access
from haicap.payments.actions import booking
from haicap.payments.events import MoneyReceived, MoneyUnknown
from haicap.payments.models import DayClosing, Demand, Kind, Movement, OrderState, Way
from haicap.payments.queries import Standing, meant_by, standing_of

AT_THE_COUNTER = (Way.CASH, Way.CARD, Way.TRANSFER)


class Differs(Refusal):
    """A transaction was told before, with another amount or for another thing."""


class DayIsClosed(Refusal):
    """The day is counted and closed: nothing more is booked into it."""


@dataclass(frozen=True, slots=True)
class Money:
    """Money as the other side tells of it. `transaction` is unique at the `provider`."""

    provider: str
    transaction: str
    amount: int
    way: str
    happened_at: datetime
    text: str = ""  # what the payer wrote
    demand_id: int | None = None  # None: to be found from the text


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: taken | repeated | unknown, and how its demand stands."""

    outcome: str
    movement_id: int
    standing: Standing | None


@transaction.atomic
def pay(
    *,
    of: str,
    kind: str = "fee",
    amount: int | None,
    way: str,
    paper_receipt: str = "",
    by: Actor,
    at: datetime,
) -> Standing:
    """Money taken at the counter: all that is left, no less and no more. Invalid by field.

    With `paper_receipt`, the number of a printed receipt; without, the electronic one is given.
    """
    row = booking.locked(of, kind=kind)
    acting = access.require(by, "pay", agency=row.agency_id)
    if not row.left:
        raise booking.NotOwed(_("Hồ sơ này không còn khoản phải thu."))
    if way not in AT_THE_COUNTER:
        raise Invalid({"how": _("Chọn tiền mặt, chuyển khoản hoặc thẻ.")})
    if amount != row.left:
        raise Invalid(
            {"amount": _("Số phải thu là %(total)s đồng.") % {"total": booking.dotted(row.left)}}
        )
    _open_day(booking.COUNTER, at)
    movement = booking.book(
        row, Kind.PAYMENT, row.left, way=way, provider=booking.COUNTER,
        paper_receipt=clean(paper_receipt)[:60], by=acting, at=at,
    )  # fmt: skip
    _record(row, movement, by=acting, at=at)
    booking.give_receipt(movement, at=at)
    return standing_of(row)


def _open_day(provider: str, at: datetime) -> None:
    if DayClosing.objects.filter(
        day=day_of(at), provider=provider, closed_at__isnull=False
    ).exists():
        raise DayIsClosed(_("Quầy thu hôm nay đã khóa sổ. Xin thu bằng ngày làm việc sau."))


@transaction.atomic
def receive(*, money: Money, by: Actor, at: datetime) -> Taken:
    """Money another system tells of. Told again it answers the same and books nothing. Differs.

    Short, over, after a waiver: what came is booked as it came, and the demand's state says it.
    Of what nobody knows is booked without a demand and waits to be placed.
    """
    told = _told_before(money)
    if told is None:
        demand_id = money.demand_id or meant_by(money.text)
        row = booking.locked_by_id(demand_id) if demand_id else None
        # Who waited for the lock may find that the other one told of the same transaction.
        told = _told_before(money)
        if told is None:
            try:
                with transaction.atomic():
                    return _booked(row, money, by=by, at=at)
            except IntegrityError:
                told = _told_before(money)
                if told is None:
                    raise
    return _repeated(told, money)


def _told_before(money: Money) -> Movement | None:
    return (
        Movement.objects.select_related("demand")
        .filter(provider=money.provider, transaction=money.transaction, kind=Kind.PAYMENT)
        .order_by()
        .first()
    )


def _repeated(told: Movement, money: Money) -> Taken:
    if told.amount != money.amount:
        raise Differs(
            _("Giao dịch %(id)s đã được báo trước đây với số tiền khác.")
            % {"id": money.transaction}
        )
    if money.demand_id is not None and told.demand_id != money.demand_id:
        raise Differs(
            _("Giao dịch %(id)s đã được báo trước đây cho hồ sơ khác.") % {"id": money.transaction}
        )
    standing = standing_of(told.demand) if told.demand is not None else None
    return Taken("repeated", told.pk, standing)


def _booked(row: Demand | None, money: Money, *, by: Actor, at: datetime) -> Taken:
    movement = booking.book(
        row, Kind.PAYMENT, money.amount, way=money.way, provider=money.provider,
        transaction=money.transaction, text=money.text[:500], by=by, at=at,
        happened_at=money.happened_at,
    )  # fmt: skip
    if row is None:
        audit.record(
            MoneyUnknown(
                amount=money.amount,
                provider=money.provider,
                transaction=money.transaction,
                movement=movement.pk,
            ),
            subject=f"payments.Provider:{money.provider}",
            by=by,
            at=at,
        )
        return Taken("unknown", movement.pk, None)
    _record(row, movement, by=by, at=at)
    row.orders.filter(provider=money.provider).update(state=OrderState.DONE)
    booking.give_receipt(movement, at=at)
    return Taken("taken", movement.pk, standing_of(row))


def _record(row: Demand, movement: Movement, *, by: Actor, at: datetime) -> None:
    fact = MoneyReceived(
        **booking.told(row, movement),
        way=str(movement.way),
        provider=movement.provider,
        transaction=movement.transaction,
    )
    booking.record(fact, row, by=by, at=at)
