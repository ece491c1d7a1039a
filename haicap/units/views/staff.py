"""Pages of those who keep the city's units: which branch serves which commune."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.units import access, actions
from haicap.units import public as units
from haicap.units.forms import read_branch_change
from haicap.units.models import MARKS
from haicap.units.queries import serving_history

# Whoever holds one of these may look; to change one must hold it over the whole city.
DUTIES = (Duty.CATALOGUE, Duty.COORDINATE, Duty.OBSERVE)


@require_http_methods(["GET", "POST"])
def branches(request: HttpRequest) -> HttpResponse:
    """Which branch serves which commune: the table, its history, and a change."""
    today = day_of(request.at)  # type: ignore[attr-defined]
    shown = _shown(request, today)
    if request.method == "GET":
        return render(request, "units/staff/branches.html", shown)
    try:
        words = _change(request, shown, today)
    except Invalid as invalid:
        shown["faults"], shown["typed"] = invalid.fields, request.POST
        return render(request, "units/staff/branches.html", shown, status=422)
    response = HttpResponseRedirect(request.path)
    response["Haicap-Notice"] = quote(words)
    return response


def _change(request: HttpRequest, shown: dict[str, Any], today: date) -> str:
    """Carry out what the form says; the sentence of success."""
    communes, offices = shown["communes"], shown["offices"]
    change = read_branch_change(request.POST, communes=communes, branches=offices, today=today)
    actions.change_serves(
        territory_id=change.territory_id,
        kind=units.AgencyKind.BRANCH,
        agency_ids=[change.branch_id],
        from_day=change.from_day,
        mark=change.mark,
        by=request.actor,  # type: ignore[attr-defined]
        at=request.at,  # type: ignore[attr-defined]
    )
    return _("%(commune)s thuộc %(branch)s từ %(day)s.") % {
        "commune": communes[change.territory_id].full_name,
        "branch": offices[change.branch_id].short_name,
        "day": f"{change.from_day:%d/%m/%Y}",
    }


def _shown(request: HttpRequest, today: date) -> dict[str, Any]:
    communes = {unit.id: unit for unit in units.territories_at(today, level="commune")}
    offices = {
        office.id: office for office in units.agencies_at(today, kind=units.AgencyKind.BRANCH)
    }
    rows = serving_history(kind=units.AgencyKind.BRANCH)
    changed = {row.territory_id for row in rows if row.valid_to is not None}
    return {
        "communes": communes,
        "offices": offices,
        "marks": MARKS,
        "now": [row for row in rows if row.covers(today)],
        "history": [row for row in rows if row.territory_id in changed],
        "names": units.agency_names({row.agency_id for row in rows}, day=today),
        "places": units.names_of({row.territory_id for row in rows}, day=today),
        "may_change": access.may(request.actor, access.PLACE),  # type: ignore[attr-defined]
        "today": today,
        "typed": {"from_day": f"{today:%d/%m/%Y}", "mark": MARKS[-1]},
        "faults": {},
    }
