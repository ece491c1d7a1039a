"""The page of what would lie still unless somebody looks; for who coordinates, leads, watches."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers import queries
from haicap.kernel.actor import Duty

LOOKING: Final = (Duty.COORDINATE, Duty.HEAD, Duty.DECIDE, Duty.OBSERVE)


@accounts.staff_page(*LOOKING)
@require_GET
def page(request: accounts.Request) -> HttpResponse:
    """Every kind with its dossiers; only those the reader may see."""
    kinds = queries.forgotten(by=request.actor, at=request.at)
    shown = [f"dossiers.Dossier:{row['id']}" for kind in kinds for row in kind.rows]
    if shown:
        audit.saw(request, purpose="forgotten", subjects=shown)
    total = sum(kind.count for kind in kinds)
    return render(request, "dossiers/staff/forgotten.html", {"kinds": kinds, "total": total})
