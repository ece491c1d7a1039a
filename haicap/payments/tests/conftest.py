"""The cast with two people of finance, a demand, and a gateway that signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import AT, Cast, add_person, make_cast
from haicap.audit.actions import make_months
from haicap.kernel.actor import Actor, Duty
from haicap.payments import actions, gateways
from haicap.payments.models import Account, Demand
from haicap.payments.queries import Standing
from haicap.payments.rehearsal import NAME, RehearsalGateway

LABEL = "H26.2.118-261123-0001"


@dataclass
class Till:
    """Demands and the people who look after them; every act a minute after the one before."""

    cast: Cast
    gateway: RehearsalGateway
    at: datetime = AT

    def later(self) -> datetime:
        """The next moment."""
        self.at += timedelta(minutes=1)
        return self.at

    def by(self, who: str) -> Actor:
        """Somebody, as of now."""
        return self.cast.actor(who, at=self.at)

    def demand(self, *, of: str = "dossiers.Dossier:1", **more: Any) -> Standing:
        """Eight thousand đồng at the counter of Bồ Đề."""
        given: dict[str, Any] = {
            "of": of, "label": LABEL, "amount": 8000, "agency_id": self.cast.bode.point,
            "lines": [{"name_vi": "Lệ phí", "amount": 8000}], **more,
        }  # fmt: skip
        return actions.demand(**given, by=self.by("minh"), at=self.later())

    def act(self, verb: str, who: str, **values: Any) -> Any:
        """One verb by somebody."""
        return getattr(actions, verb)(**values, by=self.by(who), at=self.later())

    def order(self, of: str = "dossiers.Dossier:1") -> str:
        """An order at the gateway for what is left; its number."""
        actions.ask(
            of=of, provider=NAME, details={}, return_url="/", by=self.by("lan"), at=self.later()
        )
        return Demand.objects.get(of=of).orders.order_by("-id")[0].number

    def tell(self, *sent: tuple[bytes, str]) -> list[tuple[str, str]]:
        """Notices as they come in; what each is answered."""
        answers = [
            actions.take_notice(provider=NAME, body=body, signature=sign, at=self.later())
            for body, sign in sent
        ]
        return [(answer.code, answer.state) for answer in answers]

    def bank(self, case: str, of: str = "dossiers.Dossier:1") -> list[tuple[str, str]]:
        """Somebody pays an order in a certain way, and the notices come in."""
        return self.tell(*self.gateway.pay(self.order(of), case, at=self.later()))

    def state(self, of: str = "dossiers.Dossier:1") -> tuple[str, int]:
        """The demand's state, and what is in the till for it."""
        row = Demand.objects.get(of=of)
        return row.state, row.received - row.refunded


def people_of_finance(cast: Cast) -> None:
    """Two of them for the whole city, one for Bồ Đề only."""
    for login, agency, reach in (
        ("ke", cast.centre, Reach.ALL), ("quy", cast.centre, Reach.ALL),
        ("thuphi", cast.bode.point, Reach.OWN),
    ):  # fmt: skip
        cast.people[login] = add_person(
            login=login, name=f"Cán bộ {login}", agency=agency, title="Kế toán",
            duties=[(Duty.FINANCE, reach)],
        )  # fmt: skip


def add_account() -> Account:
    """The city's account."""
    return Account.objects.create(
        bank_bin="999999", bank_name="Ngân hàng thử", number="1017000118", holder="TRUNG TAM",
        valid_from=date(2025, 7, 1),
    )  # fmt: skip


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> RehearsalGateway:
    """The gateway to rehearse with, the same every time."""
    made = RehearsalGateway(seed=7)
    monkeypatch.setitem(gateways._gateways, NAME, made)
    return made


@pytest.fixture
def till(db: None, gateway: RehearsalGateway) -> Till:
    """A demand's world."""
    make_months(day=AT.date(), months=2)
    cast = make_cast()
    people_of_finance(cast)
    add_account()
    return Till(cast, gateway)
