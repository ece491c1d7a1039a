"""The counter: a walk-in received in one screen, filled from the identity card's QR text."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.catalogue import public as catalogue
from haicap.dossiers import actions
from haicap.dossiers.filing import at_counter, rules_open
from haicap.dossiers.forms import answers as answer_forms
from haicap.dossiers.forms import counter as forms
from haicap.dossiers.models import Dossier
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal

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
    if request.POST.get("read_card") or request.headers.get("HX-Target") == "applicant":
        return _read_card(request, rules)
    changed = _changed(request, rules)
    if changed is not None:
        return _screen(request, rules, typed=changed, errors={})
    try:
        dossier = _receive(request, rules)
    except Invalid as invalid:
        return _screen(request, rules, typed=request.POST, errors=invalid.fields, status=422)
    except Refusal as refusal:
        told = {"": str(refusal)}
        return _screen(request, rules, typed=request.POST, errors=told, status=refusal.status)
    return _received(request, dossier)


def _received(request: accounts.Request, dossier: Dossier) -> HttpResponse:
    """On to the dossier, where the receipt is printed, the fee taken, the dossier passed on."""
    address = reverse("dossiers:one", args=[dossier.code])
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204, headers={"HX-Redirect": address})
    else:
        response = HttpResponseRedirect(address)
    if dossier.received_at is not None:
        words = _("Đã tiếp nhận hồ sơ %(code)s.")
    else:
        words = _("Đã ghi hồ sơ %(code)s; điều phối sẽ xác định cơ quan giải quyết.")
    response["Haicap-Notice"] = quote(words % {"code": dossier.code})
    return response


def _changed(request: accounts.Request, rules: catalogue.VersionRules) -> dict[str, str] | None:
    """The screen as typed with a row more or less, or with a person filled like the applicant;
    None when no such button was pressed.
    """
    definition = catalogue.form_definition(rules.form_version_id)
    post = request.POST
    if answer_forms.row_pressed(post):
        return answer_forms.rows_changed(definition, post, at=request.at, prefix=forms.ANSWERS)
    if post.get(answer_forms.ME):
        typed = {name: post.get(name) or "" for name in post}
        return typed | forms.like_applicant(definition, typed, post[answer_forms.ME])
    return None


def _choose(request: accounts.Request, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Which procedure: the usual ones, or found from the visitor's own words."""
    q = request.GET.get("q", "")[:100]
    day = day_of(request.at)
    if q:
        found = catalogue.search_procedures(q, day=day, limit=FOUND).items
    else:
        every = catalogue.search_procedures("", day=day, limit=200).items
        usual = {one.code: one for one in every if one.code in USUAL}
        found = tuple(usual[code] for code in USUAL if code in usual)
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
    filing = at_counter(forms.filing(post, code=rules.code, definition=definition, at=at))
    code = actions.code_ahead(handed_in=filing, by=by, at=at)
    answer = actions.once(
        key=post.get("key", ""),
        body={name: post.getlist(name) for name in post if name != "csrfmiddlewaretoken"},
        run=lambda: {
            "dossier_id": actions.receive_at_counter(filing=filing, code=code, by=by, at=at).pk
        },
        by=by,
        at=at,
    )
    return Dossier.objects.get(pk=answer["dossier_id"])


def _read_card(request: accounts.Request, rules: catalogue.VersionRules) -> HttpResponse:
    """The applicant filled from the card, and reached as they told us before; what else was typed
    stays as it is.
    """
    typed = {name: request.POST.get(name) or "" for name in request.POST}
    errors: dict[str, str] = {}
    told = ""
    try:
        card = forms.from_card(typed.get("qr", ""), at=request.at)
    except Refusal as refusal:
        errors["qr"] = str(refusal)
    else:
        party, before = forms.known_before(card["personal_id"], at=request.at)
        if party is not None:
            audit.saw(request, purpose="walk_in", parties=[party])
        typed |= {f"applicant.{name}": value for name, value in (card | before).items()}
        typed |= {"qr": "", "applicant.chosen": ""}
        told = (
            _("Đã đọc thẻ. Liên hệ và địa chỉ lấy từ lần khai trước.")
            if before
            else _("Đã đọc thẻ.")
        )
    if request.headers.get("HX-Target") == "applicant":
        context = _context(request, rules, typed=typed, errors=errors, told=told)
        return render(request, "dossiers/staff/applicant.html", context)
    status = 422 if errors else 200
    return _screen(request, rules, typed=typed, errors=errors, told=told, status=status)


def _screen(
    request: accounts.Request,
    rules: catalogue.VersionRules,
    *,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    context = _context(request, rules, typed=typed, errors=errors, told=told)
    response = render(request, "dossiers/staff/walk_in.html", context, status=status)
    if status != 200:
        response["HX-Retarget"] = "#main"
    return response


def _context(
    request: accounts.Request,
    rules: catalogue.VersionRules,
    *,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    told: str,
) -> dict[str, Any]:
    day = day_of(request.at)
    definition = catalogue.form_definition(rules.form_version_id)
    answers = answer_forms.posted_answers(definition, typed, at=request.at, prefix=forms.ANSWERS)
    shown = {_shown_at(name): sentence for name, sentence in errors.items()}
    return {
        "rules": rules,
        "procedure": catalogue.procedure_view(rules.code, day=day),
        "definition": definition,
        "paper_rules": sorted(
            (paper for paper in rules.papers if paper.kind == "paper"),
            key=lambda paper: not paper.required,
        ),
        "communes": answer_forms.communes_of(day),
        "typed": typed,
        "errors": shown,
        "choices": answer_forms.place_choices(
            definition, answers, at=request.at, prefix=forms.ANSWERS
        )
        if typed
        else {},
        "homes": {
            role: answer_forms.candidates(typed.get(f"{role}.territory") or "", day=day)
            for role in forms.ROLES
            if typed.get(f"{role}.territory") and not _certain(typed[f"{role}.territory"], day=day)
        },
        "wrong": [
            (f"counter-{name}" if name.startswith("papers.") else name, sentence)
            for name, sentence in shown.items()
        ],
        "for_another": forms.for_another(typed),
        "acts_for": forms.is_told(typed, "representative"),
        "told": told,
        "key": typed.get("key") or uuid.uuid4().hex,
    }


def _certain(typed: str, *, day: date) -> bool:
    code = answer_forms.territory_code(typed, day=day)
    return len(code) == 5 and code.isdecimal()


def _shown_at(name: str) -> str:
    """Where on the screen the fault named by the verb is shown."""
    if name in ("place.code", "place"):
        return "place_code"
    name = name.replace(".identifiers.", ".").replace(".address.territory_code", ".territory")
    if name.startswith(("applicant.address", "owner.address")):
        return name.replace(".address.", ".").replace(".address", ".territory")
    return name
