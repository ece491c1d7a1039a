"""From an old name or code to what it is now: candidates, and never a guess among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from haicap.units.models import Level, TerritoryVersion
from haicap.units.queries import (
    TERRITORY_COLUMNS,
    SuccessionView,
    TerritoryView,
    covers,
    holding,
    successions_from,
    territories_by_ids,
    territory_view,
)
from haicap.units.search import CONTAINS, Asked, closeness, read_place

WHOLE, PART, REMAINDER = "whole", "part", "remainder"
ALL, NONE = "all", "none"
_MOST = 60  # names one typed text may mean before it says nothing
_DEEPEST = 8  # reorganisations followed one after the other


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """`typed` (as it was when it was typed) lies today, in whole or part, in `now`.

    `land` is whole, part or remainder, `population` all, part or none: an address of people and a
    plot of land may go different ways. `same` when the territory itself is still in force. `now` is
    None for one whose successor is not in our data.
    """

    typed: TerritoryView
    now: TerritoryView | None
    same: bool
    land: str
    population: str
    clauses: tuple[str, ...] = ()
    basis: str = ""


def resolve_place(
    text: str, *, day: date | None, at_day: date, level: str = Level.COMMUNE
) -> list[PlaceCandidate]:
    """What an old name, code or address written on `day` may mean on `at_day`.

    `day` None: nobody knows when it was written, so territories of all times are looked through.
    One old territory may give several candidates and one name several old territories: who asks
    decides, or asks a person. The nearest names come first; an empty list means no such place.
    """
    for asked in read_place(text):
        found = _within(asked, _named(asked, day=day, level=level))
        if found:
            return followed(found[:_MOST], at_day=at_day)
    return []


def _named(asked: Asked, *, day: date | None, level: str) -> list[TerritoryView]:
    rows: QuerySet[TerritoryVersion] = TerritoryVersion.objects.all()
    if asked.code:
        rows = rows.filter(code=asked.code)
    else:
        rows = holding(rows.filter(level=level), asked.words)
    if day is not None:
        rows = rows.filter(period__contains=day)
    views = [
        territory_view(row)
        for row in rows.order_by("sort_key", "id").values_list(*TERRITORY_COLUMNS)
    ]
    if asked.code:
        return views
    ranked = sorted(
        ((closeness(asked, name=v.name, full_name=v.full_name), v) for v in views),
        key=lambda pair: pair[0],
    )
    best = ranked[0][0] if ranked else CONTAINS
    return [view for rank, view in ranked if rank == best]


def _within(asked: Asked, found: list[TerritoryView]) -> list[TerritoryView]:
    """Those that lie in what was named behind the comma; all of them when that fits none."""
    if not asked.within or not found:
        return found
    above = _names_above(found)
    fitting = [
        view
        for view in found
        if all(any(words in name for name in above[view.id]) for words in asked.within)
    ]
    return fitting or found


def _names_above(found: list[TerritoryView]) -> dict[int, list[str]]:
    """Unaccented names of the district and the province of each."""
    versions = TerritoryVersion.objects.exclude(level=Level.COMMUNE)
    known: dict[int, tuple[list[str], int | None]] = {}
    for territory_id, name_fold, parent_id in versions.values_list(
        "territory_id", "name_fold", "parent_id"
    ):
        known.setdefault(territory_id, ([], parent_id))[0].append(name_fold)
    above: dict[int, list[str]] = {}
    for view in found:
        names, parent = [], view.parent_id
        while parent is not None and parent in known:
            names += known[parent][0]
            parent = known[parent][1]
        above[view.id] = names
    return above


def followed(found: list[TerritoryView], *, at_day: date) -> list[PlaceCandidate]:
    """Where territories of any time lie on `at_day`, through all reorganisations between."""
    onward = _onward({view.id for view in found}, at_day=at_day)
    ends = {step.new_id for steps in onward.values() for step in steps}
    now = territories_by_ids(ends | {view.id for view in found}, day=at_day)
    candidates: list[PlaceCandidate] = []
    for view in dict.fromkeys(found):
        today = now[view.id]
        if covers(today, at_day):
            if not any(c.typed.id == view.id and c.same for c in candidates):
                candidates.append(PlaceCandidate(view, today, True, WHOLE, ALL))
            continue
        heirs = [
            PlaceCandidate(view, now[end], False, *_met(chains))
            for end, chains in _chains(view.id, onward).items()
            if covers(now[end], at_day)
        ]
        candidates += sorted(heirs, key=_weight) or [PlaceCandidate(view, None, False, "", "")]
    return candidates


def _weight(candidate: PlaceCandidate) -> tuple[int, int, str]:
    """Where most people went comes first; then land; then the code."""
    people = {ALL: 0, PART: 1, NONE: 2}.get(candidate.population, 3)
    land = {WHOLE: 0, REMAINDER: 1, PART: 2}.get(candidate.land, 3)
    return people, land, candidate.now.code if candidate.now else ""


def _onward(ids: Iterable[int], *, at_day: date) -> dict[int, list[SuccessionView]]:
    """All successions reached from these, generation by generation."""
    reached: dict[int, list[SuccessionView]] = {}
    front = set(ids)
    for _generation in range(_DEEPEST):
        if not front:
            break
        steps = successions_from(front, day=at_day)
        for one in front:
            reached[one] = [step for step in steps if step.old_id == one]
        front = {step.new_id for step in steps} - set(reached)
    return reached


Chain = tuple[SuccessionView, ...]


def _chains(start: int, onward: dict[int, list[SuccessionView]]) -> dict[int, list[Chain]]:
    """Every way from `start` to a territory that passed to none further."""
    ends: dict[int, list[Chain]] = {}
    ways: list[tuple[int, Chain]] = [(start, ())]
    while ways:
        here, chain = ways.pop(0)
        steps = onward.get(here, [])
        if not steps and chain:
            ends.setdefault(here, []).append(chain)
        ways += [(step.new_id, (*chain, step)) for step in steps if len(chain) < _DEEPEST]
    return ends


def _met(chains: list[Chain]) -> tuple[Any, ...]:
    """Land, people, clauses and basis of all ways that end in one territory."""
    lands = [_least((step.land for step in chain), WHOLE) for chain in chains]
    people = [_least((step.population for step in chain), ALL) for chain in chains]
    land = lands[0] if len(lands) == 1 else PART
    who = people[0] if len(people) == 1 else (PART if set(people) != {NONE} else NONE)
    clauses = tuple(dict.fromkeys(step.clause for chain in chains for step in chain if step.clause))
    return land, who, clauses, chains[0][-1].basis


def _least(parts: Iterable[str], whole: str) -> str:
    """One word for several steps: whole only if all were, none if any was."""
    some = [part for part in parts if part != whole]
    if not some:
        return whole
    if NONE in some:
        return NONE
    return some[0] if len(some) == 1 else PART
