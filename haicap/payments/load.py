"""Demands and payments of a load, written by COPY as the verbs would have left them.

The sums are reckoned by the database here too: a copied movement moves them like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from haicap.kernel.actor import Actor
from haicap.kernel.copying import copy_rows, fresh_ids
from haicap.payments import codes
from haicap.payments.actions import booking
from haicap.payments.actions.asking import code_for
from haicap.payments.events import FeeDemanded, FeeWaived, MoneyReceived
from haicap.payments.models import Account, Kind, MoneyState, Way

DEMANDS, MOVEMENTS = "payments_demand", "payments_movement"
_AT_ONCE = 500
# A bank that is none: a picture scanned in the demo moves no real money.
DEMO_ACCOUNT: Mapping[str, Any] = {
    "bank_bin": "999999",
    "bank_name": "Ngân hàng trình diễn",
    "number": "1017000000001",
    "holder": "TRUNG TAM PHUC VU HANH CHINH CONG HA NOI",
    "valid_from": date(2025, 7, 1),
}


def load_demo_account() -> None:
    """The demo's account, once."""
    Account.objects.get_or_create(agency=None, **DEMO_ACCOUNT)


@dataclass(slots=True)
class PastMovement:
    """A payment at the counter or a waiver."""

    id: int
    kind: Kind
    amount: int
    way: Way
    paper_receipt: str
    reason: str
    agency_id: int
    by_kind: str
    by: int | None
    at: datetime


@dataclass(slots=True)
class PastDemand:
    """One demand; at most one movement settles it, as in the lives that are told."""

    id: int
    code: str
    values: Mapping[str, Any]
    at: datetime
    movement: PastMovement | None = None

    @property
    def settled(self) -> bool:
        return self.movement is not None

    def demanded(self) -> FeeDemanded:
        """As payments.demand tells it."""
        return FeeDemanded(
            code=self.code,
            kind="fee",
            amount=self.values["amount"],
            moment=str(self.values["moment"]),
            agency=self.values["agency_id"],
        )


@dataclass(slots=True)
class PastMoney:
    """Gives ids in the order of time and writes what was gathered."""

    _demand_ids: Iterator[int] = field(default_factory=lambda: iter(()))
    _movement_ids: Iterator[int] = field(default_factory=lambda: iter(()))

    def demand(self, values: Mapping[str, Any], *, at: datetime) -> PastDemand:
        """payments.demand, with what it is told."""
        number = next(self._demand_ids, None)
        if number is None:
            self._demand_ids = iter(_ids(DEMANDS))
            number = next(self._demand_ids)
        return PastDemand(number, code_for(number, label=values["label"], kind="fee"), values, at)

    def pay(
        self, demand: PastDemand, *, way: str, paper_receipt: str, by: Actor, at: datetime
    ) -> MoneyReceived:
        """payments.pay: all of it, with a printed receipt."""
        movement = self._movement(demand, Kind.PAYMENT, by=by, at=at)
        movement.way, movement.paper_receipt = Way(way), paper_receipt
        return MoneyReceived(
            **_told(demand, movement, MoneyState.PAID),
            way=str(movement.way),
            provider=booking.COUNTER,
            transaction="",
        )

    def waive(self, demand: PastDemand, *, reason: str, by: Actor, at: datetime) -> FeeWaived:
        """payments.waive: all of it."""
        movement = self._movement(demand, Kind.WAIVER, by=by, at=at)
        movement.reason = reason
        return FeeWaived(**_told(demand, movement, MoneyState.WAIVED))

    def _movement(self, demand: PastDemand, kind: Kind, *, by: Actor, at: datetime) -> PastMovement:
        number = next(self._movement_ids, None)
        if number is None:
            self._movement_ids = iter(_ids(MOVEMENTS))
            number = next(self._movement_ids)
        demand.movement = PastMovement(
            number, kind, demand.values["amount"], Way.NONE, "", "",
            demand.values["agency_id"], str(by.kind), by.person, at,
        )  # fmt: skip
        return demand.movement


def _told(demand: PastDemand, movement: PastMovement, state: MoneyState) -> dict[str, Any]:
    return {
        "code": demand.code,
        "kind": "fee",
        "amount": movement.amount,
        "state": str(state),
        "left": 0,
        "movement": movement.id,
    }


def load_demands(demands: Sequence[PastDemand]) -> None:
    """Write demands with their movements."""
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            table=DEMANDS,
            columns=(
                "id", "of", "kind", "code", "label", "plain", "agency_id", "payer_id", "lines",
                "amount", "waived", "received", "refunded", "moment", "created_at",
            ),
            rows=(
                (
                    one.id, one.values["of"], "fee", one.code, one.values["label"],
                    codes.squeezed(one.values["label"]), one.values["agency_id"],
                    one.values["payer_id"], json.dumps(one.values["lines"], ensure_ascii=False),
                    one.values["amount"], 0, 0, 0, str(one.values["moment"]), one.at,
                )
                for one in demands
            ),
        )  # fmt: skip
        copy_rows(
            cursor,
            table=MOVEMENTS,
            columns=(
                "id", "demand_id", "kind", "amount", "way", "provider", "transaction", "text",
                "agency_id", "reason", "basis", "paper_receipt", "by_kind", "by", "happened_at",
                "recorded_at",
            ),
            rows=(
                (
                    one.movement.id, one.id, one.movement.kind.value, one.movement.amount,
                    one.movement.way.value,
                    booking.COUNTER if one.movement.kind is Kind.PAYMENT else "", "", "",
                    one.movement.agency_id, one.movement.reason, "", one.movement.paper_receipt,
                    one.movement.by_kind, one.movement.by, one.movement.at, one.movement.at,
                )
                for one in sorted(
                    (demand for demand in demands if demand.movement is not None),
                    key=lambda demand: demand.movement.id if demand.movement else 0,
                )
                if one.movement is not None
            ),
        )  # fmt: skip


def _ids(table: str) -> list[int]:
    with connection.cursor() as cursor:
        return fresh_ids(cursor, table=table, count=_AT_ONCE)
