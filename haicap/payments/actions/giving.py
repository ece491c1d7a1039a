"""Money that is forgiven, goes back, or goes where it was meant to go."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Invalid, Missing
from haicap.kernel.vietnamese import clean
from haicap.payments import access
from haicap.payments.actions import booking
from haicap.payments.actions.booking import NotOwed
from haicap.payments.events import (
    FeeWaived,
    MoneyAttributed,
    MoneyRefunded,
    UnknownMoneyReturned,
)
from haicap.payments.models import Demand, Kind, Movement, Way
from haicap.payments.queries import RECEIPTS, Standing, demand_by_code, rest_of, standing_of
from haicap.registers import public as registers

PAID_BACK_BY = (Way.CASH, Way.TRANSFER, Way.GATEWAY)


@transaction.atomic
def waive(
    *,
    of: str,
    kind: str = "fee",
    amount: int | None = None,
    reason: str,
    basis: str = "",
    by: Actor,
    at: datetime,
) -> Standing:
    """It need not be paid (None: nothing of it). After a payment this leaves money to pay back.

    Reason and, where known, the article of the law it rests on. Invalid by field; NotOwed when
    everything is waived already.
    """
    row = booking.locked(of, kind=kind)
    acting = access.require(by, "waive", agency=row.agency_id)
    most = row.amount - row.waived
    if not most:
        raise NotOwed(_("Khoản này không còn gì để miễn."))
    movement = booking.book(
        row, Kind.WAIVER, most if amount is None else booking.sum_of(amount, most=most),
        reason=booking.said(reason, field="reason"), basis=clean(basis)[:300], by=acting, at=at,
    )  # fmt: skip
    booking.record(FeeWaived(**booking.told(row, movement)), row, by=acting, at=at)
    return standing_of(row)


@transaction.atomic
def refund(
    *,
    of: str,
    kind: str = "fee",
    amount: int | None = None,
    way: str,
    transaction_id: str = "",
    provider: str = "",
    reason: str,
    by: Actor,
    at: datetime,
) -> Standing:
    """Money was paid back (None: all that is too much). Never more than is not owed: waive first.

    A transfer says its transaction, which counts once. Invalid by field, NotOwed.
    """
    row = booking.locked(of, kind=kind)
    acting = access.require(by, "refund", agency=row.agency_id)
    if not row.too_much:
        raise NotOwed(_("Không có khoản thu thừa nào để hoàn. Hoàn phí đã thu thì miễn trước."))
    if way not in PAID_BACK_BY:
        raise Invalid({"way": _("Chọn tiền mặt, chuyển khoản hoặc cổng thanh toán.")})
    told = clean(transaction_id)[:100]
    if way != Way.CASH and not told:
        raise Invalid({"transaction_id": _("Ghi mã giao dịch chuyển trả.")})
    if told and Movement.objects.filter(kind=Kind.REFUND, transaction=told).exists():
        raise NotOwed(_("Mã giao dịch này đã được ghi cho một lần hoàn tiền."))
    movement = booking.book(
        row, Kind.REFUND,
        row.too_much if amount is None else booking.sum_of(amount, most=row.too_much),
        way=way, provider=provider or (booking.COUNTER if way == Way.CASH else "bank"),
        transaction=told, origin=_last_payment(row),
        reason=booking.said(reason, field="reason"), by=acting, at=at,
    )  # fmt: skip
    fact = MoneyRefunded(**booking.told(row, movement), way=str(movement.way))
    booking.record(fact, row, by=acting, at=at)
    return standing_of(row)


def _last_payment(row: Demand) -> Movement | None:
    rows = Movement.objects.filter(demand=row, kind__in=(Kind.PAYMENT, Kind.MOVED_IN))
    return rows.order_by("-id").first()


@transaction.atomic
def attribute(*, movement_id: int, to_code: str, reason: str, by: Actor, at: datetime) -> Standing:
    """Money that came for the wrong thing, or of which nobody knew, goes to the demand `to_code`.

    All of a payment that is still there. The receipt given for the wrong thing is voided, the right
    one gets its own. Missing, Invalid, NotOwed.
    """
    words = booking.said(reason, field="reason")
    target_id = demand_by_code(to_code).pk
    payment = _payment(movement_id)
    if payment.demand_id == target_id:
        raise Invalid({"to_code": _("Khoản tiền này đang ở chính hồ sơ đó.")})
    rows = _both(payment.demand_id, target_id)
    source, target = rows.get(payment.demand_id or 0), rows[target_id]
    acting = access.require(by, "attribute", agency=target.agency_id)
    if source is not None:
        access.require(by, "attribute", agency=source.agency_id)
    rest = rest_of(payment)
    if source is not None:  # what was paid back cannot be moved as well
        rest = min(rest, source.received - source.refunded)
    if rest <= 0:
        raise NotOwed(_("Khoản tiền này đã được chuyển hoặc hoàn hết."))
    out = booking.book(source, Kind.MOVED_OUT, rest, origin=payment, reason=words, by=acting, at=at)
    into = booking.book(target, Kind.MOVED_IN, rest, origin=payment, reason=words, by=acting, at=at)
    if source is not None:
        booking.record(
            MoneyAttributed(**booking.told(source, out), other=target.code),
            source, by=acting, at=at,
        )  # fmt: skip
        if payment.receipt_number is not None:
            registers.void(ref=payment.ref, kind=RECEIPTS, reason=words, by=acting, at=at)
    booking.record(
        MoneyAttributed(**booking.told(target, into), other=source.code if source else ""),
        target, by=acting, at=at,
    )  # fmt: skip
    booking.give_receipt(into, at=at)
    return standing_of(target)


def _payment(movement_id: int) -> Movement:
    found = (
        Movement.objects.select_for_update(of=("self",))
        .filter(pk=movement_id, kind=Kind.PAYMENT)
        .order_by()
        .first()
    )
    if found is None:
        raise Missing(_("Không có khoản tiền này."))
    return found


def _both(one: int | None, other: int) -> dict[int, Demand]:
    """Both demands, locked in the order of their ids: two who cross wait, and do not block."""
    wanted = sorted({other} | ({one} if one else set()))
    return {number: booking.locked_by_id(number) for number in wanted}


@transaction.atomic
def return_unplaced(
    *, movement_id: int, transaction_id: str, reason: str, by: Actor, at: datetime
) -> int:
    """Money nobody could place goes back to where it came from. Its amount. NotOwed, Invalid."""
    words = booking.said(reason, field="reason")
    told = booking.said(transaction_id, field="transaction_id")[:100]
    payment = _payment(movement_id)
    acting = access.whole(by, "refund")
    rest = rest_of(payment)
    if payment.demand_id is not None or rest <= 0:
        raise NotOwed(_("Khoản tiền này đã có chỗ hoặc đã được trả lại."))
    if Movement.objects.filter(kind=Kind.REFUND, transaction=told).exists():
        raise NotOwed(_("Mã giao dịch này đã được ghi cho một lần hoàn tiền."))
    movement = booking.book(
        None, Kind.REFUND, rest, way=Way.TRANSFER, provider=payment.provider, transaction=told,
        origin=payment, reason=words, by=acting, at=at,
    )  # fmt: skip
    audit.record(
        UnknownMoneyReturned(amount=rest, way=str(movement.way), movement=movement.pk),
        subject=f"payments.Provider:{payment.provider}",
        by=acting,
        at=at,
    )
    return rest
