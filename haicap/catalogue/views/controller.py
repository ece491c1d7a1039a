"""For the duty of controlling procedures: which time limits are missing, and filling one in."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import actions, forms, listing
from haicap.catalogue import public as catalogue
from haicap.catalogue.facts import unit_words
from haicap.catalogue.models import Mark
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.kernel.pages import cursor

PAGE = 30


@accounts.staff_page(Duty.CATALOGUE)
def gaps(request: accounts.Request) -> HttpResponse:
    """Procedures that stay closed because nobody has stated their time limit."""
    asked = forms.read_search(request.GET.dict())
    found, following = listing.gaps(
        day=day_of(request.at), q=asked.q, offset=asked.offset, limit=PAGE
    )
    more = urlencode({**({"q": asked.q} if asked.q else {}), "cursor": cursor(following or 0)})
    context = {"asked": asked, "found": found, "next_url": f"?{more}" if following else ""}
    return render(request, "catalogue/controller/gaps.html", context)


@accounts.staff_page(Duty.CATALOGUE)
@require_http_methods(["GET", "POST"])
def gap(request: accounts.Request, code: str) -> HttpResponse:
    """One procedure's time limit: what the source says, and the form to fill it in."""
    view = catalogue.procedure_view(code, day=day_of(request.at))
    typed, errors, status = request.POST.dict(), {}, 200
    if request.method == "POST":
        try:
            limit = forms.read_deadline(typed)
            actions.fill_deadline(
                code=code,
                amount=limit.amount,
                time_unit=limit.time_unit,
                policy=limit.policy,
                mark=limit.mark,
                basis=limit.basis,
                by=request.actor,
                at=request.at,
            )
            return HttpResponseRedirect(reverse("catalogue:procedure", args=[code]))
        except Invalid as wrong:
            errors, status = wrong.fields, 422
    context = {
        "view": view,
        "typed": typed,
        "errors": errors,
        "units": unit_words(),
        "marks": [
            (Mark.SOURCE.value, _("Đọc thấy trong văn bản")),
            (Mark.KNOWN.value, _("Đã biết, chưa đọc lại văn bản")),
            (Mark.ASSUMED.value, _("Tạm giả định")),
        ],
    }
    return render(request, "catalogue/controller/gap.html", context, status=status)
