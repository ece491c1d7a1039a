"""A gateway to rehearse with, in the demo and in the tests: it keeps the contract, and lies on
demand. What it remembers lies in a table of its own, as another system's memory would.
"""

from __future__ import annotations

import random
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haicap.payments import gateways
from haicap.payments.gateways import REVERSED, SUCCESS, Known, Said, Wanted
from haicap.payments.models import Rehearsed

NAME: Final = "rehearsal"
SHORT_BY: Final = 1_000
Sent = tuple[bytes, str]  # a notice and its signature


@dataclass(frozen=True, slots=True)
class Case:
    """A way the bank may behave, offered on its page."""

    key: str
    label: str | Promise


CASES: Final = (
    Case("right", _("Trả đúng")),
    Case("twice", _("Báo hai lần cùng một giao dịch")),
    Case("other_id", _("Báo hai lần với hai mã giao dịch")),
    Case("short", _("Trả thiếu 1.000 đồng")),
    Case("over", _("Trả thừa 1.000 đồng")),
    Case("late", _("Trả đúng nhưng báo muộn (giữ lại)")),
    Case("forged", _("Thông báo giả, sai chữ ký")),
    Case("other_amount", _("Báo lại cùng giao dịch với số tiền khác")),
    Case("other_dossier", _("Báo lại cùng giao dịch cho hồ sơ khác")),
    Case("unknown", _("Tiền đến nhưng không rõ của hồ sơ nào")),
    Case("reversed", _("Trả rồi ngân hàng đảo giao dịch")),
    Case("reversed_first", _("Báo đảo giao dịch trước khi báo trả")),
    Case("silent", _("Trả đúng nhưng không bao giờ báo")),
)


def post(body: bytes, signature: str) -> int:
    """Send a notice over the network, as the real one does; the status it is answered with."""
    address = settings.BASE_URL + f"/api/v1/payments/notices/{NAME}"
    request = urllib.request.Request(  # noqa: S310 - our own address
        address,
        data=body,
        headers={"Content-Type": "application/json", "X-Signature": signature},
    )
    try:
        with urllib.request.urlopen(request, timeout=gateways.SECONDS) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


class RehearsalGateway:
    """The gateway itself. `mood` may raise OSError: told the call, before or after it took effect.

    `seed` makes the ids of its transactions, and what `surprise` draws, the same every time.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        mood: Callable[[str, str], None] = lambda _call, _when: None,
        secret: str = "",
    ) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a rehearsal is to be the same again
        self.mood = mood
        self._secret = secret

    @property
    def title(self) -> str:
        """As people know it."""
        return str(_("Cổng thanh toán thử"))

    @property
    def secret(self) -> str:
        """What it signs with."""
        return self._secret or settings.PAYMENT_SECRET

    def start(self, wanted: Wanted) -> str:
        """Take an order in, once however often it comes."""
        self.mood("start", "before")
        Rehearsed.objects.get_or_create(
            number=wanted.number,
            defaults={
                "asked": {
                    "number": wanted.number,
                    "label": wanted.label,
                    "code": wanted.code,
                    "amount": wanted.amount,
                    "return_url": wanted.return_url,
                    "details": dict(wanted.details),
                }
            },
        )
        self.mood("start", "after")
        return self._url(wanted.number)

    def query(self, number: str) -> Known | None:
        """What it knows of an order."""
        self.mood("query", "before")
        row = Rehearsed.objects.filter(pk=number).first()
        if row is None:
            return None
        return Known(self._url(number), tuple(_said(one) for one in row.paid))

    def read(self, body: bytes, signature: str) -> Said:
        """A notice under its signature."""
        return gateways.read_signed(body, signature, secret=self.secret)

    def _url(self, number: str) -> str:
        return reverse("payments:rehearsal", args=[number])

    def surprise(self) -> str:
        """One of the cases, drawn."""
        return self.chance.choice(CASES).key

    @transaction.atomic
    def pay(self, number: str, case: str, *, at: datetime) -> list[Sent]:
        """Somebody pays at the bank; the notices it sends at once. Late ones are held."""
        row = Rehearsed.objects.select_for_update(of=("self",)).get(pk=number)
        amount = int(row.asked["amount"])
        amount += {"short": -SHORT_BY, "over": SHORT_BY}.get(case, 0)
        said = Said(
            number=number,
            label=str(row.asked["label"]),
            transaction=self._transaction(row),
            amount=max(1, amount),
            status=SUCCESS,
            said_at=at,
            text=str(row.asked["code"]),
        )
        if case != "forged":
            row.paid.append(_kept(said))
        now, held = self._notices(case, said, row)
        row.held.extend({"body": body.decode(), "signature": sign} for body, sign in held)
        row.save(update_fields=["paid", "held"])
        return now

    def _notices(self, case: str, said: Said, row: Rehearsed) -> tuple[list[Sent], list[Sent]]:
        """What it tells at once, and what it keeps for later."""
        one = self.signed(said)
        back = self.signed(
            replace(said, status=REVERSED, said_at=said.said_at + timedelta(seconds=1))
        )
        if case == "twice":
            return [one, one], []
        if case == "other_id":
            again = replace(said, transaction=self._transaction(row))
            row.paid.append(_kept(again))
            return [one, self.signed(again)], []
        if case == "late":
            return [], [one]
        if case == "silent":
            return [], []
        if case == "forged":
            return [(one[0], gateways.signature_of(one[0], secret="another"))], []  # noqa: S106
        if case == "other_amount":
            return [one, self.signed(replace(said, amount=said.amount + 50_000))], []
        if case == "other_dossier":
            other = replace(said, number="HC-0-1", label="H26.0.0-000000-0000", text="nham")
            return [one, self.signed(other)], []
        if case == "unknown":
            nobody = replace(said, number="", label="", text="nop tien le phi")
            return [self.signed(nobody)], []
        if case == "reversed":
            return [one, back], []
        if case == "reversed_first":
            return [back, one], []
        return [one], []

    def held(self, number: str) -> list[Sent]:
        """The notices it kept for later; it forgets them with this."""
        with transaction.atomic():
            row = Rehearsed.objects.select_for_update(of=("self",)).get(pk=number)
            found = [(one["body"].encode(), str(one["signature"])) for one in row.held]
            row.held = []
            row.save(update_fields=["held"])
        return found

    def signed(self, said: Said) -> Sent:
        """A notice with its signature."""
        body = gateways.written(said)
        return body, gateways.signature_of(body, secret=self.secret)

    def statement(self) -> list[Said]:
        """Everything it was paid: what a day is held against."""
        return [
            _said(one)
            for row in Rehearsed.objects.order_by("number").values_list("paid", flat=True)
            for one in row
        ]

    def _transaction(self, row: Rehearsed) -> str:
        return f"GD{row.number.replace('-', '')}{self.chance.randrange(10**8):08d}"


def _kept(said: Said) -> dict[str, Any]:
    return {**asdict(said), "said_at": said.said_at.isoformat()}


def _said(kept: dict[str, Any]) -> Said:
    return Said(**{**kept, "said_at": datetime.fromisoformat(kept["said_at"])})


gateway = RehearsalGateway(seed=random.SystemRandom().randrange(2**32))
if settings.DEMO:
    gateways.register_gateway(NAME, gateway)

__all__ = ["CASES", "NAME", "RehearsalGateway", "gateway", "post"]
