"""The city's first board: present figures by commune, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from haicap.dossiers.flow import OPEN, State
from haicap.dossiers.models import Channel, Dossier
from haicap.kernel import clock
from haicap.kernel.actor import Actor

_SQL = """
select d.commune_id,
    count(*) filter (where d.state = any(%(open)s) and d.completed_at is null),
    count(*) filter (where d.state = any(%(open)s) and d.completed_at is null
        and not d.is_paused and d.due_at < %(at)s),
    count(*) filter (where d.state = any(%(open)s) and d.completed_at is null
        and not d.is_paused and d.due_at >= %(at)s and d.due_at < %(tomorrow)s),
    count(*) filter (where d.state = 'SUBMITTED'),
    count(*) filter (where d.state = 'ISSUED'),
    count(*) filter (where d.received_at >= %(month)s),
    count(*) filter (where d.received_at >= %(month)s and d.channel = 'online'),
    count(*) filter (where d.completed_at >= %(month)s),
    count(*) filter (where d.completed_at >= %(month)s and d.completed_at <= d.due_at)
from dossiers_dossier d
where d.commune_id is not null
  and (d.state = any(%(open)s) or d.received_at >= %(month)s or d.completed_at >= %(month)s)
group by d.commune_id
"""


@dataclass(frozen=True, slots=True)
class CommuneFigures:
    """How one commune stands now; counts of dossiers, months cut at Vietnamese midnight."""

    commune_id: int
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
        share = self.overdue_share
        return sum(share > bound for bound in LEVELS) if self.overdue else 0


LEVELS = (0, 2, 5, 10, 20)


def commune_figures(*, at: datetime) -> dict[int, CommuneFigures]:
    """The present figures of every commune that has any, by territory id. One statement."""
    today = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "open": list(OPEN),
                "at": at,
                "tomorrow": today + timedelta(days=1),
                "month": today.replace(day=1),
            },
        )
        return {row[0]: CommuneFigures(*row) for row in cursor.fetchall()}


def total(figures: Iterable[CommuneFigures]) -> CommuneFigures:
    """The city as the sum of its communes."""
    rows = [
        (f.open, f.overdue, f.due_today, f.to_receive, f.to_return, f.received,
         f.received_online, f.completed, f.completed_in_time)
        for f in figures
    ]  # fmt: skip
    return CommuneFigures(0, *(sum(column) for column in zip(*rows, strict=True)))


@dataclass(frozen=True, slots=True)
class Behind:
    """One dossier behind a figure; no name, for a figure is read to find where it stalls."""

    id: int
    code: str
    procedure: str
    state: str
    commune_id: int
    agency_id: int
    started_at: datetime
    due_at: datetime | None
    is_paused: bool
    completed_at: datetime | None
    key: datetime


PAGE = 50
# Newest first where time goes forward, most pressing first where it runs out.
_NEWEST = ("received", "received_online", "completed", "to_return")


def behind(
    *,
    show: str,
    commune_id: int | None,
    after: tuple[datetime, int] | None,
    by: Actor,
    at: datetime,
) -> list[Behind]:
    """At most PAGE + 1 dossiers that `by` may see behind a figure of a commune (None: the city).

    `after` is the key (moment, id) of the last row shown. One statement.
    """
    newest = show in _NEWEST
    moment = {"completed": "completed_at", "to_return": "completed_at"}.get(show, "received_at")
    key = F(moment) if newest else Coalesce("due_at", "submitted_at")
    rows = Dossier.objects.seen_by(by).filter(_figure(show, at)).annotate(key=key)
    rows = (
        rows.filter(commune__isnull=False)
        if commune_id is None
        else rows.filter(commune=commune_id)
    )
    if after is not None:
        beyond = "lt" if newest else "gt"
        rows = rows.filter(
            Q(**{f"key__{beyond}": after[0]}) | Q(key=after[0], **{f"id__{beyond}": after[1]})
        )
    order = ("-key", "-id") if newest else ("key", "id")
    found = rows.order_by(*order).values_list(
        "id",
        "code",
        "procedure_version__short_name",
        "state",
        "commune_id",
        Coalesce("competent_agency_id", "receiving_agency_id"),
        Coalesce("received_at", "submitted_at"),
        "due_at",
        "is_paused",
        "completed_at",
        "key",
    )
    return [Behind(*row) for row in found[: PAGE + 1]]


def _figure(show: str, at: datetime) -> Q:
    today = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    going_on = Q(state__in=OPEN, completed_at__isnull=True)
    running = going_on & Q(is_paused=False)
    return {
        "open": going_on,
        "overdue": running & Q(due_at__lt=at),
        "due_today": running & Q(due_at__gte=at, due_at__lt=today + timedelta(days=1)),
        "to_receive": Q(state=State.SUBMITTED),
        "to_return": Q(state=State.ISSUED),
        "received": Q(received_at__gte=month),
        "received_online": Q(received_at__gte=month, channel=Channel.ONLINE),
        "completed": Q(completed_at__gte=month),
    }[show]
