"""What the demo's lives need to know of the city: read once, then answered from memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final

from haicap.accounts import public as accounts
from haicap.catalogue import load as catalogue_load
from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.dossiers import drafting, routing
from haicap.dossiers.actions import money, walking
from haicap.dossiers.load.people import People, Resident
from haicap.dossiers.load.quota import Share
from haicap.dossiers.models import Channel, Dossier
from haicap.kernel.actor import Actor, ActorKind, Duty, Grant
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Refusal
from haicap.units import public as units

# How often each of the complete procedures is asked for, of about a hundred; others: RARE.
EVERYDAY: Final[Mapping[str, float]] = {
    "2.000815": 26, "2.000884": 8, "2.000635": 9, "1.001193": 8, "1.004873": 7, "1.004194": 6,
    "1.000894": 4, "1.004222": 4, "1.010041": 3, "1.000656": 3, "1.001612": 3, "2.001035": 2.5,
    "1.014027": 2, "2.000720": 1.5, "1.001776": 1.2, "1.004859": 1.2, "1.001699": 0.8,
    "1.013225": 0.9, "1.013978": 0.8, "2.000908": 0.8, "1.001266": 0.7, "1.001570": 0.6,
}  # fmt: skip
RARE: Final = 0.25
# What is asked for less often in this way than at a counter.
SELDOM: Final[Mapping[tuple[str, str], float]] = {
    ("2.000815", Channel.ONLINE): 0.25,
    ("2.000635", Channel.ONLINE): 1.5,
    ("1.001193", Channel.POST): 0.2,
    ("1.000894", Channel.POST): 0.0,
    ("1.000894", Channel.ONLINE): 0.6,
}
ENOUGH: Final = 2  # the level of VNeID most procedures ask for online
OWN_DOSSIERS: Final = 4  # of each citizen who can sign in to the demo
AT_DESKS: Final = (Duty.HANDLE, Duty.HEAD, Duty.DECIDE, Duty.ISSUE)
_SPREAD: Final = 0.8  # how unlike communes are in the time they take


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune with its agencies. `slowness`: 1 is usual; above, more runs late there."""

    code: str
    territory_id: int
    committee_id: int
    point_id: int
    population: int
    slowness: float


class NoTown(Refusal):
    """The city is not there, or nobody works in it."""


class Town:
    """The city as it stands on the day of the load, with its rules by day."""

    def __init__(self, *, people: People, named: Sequence[Resident], at: datetime) -> None:
        self.people, self.at, self.day = people, at, day_of(at)
        self._turns = _turns(named)
        self._memo: dict[tuple[Any, ...], Any] = {}
        self._holders: dict[tuple[int, Duty], dict[int, accounts.HolderView]] = {}
        self._in_order: dict[tuple[int, Duty], list[accounts.HolderView]] = {}
        self._serving: dict[tuple[str, int], list[int]] = {}
        self._division: dict[tuple[int, str], int] = {}
        self.agencies = {view.id: view for view in units.agencies_at(self.day)}
        self._read_agencies()
        self._read_holders()
        self.communes = {one.code: one for one in self._communes()}
        if not self.communes:
            raise NoTown("Chưa có thành phố để nạp hồ sơ; hãy nạp đơn vị và người trước.")
        self.codes = catalogue_load.complete_codes(day=self.day)
        self._rule_days = catalogue_load.rule_days(self.codes)
        self.procedures = {
            row.code: row for row in catalogue.Procedure.objects.filter(code__in=self.codes)
        }

    def named_for(self, share: Share) -> Resident | None:
        """The citizen of the simulator whose turn it is: each has a few recent dossiers."""
        turn = (share.commune, share.online, share.nth_of_way)
        return self._turns.get(turn) if share.month == 0 else None

    # --- who works where ------------------------------------------------------------------------

    def _read_holders(self) -> None:
        """Holders of every duty by agency: own posts, and posts of the office for the unit."""
        above = {view.parent_id for view in self.agencies.values() if view.parent_id is not None}
        for duty in (Duty.RECEIVE, Duty.COORDINATE, *AT_DESKS):
            self._know(list(self.agencies), duty)
            self._know([id for id in above if id in self.agencies], duty)
        for key, known in self._holders.items():
            self._in_order[key] = [known[post_id] for post_id in sorted(known)]

    def _know(self, asked: list[int], duty: Duty) -> None:
        """The holders in these agencies, and those who act for them from their office."""
        there = frozenset(asked)
        for holder in accounts.holders_of(agency_ids=asked, duty=duty, day=self.day):
            agency = self.agencies.get(holder.agency_id)
            if holder.delegation is not None or agency is None:
                continue
            where = agency.id if agency.id in there else agency.parent_id or agency.id
            known = self._holders.setdefault((where, duty), {})
            known[holder.post_id] = holder

    def holders(self, agency_id: int, duty: Duty) -> list[accounts.HolderView]:
        """Who holds the duty there themselves, as accounts.holders_of tells it."""
        return self._in_order.get((agency_id, duty), [])

    def somebody(self, chance: Random, agency_id: int, duty: Duty) -> Actor:
        """One of them, at work."""
        return self.at_work(chance.choice(self.holders(agency_id, duty)), duty)

    def at_work(self, holder: accounts.HolderView, duty: Duty) -> Actor:
        """A holder as an actor in this post, for this duty."""
        key = ("actor", holder.post_id, holder.staff_id, duty)
        if key not in self._memo:
            self._memo[key] = Actor(
                kind=ActorKind.STAFF,
                person=holder.staff_id,
                name=holder.name,
                post=holder.post_id,
                post_title=holder.title,
                agency=holder.agency_id,
                grants=(Grant(duty),),
            )
        actor: Actor = self._memo[key]
        return actor

    # --- agencies and ways ----------------------------------------------------------------------

    def _read_agencies(self) -> None:
        for view in sorted(self.agencies.values(), key=lambda view: view.id):
            for territory_id in view.territory_ids:
                self._serving.setdefault((view.kind, territory_id), []).append(view.id)
            if view.parent_id is not None:
                self._division.setdefault((view.parent_id, view.specialty), view.id)

    def serving(self, kind: str, territory_id: int | None) -> list[int]:
        """The agencies of a kind that serve a territory, as units.serving."""
        return self._serving.get((kind, territory_id or 0), [])

    def _communes(self) -> Iterable[Commune]:
        for place in units.territories_at(self.day, level="commune"):
            committees = self.serving(routing.COMMITTEE, place.id)
            points = self.serving(routing.POINT, place.id)
            if len(committees) != 1 or not points or not self.holders(points[0], Duty.RECEIVE):
                continue
            even = Random(f"slowness of {place.code}").lognormvariate(0, _SPREAD)  # noqa: S311
            yield Commune(
                place.code, place.id, committees[0], points[0], place.population or 1, even
            )

    def desk(
        self, *, place: str, duty: Duty, receiving_id: int, competent_id: int
    ) -> routing.Desk | None:
        """routing.desk_at; None where nobody is there."""
        candidates = [competent_id]
        if place == "receiving":
            candidates = [receiving_id]
        elif place.startswith("division:"):
            division = self._division.get((competent_id, place.removeprefix("division:")))
            candidates = [division, competent_id] if division is not None else candidates
        for agency_id in candidates:
            if self.holders(agency_id, duty):
                return routing.Desk(agency_id=agency_id, duty=duty)
        return None

    def receiving_for(self, territory_id: int | None) -> int:
        """routing.receiving_for."""
        for kind in (routing.POINT, routing.BRANCH):
            for agency_id in self.serving(kind, territory_id):
                if self.holders(agency_id, Duty.RECEIVE):
                    return agency_id
        return self._centre

    @cached_property
    def _centre(self) -> int:
        found = [view.id for view in self.agencies.values() if view.kind == routing.CENTRE]
        if not found:
            raise NoTown("Chưa có Trung tâm Phục vụ hành chính công nào.")
        return found[0]

    def competent_for(self, rules: catalogue.VersionRules, territory_id: int | None) -> int | None:
        """routing.competent_for, of what a commune decides."""
        found = self.serving(routing.COMMITTEE, territory_id)
        return found[0] if rules.authority == "commune" and len(found) == 1 else None

    def commune_of(self, territory_id: int | None, receiving_id: int) -> int | None:
        """routing.commune_of."""
        if self.serving(routing.COMMITTEE, territory_id):
            return territory_id
        served = self.agencies[receiving_id].territory_ids
        return served[0] if len(served) == 1 else None

    def coordination_desk(self, territory_id: int | None, receiving_id: int) -> routing.Desk:
        """routing.coordination_desk."""
        above = self.serving(routing.BRANCH, territory_id)[:]
        step: int | None = receiving_id
        while step is not None:
            above.append(step)
            step = self.agencies[step].parent_id
        for agency_id in (*above, self._centre):
            if holders := self.holders(agency_id, Duty.COORDINATE):
                return routing.Desk(agency_id, Duty.COORDINATE, holders[0])
        raise NoTown("Chưa có ai được giao điều phối.")

    @cached_property
    def split_code(self) -> tuple[str, date] | None:
        """An old commune whose land went to several, and a day on which its code still named it."""
        before = min(
            (view.valid_from for view in units.territories_at(self.day, level="commune")
             if view.valid_from is not None),
            default=None,
        )  # fmt: skip
        if before is None:
            return None
        eve = before - timedelta(days=1)
        for view in units.territories_at(eve, level="commune"):
            today = routing.place_today(code=view.code, place_at=eve, day=self.day)
            if today is None:
                return view.code, eve
        return None

    # --- rules ----------------------------------------------------------------------------------

    def calendar_at(self, *, day: date) -> Any:
        """deadlines.calendar_at."""
        key = ("calendar", day)
        if key not in self._memo:
            self._memo[key] = deadlines.calendar_at(day=day)
        return self._memo[key]

    @cached_property
    def hours(self) -> Any:
        """The calendar by which people work."""
        return self.calendar_at(day=self.day).calendar

    def rules(self, code: str, day: date) -> catalogue.VersionRules:
        """catalogue.version_at."""
        key = ("rules", code, bisect_right(self._rule_days, day))
        if key not in self._memo:
            self._memo[key] = catalogue.version_at(code, day=day)
        found: catalogue.VersionRules = self._memo[key]
        return found

    def route(self, version_id: int, deadline_rule_id: int | None) -> list[catalogue.StepView]:
        """catalogue.route_for."""
        key = ("route", version_id, deadline_rule_id)
        if key not in self._memo:
            self._memo[key] = catalogue.route_for(version_id, deadline_rule_id)
        found: list[catalogue.StepView] = self._memo[key]
        return found

    def fee_for(
        self, fee_rule_id: int | None, *, channel: str, answers: Mapping[str, Any],
        at: datetime, identity_level: int = 0,
    ) -> catalogue.FeeView:  # fmt: skip
        """catalogue.fee_for."""
        key = ("fee", fee_rule_id)
        if key not in self._memo:
            self._memo[key] = catalogue_load.fee_reckoner(fee_rule_id)
        found: catalogue.FeeView = self._memo[key](
            channel=channel, answers=answers, at=at, identity_level=identity_level
        )
        return found

    def moment_of(self, fee_rule_id: int | None) -> str:
        """money.moment_of."""
        key = ("moment", fee_rule_id)
        if key not in self._memo:
            self._memo[key] = money.moment_of(fee_rule_id)
        return str(self._memo[key])

    def number_text(self, dossier: Dossier, value: int) -> str:
        """drafting.number_text: the number before, what follows it from memory."""
        kind = self.agencies[dossier.competent_agency_id or 0].kind
        key = ("notation", dossier.procedure_version_id, kind)
        if key not in self._memo:
            self._memo[key] = drafting.number_text(dossier, 0).removeprefix("0")
        return f"{value}{self._memo[key]}"

    # --- what is asked for ----------------------------------------------------------------------

    def procedures_of(self, commune: Commune, channel: str) -> tuple[list[str], list[float]]:
        """Procedures whose whole way is staffed there, with how often they are asked for."""
        key = ("asked", commune.code, channel)
        if key not in self._memo:
            weights = {
                code: EVERYDAY.get(code, RARE) * SELDOM.get((code, channel), 1.0)
                for code in self.codes
                if self._works(code, commune, channel)
            }
            kept = {code: weight for code, weight in weights.items() if weight}
            self._memo[key] = (list(kept), list(kept.values()))
        found: tuple[list[str], list[float]] = self._memo[key]
        return found

    def _works(self, code: str, commune: Commune, channel: str) -> bool:
        rules = self.rules(code, self.day)
        if not rules.open_for_submission or rules.authority != "commune" or rules.deadline is None:
            return False
        if rules.channels and channel not in rules.channels:
            return False
        route = self.route(rules.version_id, rules.deadline.id)
        desks = [
            self.desk(
                place=step.place,
                duty=Duty(step.duty),
                receiving_id=commune.point_id,
                competent_id=commune.committee_id,
            )
            for step in route
            if step.duty in AT_DESKS
        ]
        duties = {step.duty for step in route}
        return (
            {Duty.DECIDE, Duty.ISSUE} <= duties
            and next((s.duty for s in route if s.duty in walking.AT_DIVISION), "") == Duty.HANDLE
            and all(desk and self.holders(desk.agency_id, desk.duty) for desk in desks)
        )


def _turns(named: Sequence[Resident]) -> dict[tuple[str, bool, int], Resident]:
    """Which dossiers of their commune, online or not, are those of citizens who can sign in."""
    turns: dict[tuple[str, bool, int], Resident] = {}
    before: dict[tuple[str, bool], int] = {}
    for one in named:
        way = (one.commune, one.level >= ENOUGH)
        first = before.get(way, 0)
        before[way] = first + 1
        turns.update({(*way, first + 3 * n): one for n in range(OWN_DOSSIERS)})
    return turns
