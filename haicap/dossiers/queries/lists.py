"""Lists of dossiers: what waits for me, what I hold, what is late; the counts of the tabs.

A page is a fixed number of statements, whatever its length. Cursors are keys, not places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.accounts import public as accounts
from haicap.deadlines import public as deadlines
from haicap.dossiers.flow import FINAL, OPEN, State, national_of
from haicap.dossiers.models import Dossier, DossierQuerySet, Task, TaskRole
from haicap.dossiers.queries.search import matching
from haicap.kernel import vietnamese
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import VIETNAM, day_of
from haicap.kernel.errors import Invalid
from haicap.kernel.pages import cursor as next_page
from haicap.kernel.pages import read_cursor
from haicap.units import public as units

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PAGE: Final = 50
LONGEST_PAGE: Final = 200
_NEVER: Final = datetime(9000, 1, 1, tzinfo=VIETNAM)


class Box(StrEnum):
    """Which dossiers a list shows."""

    WAITING = "waiting"  # something is to be done by me now
    HELD = "held"  # on my desk, waiting for somebody else
    MINE = "mine"  # given to me in person; a citizen's own
    ALL = "all"  # everything I may see, newest first
    OVERDUE = "overdue"  # past the promised time
    TODAY = "today"  # due today
    PAUSED = "paused"  # the clock stands still
    COORDINATION = "coordination"  # nobody knows yet who decides
    DONE = "done"  # issued, returned, refused, or ended otherwise
    DRAFTS = "drafts"  # a citizen's own, not submitted


BOX_WORDS: Final[Mapping[str, StrPromise]] = {
    Box.WAITING: gettext_lazy("Chờ tôi xử lý"),
    Box.HELD: gettext_lazy("Đang giữ, chờ người khác"),
    Box.MINE: gettext_lazy("Giao cho tôi"),
    Box.ALL: gettext_lazy("Tất cả"),
    Box.OVERDUE: gettext_lazy("Quá hạn"),
    Box.TODAY: gettext_lazy("Đến hạn hôm nay"),
    Box.PAUSED: gettext_lazy("Tạm dừng"),
    Box.COORDINATION: gettext_lazy("Chờ điều phối"),
    Box.DONE: gettext_lazy("Đã xong"),
    Box.DRAFTS: gettext_lazy("Bản nháp"),
}
# Lists ordered by what is most pressing; the others newest first.
_PRESSING: Final = frozenset({Box.WAITING, Box.HELD, Box.MINE, Box.OVERDUE, Box.TODAY, Box.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """How a list is narrowed. `within`: overdue | today | soon | later | paused, by due time."""

    states: tuple[str, ...] = ()
    procedure: str = ""
    within: str = ""
    q: str = ""
    commune: int | None = None
    agency: int | None = None
    channel: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as plain dicts, and the cursor of the next ones; None at the end."""

    items: list[dict[str, Any]]
    next: str | None


def desk_tasks(by: Actor) -> QuerySet[Task, Task]:
    """Open tasks of the desks this person works at; those given to another specialist left out."""
    reached = Q(pk__in=[])
    for grant in by.grants:
        if grant.duty is Duty.OBSERVE:
            continue
        here = Q(duty=grant.duty)
        if grant.duty is Duty.HEAD:  # a head takes in, and gives out what nobody has yet
            here |= Q(step="confirm") | Q(duty=Duty.HANDLE, staff__isnull=True)
        if grant.agencies is not None:
            here &= Q(agency__in=grant.agencies)
        if grant.procedures is not None:
            here &= Q(dossier__procedure__code__in=grant.procedures)
        if grant.duty is Duty.HANDLE and grant.delegation is None:
            here &= Q(staff__isnull=True) | Q(staff=by.person)
        reached |= here
    return Task.objects.filter(reached, done_at__isnull=True)


# On the desk, but the next step is somebody else's.
_FOR_OTHERS: Final = (
    Q(step="forward", dossier__state=State.TRANSFERRED)
    | Q(step="wait_before")
    | Q(step="supplement")
    | Q(step="finance")
    | Q(dossier__state__in=(State.SUPP_REQ, State.FIN_DUTY))
    | (Q(dossier__state=State.CONSULTING) & ~Q(step="consult"))
    | (Q(dossier__state=State.WITHDRAW_REQ) & ~Q(step="withdrawal"))
)


def listed(
    *,
    box: str,
    filters: Filters | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
    by: Actor,
    at: datetime,
) -> Page:
    """One page of a box. Invalid for an unknown box, filter or cursor."""
    if box not in set(Box):
        raise Invalid({"box": _("Không có ngăn hồ sơ này.")})
    narrowed = filters or Filters()
    limit = max(1, min(limit, LONGEST_PAGE))
    rows = _narrow(_boxed(Box(box), by=by, at=at), narrowed, at=at)
    pressing = Box(box) in _PRESSING and not by.is_citizen
    rows = _keyed(rows, Box(box), pressing=pressing, by=by)
    if cursor:
        rows = _beyond(rows, cursor, pressing=pressing)
    order = ("key", "id") if pressing else ("-key", "-id")
    found = list(rows.order_by(*order).values(*_COLUMNS, "key", applicant_name=_NAME)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    last = found[-1] if found else None
    return Page(
        items=_told(found, at=at),
        next=next_page(last["key"].isoformat(), last["id"]) if more and last else None,
    )


_NAME = KT("declared__applicant__name")
_COLUMNS: Final = (
    "id", "uuid", "code", "state", "ended_as", "version", "channel", "subject", "submitted_at",
    "received_at", "due_at", "is_paused", "completed_at", "returned_at", "created_at", "money",
    "fee_total",
    "procedure__code", "procedure_version__short_name", "procedure_version__name_en",
    "commune_id", "receiving_agency_id", "competent_agency_id", "applicant_id",
)  # fmt: skip


def _boxed(box: Box, *, by: Actor, at: datetime) -> DossierQuerySet:
    if by.is_citizen:
        return _of_citizen(box, by=by, at=at)
    if box in (Box.WAITING, Box.HELD, Box.MINE, Box.COORDINATION):
        tasks = desk_tasks(by)
        if box is Box.WAITING:
            tasks = tasks.exclude(_FOR_OTHERS)
        elif box is Box.HELD:
            tasks = tasks.filter(_FOR_OTHERS)
        elif box is Box.MINE:
            tasks = tasks.filter(staff=by.person)
        else:
            tasks = tasks.filter(step="coordination")
        return Dossier.objects.filter(pk__in=tasks.values("dossier"))
    seen = Dossier.objects.seen_by(by)
    return seen if box is Box.ALL else seen.filter(_standing(box, at=at))


# What waits for the citizen: to supplement, to pay, to fetch the result or the refusal.
_FOR_CITIZENS: Final = (
    State.PRE_SUPP, State.SUPP_REQ, State.FIN_DUTY, State.ISSUED, State.REFUSED,
)  # fmt: skip


def _of_citizen(box: Box, *, by: Actor, at: datetime) -> DossierQuerySet:
    seen = Dossier.objects.seen_by(by)
    if box is Box.DRAFTS:
        return seen.filter(state=State.DRAFT)
    seen = seen.exclude(state=State.DRAFT)
    if box is Box.WAITING:
        return seen.filter(state__in=_FOR_CITIZENS)
    if box is Box.HELD:
        return seen.filter(state__in=OPEN).exclude(state__in=_FOR_CITIZENS)
    if box in (Box.ALL, Box.MINE):
        return seen
    if box is Box.COORDINATION:
        return seen.none()
    return seen.filter(_standing(box, at=at))


def _standing(box: Box, *, at: datetime) -> Q:
    running = Q(state__in=OPEN, completed_at__isnull=True, is_paused=False)
    match box:
        case Box.OVERDUE:
            return running & Q(due_at__lt=at)
        case Box.TODAY:
            return running & Q(due_at__gte=at, due_at__lt=_midnight(day_of(at), days=1))
        case Box.PAUSED:
            return Q(state__in=OPEN, is_paused=True)
        case Box.DONE:
            return Q(state__in=(*FINAL, State.ISSUED, State.REFUSED))
    return Q(state=State.DRAFT)


def _midnight(day: date, *, days: int) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(), VIETNAM)


def _narrow(rows: DossierQuerySet, filters: Filters, *, at: datetime) -> DossierQuerySet:
    if filters.states:
        unknown = set(filters.states) - set(State.values)
        if unknown:
            raise Invalid({"state": _("Không có trạng thái này.")})
        rows = rows.filter(state__in=filters.states)
    if filters.procedure:
        rows = rows.filter(procedure__code=vietnamese.clean(filters.procedure))
    if filters.commune is not None:
        rows = rows.filter(commune=filters.commune)
    if filters.agency is not None:
        rows = rows.filter(competent_agency=filters.agency)
    if filters.channel:
        rows = rows.filter(channel=filters.channel)
    if filters.step:
        at_step = Task.objects.filter(step=filters.step, done_at__isnull=True)
        rows = rows.filter(pk__in=at_step.values("dossier"))
    if filters.within:
        rows = rows.filter(_within(filters.within, at=at))
    return matching(rows, filters.q)


def _within(within: str, *, at: datetime) -> Q:
    running = Q(state__in=OPEN, completed_at__isnull=True, is_paused=False)
    calendar = deadlines.calendar_at(day=day_of(at)).calendar
    soon = _midnight(calendar.add_working_days(day_of(at), 1), days=1)
    today = _midnight(day_of(at), days=1)
    match within:
        case "overdue":
            return running & Q(due_at__lt=at)
        case "today":
            return running & Q(due_at__gte=at, due_at__lt=today)
        case "soon":
            return running & Q(due_at__gte=today, due_at__lt=soon)
        case "later":
            return running & Q(due_at__gte=soon)
        case "paused":
            return Q(is_paused=True)
    raise Invalid({"within": _("Không có cách lọc này.")})


def _keyed(rows: DossierQuerySet, box: Box, *, pressing: bool, by: Actor) -> DossierQuerySet:
    """The key of the order: when the desk or the dossier is due, or when it was handed in."""
    if not pressing:
        return rows.annotate(key=Coalesce("submitted_at", "created_at"))
    if box in (Box.OVERDUE, Box.TODAY, Box.PAUSED):
        return rows.annotate(key=Coalesce("due_at", "submitted_at"))
    # A result that waits to be fetched presses nobody: last.
    due = desk_tasks(by).filter(dossier=OuterRef("pk")).exclude(step="return")
    due = due.order_by(F("due_at").asc(nulls_last=True))
    return rows.annotate(
        key=Coalesce(
            Subquery(due.values("due_at")[:1]), Value(_NEVER), output_field=DateTimeField()
        )
    )


def _beyond(rows: DossierQuerySet, word: str, *, pressing: bool) -> DossierQuerySet:
    last = read_cursor(word, str, int)
    if last is None:
        return rows
    try:
        moment = datetime.fromisoformat(last[0])
        moment.astimezone(VIETNAM)
    except (ValueError, OverflowError) as error:
        raise Invalid({"cursor": _("Dấu trang không đúng, xin xem lại từ đầu.")}) from error
    if moment.tzinfo is None:
        raise Invalid({"cursor": _("Dấu trang không đúng, xin xem lại từ đầu.")})
    way = "gt" if pressing else "lt"
    return rows.filter(Q(**{f"key__{way}": moment}) | Q(key=moment, **{f"id__{way}": last[1]}))


def _told(found: list[dict[str, Any]], *, at: datetime) -> list[dict[str, Any]]:
    """The rows with names, words and colours: three statements more, for all of them."""
    leads = {
        task["dossier_id"]: task
        for task in Task.objects.filter(
            dossier__in=[row["id"] for row in found], role=TaskRole.LEAD, done_at__isnull=True
        )
        .order_by("id")
        .values("dossier_id", "step", "duty", "agency_id", "staff_id", "due_at")
    }
    day = day_of(at)
    agencies = units.agency_names(_agencies(found, leads), day=day)
    communes = units.names_of({row["commune_id"] for row in found} - {None}, day=day)
    staff = accounts.staff_names(
        {task["staff_id"] for task in leads.values()} - {None} if leads else ()
    )
    calendar = deadlines.calendar_at(day=day).calendar if found else None
    return [
        _row(row, leads.get(row["id"]), agencies, communes, staff, calendar, at=at) for row in found
    ]


def _agencies(
    found: Iterable[Mapping[str, Any]], leads: Mapping[int, Mapping[str, Any]]
) -> set[int]:
    ids = {row[name] for row in found for name in ("receiving_agency_id", "competent_agency_id")}
    return (ids | {task["agency_id"] for task in leads.values()}) - {None}


def _row(
    row: Mapping[str, Any],
    lead: Mapping[str, Any] | None,
    agencies: Mapping[int, str],
    communes: Mapping[int, str],
    staff: Mapping[int, str],
    calendar: Any,
    *,
    at: datetime,
) -> dict[str, Any]:
    state = State(row["state"])
    return {
        "id": row["id"],
        "uuid": str(row["uuid"]),
        "code": row["code"],
        "state": str(state),
        "state_words": str(state.label),
        "national_status": national_of(state, row["ended_as"]),
        "version": row["version"],
        "procedure": row["procedure__code"],
        "procedure_name": row["procedure_version__short_name"],
        "procedure_name_en": row["procedure_version__name_en"],
        "subject": row["subject"],
        "channel": row["channel"],
        "applicant": row["applicant_name"] or "",
        "applicant_id": row["applicant_id"],
        "commune": communes.get(row["commune_id"], ""),
        "receiving_agency": agencies.get(row["receiving_agency_id"], ""),
        "competent_agency": agencies.get(row["competent_agency_id"], ""),
        "created_at": row["created_at"],
        "submitted_at": row["submitted_at"],
        "received_at": row["received_at"],
        "due_at": row["due_at"],
        "completed_at": row["completed_at"],
        "returned_at": row["returned_at"],
        "paused": row["is_paused"],
        "money": row["money"],
        "fee_total": row["fee_total"],
        "desk": desk_words(lead, agencies, staff),
        "time_left": standing(
            due=row["due_at"] or (lead["due_at"] if lead else None),
            started_at=row["received_at"] or row["submitted_at"],
            paused=row["is_paused"],
            completed_at=row["completed_at"],
            is_open=row["state"] in OPEN,
            calendar=calendar,
            at=at,
        ),
    }


def desk_words(
    lead: Mapping[str, Any] | None, agencies: Mapping[int, str], staff: Mapping[int, str]
) -> dict[str, Any] | None:
    """Where the dossier lies: step, duty, agency, to whom it was given, the desk's due time."""
    if lead is None:
        return None
    return {
        "step": lead["step"],
        "duty": lead["duty"],
        "agency": agencies.get(lead["agency_id"], ""),
        "staff": staff.get(lead["staff_id"] or 0, ""),
        "due_at": lead["due_at"],
    }


def standing(
    *,
    due: datetime | None,
    started_at: datetime | None,
    paused: bool,
    completed_at: datetime | None,
    is_open: bool,
    calendar: Any,
    at: datetime,
) -> dict[str, str] | None:
    """Colour and words of the time left; None where nothing was promised or all is over."""
    if due is None or (not is_open and completed_at is None):
        return None
    left = deadlines.time_left(
        due=due, started_at=started_at, paused=paused, completed_at=completed_at,
        calendar=calendar, at=at,
    )  # fmt: skip
    return {
        "tone": str(left.tone),
        "standing": str(left.standing),
        "words": str(left.words),
        "stripe": "yes" if left.stripe else "",
    }


def counts(*, by: Actor, at: datetime) -> dict[str, int]:
    """How many dossiers lie in the boxes of the desk: two statements."""
    on_desk = desk_tasks(by).aggregate(
        waiting=Count("dossier", distinct=True, filter=~_FOR_OTHERS),
        held=Count("dossier", distinct=True, filter=_FOR_OTHERS),
        mine=Count("dossier", distinct=True, filter=Q(staff=by.person)),
        coordination=Count("dossier", distinct=True, filter=Q(step="coordination")),
    )
    seen = (
        Dossier.objects.seen_by(by)
        .filter(state__in=OPEN)
        .aggregate(
            overdue=Count("pk", filter=_standing(Box.OVERDUE, at=at)),
            today=Count("pk", filter=_standing(Box.TODAY, at=at)),
            paused=Count("pk", filter=_standing(Box.PAUSED, at=at)),
        )
    )
    return {**on_desk, **seen}
