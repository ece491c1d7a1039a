"""Nobody forgotten: dossiers that would lie still unless somebody looks (domain chapter 0.3, 3.6).

What has no owner, nobody who could read it, no due time; whose owner is away; whose supplement is
past its day; whose result nobody fetched. Only of dossiers the asker may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from haicap.accounts import public as accounts
from haicap.deadlines import public as deadlines
from haicap.dossiers.flow import OPEN, State
from haicap.dossiers.models import Dossier, DossierQuerySet, Request, Task, TaskRole
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import VIETNAM, day_of
from haicap.units import public as units

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

SHOWN: Final = 50  # of each kind; the count says how many there are
WORDS: Final[Mapping[str, StrPromise]] = {
    "no_owner": _("Không ai giữ"),
    "no_reader": _("Nằm ở bàn không có người"),
    "away": _("Người được giao đã rời vị trí"),
    "no_due": _("Không có hạn"),
    "supplement_passed": _("Quá hạn bổ sung"),
    "unfetched": _("Kết quả chưa ai nhận"),
}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """One kind of what is forgotten: how many there are, and the first of them, oldest first."""

    kind: str
    words: str
    count: int
    rows: list[dict[str, Any]]


def forgotten(*, by: Actor, at: datetime) -> list[Forgotten]:
    """Every kind, the empty ones too: that nothing is forgotten is worth seeing."""
    seen = Dossier.objects.seen_by(by).filter(state__in=OPEN)
    leads = Task.objects.filter(dossier=OuterRef("pk"), role=TaskRole.LEAD, done_at__isnull=True)
    without, away = _without_people(seen, at=at)
    found: dict[str, DossierQuerySet] = {
        "no_owner": seen.filter(~Exists(leads)),
        "no_reader": seen.filter(pk__in=without),
        "away": seen.filter(pk__in=away),
        "no_due": seen.filter(
            Q(received_at__isnull=False, due_at__isnull=True)
            | Exists(leads.filter(due_at__isnull=True))
        ),
        "supplement_passed": seen.filter(
            Exists(
                Request.objects.filter(
                    dossier=OuterRef("pk"), answered_at__isnull=True, reply_by__lt=at
                )
            )
        ),
        "unfetched": seen.filter(
            state__in=(State.ISSUED, State.REFUSED), completed_at__lt=_unfetched_since(at)
        ),
    }
    kinds = {kind: (rows.count(), _first(rows)) for kind, rows in found.items()}
    names = _names([row for _count, rows in kinds.values() for row in rows], at=at)
    return [
        Forgotten(
            kind=kind,
            words=str(WORDS[kind]),
            count=count,
            rows=[{**row, "agency": names.get(row["agency_id"], "")} for row in rows],
        )
        for kind, (count, rows) in kinds.items()
    ]


def _unfetched_since(at: datetime) -> datetime:
    """Results issued before this moment have waited long enough to be pointed out."""
    day = day_of(at)
    calendar = deadlines.calendar_at(day=day).calendar
    first, days = day, tuned("unfetched_days", day=day)
    while calendar.working_days_between(first, day) < days:
        first -= timedelta(days=1)
    return datetime.combine(first, time(), VIETNAM)


def _without_people(seen: DossierQuerySet, *, at: datetime) -> tuple[list[int], list[int]]:
    """Dossiers on desks where nobody has the duty today; those given to somebody who has it no
    more. One statement for the tasks, one for the people of each duty, one for an agency without
    its own.
    """
    tasks = list(
        Task.objects.filter(dossier__in=seen, role=TaskRole.LEAD, done_at__isnull=True)
        .order_by()
        .values_list("dossier_id", "agency_id", "duty", "staff_id")
    )
    people: dict[tuple[int, str], set[int]] = {(task[1], task[2]): set() for task in tasks}
    for duty in {duty for _agency, duty in people}:
        for one in _holders({task[1] for task in tasks if task[2] == duty}, duty, at=at):
            people.get((one.agency_id, duty), set()).add(one.staff_id)
    for (agency, duty), staff in people.items():
        if not staff:  # somebody of its office, or a stand-in from elsewhere, may act for it
            staff.update(one.staff_id for one in _holders([agency], duty, at=at))
    without = [dossier for dossier, agency, duty, _staff in tasks if not people[agency, duty]]
    away = [
        dossier
        for dossier, agency, duty, staff in tasks
        if staff is not None and people[agency, duty] and staff not in people[agency, duty]
    ]
    return without, away


def _holders(agencies: Iterable[int], duty: str, *, at: datetime) -> list[accounts.HolderView]:
    return accounts.holders_of(agency_ids=list(agencies), duty=Duty(duty), day=day_of(at))


def _first(rows: DossierQuerySet) -> list[dict[str, Any]]:
    found = rows.order_by("submitted_at", "id").values(
        "id", "code", "state", "subject", "submitted_at", "due_at", "completed_at",
        "procedure_version__short_name", "competent_agency_id", "receiving_agency_id",
    )[:SHOWN]  # fmt: skip
    return [
        {
            "id": row["id"],
            "code": row["code"],
            "state": row["state"],
            "state_words": str(State(row["state"]).label),
            "subject": row["subject"] or row["procedure_version__short_name"],
            "submitted_at": row["submitted_at"],
            "due_at": row["due_at"],
            "completed_at": row["completed_at"],
            "agency_id": row["competent_agency_id"] or row["receiving_agency_id"],
        }
        for row in found
    ]


def _names(rows: Iterable[Mapping[str, Any]], *, at: datetime) -> Mapping[int, str]:
    ids = {row["agency_id"] for row in rows} - {None}
    return units.agency_names(ids, day=day_of(at)) if ids else {}
