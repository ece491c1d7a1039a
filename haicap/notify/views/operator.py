"""For operators: how the channels fare, what did not get out and why, and sending it again."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from haicap.accounts import public as accounts
from haicap.kernel.actor import Duty
from haicap.kernel.errors import Missing
from haicap.notify import actions, gateways, queries, simulator
from haicap.notify.letters import KINDS
from haicap.notify.models import OUTSIDE, STUCK, Channel, MessageState
from haicap.parties import public as parties

PAGE = 50


@accounts.staff_page(Duty.OPERATE)
@require_GET
def outbox(request: accounts.Request) -> HttpResponse:
    """Channels, reasons, and the messages that wait for somebody."""
    asked = {
        "channel": _one_of(request.GET.get("channel", ""), OUTSIDE),
        "state": _one_of(request.GET.get("state", ""), STUCK),
    }
    before = request.GET.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    stuck = queries.undelivered(limit=PAGE, before=last, **asked)
    further = {**{name: value for name, value in asked.items() if value}}
    if len(stuck) == PAGE:
        further["before"] = str(stuck[-1].id)
    context: dict[str, Any] = {
        "asked": asked,
        "stuck": stuck,
        "next_url": f"?{urlencode(further)}" if "before" in further else "",
        "ways": queries.ways(open_channels=gateways.open_channels(), at=request.at),
        "reasons": queries.stuck_by_reason(at=request.at),
        "kinds": KINDS,
        "channels": [(str(way), str(way.label)) for way in OUTSIDE],
        "states": [(str(state), str(state.label)) for state in MessageState],
        "stuck_states": [(str(state), str(state.label)) for state in STUCK],
        "moods": list(simulator.MOODS.items()) if settings.DEMO else [],
        "phones": _phones() if settings.DEMO else [],
    }
    return render(request, "notify/staff/outbox.html", context)


def _one_of(given: str, known: Any) -> str:
    return given if given in {str(value) for value in known} else ""


def _phones() -> list[dict[str, Any]]:
    return [
        {
            "channel": Channel(text.channel).label,
            "to": parties.mask_number(text.address),
            "text": text.text,
            "at": text.taken_at,
        }
        for text in simulator.recent(limit=10)
    ]


@accounts.staff_page(Duty.OPERATE)
@require_POST
def again(request: accounts.Request) -> HttpResponse:
    """Send one message once more, or all that were given up on a channel."""
    message, channel = request.POST.get("message", ""), request.POST.get("channel", "")
    if message.isascii() and message.isdigit() and len(message) < 19:
        sent = int(actions.try_again(message_id=int(message), by=request.actor, at=request.at))
    else:
        sent = actions.try_all_again(
            channel=_one_of(channel, OUTSIDE), by=request.actor, at=request.at
        )
    words = ngettext("Đang gửi lại %(num)s tin.", "Đang gửi lại %(num)s tin.", sent)
    return _back(words % {"num": sent} if sent else _("Không có tin nào phải gửi lại."))


@accounts.staff_page(Duty.OPERATE)
@require_POST
def way(request: accounts.Request, channel: str) -> HttpResponse:
    """Let a resting channel go on, or tell its simulator how to behave (demo)."""
    if not _one_of(channel, OUTSIDE):
        raise Missing(_("Không có kênh này."))
    if settings.DEMO and "mood" in request.POST:
        mood = _one_of(request.POST["mood"], simulator.MOODS)
        actions.set_mood(channel=channel, mood=mood, by=request.actor)
        return _back(_("Đã đổi cách cư xử của bộ mô phỏng."))
    actions.open_way(channel=channel, by=request.actor, at=request.at)
    return _back(_("Kênh chạy lại từ bây giờ."))


def _back(notice: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("notify:outbox"))
    response["Haicap-Notice"] = quote(notice)
    return response
