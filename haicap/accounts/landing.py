"""Where a sign-in leads: back to the page that asked for it, if that is ours, else to the first
page of the realm."""

from __future__ import annotations

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from haicap.accounts import queries
from haicap.accounts.actions import Where
from haicap.accounts.session import Request
from haicap.kernel.actor import Actor, Duty

# Named by address, not imported: an installation may have switched one off.
STAFF = ("dossiers:desk", "accounts:me")
WATCHER = ("dossiers:board", *STAFF)
CITIZEN = ("dossiers:mine", "accounts:me")
AT_WORK = (Duty.RECEIVE, Duty.HANDLE, Duty.HEAD, Duty.DECIDE, Duty.ISSUE)


def first_page(actor: Actor | None) -> str:
    """The address of the citizens' first page, of the staff's, or of whose work is to watch."""
    places: tuple[str, ...] = CITIZEN
    if actor is not None and actor.is_staff:
        places = WATCHER if watches(actor) else STAFF
    for name in places:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return "/"


def watches(actor: Actor) -> bool:
    """Whether somebody looks over the whole city and has no dossiers of their own to work on."""
    return actor.agencies_for(Duty.OBSERVE) is None and not actor.holds(*AT_WORK)


def onward(request: Request, token: str) -> str:
    """Where staff go whose session was just opened, or whose post was just chosen."""
    asked = asked_for(request)
    who = None if asked else queries.by_session(token, at=request.at, request_id=request.request_id)
    return asked or first_page(who.actor if who else request.actor)


def asked_for(request: Request) -> str:
    """The page of ours that `next` names; empty for a foreign, relative or circular one."""
    address = request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not ours or not address.startswith("/") or len(address) > 2000:
        return ""
    circular = (reverse("accounts:sign_in"), reverse("accounts:citizen_sign_in"))
    return (
        "" if address.startswith(circular) or address == reverse("accounts:sign_out") else address
    )


def where(request: Request) -> Where:
    """The browser that signs in. Behind a proxy that ends TLS, the address is the one the proxy
    saw."""
    ip = request.META.get("REMOTE_ADDR", "")
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        ip = forwarded.rsplit(",", 1)[-1].strip()
    return Where(
        ip=ip,
        user_agent=request.headers.get("User-Agent", ""),
        replaces=request.account.session_id if request.account else None,
    )
