"""Answering what was asked for, before reception or during verification: papers, words, form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.dossiers import actions, queries
from haicap.dossiers.filing import PaperIn
from haicap.dossiers.flow import State
from haicap.dossiers.forms import answers as answer_forms
from haicap.dossiers.forms import draft as forms
from haicap.dossiers.models import Dossier
from haicap.dossiers.views.citizen import own, uploads
from haicap.dossiers.views.citizen.draft import seen_version
from haicap.files import public as files
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, Refusal

PREFIX = "answers."


@accounts.citizen_page
@require_http_methods(["GET", "POST"])
def answer(request: accounts.Request, code: str) -> HttpResponseBase:
    """The page of the request: what is asked, a place for each paper, words, the form again."""
    dossier = queries.find(code=code, by=request.actor)
    if dossier.state not in own.ASKS:
        return own.page(request, dossier, status=200 if request.method == "GET" else 409)
    papers = forms.papers_of(_rules(dossier))
    bad: Mapping[str, str] = {}
    if request.method == "POST":
        bad = uploads.take(request, papers, place=lambda slot: _place(dossier, slot))
    if request.headers.get("HX-Request"):
        return _one_slot(request, dossier, request.POST.get("slot", ""), bad)
    if request.method == "GET" or "slot" in request.POST:
        return _page(request, dossier, bad=bad, status=422 if bad else 200)
    if answer_forms.row_pressed(request.POST):
        return _page(request, dossier, bad=bad, rows=True)
    return _hand_in(request, dossier, bad)


def _hand_in(request: accounts.Request, dossier: Dossier, bad: Mapping[str, str]) -> HttpResponse:
    if bad:
        return _page(request, dossier, bad=bad, status=422)
    try:
        _answer(request, dossier)
    except Invalid as invalid:
        return _page(request, dossier, wrong=invalid.fields, status=422)
    except Refusal as refusal:
        dossier.refresh_from_db()
        if dossier.state in own.ASKS:
            return _page(request, dossier, wrong={"": str(refusal)}, status=refusal.status)
        return own.page(request, dossier, trouble=str(refusal), status=refusal.status)
    response = HttpResponseRedirect(reverse("dossiers:mine_one", args=[dossier.code]))
    response["Haicap-Notice"] = quote(
        _("Đã gửi phần bổ sung của hồ sơ %(code)s.") % {"code": dossier.code}
    )
    return response


def _answer(request: accounts.Request, dossier: Dossier) -> None:
    """The one verb the state asks for, with the uploads that wait for it."""
    verb = actions.complete if dossier.state == State.PRE_SUPP else actions.receive_supplement
    definition = catalogue.form_definition(dossier.form_version_id)
    edited = bool(request.POST.get("edit"))
    verb(
        dossier_id=dossier.pk,
        note=request.POST.get("note", ""),
        answers=answer_forms.posted_answers(definition, request.POST, at=request.at, prefix=PREFIX)
        if edited
        else None,
        papers=[
            PaperIn(slot=slot, file_id=use.id)
            for slot, uses in _waiting(request, dossier).items()
            for use in uses
        ],
        seen_version=seen_version(request),
        by=request.actor,
        at=request.at,
    )


def _rules(dossier: Dossier) -> catalogue.VersionRules:
    return catalogue.rules_by_ids(
        dossier.procedure_version_id,
        dossier.form_version_id,
        dossier.deadline_rule_id,
        dossier.fee_rule_id,
    )


def _place(dossier: Dossier, slot: str) -> str:
    """Uploads wait with their sender, told apart by the dossier they are for."""
    return f"{dossier.pk}:{slot}"[:80]


def _waiting(request: accounts.Request, dossier: Dossier) -> Mapping[str, list[files.UseView]]:
    staged = files.staged_ref(request.actor)
    return uploads.by_slot(files.uses_of([staged])[staged], prefix=_place(dossier, ""))


def _slots(
    request: accounts.Request, dossier: Dossier, bad: Mapping[str, str]
) -> list[dict[str, Any]]:
    uses = _waiting(request, dossier)
    return [
        uploads.shown(
            paper,
            uses.get(paper.slot, []),
            url=reverse("dossiers:mine_answer", args=[dossier.code]),
            file_url=lambda use: reverse("dossiers:answer_file", args=[dossier.code, use]),
            remove_url=lambda use: reverse("dossiers:answer_remove", args=[dossier.code, use]),
            error=bad.get(paper.slot, ""),
            required=True,  # "optional" beside a paper that was asked for would mislead
        )
        for paper in forms.papers_of(_rules(dossier))
    ]


def _one_slot(
    request: accounts.Request, dossier: Dossier, slot: str, bad: Mapping[str, str]
) -> HttpResponse:
    found = next((one for one in _slots(request, dossier, bad) if one["slot"] == slot), None)
    if found is None:
        raise Missing(_("Thủ tục này không có giấy tờ ấy."))
    context = {"slot": found, "accept": uploads.ACCEPT}
    return render(
        request, "dossiers/citizen/slot.html", context, status=422 if slot in bad else 200
    )


def _page(
    request: accounts.Request,
    dossier: Dossier,
    *,
    bad: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    rows: bool = False,
    status: int = 200,
) -> HttpResponse:
    definition = catalogue.form_definition(dossier.form_version_id)
    errors = dict(wrong or {})
    errors |= {f"papers.{slot}": sentence for slot, sentence in (bad or {}).items()}
    typed: Mapping[str, str] = answer_forms.flat_answers(dossier.answers, prefix=PREFIX)
    choices: Mapping[str, Any] = {}
    if request.method == "POST":
        typed = (
            answer_forms.rows_changed(definition, request.POST, at=request.at, prefix=PREFIX)
            if rows
            else request.POST
        )
        posted = answer_forms.posted_answers(definition, request.POST, at=request.at, prefix=PREFIX)
        choices = answer_forms.place_choices(definition, posted, at=request.at, prefix=PREFIX)
    view = queries.dossier_view(dossier=dossier, by=request.actor, at=request.at)
    asked = next((one for one in view["requests"] if one["answered_at"] is None), None)
    named = {item["paper"] for item in asked["items"]} if asked else set()
    slots = _slots(request, dossier, bad or {})
    context = {
        "view": view,
        "asked": asked,
        "named": [slot for slot in slots if slot["slot"] in named],
        "others": [slot for slot in slots if slot["slot"] not in named],
        "accept": uploads.ACCEPT,
        "definition": definition,
        "typed": typed,
        "errors": errors,
        "wrong": [(_control(name), sentence) for name, sentence in errors.items()],
        "communes": answer_forms.communes_of(day_of(request.at)),
        "choices": choices,
        "prefix": PREFIX,
    }
    return render(request, "dossiers/citizen/answer.html", context, status=status)


def _control(name: str) -> str:
    """The control of a fault that the verb names."""
    top, _dot, rest = name.partition(".")
    return forms.paper_control(rest) if top == "papers" and rest else name


@accounts.citizen_page
@require_http_methods(["GET", "POST"])
def remove(request: accounts.Request, code: str, file_id: UUID) -> HttpResponse:
    """Take a waiting upload away again."""
    dossier = queries.find(code=code, by=request.actor)
    use = _own_file(request, dossier, file_id)
    if request.method == "POST":
        staged = files.staged_ref(request.actor)
        files.remove(use_id=use.id, owner_refs=[staged], by=request.actor, at=request.at)
    slot = use.slot.removeprefix(_place(dossier, ""))
    if request.headers.get("HX-Request"):
        return _one_slot(request, dossier, slot, {})
    address = reverse("dossiers:mine_answer", args=[dossier.code])
    return HttpResponseRedirect(f"{address}#upload-{slot}")


@accounts.citizen_page
@require_http_methods(["GET"])
def file(request: accounts.Request, code: str, file_id: UUID) -> HttpResponseBase:
    """A waiting upload."""
    dossier = queries.find(code=code, by=request.actor)
    return files.serve(_own_file(request, dossier, file_id))


def _own_file(request: accounts.Request, dossier: Dossier, file_id: UUID) -> files.UseView:
    use = files.facts_of(file_id)
    mine = use.ref == files.staged_ref(request.actor)
    if not mine or not use.slot.startswith(_place(dossier, "")):
        raise Missing(_("Không tìm thấy tệp này."))
    return use
