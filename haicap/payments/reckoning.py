"""The sums of a day: what was expected, what came, and where the two differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from haicap.kernel.actor import Actor
from haicap.payments import access
from haicap.payments.models import DayClosing, Demand, Kind, Movement
from haicap.payments.statement import midnight


@dataclass(frozen=True, slots=True)
class DayRow:
    """One provider's day: came in, paid back, what is left of it, and how it was closed."""

    provider: str
    count: int
    received: int
    refunded: int
    booked: int
    closing: DayClosing | None


@dataclass(frozen=True, slots=True)
class Owed:
    """What was demanded on a day, and how it stands now."""

    demanded: int
    waived: int
    received: int
    refunded: int
    left: int
    too_much: int
    count: int


_MONEY = Q(kind__in=(Kind.PAYMENT, Kind.REFUND))


def _between(day: date) -> tuple[datetime, datetime]:
    return midnight(day), midnight(day + timedelta(days=1))


def movements_of(*, day: date, provider: str = "") -> QuerySet[Movement]:
    """The money that moved on a day, by the time the other side has for it."""
    begin, end = _between(day)
    rows = Movement.objects.filter(_MONEY, happened_at__gte=begin, happened_at__lt=end)
    return rows.filter(provider=provider) if provider else rows


def booked(*, day: date, provider: str) -> int:
    """What our movements of a day come to: came in, less paid back."""
    sums = movements_of(day=day, provider=provider).aggregate(
        into=Sum("amount", filter=Q(kind=Kind.PAYMENT)),
        back=Sum("amount", filter=Q(kind=Kind.REFUND)),
    )
    return int(sums["into"] or 0) - int(sums["back"] or 0)


def day_rows(*, day: date, by: Actor) -> list[DayRow]:
    """The providers of a day, each with its sums; those `by` may look after."""
    closings = {row.provider: row for row in DayClosing.objects.filter(day=day)}
    sums = (
        movements_of(day=day)
        .filter(access.within(by))
        .values("provider")
        .annotate(
            received=Coalesce(Sum("amount", filter=Q(kind=Kind.PAYMENT)), 0),
            refunded=Coalesce(Sum("amount", filter=Q(kind=Kind.REFUND)), 0),
            count=Sum(Case(When(_MONEY, then=1), default=0)),
        )
        .order_by("provider")
    )
    found = [
        DayRow(
            provider=row["provider"],
            count=row["count"],
            received=row["received"],
            refunded=row["refunded"],
            booked=row["received"] - row["refunded"],
            closing=closings.pop(row["provider"], None),
        )
        for row in sums
    ]
    return found + [DayRow(name, 0, 0, 0, 0, row) for name, row in sorted(closings.items())]


def owed_of(*, day: date, by: Actor) -> Owed:
    """What the demands of a day come to."""
    begin, end = _between(day)
    left = F("amount") - F("waived") - F("received") + F("refunded")
    sums = (
        Demand.objects.filter(access.within(by), created_at__gte=begin, created_at__lt=end)
        .annotate(rest=left)
        .aggregate(
            demanded=Coalesce(Sum("amount"), 0),
            waived=Coalesce(Sum("waived"), 0),
            received=Coalesce(Sum("received"), 0),
            refunded=Coalesce(Sum("refunded"), 0),
            left=Coalesce(Sum("rest", filter=Q(rest__gt=0)), 0),
            too_much=Coalesce(-Sum("rest", filter=Q(rest__lt=0)), 0),
            count=Coalesce(Sum(Case(When(amount__gt=0, then=1), default=0)), 0),
        )
    )
    return Owed(**sums)


def differing(*, by: Actor, limit: int = 200) -> list[Demand]:
    """Demands that somebody must look at: paid short, or paid too much. Oldest first."""
    rows = Demand.objects.filter(access.within(by), state__in=("partial", "over"))
    return list(rows.order_by("created_at")[:limit])


def movements_shown(*, day: date, provider: str, by: Actor, limit: int = 2000) -> list[Movement]:
    """The movements of a provider's day, for the page and for the export."""
    rows = movements_of(day=day, provider=provider).select_related("demand")
    mine = rows.filter(access.within(by))
    return list(mine.order_by("happened_at", "id")[:limit])
