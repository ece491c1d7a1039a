"""What somebody must look at: money nobody could place, paid short, paid too much."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Missing, Refusal
from haicap.payments import access, actions, forms, gateways, queries, reckoning
from haicap.payments.models import Kind, Notice, NoticeState, Way
from haicap.payments.views.daily import titles

FINANCE = accounts.staff_page(Duty.FINANCE)
_STRANGE = (NoticeState.DIFFERS, NoticeState.FORGED, NoticeState.PARKED)


@FINANCE
@require_GET
def page(request: accounts.Request) -> HttpResponse:
    """The list, each with what can be done about it."""
    return _page(request)


def _page(request: accounts.Request, *, trouble: str = "", status: int = 200) -> HttpResponse:
    by = request.actor
    whole = by.agencies_for(Duty.FINANCE) is None
    demands = reckoning.differing(by=by)
    if demands:
        audit.saw(request, purpose="reconcile", subjects=[row.of for row in demands], parties=[])
    context = {
        "unplaced": queries.unplaced() if whole else [],
        "demands": [
            (row, queries.standing_of(row), _last_payment(row.of, row.kind)) for row in demands
        ],
        "notices": Notice.objects.filter(state__in=_STRANGE).order_by("-last_at")[:50]
        if whole
        else [],
        "states": {state.value: str(state.label) for state in NoticeState},
        "titles": titles(),
        "gateway": gateways.open_gateway() if whole else "",
        "trouble": trouble,
        "typed": request.POST,
    }
    return render(request, "payments/differences.html", context, status=status)


def _last_payment(of: str, kind: str) -> int:
    """The payment that would be moved, were it for another dossier."""
    rows = [line for line in queries.lines_of(of, kind=kind) if line.kind == Kind.PAYMENT]
    return rows[-1].id if rows else 0


@FINANCE
@require_POST
def act(request: accounts.Request, what: str) -> HttpResponse:
    """Place money, pay it back, or send back what nobody knows."""
    posted = request.POST
    try:
        if what == "chuyen":
            actions.attribute(
                movement_id=forms.number(posted, "movement"), to_code=posted.get("to_code", ""),
                reason=posted.get("reason", ""), by=request.actor, at=request.at,
            )  # fmt: skip
        elif what == "hoan":
            row = queries.demand_by_code(posted.get("code", ""))
            actions.refund(
                of=row.of, kind=row.kind, way=posted.get("way", Way.TRANSFER),
                amount=forms.amount_or_all(posted.get("amount", ""), field="amount"),
                transaction_id=posted.get("transaction", ""), reason=posted.get("reason", ""),
                by=request.actor, at=request.at,
            )  # fmt: skip
        elif what == "tra-lai":
            actions.return_unplaced(
                movement_id=forms.number(posted, "movement"),
                transaction_id=posted.get("transaction", ""), reason=posted.get("reason", ""),
                by=request.actor, at=request.at,
            )  # fmt: skip
        elif what == "hoi-cong":
            access.whole(request.actor, "import")
            actions.ask_again(provider=gateways.open_gateway(), at=request.at)
        else:
            raise Missing(_("Không có việc này."))
    except Refusal as refusal:
        return _page(request, trouble=str(refusal), status=refusal.status)
    response = HttpResponseRedirect(reverse("payments:differences"))
    response["Haicap-Notice"] = quote(_("Đã ghi sổ."))
    return response
