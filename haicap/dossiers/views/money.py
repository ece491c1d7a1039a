"""A dossier's fee on its pages: how to pay it, what was paid, a waiver after the payment."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers import access, queries
from haicap.dossiers.actions import money as acts
from haicap.dossiers.models import Dossier
from haicap.dossiers.queries.money import money_of, receipt_page
from haicap.dossiers.views.desk import WORKS_AT_A_DESK
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Refusal


@accounts.citizen_page
@require_GET
def mine(request: accounts.Request, code: str) -> HttpResponse:
    """What I owe for my dossier, how to pay it, and what I paid."""
    return _mine(request, code)


def _mine(request: accounts.Request, code: str, *, trouble: str = "", status: int = 200,
          pay_url: str = "") -> HttpResponse:  # fmt: skip
    dossier = queries.find(code=code, by=request.actor)
    context = _context(request, dossier, trouble=trouble, pay_url=pay_url)
    return render(request, "dossiers/citizen/fee.html", context, status=status)


def _context(request: accounts.Request, dossier: Dossier, **more: Any) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "procedure": dossier.procedure_version.short_name,
        **money_of(dossier, by=request.actor, at=request.at),
        **more,
    }


@accounts.citizen_page
@require_POST
def online(request: accounts.Request, code: str) -> HttpResponse:
    """Ask the gateway for a place to pay, and lead there."""
    dossier = queries.find(code=code, by=request.actor)
    back = settings.BASE_URL + reverse("dossiers:mine_fee", args=[dossier.code])
    try:
        url = acts.pay_online(dossier, return_url=back, by=request.actor, at=request.at)
    except Refusal as refusal:
        return _mine(request, code, trouble=str(refusal), status=refusal.status)
    if url.startswith("/"):
        return HttpResponseRedirect(url)
    return _mine(request, code, pay_url=url)


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def fee(request: accounts.Request, code: str) -> HttpResponse:
    """The code to show or to print, and every movement of the fee."""
    return _fee(request, code)


def _fee(
    request: accounts.Request, code: str, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    dossier = queries.find(code=code, by=request.actor)
    audit.saw(request, purpose="fee", subjects=[dossier.ref], parties=queries.parties_of(dossier))
    legal = access.legal_moves(request.actor, dossier)
    at_counter = request.actor.grant_for(Duty.RECEIVE, agency=dossier.receiving_agency_id)
    context = _context(
        request, dossier, trouble=trouble, typed=request.POST, takes="settle_fee" in legal,
        waives=at_counter is not None and "settle_fee" not in legal,
    )  # fmt: skip
    return render(request, "dossiers/staff/fee.html", context, status=status)


@accounts.citizen_page
@require_GET
def mine_receipt(request: accounts.Request, code: str, movement: int) -> HttpResponse:
    """My electronic receipt, to be printed."""
    dossier = queries.find(code=code, by=request.actor)
    return _receipt(request, dossier, movement, back="dossiers:mine_fee")


@accounts.staff_page(*WORKS_AT_A_DESK)
@require_GET
def receipt(request: accounts.Request, code: str, movement: int) -> HttpResponse:
    """The same at the counter."""
    dossier = queries.find(code=code, by=request.actor)
    page = _receipt(request, dossier, movement, back="dossiers:fee")
    audit.saw(
        request, purpose="fee_receipt", subjects=[dossier.ref], parties=queries.parties_of(dossier)
    )
    return page


def _receipt(
    request: accounts.Request, dossier: Dossier, movement: int, *, back: str
) -> HttpResponse:
    context = receipt_page(dossier, movement, at=request.at)
    return render(
        request, "dossiers/citizen/fee_receipt.html",
        {**context, "back": reverse(back, args=[dossier.code])},
    )  # fmt: skip


@accounts.staff_page(Duty.RECEIVE)
@require_POST
def waive(request: accounts.Request, code: str) -> HttpResponse:
    """A waiver that came after the payment: the money is then to be paid back."""
    dossier = queries.find(code=code, by=request.actor)
    try:
        acts.waive_later(
            dossier_id=dossier.pk, reason=request.POST.get("reason", ""),
            basis=request.POST.get("basis", ""), by=request.actor, at=request.at,
        )  # fmt: skip
    except Refusal as refusal:
        return _fee(request, code, trouble=str(refusal), status=refusal.status)
    response = HttpResponseRedirect(reverse("dossiers:fee", args=[dossier.code]))
    response["Haicap-Notice"] = quote(_("Đã ghi miễn, giảm. Kế toán hoàn phần đã thu."))
    return response
