"""The checker with its facts about this city: agencies, trades, and who holds the duties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from haicap.accounts import public as accounts
from haicap.catalogue.checker import Finding, Staffing, World, check
from haicap.catalogue.checker.way import steps_of
from haicap.catalogue.models import Field
from haicap.catalogue.procedure_file import ProcedureFile
from haicap.kernel.actor import Duty
from haicap.units import public as units

Kind = units.AgencyKind


def findings(file: ProcedureFile, *, day: date, people: bool = True) -> list[Finding]:
    """What is wrong or doubtful when this is published for `day`; without `people` nobody is looked
    for at the desks of all agencies, which takes longest.
    """
    return check(file, world_of(file, day=day, people=people))


def world_of(file: ProcedureFile, *, day: date, people: bool = True) -> World:
    """The facts the checker needs for this procedure."""
    committees = _competent(file, day) if people else None
    staffing = {}
    for duty, place in dict.fromkeys(steps_of(file)) if people else ():
        if duty in set(Duty) and (place == "receiving" or committees is not None):
            staffing[duty, place] = _staffing(
                Duty(duty), place, committees=committees or [], code=file.code, day=day
            )
    codes = {file.authority_agency_code} - {""}
    known = {code for code in codes if units.agencies_at(day, q=code, limit=1)}
    return World(
        day=day,
        agencies=frozenset(known),
        fields=frozenset(Field.objects.filter(code=file.field.code).values_list("code", flat=True)),
        staffing=staffing,
    )


def _competent(file: ProcedureFile, day: date) -> list[units.AgencyView] | None:
    """The agencies that may have to decide; None where they are not ours or not known."""
    if file.authority == "commune":
        return units.agencies_at(day, kind=Kind.COMMUNE_COMMITTEE)
    if file.authority == "city" and file.authority_agency_code:
        found = units.agencies_at(day, q=file.authority_agency_code, limit=1)
        return [agency for agency in found if agency.code == file.authority_agency_code] or None
    return None


def _staffing(
    duty: Duty, place: str, *, committees: Sequence[units.AgencyView], code: str, day: date
) -> Staffing:
    if place == "receiving":
        points = units.agencies_at(day, kind=Kind.SERVICE_POINT)
        manned = _manned(points, duty, code=code, day=day)
        return _told(points, manned)
    manned = _manned(committees, duty, code=code, day=day)
    if place.startswith("division:"):
        wanted = place.removeprefix("division:")
        ours = {agency.id for agency in committees}
        divisions = [
            division
            for division in units.agencies_at(day, kind=Kind.DIVISION)
            if division.specialty == wanted and division.parent_id in ours
        ]
        served = _manned(divisions, duty, code=code, day=day)
        # A body without the division, or without anybody in it, does the work itself.
        manned |= {d.parent_id for d in divisions if d.id in served and d.parent_id is not None}
    return _told(committees, manned)


def _told(agencies: Sequence[units.AgencyView], manned: set[int]) -> Staffing:
    lacking = tuple(agency.short_name for agency in agencies if agency.id not in manned)
    return Staffing(total=len(agencies), lacking=lacking)


def _manned(agencies: Iterable[units.AgencyView], duty: Duty, *, code: str, day: date) -> set[int]:
    """Which of these have somebody with the duty for this procedure."""
    ids = [agency.id for agency in agencies]
    if not ids:
        return set()
    held = accounts.holders_of(agency_ids=ids, duty=duty, day=day, procedure=code)
    own = {holder.agency_id for holder in held}
    # A post of an office acts for its whole unit: it counts for the agency above the office.
    offices = own - set(ids)
    above = (
        {agency.parent_id for agency in units.agencies_at(day, ids=offices)} if offices else set()
    )
    return (own | {one for one in above if one is not None}) & set(ids)
