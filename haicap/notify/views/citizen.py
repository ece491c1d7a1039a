"""A citizen's own messages: what was told, and two questions about how to be told."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.kernel.errors import Invalid
from haicap.notify import actions, forms, gateways, queries
from haicap.notify.models import OUTSIDE, Channel
from haicap.parties import public as parties

PAGE = 20


@accounts.citizen_page
@require_http_methods(["GET", "POST"])
def choices(request: accounts.Request) -> HttpResponse:
    """By which ways, in which language: two questions and one button."""
    party_id = request.actor.person or 0
    party = parties.Party.objects.get(pk=party_id)
    chosen = queries.chosen_by(party_id).channels
    language, errors = party.language, {}
    if request.method == "POST":
        given = forms.read_choices(request.POST)
        chosen, language = frozenset(given.channels), given.language
        try:
            actions.choose(
                channels=given.channels, language=language, by=request.actor, at=request.at
            )
            return _back("notify:choices", language)
        except Invalid as wrong:
            errors = wrong.fields
    known = {way for way in chosen if party.email or way != Channel.EMAIL}
    context = {
        "options": _options(party),
        "chosen": known if party.phone else known - {Channel.SMS, Channel.ZALO},
        "language": language,
        "errors": errors,
    }
    return render(request, "notify/citizen/choices.html", context, status=422 if errors else 200)


def _options(party: parties.Party) -> list[tuple[str, str, str]]:
    """The ways this installation has, each with where it would go."""
    there = gateways.open_channels()
    phone = parties.mask_number(party.phone) if party.phone else ""
    mail = _mask_mail(party.email)
    options = []
    for way in OUTSIDE:
        to = mail if way == Channel.EMAIL else phone
        where = (
            _("Gửi tới %(where)s") % {"where": to}
            if to
            else _("Chưa biết số hoặc địa chỉ của ông bà; nói với cán bộ tiếp nhận để ghi thêm.")
        )
        if way in there:
            words = {
                Channel.SMS: _("Tin nhắn điện thoại (SMS)"),
                Channel.ZALO: _("Zalo"),
                Channel.EMAIL: _("Thư điện tử (email)"),
            }
            options.append((str(way), words[way], where))
    return options


def _mask_mail(address: str) -> str:
    name, at_sign, host = address.partition("@")
    return f"{name[:2]}…{at_sign}{host}" if at_sign else ""


def _back(name: str, language: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse(name))
    with translation.override(language):
        response["Haicap-Notice"] = quote(_("Đã ghi cách báo tin của ông bà."))
    return response


@accounts.citizen_page
@require_http_methods(["GET", "POST"])
def inbox(request: accounts.Request) -> HttpResponse:
    """What I was told, newest first; POST: I have read it all."""
    party_id = request.actor.person or 0
    if request.method == "POST":
        actions.mark_read(party_id=party_id, at=request.at)
        return HttpResponseRedirect(reverse("notify:inbox"))
    before = request.GET.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    messages = queries.inbox_of(party_id, limit=PAGE, before=last)
    context = {
        "messages": messages,
        "unread": queries.unread_count(party_id),
        "next_url": f"?before={messages[-1].id}" if len(messages) == PAGE else "",
    }
    return render(request, "notify/citizen/inbox.html", context)
