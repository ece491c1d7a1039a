"""Figures of how people were served, for who leads or looks on; only of dossiers they may see."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers.actions.rating import QUESTIONS
from haicap.dossiers.models import Face
from haicap.dossiers.queries import service
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Missing

LEADING = (Duty.DECIDE, Duty.HEAD, Duty.COORDINATE, Duty.OBSERVE)


@accounts.staff_page(*LEADING)
@require_GET
def figures(request: accounts.Request) -> HttpResponse:
    """Ratings summed up by agency, counter, officer or procedure."""
    group = request.GET.get("group", "agency")
    if group not in service.BY:
        group = "agency"
    first, last = service.period(
        request.GET.get("first", ""), request.GET.get("last", ""), at=request.at
    )
    rows = service.sums(group=group, first=first, last=last, by=request.actor)
    days = urlencode({"first": first.isoformat(), "last": last.isoformat()})
    context = {
        "groups": service.group_words(),
        "group": group,
        "first": first,
        "last": last,
        "rows": rows,
        "days": days,
        "total": sum(row.number for row in rows),
    }
    return render(request, "dossiers/staff/ratings.html", context)


@accounts.staff_page(*LEADING)
@require_GET
def behind(request: accounts.Request, group: str, key: str) -> HttpResponse:
    """The ratings behind one line, with what was written."""
    if group not in service.BY:
        raise Missing(_("Không có bảng này."))
    first, last = service.period(
        request.GET.get("first", ""), request.GET.get("last", ""), at=request.at
    )
    ratings = service.behind(group=group, key=key, first=first, last=last, by=request.actor)
    if ratings:
        audit.saw(
            request,
            purpose="ratings",
            subjects=[rating.dossier.ref for rating in ratings],
            parties=sorted({rating.party_id for rating in ratings}),
        )
    shown = [
        {
            "code": rating.dossier.code,
            "name": rating.dossier.procedure_version.short_name,
            "overall": str(Face(rating.overall).label),
            "tone": {3: "green", 2: "teal", 1: "red"}[rating.overall],
            "answers": [
                (str(words), str(Face(rating.answers[name]).label))
                for name, words in QUESTIONS.items()
                if name in rating.answers
            ],
            "comment": rating.comment,
            "at": rating.at,
        }
        for rating in ratings
    ]
    back = urlencode({"group": group, "first": first.isoformat(), "last": last.isoformat()})
    context = {"ratings": shown, "back": back, "words": dict(service.group_words())[group]}
    return render(request, "dossiers/staff/ratings_behind.html", context)
