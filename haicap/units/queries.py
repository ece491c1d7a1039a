"""Reading territories and agencies as they were on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Case, F, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from haicap.kernel.errors import Missing
from haicap.kernel.vietnamese import clean
from haicap.units.models import (
    Agency,
    AgencyServes,
    AgencyVersion,
    Level,
    TerritorySuccession,
    TerritoryVersion,
)
from haicap.units.search import words_of

After = tuple[str, int]  # the sort key and id of the last row of the page before


@dataclass(frozen=True, slots=True)
class TerritoryView:
    """A territory as it was on a day; so it was from `valid_from` until the day before `valid_to`.

    `valid_from` None: since before our data begin; `valid_to` None: still.
    """

    id: int
    code: str
    name: str
    kind: str
    full_name: str
    level: str
    parent_id: int | None
    population: int | None
    area_km2: Decimal | None
    seat: str
    lat: float | None
    lon: float | None
    valid_from: date | None
    valid_to: date | None

    @property
    def last_day(self) -> date | None:
        """The last day it was so; None: still."""
        return None if self.valid_to is None else self.valid_to - timedelta(days=1)


TERRITORY_COLUMNS = (
    "territory_id", "code", "name", "kind", "full_name", "level", "parent_id", "population",
    "area_km2", "seat", "lat", "lon", "period",
)  # fmt: skip


def territory_view(row: tuple[Any, ...]) -> TerritoryView:
    return TerritoryView(*(*row[:-1], row[-1].lower, row[-1].upper))


@dataclass(frozen=True, slots=True)
class SuccessionView:
    """`old_id` passed to `new_id` on `day`; `land` and `population` are told apart."""

    old_id: int
    new_id: int
    day: date
    relation: str
    land: str
    population: str
    clause: str
    basis: str
    note: str


_SUCCESSION = (
    "old_id", "new_id", "day", "relation", "land", "population", "clause", "basis", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AgencyView:
    """An agency as it was on a day, with the territories it served then."""

    id: int
    code: str
    code_mark: str
    kind: str
    name: str
    name_en: str
    short_name: str
    specialty: str
    parent_id: int | None
    address: str
    phone: str
    territory_ids: tuple[int, ...]
    valid_from: date | None
    valid_to: date | None


AGENCY_COLUMNS = (
    "agency_id", "code", "code_mark", "agency__kind", "name", "name_en", "short_name", "specialty",
    "parent_id", "address", "phone", "period",
)  # fmt: skip


SYLLABLES: Final = 4  # letters from which a word may be several run together: "bode"


def holding(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Rows of which every word asked for begins some word of the name, or several run together."""
    begins = [
        Q(spaced_name__regex=" " + " ?".join(word))
        if len(word) >= SYLLABLES
        else Q(spaced_name__contains=f" {word}")
        for word in words.split()
    ]
    spaced = Concat(Value(" "), "name_fold", output_field=TextField())
    found: QuerySet[Any] = rows.alias(spaced_name=spaced).filter(*begins)
    return found


def _beyond(rows: QuerySet[Any], after: After | None, *, by: str) -> QuerySet[Any]:
    rows = rows.order_by("sort_key", by)
    if after is None:
        return rows
    key, last = after
    return rows.filter(Q(sort_key__gt=key) | Q(sort_key=key, **{f"{by}__gt": last}))


# --- territories --------------------------------------------------------------------------------


def territories_at(
    day: date,
    *,
    level: str | None = None,
    kind: str | None = None,
    q: str = "",
    parent_id: int | None = None,
    limit: int | None = None,
    after: After | None = None,
) -> list[TerritoryView]:
    """Territories in force on `day`, in Vietnamese order; `q`: a code, or words, accents or not."""
    rows: QuerySet[TerritoryVersion] = TerritoryVersion.objects.filter(period__contains=day)
    if level is not None:
        rows = rows.filter(level=level)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if parent_id is not None:
        rows = rows.filter(parent_id=parent_id)
    if words := words_of(q):
        rows = rows.filter(code=words) if words.isdigit() else holding(rows, words)
    rows = _beyond(rows, after, by="territory_id")
    return [territory_view(row) for row in rows.values_list(*TERRITORY_COLUMNS)[:limit]]


def territory(code: str | None = None, *, day: date, id: int | None = None) -> TerritoryView:
    """The territory of this code (or id) on `day`. Missing when there is none then."""
    wanted: dict[str, Any] = {"territory_id": id} if code is None else {"code": code}
    row = (
        TerritoryVersion.objects.filter(period__contains=day, **wanted)
        .values_list(*TERRITORY_COLUMNS)
        .first()
    )
    if row is None:
        named = code if code is not None else str(id)
        raise Missing(
            _("Không có đơn vị hành chính mã %(code)s vào ngày %(day)s.")
            % {"code": named[:12], "day": f"{day:%d/%m/%Y}"}
        )
    return territory_view(row)


def versions_of_code(code: str) -> list[TerritoryView]:
    """All that a code ever named, oldest first: 00004 was Trúc Bạch, then Ba Đình."""
    rows = TerritoryVersion.objects.filter(code=code).order_by(
        F("period__startswith").asc(nulls_first=True)
    )
    return [territory_view(row) for row in rows.values_list(*TERRITORY_COLUMNS)]


def known_code(code: str, *, day: date, or_last: bool = False) -> TerritoryView:
    """As `territory`, for a code somebody typed: Missing then says when it named something.

    With `or_last` the last bearer of an ended code is given instead.
    """
    code = clean(code[:20])
    versions = versions_of_code(code)
    for version in versions:
        if covers(version, day):
            return version
    if not versions:
        raise Missing(_("Không có đơn vị hành chính nào mang mã này."))
    last = versions[-1]
    if last.valid_to is not None and last.valid_to <= day:
        if or_last:
            return last
        raise Missing(
            _("Mã %(code)s là %(name)s đến hết ngày %(day)s; hãy hỏi vào ngày đó hoặc trước đó.")
            % {
                "code": code,
                "name": last.full_name,
                "day": f"{last.last_day:%d/%m/%Y}",
            }
        )
    raise Missing(
        _("Không có đơn vị hành chính mã %(code)s vào ngày %(day)s.")
        % {"code": code, "day": f"{day:%d/%m/%Y}"}
    )


def covers(view: TerritoryView | AgencyView | ServingView, day: date) -> bool:
    """Whether what the view says held on `day`."""
    return (view.valid_from is None or view.valid_from <= day) and (
        view.valid_to is None or day < view.valid_to
    )


def territories_by_ids(ids: Iterable[int], *, day: date) -> dict[int, TerritoryView]:
    """Each as it was on `day`; one not in force then as it last was, else as it comes to be."""
    rows = _nearest(
        TerritoryVersion.objects.filter(territory_id__in=set(ids)), day, one="territory_id"
    )
    return {row[0]: territory_view(row) for row in rows.values_list(*TERRITORY_COLUMNS)}


def names_of(ids: Iterable[int], *, day: date) -> dict[int, str]:
    """Full names on `day`; a territory not in force then keeps the name it last bore."""
    rows = _nearest(
        TerritoryVersion.objects.filter(territory_id__in=set(ids)), day, one="territory_id"
    )
    return dict(rows.values_list("territory_id", "full_name"))


def _nearest(rows: QuerySet[Any], day: date, *, one: str) -> QuerySet[Any]:
    """Of each identity the version in force on `day`, else the last before, else a later one."""
    rank = Case(
        When(period__contains=day, then=Value(0)),
        When(period__endswith__lte=day, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found: QuerySet[Any] = (
        rows.alias(rank=rank)
        .order_by(one, "rank", F("period__endswith").desc(nulls_first=True))
        .distinct(one)
    )
    return found


def outline_of(territory_id: int) -> dict[str, Any] | None:
    """The last known shape of a territory, as GeoJSON geometry; for display only."""
    return (
        TerritoryVersion.objects.filter(territory_id=territory_id, outline__isnull=False)
        .order_by("-period")
        .values_list("outline", flat=True)
        .first()
    )


def successors_of(territory_id: int, *, day: date | None = None) -> list[SuccessionView]:
    """To what a territory passed (by `day`, where given), oldest first."""
    return _successions(Q(old_id=territory_id), day)


def predecessors_of(territory_id: int, *, day: date | None = None) -> list[SuccessionView]:
    """From what a territory was made."""
    return _successions(Q(new_id=territory_id), day)


def successions_from(ids: Iterable[int], *, day: date | None = None) -> list[SuccessionView]:
    """To what several territories passed, in one query."""
    return _successions(Q(old_id__in=set(ids)), day)


def _successions(which: Q, day: date | None) -> list[SuccessionView]:
    rows = TerritorySuccession.objects.filter(which)
    if day is not None:
        rows = rows.filter(day__lte=day)
    rows = rows.order_by("day", "id")
    return [SuccessionView(*row) for row in rows.values_list(*_SUCCESSION)]


# --- agencies -----------------------------------------------------------------------------------


def _agencies(rows: QuerySet[AgencyVersion], day: date) -> list[AgencyView]:
    found = list(rows.values_list(*AGENCY_COLUMNS))
    serves: dict[int, list[int]] = {}
    for agency_id, territory_id in (
        AgencyServes.objects.filter(agency_id__in=[row[0] for row in found], period__contains=day)
        .order_by("territory_id")
        .values_list("agency_id", "territory_id")
    ):
        serves.setdefault(agency_id, []).append(territory_id)
    return [agency_view(row, tuple(serves.get(row[0], ()))) for row in found]


def agency_view(row: tuple[Any, ...], territory_ids: tuple[int, ...] = ()) -> AgencyView:
    """One row of AGENCY_COLUMNS."""
    return AgencyView(*(*row[:-1], territory_ids, row[-1].lower, row[-1].upper))


def agency(id: int | None = None, *, code: str | None = None, day: date) -> AgencyView:
    """The agency of this id (or code) on `day`. Missing when it does not act then."""
    wanted: dict[str, Any] = {"agency_id": id} if id is not None else {"code": code or ""}
    found = _agencies(AgencyVersion.objects.filter(period__contains=day, **wanted), day)
    if not found:
        raise Missing(_("Không có cơ quan này vào ngày %(day)s.") % {"day": f"{day:%d/%m/%Y}"})
    return found[0]


def agencies_at(
    day: date,
    *,
    kind: str | None = None,
    q: str = "",
    parent_id: int | None = None,
    ids: Iterable[int] | None = None,
    serves: int | None = None,
    limit: int | None = None,
    after: After | None = None,
) -> list[AgencyView]:
    """Agencies acting on `day`, in Vietnamese order; `q`: a code, or words, accents or not."""
    rows: QuerySet[AgencyVersion] = AgencyVersion.objects.filter(period__contains=day)
    if kind is not None:
        rows = rows.filter(agency__kind=kind)
    if parent_id is not None:
        rows = rows.filter(parent_id=parent_id)
    if ids is not None:
        rows = rows.filter(agency_id__in=set(ids))
    if serves is not None:
        serving = AgencyServes.objects.filter(territory_id=serves, period__contains=day)
        rows = rows.filter(agency_id__in=serving.values("agency_id"))
    if words := words_of(q):
        by_code = rows.filter(code__iexact=q.strip())
        rows = by_code if by_code.exists() else holding(rows, words)
    return _agencies(_beyond(rows, after, by="agency_id")[:limit], day)


def agency_names(ids: Iterable[int], *, day: date) -> dict[int, str]:
    """Short names on `day` ("UBND phường Bồ Đề"); an agency not acting then keeps its last one."""
    rows = _nearest(AgencyVersion.objects.filter(agency_id__in=set(ids)), day, one="agency_id")
    return dict(rows.values_list("agency_id", "short_name"))


def serving(territory_id: int, *, kind: str, day: date) -> list[AgencyView]:
    """Agencies of a kind that serve a territory on `day`: its committee, service point, branch."""
    ids = AgencyServes.objects.filter(territory_id=territory_id, period__contains=day)
    rows = AgencyVersion.objects.filter(
        period__contains=day, agency__kind=kind, agency_id__in=ids.values("agency_id")
    )
    return _agencies(rows.order_by("sort_key", "agency_id"), day)


def division_for(committee_id: int, *, specialty: str, day: date) -> AgencyView | None:
    """The division of a committee for a specialty (vp, kt, vhxh, ca); None where it has none."""
    rows = AgencyVersion.objects.filter(
        period__contains=day, parent_id=committee_id, specialty=specialty
    )
    found = _agencies(rows.order_by("agency_id")[:1], day)
    return found[0] if found else None


_TREE = """
with recursive tree(id) as (
    select %s::bigint
    union
    select v.agency_id from units_agencyversion v join tree on v.parent_id = tree.id
    where v.period @> %s::date
)
select id from tree
"""


def tree_of(agency_id: int, *, day: date) -> frozenset[int]:
    """The agency and all that stood below it on `day`."""
    with connection.cursor() as cursor:
        cursor.execute(_TREE, [agency_id, day])
        return frozenset(row[0] for row in cursor.fetchall())


def agency_history(agency_id: int) -> list[AgencyView]:
    """All versions of an agency, oldest first; without the territories it served."""
    rows = AgencyVersion.objects.filter(agency_id=agency_id).order_by(
        F("period__startswith").asc(nulls_first=True)
    )
    return [agency_view(row) for row in rows.values_list(*AGENCY_COLUMNS)]


@dataclass(frozen=True, slots=True)
class ServingView:
    """One line of "agency serves territory"."""

    agency_id: int
    territory_id: int
    mark: str
    valid_from: date | None
    valid_to: date | None

    @property
    def last_day(self) -> date | None:
        """The last day it served; None: still."""
        return None if self.valid_to is None else self.valid_to - timedelta(days=1)

    def covers(self, day: date) -> bool:
        """Whether it served on `day`."""
        return covers(self, day)


def serving_on(territory_id: int, *, day: date) -> list[ServingView]:
    """Every agency that serves a territory on `day`, of whatever kind, with how sure that is."""
    rows = AgencyServes.objects.filter(territory_id=territory_id, period__contains=day)
    return _serving_views(rows.order_by("agency_id"))


def serving_history(*, kind: str, territory_id: int | None = None) -> list[ServingView]:
    """Which agencies of a kind served which territories, when; oldest first."""
    rows = AgencyServes.objects.filter(agency__kind=kind)
    if territory_id is not None:
        rows = rows.filter(territory_id=territory_id)
    rows = rows.order_by("territory_id", F("period__startswith").asc(nulls_first=True), "id")
    return _serving_views(rows)


def _serving_views(rows: QuerySet[AgencyServes]) -> list[ServingView]:
    return [
        ServingView(agency_id, territory_id, mark, period.lower, period.upper)
        for agency_id, territory_id, mark, period in rows.values_list(
            "agency_id", "territory_id", "mark", "period"
        )
    ]


def agency_kind(agency_id: int) -> str:
    """Of what kind an identity is, whenever it acted. Missing for an unknown id."""
    kind = Agency.objects.filter(pk=agency_id).values_list("kind", flat=True).first()
    if kind is None:
        raise Missing(_("Không có cơ quan này."))
    return kind


def province(*, day: date) -> TerritoryView | None:
    """The city itself: the province that has communes in our data."""
    row = (
        TerritoryVersion.objects.filter(
            period__contains=day,
            level=Level.PROVINCE,
            territory_id__in=TerritoryVersion.objects.filter(period__contains=day).values("parent"),
        )
        .order_by("territory_id")
        .values_list(*TERRITORY_COLUMNS)
        .first()
    )
    return None if row is None else territory_view(row)
