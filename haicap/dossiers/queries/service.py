"""How people were served: ratings summed up for leaders, and orders to the post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.dossiers.models import (
    POST_OPEN,
    Dossier,
    Face,
    PostKind,
    PostOrder,
    PostStatus,
    Rating,
)
from haicap.kernel.actor import Actor
from haicap.kernel.clock import VIETNAM, day_of
from haicap.units import public as units

# By what ratings are summed up, and the column behind it.
BY: Final[Mapping[str, str]] = {
    "agency": "dossier__competent_agency",
    "counter": "dossier__receiving_agency",
    "receiver": "receiver",
    "handler": "handler",
    "procedure": "dossier__procedure__code",
}
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of figures. `key` leads to the ratings behind it."""

    key: str
    name: str
    number: int
    very: int
    content: int
    not_content: int

    @property
    def satisfied(self) -> int:
        """Percent satisfied or very satisfied."""
        return round(100 * (self.very + self.content) / self.number) if self.number else 0


def rating_of(dossier: Dossier) -> Rating | None:
    """The dossier's rating, if its applicant has given one."""
    return Rating.objects.filter(dossier=dossier).first()


def may_rate(dossier: Dossier, by: Actor) -> bool:
    """Whether this person is asked to rate now."""
    return (
        by.is_citizen
        and by.person == dossier.applicant_id
        and dossier.returned_at is not None
        and rating_of(dossier) is None
    )


def _seen(by: Actor, *, first: date, last: date) -> QuerySet[Rating]:
    """The ratings of dossiers that exist for this person, given from `first` to `last`."""
    begin = datetime(first.year, first.month, first.day, tzinfo=VIETNAM)
    end = datetime(last.year, last.month, last.day, tzinfo=VIETNAM) + timedelta(days=1)
    return Rating.objects.filter(
        at__gte=begin, at__lt=end, dossier__in=Dossier.objects.seen_by(by).values("pk")
    )


def sums(*, group: str, first: date, last: date, by: Actor) -> list[Sum]:
    """Ratings by agency, counter, receiver, handler or procedure; the least satisfied first."""
    column = BY[group]
    rows = (
        _seen(by, first=first, last=last)
        .exclude(**{f"{column}__isnull": True})
        .values(column)
        .annotate(
            number=Count("pk"),
            very=Count("pk", filter=Q(overall=Face.VERY)),
            content=Count("pk", filter=Q(overall=Face.CONTENT)),
            not_content=Count("pk", filter=Q(overall=Face.NOT)),
        )
        .order_by(column)[:MOST]
    )
    found = list(rows)
    names = _names(group, [row[column] for row in found], day=last)
    told = [
        Sum(
            key=str(row[column]),
            name=names.get(row[column], str(row[column])),
            number=row["number"],
            very=row["very"],
            content=row["content"],
            not_content=row["not_content"],
        )
        for row in found
    ]
    return sorted(told, key=lambda one: (one.satisfied, -one.number, one.name))


def _names(group: str, keys: list[Any], *, day: date) -> Mapping[Any, str]:
    if group in {"agency", "counter"}:
        return units.agency_names(keys, day=day)
    if group in {"receiver", "handler"}:
        return accounts.staff_names(keys)
    rows = Dossier.objects.filter(procedure__code__in=keys).order_by("procedure", "-pk")
    return dict(
        rows.distinct("procedure").values_list("procedure__code", "procedure_version__short_name")
    )


def behind(
    *, group: str, key: str, first: date, last: date, by: Actor, limit: int = 50
) -> list[Rating]:
    """The ratings behind a line, newest first: of dossiers this person may see only."""
    column = BY[group]
    if group != "procedure" and not (key.isascii() and key.isdigit() and len(key) < 19):
        return []
    rows = _seen(by, first=first, last=last).filter(**{column: key})
    return list(
        rows.select_related("dossier", "dossier__procedure_version").order_by("-at")[:limit]
    )


def orders_of(dossier: Dossier) -> list[dict[str, Any]]:
    """Orders to the post, newest first, each with what the post told."""
    return [
        told_order(order) for order in PostOrder.objects.filter(dossier=dossier).order_by("-id")
    ]


def told_order(order: PostOrder) -> dict[str, Any]:
    """An order as pages and the API show it."""
    return {
        "id": order.pk,
        "number": order.number,
        "kind": order.kind,
        "kind_words": str(PostKind(order.kind).label),
        "status": order.status,
        "status_words": str(PostStatus(order.status).label),
        "tracking": order.tracking,
        "open": order.status in POST_OPEN,
        "made_at": order.made_at,
        "ended_at": order.ended_at,
        "taken_by": order.taken_by,
        "cancel_asked": order.cancel_asked_at is not None and order.status in POST_OPEN,
        "error": order.error,
        "steps": [
            {
                "status": step.status,
                "status_words": str(PostStatus(step.status).label),
                "at": step.happened_at,
                "note": step.note,
            }
            for step in order.events.order_by("happened_at", "id")
        ],
    }


def period(first: str, last: str, *, at: datetime) -> tuple[date, date]:
    """The days asked for (ISO); by default the last ninety."""
    today = day_of(at)
    return _day(first, today - timedelta(days=90)), _day(last, today)


def _day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if 2000 <= day.year <= 2200 else otherwise


def group_words() -> list[tuple[str, str]]:
    """By what figures are shown, in words."""
    return [
        ("agency", _("Cơ quan giải quyết")),
        ("counter", _("Nơi tiếp nhận")),
        ("receiver", _("Cán bộ tiếp nhận")),
        ("handler", _("Cán bộ thụ lý")),
        ("procedure", _("Thủ tục")),
    ]
