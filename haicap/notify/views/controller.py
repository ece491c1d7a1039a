"""For the control of procedures: the words of every letter in both languages, the quiet hours."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from haicap.accounts import public as accounts
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.notify import actions, forms, letters, queries
from haicap.notify.letters import KINDS, OPEN, VALUE_WORDS, Words
from haicap.notify.models import OUTSIDE


@accounts.staff_page(Duty.CATALOGUE)
@require_GET
def wordings(request: accounts.Request) -> HttpResponse:
    """Every letter, which of them were changed; the quiet hours."""
    return _list(request)


def _list(
    request: accounts.Request,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    hours = queries.quiet_hours()
    shown = {
        "begins": f"{hours.begins:%H:%M}",
        "ends": f"{hours.ends:%H:%M}",
        "channels": list(hours.channels),
    }
    context = {
        "kinds": KINDS,
        "languages": settings.LANGUAGES,
        "edited": queries.edited(),
        "quiet": typed or shown,
        "errors": errors or {},
        "channels": [(str(way), str(way.label)) for way in OUTSIDE],
    }
    return render(request, "notify/staff/wordings.html", context, status=422 if errors else 200)


@accounts.staff_page(Duty.CATALOGUE)
@require_http_methods(["GET", "POST"])
def quiet(request: accounts.Request) -> HttpResponse:
    """Set the quiet hours."""
    if request.method == "GET":
        return _list(request)
    try:
        given = forms.read_quiet(request.POST)
        actions.set_quiet_hours(
            begins=given.begins,
            ends=given.ends,
            channels=given.channels,
            by=request.actor,
            at=request.at,
        )
    except Invalid as wrong:
        typed = {name: request.POST.get(name, "")[:20] for name in ("begins", "ends")}
        channels = request.POST.getlist("channels")
        return _list(request, typed={**typed, "channels": channels}, errors=wrong.fields)
    return _back(reverse("notify:wordings"), _("Đã đặt giờ yên tĩnh."))


@accounts.staff_page(Duty.CATALOGUE)
@require_http_methods(["GET", "POST"])
def wording(request: accounts.Request, template: str, language: str) -> HttpResponse:
    """One letter in one language: its words, a preview with made-up values, its versions."""
    if template not in KINDS or language not in dict(settings.LANGUAGES):
        raise Missing(_("Không có mẫu tin này."))
    if request.method == "GET":
        words = queries.words_in_force(template, language) or _shipped(template, language)
        typed = forms.Typed(
            title=words.title, body="\n\n".join(words.body), line=words.line, seen_version=-1
        )
        return _page(request, template, language, typed=typed, words=words)
    typed, act = forms.read_words(request.POST), request.POST.get("act", "")
    try:
        if act == "shipped":
            actions.back_to_shipped(
                template=template,
                language=language,
                seen_version=typed.seen_version,
                by=request.actor,
                at=request.at,
            )
            return _saved(template, language, _("Đã về lại câu chữ gốc của phần mềm."))
        words = actions.checked_words(
            template=template, title=typed.title, body=typed.body, line=typed.line
        )
        if act == "save":
            actions.reword(
                template=template,
                language=language,
                title=typed.title,
                body=typed.body,
                line=typed.line,
                seen_version=typed.seen_version,
                by=request.actor,
                at=request.at,
            )
            return _saved(template, language, _("Đã lưu câu chữ mới, dùng từ tin kế tiếp."))
    except Invalid as wrong:
        return _page(request, template, language, typed=typed, errors=wrong.fields)
    except Refusal as refusal:
        return _page(request, template, language, typed=typed, trouble=refusal)
    return _page(request, template, language, typed=typed, words=words)


def _shipped(template: str, language: str) -> Words:
    with translation.override(language):
        return KINDS[template].words()


def _page(
    request: accounts.Request,
    template: str,
    language: str,
    *,
    typed: forms.Typed,
    words: Words | None = None,
    errors: dict[str, str] | None = None,
    trouble: Refusal | None = None,
) -> HttpResponse:
    kind, versions = KINDS[template], queries.versions_of(template, language)
    latest = versions[0].number if versions else 0
    sample = queries.samples(language)
    context = {
        "template": template,
        "language": language,
        "languages": settings.LANGUAGES,
        "kind": kind,
        "typed": typed,
        "seen_version": latest if typed.seen_version < 0 else typed.seen_version,
        "errors": errors or {},
        "trouble": str(trouble) if trouble else "",
        "letter": queries.sample_letter(template, language, words) if words else None,
        "values": [
            (name, _(VALUE_WORDS[name]), name in OPEN, letters.said(name, sample.get(name)))
            for name in sorted(kind.values)
        ],
        "versions": versions,
        "names": accounts.staff_names([v.made_by for v in versions if v.made_by]),
        "changed": bool(versions) and versions[0].words is not None,
    }
    status = 422 if errors else trouble.status if trouble else 200
    return render(request, "notify/staff/wording.html", context, status=status)


def _saved(template: str, language: str, notice: str) -> HttpResponse:
    return _back(reverse("notify:wording", args=[template, language]), notice)


def _back(address: str, notice: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response["Haicap-Notice"] = quote(notice)
    return response
