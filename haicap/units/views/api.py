"""GET /units and /agencies: open to all, answered as things were on the day asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from haicap.kernel.answers import json_bytes
from haicap.kernel.clock import day_of
from haicap.kernel.pages import cursor, read_cursor
from haicap.kernel.vietnamese import sort_key
from haicap.units import public as units
from haicap.units.forms import read_agency_kind, read_day, read_kind, read_words
from haicap.units.models import AgencyKind, Level
from haicap.units.queries import SuccessionView, known_code, territories_by_ids
from haicap.units.search import KINDS, LONGEST

router = Router(tags=["units"])

_DAY = "A day, YYYY-MM-DD; today when left out."
_CURSOR = "The `next` of the page before."
_WORDS = "A code, or words of the name, with or without accents, either habit of tone marks."


class UnitBrief(Schema):
    """A territory by its code and name."""

    code: str
    full_name: str


class Unit(Schema):
    """A territory (đơn vị hành chính) as it was on the day asked for."""

    code: str = Field(description="NSO code: 5 digits commune, 3 district, 2 province.")
    name: str
    kind: str = Field(description="phường, xã, thị trấn, quận, huyện, thị xã, tỉnh, thành phố …")
    full_name: str
    level: str = Field(description="commune, district or province.")
    parent: UnitBrief | None = Field(description="The territory it lies in.")
    population: int | None
    area_km2: float | None
    seat: str = Field(description="Where its authorities sit.")
    lat: float | None
    lon: float | None
    valid_from: date | None = Field(description="First day so named; null: before our data begin.")
    valid_to: date | None = Field(description="First day no longer so; null: still in force.")


class AgencyBrief(Schema):
    """An agency by its code and name."""

    code: str
    kind: str
    name: str


class UnitWhole(Unit):
    """A territory with the agencies that served it."""

    agencies: list[AgencyBrief]


class Successor(Schema):
    """To what a territory passed: in whole, or which part of its land and people."""

    unit: UnitBrief
    day: date
    relation: str = Field(description="whole or part.")
    land: str = Field(description="whole, part or remainder.")
    population: str = Field(description="all, part or none: where the people went.")
    clause: str = Field(description="Clause of the resolution.")
    basis: str
    note: str


class Agency(Schema):
    """An agency (cơ quan) as it was on the day asked for."""

    id: int
    code: str = Field(description="Identification code, e.g. H26.140.")
    code_mark: str = Field(description="nguồn, đã biết or giả định: how sure the code is.")
    kind: str = Field(description=", ".join(AgencyKind.values))
    name: str
    name_en: str
    short_name: str
    specialty: str
    parent: AgencyBrief | None
    address: str
    phone: str
    units: list[str] = Field(description="Codes of the territories it serves.")
    valid_from: date | None
    valid_to: date | None


class Units(Schema):
    items: list[Unit]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


class Successors(Schema):
    items: list[Successor]
    next: str | None


class Agencies(Schema):
    items: list[Agency]
    next: str | None


def _at() -> Any:
    return Field(None, description=_DAY, json_schema_extra={"format": "date"})


def _one_of(values: Sequence[str], description: str) -> Any:
    return Field(None, description=description, json_schema_extra={"enum": [*values, None]})


def _words() -> Any:
    return Field(None, description=_WORDS, json_schema_extra={"maxLength": LONGEST})


class UnitsAsked(Schema):
    """What may be asked of the list of territories."""

    at: str | None = _at()
    kind: str | None = _one_of(
        [*KINDS.values(), *Level.values],
        "A kind (accents may be left out) or a level; communes when left out.",
    )
    q: str | None = _words()
    cursor: str | None = Field(None, description=_CURSOR)
    limit: int = Field(50, ge=1, le=600)


class AgenciesAsked(Schema):
    """What may be asked of the list of agencies."""

    at: str | None = _at()
    kind: str | None = _one_of(AgencyKind.values, "A kind; all when left out.")
    q: str | None = _words()
    cursor: str | None = Field(None, description=_CURSOR)
    limit: int = Field(50, ge=1, le=600)


class OnDay(Schema):
    """On which day a code is read."""

    at: str | None = _at()


@router.get("/units", response=Units, auth=None, summary="Territories on a day")
def list_units(request: HttpRequest, asked: Query[UnitsAsked]) -> HttpResponse:
    """Communes (or the kind asked for) in Vietnamese order, as they were on the day."""
    day = _day(request, asked.at)
    kind, level = read_kind(asked.kind or "")
    found = units.territories_at(
        day,
        kind=kind,
        level=level,
        q=read_words(asked.q or ""),
        after=read_cursor(asked.cursor or "", str, int),
        limit=asked.limit + 1,
    )
    page, more = found[: asked.limit], len(found) > asked.limit
    following = cursor(sort_key(page[-1].name), page[-1].id) if more else None
    return _json({"items": _units(page, day), "next": following})


@router.get("/units/{code}", response=UnitWhole, auth=None, summary="One territory on a day")
def one_unit(request: HttpRequest, code: str, asked: Query[OnDay]) -> HttpResponse:
    """404 when the code named nothing on that day, with the days on which it did."""
    day = _day(request, asked.at)
    unit = known_code(code, day=day)
    agencies = units.agencies_at(day, serves=unit.id)
    briefs = [{"code": a.code, "kind": a.kind, "name": a.name} for a in agencies]
    return _json({**_units([unit], day)[0], "agencies": briefs})


@router.get(
    "/units/{code}/successors",
    response=Successors,
    auth=None,
    summary="To what a territory passed",
)
def list_successors(request: HttpRequest, code: str, asked: Query[OnDay]) -> HttpResponse:
    """`at` says which territory is meant: a code names one thing at a time."""
    unit = known_code(code, day=_day(request, asked.at))
    return _json({"items": _successors(units.successors_of(unit.id)), "next": None})


@router.get("/agencies", response=Agencies, auth=None, summary="Agencies on a day")
def list_agencies(request: HttpRequest, asked: Query[AgenciesAsked]) -> HttpResponse:
    """Committees, divisions, departments, the Centre, its branches and service points."""
    day = _day(request, asked.at)
    found = units.agencies_at(
        day,
        kind=read_agency_kind(asked.kind or ""),
        q=read_words(asked.q or ""),
        after=read_cursor(asked.cursor or "", str, int),
        limit=asked.limit + 1,
    )
    page, more = found[: asked.limit], len(found) > asked.limit
    following = cursor(sort_key(page[-1].name), page[-1].id) if more else None
    return _json({"items": _agencies(page, day), "next": following})


def _json(data: Any) -> HttpResponse:
    # Straight to bytes: ninja's own way through pydantic costs double. A test holds the answers
    # against the schemas.
    return HttpResponse(json_bytes(data), content_type="application/json")


def _day(request: HttpRequest, text: str | None) -> date:
    return read_day(text or "", today=day_of(request.at))  # type: ignore[attr-defined]


def _units(found: Sequence[units.TerritoryView], day: date) -> list[dict[str, Any]]:
    above = territories_by_ids({u.parent_id for u in found if u.parent_id}, day=day)
    answered = []
    for unit in found:
        facts = asdict(unit)
        parent = above.get(facts.pop("parent_id"))
        facts.pop("id")
        facts["area_km2"] = None if unit.area_km2 is None else float(unit.area_km2)
        facts["parent"] = parent and {"code": parent.code, "full_name": parent.full_name}
        answered.append(facts)
    return answered


def _successors(found: Sequence[SuccessionView]) -> list[dict[str, Any]]:
    new = {
        (view.id, day): view
        for day in {succession.day for succession in found}
        for view in territories_by_ids({s.new_id for s in found}, day=day).values()
    }
    answered = []
    for succession in found:
        facts = asdict(succession)
        facts.pop("old_id")
        unit = new[facts.pop("new_id"), succession.day]
        answered.append({"unit": {"code": unit.code, "full_name": unit.full_name}, **facts})
    return answered


def _agencies(found: Sequence[units.AgencyView], day: date) -> list[dict[str, Any]]:
    parents = {
        a.id: {"code": a.code, "kind": a.kind, "name": a.name}
        for a in units.agencies_at(day, ids={a.parent_id for a in found if a.parent_id})
    }
    served = territories_by_ids({id for a in found for id in a.territory_ids}, day=day)
    answered = []
    for agency in found:
        facts = asdict(agency)
        facts["parent"] = parents.get(facts.pop("parent_id"))
        facts["units"] = [served[id].code for id in facts.pop("territory_ids")]
        answered.append(facts)
    return answered
