"""The signed-in browser: one statement per request says who acts; views are closed unless they
say for whom."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from haicap.accounts import queries
from haicap.accounts.models import WebSession
from haicap.accounts.queries import Account
from haicap.kernel.actor import NOBODY, Actor

log = logging.getLogger(__name__)

COOKIE = "haicap_session"
# A reading writes nothing; that somebody is still there is written down outside of it, this seldom.
SEEN_EVERY = timedelta(minutes=5)
Next = Callable[[HttpRequest], HttpResponseBase]


class Request(HttpRequest):
    """For type checkers: what the middlewares put on every request."""

    actor: Actor
    account: Account | None
    at: datetime
    request_id: str
    htmx: Any


class OneQuerySession:
    """Sets `request.actor` and `request.account` from the session cookie. Anonymous requests ask
    nothing.

    The API does not look at the cookie: its callers bring a token, so that no foreign page can
    act there.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = NOBODY  # type: ignore[attr-defined]
        request.account = None  # type: ignore[attr-defined]
        token = "" if request.path.startswith("/api/") else request.COOKIES.get(COOKIE, "")
        at: datetime = request.at  # type: ignore[attr-defined]
        who = None
        if token:
            who = queries.by_session(token, at=at, request_id=request.request_id)  # type: ignore[attr-defined]
        if who:
            request.actor, request.account = who.actor, who.account  # type: ignore[attr-defined]
        response = self.get_response(request)
        finish = request.__dict__.pop("outside_guard", None)
        if finish is not None:
            inner, response = response, finish()
            response.cookies.update(inner.cookies)
        if who and who.account.last_seen_at < at - SEEN_EVERY:
            WebSession.objects.filter(pk=who.account.session_id).update(last_seen_at=at)
        if token and not who and COOKIE not in response.cookies:
            take_cookie(response)
        return response


def finish_outside(request: HttpRequest, finish: Callable[[], HttpResponseBase]) -> HttpResponse:
    """Let `finish` make the answer after the read-only guard of GET is left.

    For the return from the identity provider alone: the protocol comes back by GET, and must open
    a session.
    """
    request.__dict__["outside_guard"] = finish
    return HttpResponse(status=204)


def give_cookie(response: HttpResponseBase, *, token: str) -> None:
    """Hand the browser its session. It ends with the browser, or earlier by its row."""
    response.set_cookie(
        COOKIE,
        token,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def take_cookie(response: HttpResponseBase) -> None:
    """Take the session's cookie from the browser."""
    response.delete_cookie(COOKIE, path="/", samesite="Lax")


class SignInRequired:
    """Default deny: a view that carries no mark of guards.py (or of the API, which has its own)
    is refused."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if hasattr(view, "guard") or (match is not None and "ninja" in match.app_names):
            return None
        log.error("The view %s says not who may see it (accounts.guards): refused.", view)
        return HttpResponse(
            "Trang này chưa mở.", status=403, content_type="text/plain; charset=utf-8"
        )
