"""For the controllers: running dossiers moved to another version, seen first, and back."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.dossiers.actions.repinning import repin, undo_repin
from haicap.dossiers.flow import State
from haicap.dossiers.queries.repinning import batches_of, fits, running, target_of
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal
from haicap.units import public as units

SHOWN = 300


@accounts.staff_page(Duty.CATALOGUE)
@require_http_methods(["GET", "POST"])
def page(request: accounts.Request, code: str) -> HttpResponse:
    """Which dossiers would go, which stay and why; then the move. Codes and places, no persons."""
    day = day_of(request.at)
    current = catalogue.version_at(code, day=day)
    rows = catalogue.ProcedureVersion.objects.filter(
        procedure__code=code, period__startswith__lte=day
    )
    numbers = list(rows.order_by("-number").values_list("number", flat=True))
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            return _done(request, code)
        except Invalid as wrong:
            errors, status = wrong.fields, wrong.status
        except Refusal as refused:
            errors, status = {"": str(refused)}, refused.status
    target = target_of(code, _number(request.POST.get("to") or request.GET.get("to"), numbers))
    dossiers = running(target)
    found = fits(dossiers, {dossier.pk: target.pk for dossier in dossiers})
    names = units.agency_names({one.competent_id for one in found if one.competent_id}, day=day)
    context = {
        "code": code,
        "name": current.short_name,
        "choices": [(str(number), str(number)) for number in numbers],
        "target": target.number,
        "going": sum(not one.reason for one in found),
        "staying": Counter(one.reason for one in found if one.reason).most_common(),
        "rows": [
            (one.code, State(one.state).label, one.number, names.get(one.competent_id or 0, ""),
             one.reason)
            for one in found[:SHOWN]
        ],
        "total": len(found),
        "batches": batches_of(code),
        "errors": errors,
        "typed": request.POST.dict(),
    }  # fmt: skip
    return render(request, "dossiers/staff/repin.html", context, status=status)


def _done(request: accounts.Request, code: str) -> HttpResponse:
    typed = request.POST
    batch = typed.get("batch", "")
    if batch.isascii() and batch.isdecimal() and len(batch) < 19:
        count = undo_repin(code=code, batch_id=int(batch), by=request.actor, at=request.at)
        said = _("Đã hoàn lại %(count)s hồ sơ.") % {"count": count}
    else:
        number = _number(typed.get("to"), [])
        reason = typed.get("reason", "")[:2000]
        moved = repin(code=code, number=number, reason=reason, by=request.actor, at=request.at)
        said = _("Đã chuyển %(count)s hồ sơ.") % {"count": len(moved.moved)}
    response = HttpResponseRedirect(reverse("dossiers:repin", args=[code]))
    response["Haicap-Notice"] = quote(said)
    return response


def _number(typed: str | None, numbers: list[int]) -> int:
    """The version asked for; the newest in force where none is."""
    if typed and typed.isascii() and typed.isdecimal() and len(typed) < 7:
        return int(typed)
    return numbers[0] if numbers else 0
