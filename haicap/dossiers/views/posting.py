"""The counter and the public post: an order for a result or for papers, and where it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.dossiers import post, queries
from haicap.dossiers.actions import posting as actions
from haicap.dossiers.forms.service import read_parcel
from haicap.dossiers.models import Dossier, PostKind, PostOrder
from haicap.dossiers.queries import service
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid, Missing, Refusal


@accounts.staff_page(Duty.RECEIVE)
@require_http_methods(["GET", "POST"])
def page(request: accounts.Request, code: str) -> HttpResponse:
    """The dossier's orders, and the form of a new one where one makes sense."""
    dossier = queries.find(code=code, by=request.actor)
    if request.method == "GET":
        return _page(request, dossier, typed=_known(dossier))
    typed = read_parcel(request.POST)
    try:
        actions.order_post(
            dossier_id=dossier.pk,
            kind=request.POST.get("kind", ""),
            **typed,
            by=request.actor,
            at=request.at,
        )
    except Invalid as wrong:
        return _page(request, dossier, typed=typed, errors=wrong.fields, status=422)
    except Refusal as refusal:
        return _page(request, dossier, typed=typed, trouble=refusal, status=refusal.status)
    return _back(code, _("Đã gọi bưu điện. Bưu điện trả lời thì số bưu gửi hiện ở đây."))


def _known(dossier: Dossier) -> dict[str, str]:
    """The applicant's side as declared with the dossier."""
    person: dict[str, Any] = (dossier.declared or {}).get("applicant") or {}
    place: dict[str, Any] = person.get("address") or {}
    return {
        "name": str(person.get("name") or ""),
        "tel": str(person.get("phone") or ""),
        "address": str(place.get("detail") or ""),
        "district": str(place.get("territory_name") or ""),
        "province": "Hà Nội",
        "contents": "",
    }


def _page(
    request: accounts.Request,
    dossier: Dossier,
    *,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    trouble: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    audit.saw(request, purpose="post", subjects=[dossier.ref], parties=queries.parties_of(dossier))
    orders = service.orders_of(dossier)
    kind = actions.fitting(dossier)
    waiting = any(order["open"] and order["kind"] == kind for order in orders)
    may = actions.may_order(request.actor, dossier) and post.the_post() is not None
    context = {
        "dossier": dossier,
        "orders": orders,
        "kind": kind if may and not waiting else "",
        "kind_words": str(PostKind(kind).label) if kind else "",
        "there": post.the_post() is not None,
        "may": may,
        "typed": typed,
        "errors": errors or {},
        "trouble": str(trouble) if trouble else "",
    }
    return render(request, "dossiers/staff/post.html", context, status=status)


@accounts.staff_page(Duty.RECEIVE)
@require_POST
def call_off(request: accounts.Request, code: str, order_id: int) -> HttpResponse:
    """Call an order off."""
    dossier = queries.find(code=code, by=request.actor)
    if not PostOrder.objects.filter(dossier=dossier, pk=order_id).exists():
        raise Missing(_("Không tìm thấy yêu cầu bưu điện này."))
    try:
        actions.call_off_post(order_id=order_id, by=request.actor, at=request.at)
    except Refusal as refusal:
        return _page(
            request, dossier, typed=_known(dossier), trouble=refusal, status=refusal.status
        )
    return _back(code, _("Đã báo bưu điện hủy; bưu điện xác nhận thì yêu cầu kết thúc."))


def _back(code: str, notice: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("dossiers:post", args=[code]))
    response["Haicap-Notice"] = quote(notice)
    return response
