"""Asking for money: what is owed, and an order at a gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.kernel.actor import Actor
from haicap.payments import codes, gateways
from haicap.payments.actions import booking
from haicap.payments.events import FeeDemanded, OrderStarted
from haicap.payments.models import Demand, Moment, Order, OrderState
from haicap.payments.queries import Standing, standing_of


@transaction.atomic
def demand(
    *,
    of: str,
    label: str,
    amount: int,
    lines: Sequence[Mapping[str, Any]] = (),
    moment: str = Moment.RETURN,
    agency_id: int,
    payer_id: int | None = None,
    kind: str = "fee",
    by: Actor,
    at: datetime,
) -> Standing:
    """So much is owed for `of`, known to people as `label`. Demanded again it changes the amount.

    What was paid stays: a changed amount may leave something to pay, or too much paid.
    """
    known = (
        Demand.objects.select_for_update(of=("self",)).filter(of=of, kind=kind).order_by().first()
    )
    if known is not None:
        return _changed(known, amount, lines, moment, by=by, at=at)
    row = Demand(
        of=of,
        kind=kind,
        code="",
        label=label,
        plain=codes.squeezed(label),
        agency_id=agency_id,
        payer_id=payer_id,
        lines=[dict(line) for line in lines],
        amount=amount,
        moment=Moment(moment),
        created_at=at,
    )
    row.pk = _next_id()
    row.code = code_for(row.pk, label=label, kind=kind)
    row.save(force_insert=True)
    booking.record(_fact(row), row, by=by, at=at)
    return standing_of(row)


def code_for(number: int, *, label: str, kind: str) -> str:
    """What the payer writes: the dossier's own code for its fee where it has room."""
    return label if kind == "fee" and codes.fits(label) else codes.short_code(number)


def _next_id() -> int:
    (found,) = Demand.objects.raw(
        "select nextval(pg_get_serial_sequence('payments_demand', 'id')) as id"
    )
    return int(found.pk)


def _changed(
    row: Demand,
    amount: int,
    lines: Sequence[Mapping[str, Any]],
    moment: str,
    *,
    by: Actor,
    at: datetime,
) -> Standing:
    if row.amount == amount:
        return standing_of(row)
    if amount < row.waived:
        raise booking.NotOwed(_("Khoản này đã được miễn nhiều hơn số tiền mới."))
    row.amount, row.lines = amount, [dict(line) for line in lines]
    row.moment = Moment(moment)
    row.save(update_fields=["amount", "lines", "moment"])
    row.refresh_from_db(fields=["state"])
    booking.record(_fact(row), row, by=by, at=at)
    return standing_of(row)


def _fact(row: Demand) -> FeeDemanded:
    return FeeDemanded(
        code=row.code,
        kind=row.kind,
        amount=row.amount,
        moment=str(row.moment),
        agency=row.agency_id,
    )


def ask(
    *,
    of: str,
    kind: str = "fee",
    provider: str,
    details: Mapping[str, Any],
    return_url: str,
    by: Actor,
    at: datetime,
) -> str:
    """An order at a gateway for what is left; the address where the payer pays.

    The gateway is called with no transaction open. When its answer was lost, it is asked first
    whether it knows the order, and only then sent the same order again. GatewayDown, NotOwed.
    """
    gateway = gateways.gateway(provider)
    order, row = _ordered(of=of, kind=kind, provider=provider, by=by, at=at)
    if order.state == OrderState.STARTED and order.pay_url:
        return order.pay_url
    wanted = gateways.Wanted(
        number=order.number,
        code=row.code,
        label=row.label,
        amount=order.amount,
        lines=tuple(row.lines),
        details=dict(details),
        return_url=return_url,
    )
    try:
        known = gateway.query(order.number) if order.attempts else None
        url = known.pay_url if known is not None else gateway.start(wanted)
    except OSError as error:
        _after(order, OrderState.LOST, "")
        raise gateways.GatewayDown from error
    _after(order, OrderState.STARTED, url)
    return url


@transaction.atomic
def _ordered(*, of: str, kind: str, provider: str, by: Actor, at: datetime) -> tuple[Order, Demand]:
    row = booking.locked(of, kind=kind)
    if not row.left:
        raise booking.NotOwed(_("Hồ sơ này không còn khoản phải nộp."))
    known = (
        Order.objects.filter(demand=row, provider=provider, amount=row.left)
        .exclude(state=OrderState.DONE)
        .order_by("-id")
        .first()
    )
    if known is not None:
        return known, row
    place = Order.objects.filter(demand=row).count() + 1
    order = Order.objects.create(
        demand=row,
        provider=provider,
        number=f"{codes.short_code(row.pk)}-{place}",
        amount=row.left,
        created_at=at,
    )
    booking.record(
        OrderStarted(code=row.code, provider=provider, number=order.number, amount=order.amount),
        row, by=by, at=at,
    )  # fmt: skip
    return order, row


def _after(order: Order, state: OrderState, url: str) -> None:
    """How the call ended; a notice that came meanwhile is not written over."""
    Order.objects.filter(pk=order.pk).exclude(state=OrderState.DONE).update(
        state=state, pay_url=url, attempts=order.attempts + 1
    )
