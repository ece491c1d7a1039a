"""The leader's pile: one paper at a time, large, two buttons; the next one is already there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers import queries
from haicap.dossiers.flow import State
from haicap.dossiers.forms import moves
from haicap.dossiers.queries import Box, Filters
from haicap.dossiers.views.desk import make, work_of
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid, Missing, Refusal

LONGEST: Final = 200  # a pile is read from the top; what lies deeper comes up in its time
DECISIONS: Final = ("approve", "return_draft")


@accounts.staff_page(Duty.DECIDE)
@require_http_methods(["GET", "POST"])
def pile(request: accounts.Request) -> HttpResponse:
    """What waits for this leader's decision, most pressing first."""
    if request.method == "GET":
        return _page(request, wanted=request.GET.get("code", ""))
    name, code = request.POST.get("move", ""), request.POST.get("code", "")
    dossier = queries.find(code=code, by=request.actor)
    try:
        if name not in DECISIONS:
            raise Missing(_("Không có việc này."))
        make(request, dossier, name)
    except Refusal as refusal:
        fields = refusal.fields if isinstance(refusal, Invalid) else {"": str(refusal)}
        trouble = {"code": code, "fields": fields, "reason": request.POST.get("reason", "")}
        return _page(request, wanted=code, trouble=trouble, status=refusal.status)
    return _on(request, name, code)


def _on(request: accounts.Request, name: str, code: str) -> HttpResponse:
    """To the one that lay under it."""
    after = request.POST.get("after", "")
    response: HttpResponse
    if request.headers.get("HX-Request"):
        response = _page(request, wanted=after)
    else:
        address = reverse("dossiers:pile")
        response = HttpResponseRedirect(f"{address}?code={quote(after)}" if after else address)
    response["Haicap-Notice"] = quote(moves.FORMS[name].done % {"code": code})
    return response


def _page(
    request: accounts.Request,
    *,
    wanted: str,
    trouble: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The pile open at the one that is wanted, while it lies there, else at the top."""
    waiting = queries.listed(
        box=Box.WAITING,
        filters=Filters(states=(State.SUBMIT_APPROVAL,)),
        limit=LONGEST,
        by=request.actor,
        at=request.at,
    )
    codes = [
        row["code"] for row in waiting.items if row["desk"] and row["desk"]["duty"] == Duty.DECIDE
    ]
    place = codes.index(wanted) if wanted in codes else 0
    context: dict[str, Any] = {
        "total": len(codes),
        "more": waiting.next is not None,
        "place": place + 1,
        "after": codes[place + 1] if place + 1 < len(codes) else "",
        "before": codes[place - 1] if place > 0 else "",
        "view": None,
        "gone": trouble if trouble and trouble["code"] not in codes else None,
    }
    if codes:
        dossier = queries.find(code=codes[place], by=request.actor)
        audit.saw(
            request, purpose="decide", subjects=[dossier.ref], parties=queries.parties_of(dossier)
        )
        context |= work_of(request, dossier, {})
    context["trouble"] = {} if context["gone"] else trouble or {}
    response = render(request, "dossiers/staff/pile.html", context, status=status)
    if status != 200:
        response["HX-Retarget"] = "#main"
    return response
