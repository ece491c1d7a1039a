"""A member of staff's own messages, and what they want by e-mail."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haicap.accounts import public as accounts
from haicap.notify import actions, queries

MOST = 50


@accounts.staff_page()
@require_http_methods(["GET", "POST"])
def choices(request: accounts.Request) -> HttpResponse:
    """Which messages come by e-mail besides the inbox."""
    if request.method == "POST":
        actions.choose_as_staff(
            at_once="at_once" in request.POST,
            digest="digest" in request.POST,
            by=request.actor,
            at=request.at,
        )
        response = HttpResponseRedirect(reverse("notify:staff_choices"))
        response["Haicap-Notice"] = quote(_("Đã ghi cách nhận tin báo."))
        return response
    staff_id = request.actor.person or 0
    at_once, digest = queries.staff_wants(staff_id)
    email = accounts.Staff.objects.values_list("email", flat=True).get(pk=staff_id)
    context = {"at_once": at_once, "digest": digest, "email": email}
    return render(request, "notify/staff/choices.html", context)


@accounts.staff_page()
@require_http_methods(["GET", "POST"])
def inbox(request: accounts.Request) -> HttpResponse:
    """What I was told, newest first; POST: I have read it all."""
    staff_id = request.actor.person or 0
    if request.method == "POST":
        actions.mark_read(staff_id=staff_id, at=request.at)
        return HttpResponseRedirect(reverse("notify:staff_inbox"))
    context = {
        "messages": queries.inbox_of(staff_id=staff_id, limit=MOST),
        "unread": queries.unread_count(staff_id=staff_id),
    }
    return render(request, "notify/staff/inbox.html", context)
