"""The bank to rehearse with: whoever pays chooses how it is to behave. In the demo only."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.payments import rehearsal
from haicap.payments.models import Rehearsed

log = logging.getLogger(__name__)
Post = Callable[[bytes, str], int]


@accounts.public_page
@require_http_methods(["GET", "POST"])
def page(request: accounts.Request, number: str) -> HttpResponse:
    """An order as the bank shows it, and what it answered to the last act."""
    if not settings.DEMO:
        raise Http404
    if not Rehearsed.objects.filter(pk=number).exists():
        raise Http404
    told = None
    if request.method == "POST":
        if request.POST.get("case") == "held":
            sent = rehearsal.gateway.held(number)
        else:
            case = request.POST.get("case", "right")
            known = {one.key for one in rehearsal.CASES}
            sent = rehearsal.gateway.pay(number, case if case in known else "right", at=request.at)
        told = [_deliver(body, signature) for body, signature in sent]
    row = Rehearsed.objects.get(pk=number)
    context = {"row": row, "cases": rehearsal.CASES, "told": told}
    return render(request, "payments/bank.html", context)


def _deliver(body: bytes, signature: str) -> int:
    """The status a notice was answered with; 0 when nobody answered."""
    try:
        return rehearsal.post(body, signature)
    except OSError:
        log.warning("the city did not answer a notice of the gateway to rehearse with")
        return 0
