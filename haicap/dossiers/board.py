"""The city's first board: present figures by commune, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from haicap.dossiers.flow import OPEN, State
from haicap.dossiers.models import Channel, Dossier, DossierQuerySet, Task
from haicap.kernel import clock
from haicap.kernel.actor import Actor

CITY: Final = "city"  # everywhere
NOWHERE: Final = "nowhere"  # where nobody could tell yet which commune it concerns
Where = int | Literal["city", "nowhere"]  # a commune's territory id, or one of these two


@dataclass(frozen=True, slots=True)
class CommuneFigures:
    """How one commune stands now; counts of dossiers, months cut at Vietnamese midnight."""

    commune_id: int | None  # None: not known yet
    open: int = 0
    overdue: int = 0
    due_today: int = 0
    to_receive: int = 0
    to_return: int = 0
    received: int = 0
    received_online: int = 0
    completed: int = 0
    completed_in_time: int = 0

    @property
    def overdue_share(self) -> int:
        """Overdue ones in a hundred open ones, rounded."""
        return round(100 * self.overdue / self.open) if self.open else 0

    @property
    def in_time_share(self) -> int | None:
        """Completed in time in a hundred completed this month; None when none was."""
        return round(100 * self.completed_in_time / self.completed) if self.completed else None

    @property
    def level(self) -> int:
        """Step of the map's colour, 0 to 5, by the share of open dossiers that are overdue."""
        return sum(100 * self.overdue > bound * self.open for bound in LEVELS)


LEVELS = (0, 2, 5, 10, 20)
# The figures by their names; each is the number of dossiers `behind` it.
SHOWS = (
    "open", "overdue", "due_today", "to_receive", "to_return", "received", "received_online",
    "completed", "completed_in_time",
)  # fmt: skip


def commune_figures(*, by: Actor, at: datetime) -> dict[int | None, CommuneFigures]:
    """The present figures of every commune that has any, by territory id (None: not known yet): of
    the dossiers `by` may see, so that every number leads to exactly as many. One statement.
    """
    month = _month(at)
    counted = {f"n_{show}": Count("pk", filter=_figure(show, at)) for show in SHOWS}
    rows: QuerySet[Any, Any] = (
        Dossier.objects.seen_by(by)
        .filter(Q(state__in=OPEN) | Q(received_at__gte=month) | Q(completed_at__gte=month))
        .values("commune")
        .annotate(**counted)
        .order_by("commune")
    )
    return {row[0]: CommuneFigures(*row) for row in rows.values_list("commune", *counted)}


def total(figures: Iterable[CommuneFigures]) -> CommuneFigures:
    """The city as the sum of its communes."""
    rows = list(figures)
    return CommuneFigures(None, **{show: sum(getattr(row, show) for row in rows) for show in SHOWS})


@dataclass(frozen=True, slots=True)
class Behind:
    """One dossier behind a figure; no name, for a figure is read to find where it stalls."""

    id: int
    code: str
    procedure: str
    state: str
    commune_id: int | None
    agency_id: int | None  # who has it; None when it is over
    started_at: datetime
    due_at: datetime | None
    is_paused: bool
    completed_at: datetime | None
    key: datetime


PAGE = 50
# Newest first where time goes forward, most pressing first where it runs out.
_NEWEST = ("received", "received_online", "completed", "completed_in_time", "to_return")


def behind(
    *,
    show: str,
    where: Where,
    after: tuple[datetime, int] | None,
    by: Actor,
    at: datetime,
) -> list[Behind]:
    """At most PAGE + 1 dossiers that `by` may see behind a figure of a commune, or of the city.

    `after` is the key (moment, id) of the last row shown. One statement.
    """
    newest = show in _NEWEST
    done = show in ("completed", "completed_in_time", "to_return")
    moment = "completed_at" if done else "received_at"
    key = F(moment) if newest else Coalesce("due_at", "submitted_at")
    rows = _behind(show, where, by=by, at=at).annotate(key=key)
    if after is not None:
        beyond = "lt" if newest else "gt"
        rows = rows.filter(
            Q(**{f"key__{beyond}": after[0]}) | Q(key=after[0], **{f"id__{beyond}": after[1]})
        )
    holding = Task.objects.filter(dossier=OuterRef("pk"), role="lead", done_at__isnull=True)
    order = ("-key", "-id") if newest else ("key", "id")
    found = rows.order_by(*order).values_list(
        "id",
        "code",
        "procedure_version__short_name",
        "state",
        "commune_id",
        Subquery(holding.values("agency_id")[:1]),
        Coalesce("received_at", "submitted_at"),
        "due_at",
        "is_paused",
        "completed_at",
        "key",
    )
    return [Behind(*row) for row in found[: PAGE + 1]]


def count(*, show: str, where: Where, by: Actor, at: datetime) -> int:
    """How many dossiers stand behind a figure."""
    return _behind(show, where, by=by, at=at).count()


def _behind(show: str, where: Where, *, by: Actor, at: datetime) -> DossierQuerySet:
    rows = Dossier.objects.seen_by(by).filter(_figure(show, at))
    if where == CITY:
        return rows
    return rows.filter(commune__isnull=True) if where == NOWHERE else rows.filter(commune=where)


def _month(at: datetime) -> datetime:
    return _today(at).replace(day=1)


def _today(at: datetime) -> datetime:
    return clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _figure(show: str, at: datetime) -> Q:
    month = _month(at)
    going_on = Q(state__in=OPEN, completed_at__isnull=True)
    running = going_on & Q(is_paused=False)
    return {
        "open": going_on,
        "overdue": running & Q(due_at__lt=at),
        "due_today": running & Q(due_at__gte=at, due_at__lt=_today(at) + timedelta(days=1)),
        "to_receive": Q(state=State.SUBMITTED),
        "to_return": Q(state__in=(State.ISSUED, State.REFUSED)),
        "received": Q(received_at__gte=month),
        "received_online": Q(received_at__gte=month, channel=Channel.ONLINE),
        "completed": Q(completed_at__gte=month),
        "completed_in_time": Q(completed_at__gte=month, completed_at__lte=F("due_at")),
    }[show]
