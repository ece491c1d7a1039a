"""Notices of gateways: believed under their signature, taken once, in the order of the other side.

Whatever a notice says it is kept as it came. What cannot be right is refused and told in the
journal; what comes too early waits for what must be before it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.kernel.actor import Actor, ActorKind
from haicap.kernel.errors import Missing
from haicap.payments import gateways
from haicap.payments.actions import booking, taking
from haicap.payments.actions.taking import Differs, Money
from haicap.payments.events import MoneyRefunded, NoticeRefused
from haicap.payments.gateways import REVERSED, Said
from haicap.payments.models import (
    Demand,
    Kind,
    Movement,
    Notice,
    NoticeState,
    Order,
    OrderState,
    Way,
)
from haicap.payments.queries import demand_by_code, order_of

MOST_FORGED: Final = 20
FOR: Final = timedelta(minutes=10)
WEEK: Final = timedelta(days=7)

_NOTE: Final = """
insert into payments_notice as n
    (provider, digest, transaction, status, body, state, times, said_at, first_at, last_at)
values (%(provider)s, %(digest)s, %(transaction)s, %(status)s, %(body)s, %(state)s, 1, %(said_at)s,
    %(at)s, %(at)s)
on conflict (provider, digest) do update set times = n.times + 1, last_at = %(at)s
returning id, times, state
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway is told: error_code 0 (do not send again), 1 (against what was said before:
    a person looks at it), -1 (not believed).
    """

    code: str
    state: str
    sentence: str


def connector(provider: str) -> Actor:
    """Whose hand books what a gateway tells."""
    return Actor(kind=ActorKind.CONNECTOR, name=provider, source="connector")


def take_notice(*, provider: str, body: bytes, signature: str, at: datetime) -> Answer:
    """Take a notice in. Safe to repeat. Missing for a gateway that is not installed."""
    gateway = gateways.gateway(provider)
    try:
        said = gateway.read(body, signature)
    except gateways.NotBelieved:
        _forged(provider, body, signature, at=at)
        return Answer("-1", NoticeState.FORGED, _("Chữ ký của thông báo không đúng."))
    return _taken(provider, body, said, at=at)


def _forged(provider: str, body: bytes, signature: str, *, at: datetime) -> None:
    """Told in the journal, as long as there are not too many: a flood must not fill the house."""
    key = f"notice:{provider}"
    if accounts.attempts_closed(key, at=at) is not None:
        return
    accounts.attempt_failed(key, at=at, limit=MOST_FORGED, close_for=FOR)
    digest = hashlib.sha256(body + b"\n" + signature.encode(errors="replace")).hexdigest()
    with transaction.atomic():
        _id, times, _state = _note(provider, digest, body, None, NoticeState.FORGED, at=at)
        if times == 1:
            _refused(provider, NoticeState.FORGED, digest, "", at=at)


@transaction.atomic
def _taken(provider: str, body: bytes, said: Said, *, at: datetime) -> Answer:
    digest = hashlib.sha256(body).hexdigest()
    notice_id, times, before = _note(provider, digest, body, said, NoticeState.TAKEN, at=at)
    if times > 1:
        return _answer(NoticeState.DIFFERS if before == "differs" else NoticeState.REPEATED)
    state = (
        _reversed(provider, said, at=at)
        if said.status == REVERSED
        else _paid(provider, said, at=at)
    )
    Notice.objects.filter(pk=notice_id).update(state=state)
    if state == NoticeState.DIFFERS:
        _refused(provider, state, digest, said.transaction, at=at)
    if state in (NoticeState.TAKEN, NoticeState.UNKNOWN):
        _release(provider, said, at=at)
    return _answer(state)


def _answer(state: NoticeState) -> Answer:
    code = "1" if state == NoticeState.DIFFERS else "0"
    return Answer(code, state, str(NoticeState(state).label))


def _note(
    provider: str, digest: str, body: bytes, said: Said | None, state: str, *, at: datetime
) -> tuple[int, int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "provider": provider,
                "digest": digest,
                "transaction": said.transaction if said else "",
                "status": said.status if said else "",
                "body": body.decode(errors="replace").replace("\x00", "")[:4000],
                "state": state,
                "said_at": said.said_at if said else None,
                "at": at,
            },
        )
        row = cursor.fetchone()
    return int(row[0]), int(row[1]), str(row[2])


def _refused(provider: str, state: str, digest: str, told: str, *, at: datetime) -> None:
    audit.record(
        NoticeRefused(provider=provider, state=str(state), digest=digest, transaction=told),
        subject=f"payments.Provider:{provider}",
        by=connector(provider),
        at=at,
    )


def _paid(provider: str, said: Said, *, at: datetime) -> NoticeState:
    money = Money(
        provider=provider,
        transaction=said.transaction,
        amount=said.amount,
        way=Way.GATEWAY,
        happened_at=said.said_at,
        text=said.text,
        demand_id=_meant(provider, said),
    )
    try:
        with transaction.atomic():
            taken = taking.receive(money=money, by=connector(provider), at=at)
    except Differs:
        return NoticeState.DIFFERS
    return {
        "taken": NoticeState.TAKEN,
        "repeated": NoticeState.REPEATED,
        "unknown": NoticeState.UNKNOWN,
    }[taken.outcome]


def _meant(provider: str, said: Said) -> int | None:
    """The demand of the order, or of the dossier's code; None when it names neither."""
    order = order_of(said.number, provider=provider)
    if order is not None:
        return order.demand_id
    for words in (said.label, said.text):
        try:
            return demand_by_code(words).pk if words else None
        except Missing:
            continue
    return None


def _reversed(provider: str, said: Said, *, at: datetime) -> NoticeState:
    """The bank took a payment back. One told of before its payment waits for it."""
    payment = (
        Movement.objects.filter(provider=provider, transaction=said.transaction, kind=Kind.PAYMENT)
        .order_by()
        .first()
    )
    if payment is None:
        return NoticeState.PARKED
    if payment.amount != said.amount or payment.demand_id is None:
        return NoticeState.DIFFERS
    row = Demand.objects.select_for_update(of=("self",)).get(pk=payment.demand_id)
    there = Movement.objects.filter(provider=provider, transaction=said.transaction)
    if there.filter(kind=Kind.REFUND).exists():
        return NoticeState.REPEATED
    gone = there.model.objects.filter(origin=payment).exclude(kind=Kind.MOVED_IN)
    if gone.exists() or row.received - row.refunded < said.amount:
        return NoticeState.DIFFERS  # it was paid back or moved already: a person must look
    movement = booking.book(
        row, Kind.REFUND, said.amount, way=Way.GATEWAY, provider=provider,
        transaction=said.transaction, origin=payment, reason=_("Ngân hàng đã đảo giao dịch."),
        by=connector(provider), at=at, happened_at=said.said_at,
    )  # fmt: skip
    booking.record(
        MoneyRefunded(**booking.told(row, movement), way=str(movement.way)),
        row, by=connector(provider), at=at,
    )  # fmt: skip
    return NoticeState.TAKEN


def _release(provider: str, said: Said, *, at: datetime) -> None:
    """What waited for this payment is done now."""
    waiting = Notice.objects.select_for_update(of=("self",)).filter(
        provider=provider, transaction=said.transaction, state=NoticeState.PARKED
    )
    for notice in waiting.order_by("said_at", "id"):
        again = Said(
            number=said.number, label=said.label, transaction=said.transaction,
            amount=said.amount, status=REVERSED, said_at=notice.said_at or said.said_at,
        )  # fmt: skip
        Notice.objects.filter(pk=notice.pk).update(state=_reversed(provider, again, at=at))


def ask_again(*, provider: str, at: datetime, limit: int = 500) -> int:
    """Ask the gateway about orders of which no notice came; how many payments it knew of.

    What it tells under our own asking is booked as its notice would have been, once. Orders are
    asked about for a week. Called with no transaction open; GatewayDown when it does not answer.
    """
    gateway = gateways.gateway(provider)
    waiting = Order.objects.filter(
        provider=provider, state__in=(OrderState.STARTED, OrderState.LOST), created_at__gt=at - WEEK
    )
    found = 0
    for number in waiting.order_by("id").values_list("number", flat=True)[:limit]:
        try:
            known = gateway.query(number)
        except OSError as error:
            raise gateways.GatewayDown from error
        for said in known.said if known is not None else ():
            with transaction.atomic():
                state = _paid(provider, said, at=at)
                found += state == NoticeState.TAKEN
                _release(provider, said, at=at)
    return found
