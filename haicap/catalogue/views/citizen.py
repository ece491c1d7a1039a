"""For everybody: the search, its suggestions while typing, and the page of a procedure."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from haicap.accounts import public as accounts
from haicap.catalogue import forms, listing
from haicap.catalogue import public as catalogue
from haicap.catalogue.facts import online_words
from haicap.kernel.clock import day_of
from haicap.kernel.pages import cursor

PAGE = 20
SUGGESTIONS = 7


@accounts.public_page
def search(request: accounts.Request) -> HttpResponse:
    """Procedures that answer the words, a page at a time; all of them for no words."""
    asked = forms.read_search(request.GET.dict())
    day = day_of(request.at)
    found = catalogue.search_procedures(
        asked.q,
        day=day,
        field=asked.field or None,
        level=asked.level or None,
        limit=PAGE,
        offset=asked.offset,
    )
    following = {"q": asked.q, "field": asked.field, "level": asked.level}
    following = {name: value for name, value in following.items() if value}
    context = {
        "asked": asked,
        "found": found.items,
        "fields": listing.fields_in_use(day=day),
        "next_url": f"?{urlencode({**following, 'cursor': cursor(found.next)})}"
        if found.next is not None
        else "",
        "first_url": f"?{urlencode(following)}" if asked.offset else "",
        "layout": "site/staff.html" if request.actor.is_staff else "site/citizen.html",
    }
    return render(request, "catalogue/citizen/search.html", context)


@accounts.public_page
def suggest(request: accounts.Request) -> HttpResponse:
    """A short list of links for what has been typed so far."""
    asked = forms.read_search(request.GET.dict())
    found = (
        catalogue.search_procedures(
            asked.q, day=day_of(request.at), limit=SUGGESTIONS, typing=True
        ).items
        if asked.q
        else ()
    )
    return render(request, "catalogue/citizen/suggestions.html", {"asked": asked, "found": found})


@accounts.public_page
def procedure(request: accounts.Request, code: str) -> HttpResponse:
    """What it takes: papers, time, fee, where, who decides; each with how sure we are."""
    view = catalogue.procedure_view(code, day=day_of(request.at))
    context = {
        "view": view,
        "rules": view.rules,
        "definition": catalogue.form_definition(view.rules.form_version_id),
        "online": online_words(view.rules.online_level),
        "needed": [paper for paper in view.rules.papers if paper.required],
        "sometimes": [paper for paper in view.rules.papers if not paper.required],
        "search_url": reverse("catalogue:search"),
        "layout": "site/staff.html" if request.actor.is_staff else "site/citizen.html",
    }
    return render(request, "catalogue/citizen/procedure.html", context)
