"""Handing in, step by step: every page keeps what is typed, right or not, and says what to mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.dossiers import actions, paperwork, queries
from haicap.dossiers.flow import State
from haicap.dossiers.forms import answers as answer_forms
from haicap.dossiers.forms import draft as forms
from haicap.dossiers.forms.draft import Page
from haicap.dossiers.models import Dossier
from haicap.dossiers.queries.outlook import outlook
from haicap.files import public as files
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.parties import public as parties


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with today's rules of its procedure and the way through its pages."""

    dossier: Dossier
    rules: catalogue.VersionRules
    definition: Mapping[str, Any]
    pages: list[Page]


def draft_of(request: accounts.Request, dossier: Dossier) -> Draft:
    """The draft as it stands."""
    rules = catalogue.version_at(dossier.procedure.code, day=day_of(request.at))
    return Draft(
        dossier,
        rules,
        catalogue.form_definition(rules.form_version_id),
        forms.pages_of(dossier, rules),
    )


def draft_page(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """One's own draft as the view's second argument; one that is handed in shows as such."""

    @wraps(view)
    def found(request: accounts.Request, draft: UUID, **more: Any) -> HttpResponseBase:
        dossier = queries.find(code=str(draft), by=request.actor)
        if dossier.state != State.DRAFT:
            return HttpResponseRedirect(reverse("dossiers:done", args=[dossier.code]))
        return view(request, draft_of(request, dossier), **more)

    return accounts.citizen_page(require_http_methods(["GET", "POST"])(found))


# --- the frame of a page --------------------------------------------------------------------------


def keep(
    request: accounts.Request, draft: Draft, page: Page, **values: Any
) -> tuple[Draft, list[forms.Fault]]:
    """Save what was typed; the draft after it, and what is to be mended on this page."""
    dossier = actions.save_draft(
        dossier_id=draft.dossier.pk,
        seen_version=seen_version(request),
        by=request.actor,
        at=request.at,
        **values,
    )
    saved = draft_of(request, queries.find(code=str(dossier.uuid), by=request.actor))
    if request.headers.get("X-Autosave") or _stays(request):
        return saved, []
    _checked, faults = forms.looked_at(saved.dossier, saved.rules, by=request.actor, at=request.at)
    return saved, [fault for fault in faults if fault.page == page]


def _stays(request: accounts.Request) -> str:
    """Where on the same page to go on, after a row was added or a file sent; empty else."""
    if request.POST.get(answer_forms.ME):
        return request.POST[answer_forms.ME][:60]
    if answer_forms.row_pressed(request.POST):
        return f"{request.POST[answer_forms.ROW]}:".split(":")[1][:60] or "main"
    return f"upload-{request.POST['slot'][:60]}" if "slot" in request.POST else ""


def seen_version(request: accounts.Request) -> int | None:
    """The version of the dossier the page was made from."""
    seen = request.POST.get("version", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else None


def step(
    request: accounts.Request,
    draft: Draft,
    page: Page,
    template: str,
    *,
    values: Callable[[], dict[str, Any]],
    typed: Callable[[Draft], Mapping[str, Any]],
    under: Mapping[str, str] | None = None,
    also: Sequence[forms.Fault] = (),
    **context: Any,
) -> HttpResponse:
    """Show a page, or keep what it posts and go on; refused, all typed is still there.

    `values` reads what save_draft takes from the posted form, `typed` lays a draft out flat;
    `under` are answers of other pages that this one's conditions look at, `also` faults found
    before the check.
    """
    if request.method == "GET":
        return show(request, draft, page, template, typed=typed(draft), **context)
    context["typed"] = {**(under or {}), **request.POST.dict()}
    try:
        saved, faults = keep(request, draft, page, **values())
    except Invalid as invalid:
        told = [forms.Fault(page, name, words) for name, words in invalid.fields.items()]
        return _refused(request, draft, page, template, told, status=422, **context)
    except Refusal as refusal:
        told = [forms.Fault(page, "", str(refusal))]
        return _refused(request, draft, page, template, told, status=refusal.status, **context)
    if request.headers.get("X-Autosave"):
        return JsonResponse({"version": saved.dossier.version})
    known = {fault.control for fault in also}
    told = [*also, *(fault for fault in faults if fault.control not in known)]
    if told and "later" not in request.POST:
        return _refused(request, saved, page, template, told, status=422, **context)
    return HttpResponseRedirect(_onward(request, saved, page))


def _refused(
    request: accounts.Request,
    draft: Draft,
    page: Page,
    template: str,
    faults: list[forms.Fault],
    *,
    status: int,
    **context: Any,
) -> HttpResponse:
    if request.headers.get("X-Autosave"):
        return JsonResponse({"detail": faults[0].sentence}, status=status)
    draft.dossier.refresh_from_db()
    return show(request, draft, page, template, faults=faults, status=status, **context)


def _onward(request: accounts.Request, draft: Draft, page: Page) -> str:
    """Where a page that is in order leads: back to the review, if that is where one came from."""
    uuid = draft.dossier.uuid
    if "later" in request.POST:
        return reverse("dossiers:mine")
    if _stays(request):
        return f"{page.url(uuid)}?{request.GET.urlencode()}#{quote(_stays(request))}"
    if request.GET.get("from") == "review" and page.name != forms.OWNER.name:
        return forms.REVIEW.url(uuid)
    return forms.after(page, draft.pages).url(uuid)


def show(
    request: accounts.Request,
    draft: Draft,
    page: Page,
    template: str,
    *,
    typed: Mapping[str, Any],
    faults: list[forms.Fault] | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """The page with what is typed and what is to be mended."""
    previous = forms.before(page, draft.pages)
    told = faults or []
    shown = {
        "draft": draft.dossier,
        "rules": draft.rules,
        "page": page,
        "steps": forms.steps(),
        "typed": typed,
        "errors": {fault.control: fault.sentence for fault in told},
        "wrong": [(fault.control, fault.named) for fault in told],
        "back_url": previous.url(draft.dossier.uuid) if previous else "",
        "here": request.get_full_path(),
        **context,
    }
    return render(request, f"dossiers/citizen/{template}.html", shown, status=status)


# --- the pages ------------------------------------------------------------------------------------


@draft_page
def resume(request: accounts.Request, draft: Draft) -> HttpResponse:
    """Back to the first page on which something is missing."""
    _checked, faults = forms.looked_at(draft.dossier, draft.rules, by=request.actor, at=request.at)
    waiting = {fault.page for fault in faults}
    begun = bool(draft.dossier.answers or draft.dossier.declared.get("contact"))
    page = next((one for one in draft.pages if one in waiting), forms.REVIEW)
    return HttpResponseRedirect((page if begun else forms.APPLICANT).url(draft.dossier.uuid))


@draft_page
def applicant(request: accounts.Request, draft: Draft) -> HttpResponse:
    """Who hands it in: known from the sign-in; how to reach them."""
    by, at = request.actor, request.at
    return step(
        request,
        draft,
        forms.APPLICANT,
        "applicant",
        values=lambda: {"declared": {"contact": forms.contact_posted(request.POST, at=at)}},
        typed=lambda saved: forms.contact_shown(saved.dossier, by=by, at=at),
        me=parties.declared_of(by.person or 0, at=at),
        communes=answer_forms.communes_of(day_of(at)),
        choices=forms.party_choices(request.POST, ["contact"], at=at),
        whose=dict(row[:2] for row in forms.whose_options())[
            str((draft.dossier.declared.get("owner") or {}).get("kind") or forms.SELF)
        ],
        owner_url=forms.OWNER.url(draft.dossier.uuid),
    )


@draft_page
def owner(request: accounts.Request, draft: Draft) -> HttpResponse:
    """Whose dossier it is; somebody else's is recorded as such, with the relation."""
    at = request.at
    return step(
        request,
        draft,
        forms.OWNER,
        "owner",
        values=lambda: {
            "declared": {
                "owner": forms.owner_posted(request.POST, at=at),
                "relation": request.POST.get("relation", "")
                if request.POST.get("for", forms.SELF) != forms.SELF
                else "",
            }
        },
        typed=lambda saved: forms.owner_shown(saved.dossier),
        communes=answer_forms.communes_of(day_of(at)),
        choices=forms.party_choices(request.POST, ["owner"], at=at),
        whose=forms.whose_options(),
    )


@draft_page
def place(request: accounts.Request, draft: Draft) -> HttpResponse:
    """Which commune decides, where any may."""
    at = request.at
    return step(
        request,
        draft,
        forms.PLACE,
        "place",
        values=lambda: {"declared": {"place": forms.place_posted(request.POST, at=at)}},
        typed=lambda saved: forms.place_shown(saved.dossier),
        communes=answer_forms.communes_of(day_of(at)),
        choices=forms.party_choices(request.POST, ["place"], at=at),
    )


@draft_page
def section(request: accounts.Request, draft: Draft, section: str) -> HttpResponse:
    """One part of the electronic form."""
    parts = draft.definition["sections"]
    part = next((one for one in parts if one["name"] == section), None)
    if part is None:
        raise Missing(_("Tờ khai không có phần này."))
    posted = answer_forms.posted_answers(
        draft.definition, request.POST, at=request.at, section=section
    )
    if answer_forms.ME in request.POST:
        known = parties.declared_of(request.actor.person or 0, at=request.at)
        number = known.identifiers.get("personal_id", "")
        posted = answer_forms.filled_with(
            draft.definition,
            posted,
            request.POST[answer_forms.ME],
            known,
            before=queries.said_before(number=number, by=request.actor),
        )
    own = {field["name"] for field in draft.definition["fields"] if field["section"] == section}
    kept = {name: value for name, value in draft.dossier.answers.items() if name not in own}
    return step(
        request,
        draft,
        Page("draft_section", 2, section),
        "section",
        values=lambda: {"answers": {**kept, **posted}},
        typed=lambda saved: answer_forms.flat_answers(saved.dossier.answers),
        under=answer_forms.flat_answers(kept),
        definition=draft.definition,
        part=part,
        number=parts.index(part) + 1,
        total=len(parts),
        communes=answer_forms.communes_of(day_of(request.at)),
        choices=answer_forms.place_choices(draft.definition, posted, at=request.at),
    )


@draft_page
def handing(request: accounts.Request, draft: Draft) -> HttpResponse:
    """How the result is to reach the citizen, and who else may act for them."""
    return step(
        request,
        draft,
        forms.HANDING,
        "handing",
        values=lambda: {
            "wants_result": request.POST.get("wants_result", ""),
            "declared": {"representative": forms.representative_posted(request.POST)},
        },
        typed=lambda saved: {
            "wants_result": saved.dossier.wants_result,
            **forms.representative_shown(saved.dossier),
        },
        options=forms.handing_options(),
    )


# --- review and hand in ---------------------------------------------------------------------------


@draft_page
def review(request: accounts.Request, draft: Draft) -> HttpResponse:
    """Check your answers; handed in once, however often the button is pressed."""
    if request.method == "GET":
        return _review(request, draft)
    try:
        code = _submit(request, draft)
    except Invalid:
        return _review(request, draft, status=422)
    except Refusal as refusal:
        draft.dossier.refresh_from_db()
        return _review(request, draft, trouble=str(refusal), status=refusal.status)
    return HttpResponseRedirect(reverse("dossiers:done", args=[code]))


def _submit(request: accounts.Request, draft: Draft) -> str:
    """The code of the dossier."""
    given = actions.code_ahead(draft=draft.dossier, by=request.actor, at=request.at)

    def run() -> dict[str, Any]:
        dossier = actions.submit(
            dossier_id=draft.dossier.pk,
            code=given,
            seen_version=seen_version(request),
            by=request.actor,
            at=request.at,
        )
        return {"dossier_id": dossier.pk, "code": dossier.code}

    uuid = str(draft.dossier.uuid)
    answer = actions.once(
        key=f"submit:{uuid}", body={"draft": uuid}, run=run, by=request.actor, at=request.at
    )
    return str(answer["code"])


def _review(
    request: accounts.Request, draft: Draft, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    by, at = request.actor, request.at
    checked, faults = forms.looked_at(draft.dossier, draft.rules, by=by, at=at)
    return show(
        request,
        draft,
        forms.REVIEW,
        "review",
        typed={},
        status=status,
        trouble=trouble,
        missing=_missing(draft, faults),
        outlook=outlook(checked, by=by, at=at) if checked else None,
        me=parties.declared_of(by.person or 0, at=at),
        contact=forms.contact_shown(draft.dossier, by=by, at=at),
        contact_place=paperwork.address_line(checked.applicant.address) if checked else "",
        owner=forms.owner_shown(draft.dossier),
        representative=forms.representative_shown(draft.dossier),
        parts=_answered(draft, request),
        papers=_handed_in(draft),
        handing=dict(row[:2] for row in forms.handing_options())[draft.dossier.wants_result],
        urls=_change_urls(draft),
        communes=dict(answer_forms.communes_of(day_of(at))),
        place=forms.place_shown(draft.dossier)
        if forms.place_field(draft.definition) is None
        else None,
    )


def _missing(draft: Draft, faults: list[forms.Fault]) -> list[tuple[str, str]]:
    """(address of the control, sentence) of what is still to be done."""
    uuid = draft.dossier.uuid
    return [
        (
            f"{fault.page.url(uuid)}?from=review#{quote(fault.control)}"
            if fault.page != forms.REVIEW
            else "",
            fault.named,
        )
        for fault in faults
    ]


def _change_urls(draft: Draft) -> dict[str, str]:
    uuid = draft.dossier.uuid
    named = (forms.APPLICANT, forms.OWNER, forms.PLACE, forms.PAPERS, forms.HANDING)
    return {page.name: f"{page.url(uuid)}?from=review" for page in named}


def _answered(draft: Draft, request: accounts.Request) -> list[dict[str, Any]]:
    """The form part by part, as it was filled in, with the address of the part."""
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    form = draft.rules.form_version_id
    cleaned = catalogue.clean_answers(form, draft.dossier.answers, at=request.at, draft=True)
    rows = catalogue.answer_rows(form, cleaned, language)
    parts = []
    for part in draft.definition["sections"]:
        title = str(part.get(f"title_{language}") or part["title_vi"])
        page = Page("draft_section", 2, part["name"])
        if page in draft.pages:
            url = f"{page.url(draft.dossier.uuid)}?from=review"
            own = [(label, value, "") for name, label, value in rows if name == title]
            parts.append({"title": title, "url": url, "rows": own})
    return parts


def _handed_in(draft: Draft) -> list[tuple[str, str, str]]:
    """(paper, its files or what stands in for it, "") of the papers there are."""
    uses: dict[str, list[str]] = {}
    for use in files.uses_of([draft.dossier.ref])[draft.dossier.ref]:
        uses.setdefault(use.slot, []).append(use.name)
    replaced = draft.dossier.declared.get("papers") or {}
    rows = []
    for paper in forms.papers_of(draft.rules):
        told = list(uses.get(paper.slot, []))
        if replaced.get(paper.slot):
            told.append(_("thay bằng dữ liệu: %(data)s") % {"data": paper.replaced_words})
        if told:
            rows.append((paper.name, ", ".join(told), ""))
    return rows


# --- thrown away ----------------------------------------------------------------------------------


@draft_page
def discard(request: accounts.Request, draft: Draft) -> HttpResponse:
    """Throw the draft away, after asking."""
    if request.method == "GET":
        return render(
            request,
            "dossiers/citizen/discard.html",
            {"draft": draft.dossier, "rules": draft.rules},
        )
    actions.discard_draft(dossier_id=draft.dossier.pk, by=request.actor, at=request.at)
    response = HttpResponseRedirect(reverse("dossiers:mine"))
    response["Haicap-Notice"] = quote(_("Đã xóa bản nháp."))
    return response
