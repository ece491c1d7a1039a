"""The JSON face of money: notices of gateways; how a demand stands, and what finance does."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import NotAllowed
from haicap.payments import actions, queries, reckoning, rehearsal
from haicap.payments.access import NotYourMoney
from haicap.payments.models import Demand, NoticeState

router = Router(tags=["payments"])
LARGEST = 9_999_999_999_999


class NoticeAnswered(Schema):
    """What a gateway is told: 0 done, do not send again; 1 against what was told before, a person
    looks at it.
    """

    error_code: str
    state: str
    message: str


class PaymentLine(Schema):
    """A movement of money."""

    id: int
    kind: str = Field(description="payment, waiver, refund, moved_out or moved_in.")
    words: str
    amount: int = Field(description="đồng")
    way: str
    provider: str
    transaction: str
    receipt: str = Field(description="Number of the receipt, electronic or printed.")
    numbered: bool = Field(description="Whether the receipt is an electronic one.")
    reason: str
    basis: str
    happened_at: datetime
    by: int | None


class PaymentStanding(Schema):
    """A demand, its sums in đồng and its movements."""

    code: str = Field(description="What the payer writes.")
    label: str = Field(description="The dossier's code.")
    kind: str
    state: str = Field(description="none, due, partial, paid, over, waived or refunded.")
    words: str
    amount: int
    waived: int
    received: int
    refunded: int
    left: int = Field(description="Still owed.")
    too_much: int = Field(description="Paid and not owed: may be paid back.")
    moment: str
    receipt: str
    vietqr: str = Field(description="EMVCo text for what is left; empty when nothing is.")
    movements: list[PaymentLine]


class PaymentWaived(Schema):
    """It need not be paid."""

    amount: int | None = Field(None, gt=0, le=LARGEST, description="đồng; none: all of it.")
    reason: str = Field(max_length=1000)
    basis: str = Field("", max_length=300, description="Article of the law.")


class PaymentRefunded(Schema):
    """What is not owed was paid back."""

    amount: int | None = Field(None, gt=0, le=LARGEST, description="đồng; none: all too much.")
    way: str = Field(description="cash, transfer or gateway.")
    transaction: str = Field("", max_length=100, description="Not for cash: its id at the bank.")
    reason: str = Field(max_length=1000)


class PaymentAttributed(Schema):
    """A payment was for another dossier."""

    movement: int = Field(gt=0, le=2**62)
    to_code: str = Field(max_length=60)
    reason: str = Field(max_length=1000)


class PaymentsOfProvider(Schema):
    """A provider's day."""

    provider: str
    count: int
    received: int
    refunded: int
    booked: int
    counted: int | None
    closed: bool


class PaymentDay(Schema):
    """What a day came to."""

    day: date
    demanded: int
    waived: int
    left: int
    too_much: int
    providers: list[PaymentsOfProvider]


def _by(request: HttpRequest) -> Actor:
    by: Actor = request.actor  # type: ignore[attr-defined]
    return by


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


@router.post(
    "/payments/notices/{provider}",
    response={200: NoticeAnswered, 403: None},
    auth=None,
    summary="A gateway tells of a payment",
    openapi_extra={
        "parameters": [
            {
                "in": "header", "name": "X-Signature", "required": True,
                "schema": {"type": "string"},
                "description": "HMAC-SHA256 of the body's bytes, hex.",
            }
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    },
)  # fmt: skip
def payment_notice(request: HttpRequest, provider: str) -> dict[str, Any]:
    """Believed under its signature only; told again it books nothing more."""
    answer = actions.take_notice(
        provider=provider,
        body=request.body,
        signature=request.headers.get("X-Signature", "")[:200],
        at=_at(request),
    )
    if answer.state == NoticeState.FORGED:
        raise NotAllowed(answer.sentence)
    return {"error_code": answer.code, "state": answer.state, "message": answer.sentence}


@router.get("/payments/days/{day}", response=PaymentDay, summary="What a day came to")
def day_of_payments(request: HttpRequest, day: date) -> dict[str, Any]:
    """For who looks after money: what was demanded that day, and the money that moved on it."""
    by = _by(request)
    if not by.holds(Duty.FINANCE):
        raise NotYourMoney(_("Việc này cần nhiệm vụ thu và đối soát phí, lệ phí."))
    owed = reckoning.owed_of(day=day, by=by)
    return {
        "day": day,
        "demanded": owed.demanded,
        "waived": owed.waived,
        "left": owed.left,
        "too_much": owed.too_much,
        "providers": [
            {
                "provider": row.provider,
                "count": row.count,
                "received": row.received,
                "refunded": row.refunded,
                "booked": row.booked,
                "counted": row.closing.counted if row.closing else None,
                "closed": bool(row.closing and row.closing.closed_at),
            }
            for row in reckoning.day_rows(day=day, by=by)
        ],
    }


@router.get("/payments/{code}", response=PaymentStanding, summary="How a demand stands")
def payment(request: HttpRequest, code: str) -> dict[str, Any]:
    """By the payment code or the dossier's code. A counter's own, and all for finance."""
    return _told(_mine(request, code), at=_at(request))


@router.post("/payments/{code}/waive", response=PaymentStanding, summary="It need not be paid")
def waive_payment(request: HttpRequest, code: str, payload: PaymentWaived) -> dict[str, Any]:
    """After a payment this leaves money to be paid back."""
    row = _mine(request, code)
    actions.waive(
        of=row.of, kind=row.kind, amount=payload.amount, reason=payload.reason,
        basis=payload.basis, by=_by(request), at=_at(request),
    )  # fmt: skip
    return _told(_mine(request, code), at=_at(request))


@router.post("/payments/{code}/refund", response=PaymentStanding, summary="Money was paid back")
def refund_payment(request: HttpRequest, code: str, payload: PaymentRefunded) -> dict[str, Any]:
    """Never more than is not owed."""
    row = _mine(request, code)
    actions.refund(
        of=row.of, kind=row.kind, amount=payload.amount, way=payload.way,
        transaction_id=payload.transaction, reason=payload.reason, by=_by(request),
        at=_at(request),
    )  # fmt: skip
    return _told(_mine(request, code), at=_at(request))


@router.post(
    "/payments/{code}/attribute", response=PaymentStanding, summary="It was for another dossier"
)
def attribute_payment(
    request: HttpRequest, code: str, payload: PaymentAttributed
) -> dict[str, Any]:
    """The demand the money goes to is answered."""
    _mine(request, code)
    stands = actions.attribute(
        movement_id=payload.movement, to_code=payload.to_code, reason=payload.reason,
        by=_by(request), at=_at(request),
    )  # fmt: skip
    return _told(Demand.objects.get(code=stands.code), at=_at(request))


def _mine(request: HttpRequest, code: str) -> Demand:
    """A demand at an agency where the caller takes money; else it is not there."""
    return queries.seen(code, by=_by(request))


def _told(row: Demand, *, at: datetime) -> dict[str, Any]:
    stands = queries.standing_of(row)
    way = queries.way_to_pay(stands, day=day_of(at))
    told = asdict(stands)
    return {
        **{name: told[name] for name in PaymentStanding.model_fields if name in told},
        "vietqr": way.payload if way else "",
        "movements": [asdict(line) for line in queries.lines_of(row.of, kind=row.kind)],
    }


__all__ = ["rehearsal", "router"]
