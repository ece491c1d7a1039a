"""Pages anybody may read: where an old commune went, what a commune is, who serves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.kernel.pages import open_to_all
from haicap.units import public as units
from haicap.units.forms import read_day, read_words
from haicap.units.map import drawn_alone
from haicap.units.places import PlaceCandidate
from haicap.units.queries import (
    SuccessionView,
    known_code,
    outline_of,
    predecessors_of,
    serving_on,
    territories_by_ids,
    versions_of_code,
)

_SHOWN = (
    units.AgencyKind.SERVICE_POINT,
    units.AgencyKind.COMMUNE_COMMITTEE,
    units.AgencyKind.BRANCH,
)


@open_to_all
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Find a commune by an old or new name; without words, all that are in force."""
    today = _today(request)
    q, fault = request.GET.get("q", ""), ""
    try:
        answers = _answers(read_words(q), today=today)
    except Invalid as invalid:
        answers, fault = [], invalid.fields["q"]
    shown = {"q": q, "fault": fault, "answers": answers, "kinds": _kinds(today)}
    return render(request, "units/public/places.html", shown, status=422 if fault else 200)


@open_to_all
@require_GET
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One territory as it is, or was on the day asked for."""
    today = _today(request)
    asked = request.GET.get("at", "")
    day = read_day(asked, today=today)
    unit = known_code(code, day=day, or_last=not asked)
    return render(request, "units/public/place.html", _told(unit, today=today))


def _today(request: HttpRequest) -> date:
    return day_of(request.at)  # type: ignore[attr-defined]


# --- the look-up --------------------------------------------------------------------------------


@dataclass(slots=True)
class Answer:
    """One territory the words may mean, and where it lies now."""

    typed: units.TerritoryView
    inside: str
    same: bool
    heirs: list[tuple[units.TerritoryView, str]] = field(default_factory=list)


def _answers(q: str, *, today: date) -> list[Answer]:
    found = units.resolve_place(q, day=None, at_day=today)
    above = territories_by_ids({c.typed.parent_id for c in found if c.typed.parent_id}, day=today)
    answers: dict[units.TerritoryView, Answer] = {}
    for candidate in found:
        typed = candidate.typed
        parent = above.get(typed.parent_id or 0)
        inside = parent.full_name if parent else ""
        answer = answers.setdefault(typed, Answer(typed, inside, candidate.same))
        if candidate.now is not None and not candidate.same:
            answer.heirs.append((candidate.now, _candidate_words(candidate)))
    return list(answers.values())


def _kinds(today: date) -> list[tuple[str, list[units.TerritoryView]]]:
    """The communes in force, by kind, each in Vietnamese order."""
    communes = units.territories_at(today, level="commune")
    return [
        (words, [unit for unit in communes if unit.kind == kind])
        for kind, words in (("phường", _("Phường")), ("xã", _("Xã")))
    ]


def _candidate_words(candidate: PlaceCandidate) -> str:
    return share_words(candidate.land, candidate.population)


def share_words(land: str, population: str) -> str:
    """What became of land and people, in words."""
    return {
        ("whole", "all"): _("toàn bộ"),
        ("part", "part"): _("một phần diện tích và dân cư"),
        ("part", "all"): _("một phần diện tích, toàn bộ dân cư"),
        ("part", "none"): _("một phần diện tích, không có dân cư"),
        ("remainder", "part"): _("phần diện tích và dân cư còn lại"),
        ("remainder", "all"): _("phần diện tích còn lại, toàn bộ dân cư"),
        ("remainder", "none"): _("phần diện tích còn lại, không có dân cư"),
    }.get((land, population), _("một phần"))


# --- one territory ------------------------------------------------------------------------------


def _told(unit: units.TerritoryView, *, today: date) -> dict[str, Any]:
    ended = unit.valid_to is not None and unit.valid_to <= today
    day = unit.valid_from if ended and unit.valid_from else today
    parent = None
    if unit.parent_id is not None:
        parent = territories_by_ids([unit.parent_id], day=day).get(unit.parent_id)
    outline = outline_of(unit.id)
    return {
        "unit": unit,
        "ended": ended,
        "parent": parent,
        "others": [view for view in versions_of_code(unit.code) if view.id != unit.id],
        "heirs": _shares(units.successors_of(unit.id), new=True),
        "origins": _shares(predecessors_of(unit.id), new=False),
        "agencies": [] if ended else _serving(unit, day=today),
        "drawing": drawn_alone(outline) if outline else None,
    }


def _shares(found: list[SuccessionView], *, new: bool) -> list[dict[str, Any]]:
    """The other side of each succession, with what became of land and people."""
    ids = {s.new_id if new else s.old_id for s in found}
    views = territories_by_ids(ids, day=found[0].day) if found else {}
    above = territories_by_ids({v.parent_id for v in views.values() if v.parent_id}, day=date.min)
    shares = []
    for succession in found:
        view = views[succession.new_id if new else succession.old_id]
        parent = above.get(view.parent_id or 0)
        shares.append(
            {
                "unit": view,
                "inside": parent.full_name if parent and not new else "",
                "words": share_words(succession.land, succession.population),
                "clause": succession.clause,
                "basis": succession.basis,
            }
        )
    return sorted(shares, key=lambda share: share["unit"].full_name) if not new else shares


def _serving(unit: units.TerritoryView, *, day: date) -> list[dict[str, Any]]:
    """The counter first, then who decides, then the branch, each with how sure the table is."""
    marks = {row.agency_id: row.mark for row in serving_on(unit.id, day=day)}
    found = [a for a in units.agencies_at(day, ids=marks) if a.kind in _SHOWN]
    found.sort(key=lambda agency: _SHOWN.index(units.AgencyKind(agency.kind)))
    return [{"agency": agency, "mark": marks[agency.id]} for agency in found]
