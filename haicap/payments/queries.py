"""Reads: how a demand stands, how to pay it, whose money a text means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from haicap.kernel.actor import Actor, Duty
from haicap.kernel.errors import Missing
from haicap.kernel.vietnamese import number_words
from haicap.payments import codes, vietqr
from haicap.payments.models import Account, Demand, Kind, MoneyState, Movement, Order, Way
from haicap.registers import public as registers

RECEIPTS = "fee_receipt"  # the kind of the books that number electronic receipts


@dataclass(frozen=True, slots=True)
class Line:
    """A movement as people read it."""

    id: int
    kind: str
    words: str
    amount: int
    way: str
    provider: str
    transaction: str
    receipt: str
    numbered: bool  # the receipt is an electronic one, that can be shown
    reason: str
    basis: str
    happened_at: datetime
    by: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A demand as it stands: sums in đồng. `left` is still owed, `too_much` may be paid back."""

    of: str
    kind: str
    code: str
    label: str
    agency_id: int
    moment: str
    lines: tuple[dict[str, Any], ...]
    amount: int
    waived: int
    received: int
    refunded: int
    left: int
    too_much: int
    state: str
    words: str
    receipt: str  # of the last payment that has one


@dataclass(frozen=True, slots=True)
class Way2Pay:
    """How to pay a demand by transfer: the account, the text, the VietQR text and its picture."""

    bank_bin: str
    bank_name: str
    number: str
    holder: str
    amount: int
    text: str
    payload: str
    picture: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """An electronic receipt (biên lai điện tử). `void`: the money was moved or the number given up.

    `payer_id` and `agency_id` are named by whoever shows it.
    """

    number: str
    volume: int
    label: str
    amount: int
    amount_words: str
    lines: tuple[dict[str, Any], ...]
    way: str
    transaction: str
    happened_at: datetime
    payer_id: int | None
    agency_id: int
    by: int | None
    void: bool


def receipt_of(movement_id: int, *, of: str) -> ReceiptView:
    """The electronic receipt of a payment for a thing. Missing when it has none."""
    row = (
        Movement.objects.select_related("demand")
        .filter(pk=movement_id, demand__of=of, receipt_number__isnull=False)
        .order_by()
        .first()
    )
    if row is None or row.demand is None:
        raise Missing(_("Khoản này không có biên lai điện tử."))
    paid = row.origin if row.origin is not None else row
    return ReceiptView(
        number=receipt_words(row),
        volume=row.receipt_volume or 0,
        label=row.demand.label,
        amount=row.amount,
        amount_words=number_words(row.amount),
        lines=tuple(row.demand.lines),
        way=str(Way(paid.way).label),
        transaction=paid.transaction,
        happened_at=row.happened_at,
        payer_id=row.demand.payer_id,
        agency_id=row.demand.agency_id,
        by=row.by if row.by_kind == "staff" else None,
        void=registers.number_of(ref=row.ref, kind=RECEIPTS) is None,
    )


def standing(of: str, *, kind: str = "fee") -> Standing | None:
    """How the demand stands; None when nothing was ever demanded."""
    found = Demand.objects.filter(of=of, kind=kind).order_by().first()
    return None if found is None else standing_of(found)


def standings(of: str) -> list[Standing]:
    """All demands for a thing, oldest first."""
    return [standing_of(row) for row in Demand.objects.filter(of=of).order_by("id")]


def standing_of(demand: Demand) -> Standing:
    """The row as outsiders see it."""
    return Standing(
        of=demand.of,
        kind=demand.kind,
        code=demand.code,
        label=demand.label,
        agency_id=demand.agency_id,
        moment=demand.moment,
        lines=tuple(demand.lines),
        amount=demand.amount,
        waived=demand.waived,
        received=demand.received,
        refunded=demand.refunded,
        left=demand.left,
        too_much=demand.too_much,
        state=demand.state,
        words=str(MoneyState(demand.state).label),
        receipt=last_receipt(demand),
    )


def last_receipt(demand: Demand) -> str:
    """The receipt of the last payment, as it is written: the electronic number or the paper's."""
    rows = (
        Movement.objects.filter(demand=demand, kind__in=(Kind.PAYMENT, Kind.MOVED_IN))
        .exclude(receipt_number__isnull=True, paper_receipt="")
        .order_by("-id")
    )
    found = rows.first()
    return "" if found is None else receipt_words(found)


def receipt_words(movement: Movement) -> str:
    """BL 0000012/2026 for an electronic receipt, the typed number for one of paper."""
    if movement.receipt_number is not None:
        return f"BL {movement.receipt_number:07d}/{movement.receipt_year}"
    return movement.paper_receipt


def lines_of(of: str, *, kind: str = "") -> list[Line]:
    """Every movement of the demands for a thing, or of one kind of them, oldest first."""
    rows = Movement.objects.filter(demand__of=of).order_by("happened_at", "id")
    return [line_of(row) for row in (rows.filter(demand__kind=kind) if kind else rows)]


def line_of(row: Movement) -> Line:
    """One movement as people read it."""
    return Line(
        id=row.pk,
        kind=row.kind,
        words=_words(row),
        amount=row.amount,
        way=row.way,
        provider=row.provider,
        transaction=row.transaction,
        receipt=receipt_words(row),
        numbered=row.receipt_number is not None,
        reason=row.reason,
        basis=row.basis,
        happened_at=row.happened_at,
        by=row.by if row.by_kind == "staff" else None,
    )


def _words(row: Movement) -> str:
    kind = str(Kind(row.kind).label)
    return kind if row.way == Way.NONE else f"{kind}, {Way(row.way).label}"


def account_for(*, agency_id: int, day: date) -> Account | None:
    """The account money is asked to on a day: the agency's own, else that of all."""
    return (
        Account.objects.filter(Q(agency_id=agency_id) | Q(agency__isnull=True), valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
        .order_by(F("agency_id").asc(nulls_last=True), "-valid_from")
        .first()
    )


def way_to_pay(demand: Standing, *, day: date) -> Way2Pay | None:
    """How to pay what is left by transfer; None when nothing is left or there is no account."""
    account = account_for(agency_id=demand.agency_id, day=day) if demand.left else None
    if account is None:
        return None
    text = vietqr.payload(vietqr.Paid(account.bank_bin, account.number, demand.left, demand.code))
    return Way2Pay(
        bank_bin=account.bank_bin,
        bank_name=account.bank_name,
        number=account.number,
        holder=account.holder,
        amount=demand.left,
        text=demand.code,
        payload=text,
        picture=vietqr.picture(text),
    )


# --- whose money ----------------------------------------------------------------------------------


def meant_by(text: str) -> int | None:
    """The demand a payer's words mean; None when there is none or it cannot be told for sure.

    Several demands of one dossier: the oldest that is still owed, else the newest.
    """
    by_number = Demand.objects.filter(pk__in=codes.numbers_in(text)).order_by("id")
    short = [row.pk for row in by_number]
    if len(short) == 1:
        return short[0]
    rows = _named_in(text)
    longest = max((len(row.plain) for row in rows), default=0)
    rows = [row for row in rows if len(row.plain) == longest]
    exact = [row for row in rows if row.label.upper() in text.upper()]
    rows = exact or rows
    if len({row.label for row in rows}) != 1:
        return None  # nobody, or two codes that differ by a point only: never guess
    owing = [row for row in rows if row.left]
    return (owing[0] if owing else rows[-1]).pk


SHORTEST_LABEL = 8


def _named_in(text: str) -> list[Demand]:
    """Demands whose label stands in the letters and digits of `text`."""
    plain = codes.squeezed(text)[:200]
    pieces = {
        plain[at : at + size]
        for at in range(len(plain))
        for size in range(SHORTEST_LABEL, 41)
        if at + size <= len(plain)
    }
    if not pieces:
        return []
    return list(Demand.objects.filter(plain__in=pieces).order_by("id"))


def unplaced(*, limit: int = 200) -> list[tuple[Movement, int]]:
    """Money nobody could place, with what is left of each, oldest first."""
    rows = (
        Movement.objects.filter(kind=Kind.PAYMENT, demand__isnull=True)
        .annotate(rest=F("amount") - Coalesce(Subquery(_GONE), 0))
        .filter(rest__gt=0)
        .order_by("happened_at", "id")
    )
    return [(row, row.rest) for row in rows[:limit]]


def rest_of(payment: Movement) -> int:
    """What of a payment was neither moved away nor paid back."""
    gone = Movement.objects.filter(origin=payment, kind__in=_AWAY).aggregate(total=Sum("amount"))
    return payment.amount - int(gone["total"] or 0)


_AWAY = (Kind.MOVED_OUT, Kind.REFUND)
_GONE = (
    Movement.objects.filter(origin=OuterRef("pk"), kind__in=_AWAY)
    .order_by()
    .values("origin")
    .annotate(total=Sum("amount"))
    .values("total")
)


def demand_by_code(code: str) -> Demand:
    """The demand of a payment code, or the one a dossier's code means. Missing."""
    text = code.strip()
    found = Demand.objects.filter(code__iexact=text).order_by().first()
    if found is None:
        number = meant_by(text)
        found = Demand.objects.filter(pk=number).order_by().first() if number else None
    if found is None:
        raise Missing(_("Không có khoản thu nào mang mã “%(code)s”.") % {"code": text[:60]})
    return found


def order_of(number: str, *, provider: str) -> Order | None:
    """The order a gateway speaks of."""
    return Order.objects.filter(number=number, provider=provider).order_by().first()


def open_order(of: str) -> Order | None:
    """The last order of a thing that nobody has answered yet."""
    rows = Order.objects.filter(demand__of=of).select_related("demand").order_by("-id")
    return rows.first()


def seen(code: str, *, by: Actor) -> Demand:
    """The demand of a code, for who takes or looks after money at its agency; else Missing."""
    found = demand_by_code(code)
    duties = (Duty.RECEIVE, Duty.FINANCE)
    if not by.is_staff or not any(by.grant_for(duty, agency=found.agency_id) for duty in duties):
        raise Missing(_("Không có khoản thu nào mang mã “%(code)s”.") % {"code": code.strip()[:60]})
    return found
