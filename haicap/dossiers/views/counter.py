"""The counter: a walk-in received in one screen, filled from the identity card's QR text."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.dossiers import actions
from haicap.dossiers.filing import at_counter, rules_open
from haicap.dossiers.forms import answers as answer_forms
from haicap.dossiers.forms import counter as forms
from haicap.dossiers.models import Dossier
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal
from haicap.units import public as units

# What a counter is asked for most, offered before anything is typed.
USUAL: Final = (
    "1.001193", "2.000635", "2.000815", "2.000884", "1.004873", "1.000894", "1.000656", "1.001612",
)  # fmt: skip
FOUND: Final = 12
ANSWERS: Final = "answers."  # a form may ask for an "owner" too, beside the dossier's own


@accounts.staff_page(Duty.RECEIVE)
@require_http_methods(["GET", "POST"])
def walk_in(request: accounts.Request) -> HttpResponse:
    """Choose the procedure, fill in the one screen, receive and print."""
    code = request.GET.get("thu-tuc", "")
    if not code:
        return _choose(request)
    try:
        rules = rules_open(code=code, channel="counter", by=request.actor, at=request.at)
    except Refusal as refusal:
        return _choose(request, refusal=str(refusal), status=refusal.status)
    if request.method == "GET":
        return _screen(request, rules, typed={}, errors={})
    if answer_forms.row_pressed(request.POST):
        definition = catalogue.form_definition(rules.form_version_id)
        typed = answer_forms.rows_changed(definition, request.POST, at=request.at, prefix=ANSWERS)
        return _screen(request, rules, typed=typed, errors={})
    if request.POST.get("read_card") or request.headers.get("HX-Target") == "applicant":
        return _read_card(request, rules)
    try:
        dossier = _receive(request, rules)
    except Invalid as invalid:
        return _screen(request, rules, typed=request.POST, errors=invalid.fields, status=422)
    except Refusal as refusal:
        return _screen(
            request, rules, typed=request.POST, errors={"": str(refusal)}, status=refusal.status
        )
    response = HttpResponseRedirect(reverse("dossiers:one", args=[dossier.code]))
    response["Haicap-Notice"] = quote(_("Đã tiếp nhận hồ sơ %(code)s.") % {"code": dossier.code})
    return response


def _choose(request: accounts.Request, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Which procedure: the usual ones, or found from the visitor's own words."""
    q = request.GET.get("q", "")[:100]
    day = day_of(request.at)
    if q:
        found = catalogue.search_procedures(q, day=day, limit=FOUND).items
    else:
        found = [
            one
            for one in catalogue.search_procedures("", day=day, limit=200).items
            if one.code in USUAL
        ]
    return render(
        request,
        "dossiers/staff/choose.html",
        {"q": q, "found": found, "refusal": refusal},
        status=status,
    )


def _receive(request: accounts.Request, rules: catalogue.VersionRules) -> Dossier:
    """One verb, once for the key of the screen however often it is sent."""
    by, at, post = request.actor, request.at, request.POST
    definition = catalogue.form_definition(rules.form_version_id)
    filing = forms.filing(
        post,
        code=rules.code,
        answers=answer_forms.posted_answers(definition, post, at=at, prefix=ANSWERS),
    )
    answer = actions.once(
        key=post.get("key", ""),
        body={name: post.getlist(name) for name in post if name != "csrfmiddlewaretoken"},
        run=lambda: {
            "dossier_id": actions.receive_at_counter(filing=at_counter(filing), by=by, at=at).pk
        },
        by=by,
        at=at,
    )
    return Dossier.objects.get(pk=answer["dossier_id"])


def _read_card(request: accounts.Request, rules: catalogue.VersionRules) -> HttpResponse:
    """The applicant filled from the card; what else was typed stays as it is."""
    typed = request.POST.copy()
    errors: dict[str, str] = {}
    try:
        for name, value in forms.from_card(typed.get("qr", ""), at=request.at).items():
            typed[f"applicant.{name}"] = value
        typed["qr"] = ""
    except Refusal as refusal:
        errors["qr"] = str(refusal)
    if request.headers.get("HX-Target") == "applicant":
        context = _context(request, rules, typed=typed, errors=errors)
        return render(request, "dossiers/staff/applicant.html", context)
    return _screen(request, rules, typed=typed, errors=errors, status=422 if errors else 200)


def _screen(
    request: accounts.Request,
    rules: catalogue.VersionRules,
    *,
    typed: Mapping[str, Any],
    errors: Mapping[str, str],
    status: int = 200,
) -> HttpResponse:
    context = _context(request, rules, typed=typed, errors=errors)
    return render(request, "dossiers/staff/walk_in.html", context, status=status)


def _context(
    request: accounts.Request,
    rules: catalogue.VersionRules,
    *,
    typed: Mapping[str, Any],
    errors: Mapping[str, str],
) -> dict[str, Any]:
    day = day_of(request.at)
    view = catalogue.procedure_view(rules.code, day=day)
    return {
        "rules": rules,
        "procedure": view,
        "definition": catalogue.form_definition(rules.form_version_id),
        "paper_rules": [paper for paper in rules.papers if paper.kind == "paper"],
        "communes": [
            (territory.code, territory.full_name)
            for territory in units.territories_at(day, level="commune")
        ],
        "typed": typed,
        "errors": errors,
        "answers": ANSWERS,
        "wrong": [(_field_id(name), sentence) for name, sentence in errors.items()],
        "key": typed.get("key") or uuid.uuid4().hex,
    }


def _field_id(name: str) -> str:
    """Where on the screen the fault named by the verb is shown."""
    if name.startswith(ANSWERS):
        return name
    name = name.replace(".identifiers.", ".").replace(".address.territory_code", ".territory")
    name = name.replace(".address.", ".")
    if name.startswith("papers."):
        return f"counter-{name}"
    return {"place.code": "place_code", "place": "place_code", "relation": "owner.relation"}.get(
        name, name
    )
