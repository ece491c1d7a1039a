"""Where a dossier goes: from its place to who decides, from a step of the route to a desk.

Nothing is guessed: where the authority cannot be told, the answer is None and the dossier goes to a
coordinator (NĐ 118/2025/NĐ-CP: reception does not depend on boundaries inside the city).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Missing, Refusal
from haicap.units import public as units

COMMITTEE = "commune_committee"
POINT = "service_point"
BRANCH = "branch"
CENTRE = "centre"
CITY_COMMITTEE = "city_committee"


class NobodyThere(Refusal):
    """No agency on the way has anybody charged with the duty that is needed."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a task is put. `holder` is named where it needs an owner from the first minute."""

    agency_id: int
    duty: Duty
    holder: accounts.HolderView | None = None


def place_today(*, code: str, place_at: date, day: date) -> int | None:
    """The territory of `day` that `code` named on `place_at`; None where it was split since.

    Missing when the code named nothing then.
    """
    found = units.territory(code, day=place_at)
    if place_at == day or _acts(found.id, day):
        return found.id
    successors = {row.new_id for row in units.successors_of(found.id, day=day)}
    return successors.pop() if len(successors) == 1 else None


def _acts(territory_id: int, day: date) -> bool:
    try:
        units.territory(None, id=territory_id, day=day)
    except Missing:
        return False
    return True


def competent_for(
    *, authority: str, agency_code: str, territory_id: int | None, day: date
) -> int | None:
    """The agency that decides; None where it cannot be told from what is known."""
    if authority == "commune" and territory_id is not None:
        committees = units.serving(territory_id, kind=COMMITTEE, day=day)
        return committees[0].id if len(committees) == 1 else None
    if authority == "city" and agency_code:
        try:
            return units.agency(code=agency_code, day=day).id
        except Missing:
            return None
    return None


def receiving_for(*, territory_id: int | None, day: date) -> int:
    """The counter that takes what came without one: the place's service point, else the Centre."""
    if territory_id is not None:
        for kind in (POINT, BRANCH):
            for agency in units.serving(territory_id, kind=kind, day=day):
                if accounts.holders_of(agency_ids=[agency.id], duty=Duty.RECEIVE, day=day):
                    return agency.id
    return _centre(day).id


def _centre(day: date) -> units.AgencyView:
    centres = units.agencies_at(day, kind=CENTRE, limit=1)
    if not centres:
        raise NobodyThere(
            _("Chưa có Trung tâm Phục vụ hành chính công nào trong danh mục cơ quan.")
        )
    return centres[0]


def commune_of(*, territory_id: int | None, receiving_id: int, day: date) -> int | None:
    """The commune a dossier is counted under: the place's, else the receiving counter's."""
    if territory_id is not None and units.serving(territory_id, kind=COMMITTEE, day=day):
        return territory_id
    served = units.agency(receiving_id, day=day).territory_ids
    return served[0] if len(served) == 1 else None


def coordination_desk(*, territory_id: int | None, receiving_id: int, day: date) -> Desk:
    """Who owns a dossier whose authority is unknown: the branch's coordinator, or the Centre's."""
    for agency_id in _above(territory_id=territory_id, receiving_id=receiving_id, day=day):
        holders = accounts.holders_of(agency_ids=[agency_id], duty=Duty.COORDINATE, day=day)
        if holders:
            return Desk(agency_id=agency_id, duty=Duty.COORDINATE, holder=holders[0])
    raise NobodyThere(_("Chưa xác định được cơ quan giải quyết và chưa có ai được giao điều phối."))


def _above(*, territory_id: int | None, receiving_id: int, day: date) -> Iterable[int]:
    if territory_id is not None:
        for branch in units.serving(territory_id, kind=BRANCH, day=day):
            yield branch.id
    step: int | None = receiving_id
    while step is not None:
        yield step
        step = units.agency(step, day=day).parent_id
    yield _centre(day).id


def desk_at(*, place: str, duty: Duty, receiving_id: int, competent_id: int, day: date) -> Desk:
    """The desk of a route step. `place`: receiving | competent | division:<specialty>.

    A body without the division, or without anybody in it, does the work itself. NobodyThere.
    """
    candidates = [competent_id]
    if place == "receiving":
        candidates = [receiving_id]
    elif place.startswith("division:"):
        division = units.division_for(
            competent_id, specialty=place.removeprefix("division:"), day=day
        )
        if division is not None:
            candidates.insert(0, division.id)
    for agency_id in candidates:
        if accounts.holders_of(agency_ids=[agency_id], duty=duty, day=day):
            return Desk(agency_id=agency_id, duty=duty)
    names = units.agency_names(candidates, day=day)
    raise NobodyThere(
        _("%(agency)s chưa có ai được giao nhiệm vụ “%(duty)s” nên hồ sơ chưa chuyển đến được.")
        % {"agency": names.get(candidates[0], ""), "duty": _(accounts.DUTY_WORDS[duty])}
    )
