"""Before a dossier is begun: what it takes, for whom, and whether one may."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.dossiers import actions, queries
from haicap.dossiers.filing import rules_open
from haicap.dossiers.forms import draft as forms
from haicap.dossiers.queries import Box, Filters
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Refusal


@accounts.public_page
@require_http_methods(["GET", "POST"])
def start(request: accounts.Request, code: str) -> HttpResponse:
    """What to have at hand; signed in, the first decision: for whom."""
    view = catalogue.procedure_view(code, day=day_of(request.at))
    if request.method == "POST" and request.actor.is_citizen:
        try:
            return HttpResponseRedirect(_begin(request, code))
        except Refusal as refusal:
            return _page(request, view, refusal=str(refusal), status=refusal.status)
    return _page(request, view, refusal=_closed(request, view))


def _begin(request: accounts.Request, code: str) -> str:
    """The draft, with the owner's kind where it is for somebody else; the address of its first
    page.
    """
    dossier = actions.start_draft(procedure_code=code, by=request.actor, at=request.at)
    owner = forms.owner_posted(request.POST, at=request.at)
    if owner:
        actions.save_draft(
            dossier_id=dossier.pk, declared={"owner": owner}, by=request.actor, at=request.at
        )
    return forms.APPLICANT.url(dossier.uuid)


def _closed(request: accounts.Request, view: catalogue.ProcedureView) -> str:
    """Why it cannot be handed in online now, by whoever looks; empty when it can."""
    if not view.open_for_submission:
        return view.closed_reason
    try:
        rules_open(code=view.code, channel="online", by=request.actor, at=request.at)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _page(
    request: accounts.Request, view: catalogue.ProcedureView, *, refusal: str, status: int = 200
) -> HttpResponse:
    rules = view.rules
    here = reverse("dossiers:start", args=[view.code])
    level = request.actor.identity_level if request.actor.is_citizen else rules.identity_level
    context: dict[str, Any] = {
        "view": view,
        "rules": rules,
        "needed": [paper for paper in forms.papers_of(rules) if paper.required],
        "refusal": refusal,
        "level_too_low": level < rules.identity_level,
        "sign_in_url": f"{reverse('accounts:citizen_sign_in')}?{urlencode({'next': here})}",
        "drafts": _drafts(request, view.code),
        "whose": forms.whose_options(),
        "layout": "site/staff.html" if request.actor.is_staff else "site/citizen.html",
    }
    return render(request, "dossiers/citizen/start.html", context, status=status)


def _drafts(request: accounts.Request, code: str) -> list[dict[str, Any]]:
    """What was begun of this procedure and not handed in."""
    if not request.actor.is_citizen:
        return []
    found = queries.listed(
        box=Box.DRAFTS, filters=Filters(procedure=code), limit=5, by=request.actor, at=request.at
    )
    return found.items
