"""What every verb of money shares: the locked demand, one movement, its fact, its receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.kernel.vietnamese import clean
from haicap.payments.models import Demand, Kind, Movement
from haicap.payments.queries import RECEIPTS
from haicap.registers import public as registers

LONGEST = 1000
COUNTER = "counter"


class NotOwed(Refusal):
    """What is asked for does not fit how the demand stands now."""


def locked(of: str, *, kind: str) -> Demand:
    """The demand, locked to the commit. Missing when nothing was demanded."""
    found = (
        Demand.objects.select_for_update(of=("self",)).filter(of=of, kind=kind).order_by().first()
    )
    if found is None:
        raise Missing(_("Chưa có khoản thu nào cho việc này."))
    return found


def locked_by_id(demand_id: int) -> Demand:
    """The same by its id."""
    return Demand.objects.select_for_update(of=("self",)).get(pk=demand_id)


def book(
    demand: Demand | None,
    kind: Kind,
    amount: int,
    *,
    by: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    **more: Any,
) -> Movement:
    """One movement; the demand's sums and state are read again as the database reckons them."""
    movement = Movement.objects.create(
        demand=demand,
        kind=kind,
        amount=amount,
        agency_id=demand.agency_id if demand is not None else by.agency,
        by_kind=by.kind,
        by=by.person,
        happened_at=happened_at or at,
        recorded_at=at,
        **more,
    )
    if demand is not None:
        demand.refresh_from_db(fields=["received", "refunded", "waived", "state"])
    return movement


def told(demand: Demand, movement: Movement) -> dict[str, Any]:
    """The part of the fact that every movement of a demand has in common."""
    return {
        "code": demand.code,
        "kind": demand.kind,
        "amount": movement.amount,
        "state": demand.state,
        "left": demand.left,
        "movement": movement.pk,
    }


def record(fact: object, demand: Demand, *, by: Actor, at: datetime) -> int:
    """The fact, in the history of the thing the money is for."""
    return audit.record(fact, subject=demand.of, by=by, at=at)


def give_receipt(movement: Movement, *, at: datetime) -> None:
    """The electronic receipt's number (biên lai điện tử), gap-free per unit and year. Asked last.

    Money that has a printed receipt gets no second one.
    """
    if movement.paper_receipt or movement.agency_id is None:
        return
    day = day_of(at)
    number = registers.next_number(
        agency_id=movement.agency_id, kind=RECEIPTS, ref=movement.ref, day=day, at=at
    )
    movement.receipt_volume, movement.receipt_number = number.volume, number.value
    movement.receipt_year = day.year
    with connection.cursor() as cursor:
        cursor.execute(
            "update payments_movement set receipt_volume = %s, receipt_number = %s,"
            " receipt_year = %s where id = %s",
            [number.volume, number.value, day.year, movement.pk],
        )


def said(text: object, *, field: str) -> str:
    """Words that must be given. Invalid by field."""
    words = clean(str(text or ""), multiline=True)
    if not words:
        raise Invalid({field: _("Cần ghi mục này.")})
    if len(words) > LONGEST:
        raise Invalid({field: _("Dài quá %(n)s chữ.") % {"n": LONGEST}})
    return words


def sum_of(amount: object, *, field: str = "amount", most: int) -> int:
    """A whole number of đồng between 1 and `most`. Invalid by field."""
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= most:
        raise Invalid({field: _("Số tiền phải từ 1 đến %(most)s đồng.") % {"most": dotted(most)}})
    return amount


def dotted(amount: int) -> str:
    """8000 → 8.000."""
    return f"{amount:,}".replace(",", ".")
