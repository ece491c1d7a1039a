"""What surrounds every page: id and time, headers, language, and refusals told kindly."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from haicap.kernel import clock
from haicap.kernel.actor import NOBODY, Actor, ActorKind
from haicap.kernel.errors import Refusal
from haicap.site import notice, refusals

Next = Callable[[HttpRequest], HttpResponseBase]
LANGUAGE_COOKIE = "haicap_lang"
HEALTH = frozenset({"/healthz", "/readyz"})


class RequestContext:
    """Gives the request its id and its moment, both taken once: everything below uses these."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        request.at = clock.now()  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


class KnownHost:
    """Answers only to the names of HAICAP_ALLOWED_HOSTS: no address is made from a foreign one.

    The two health pages are asked by machines that know our number only.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path not in HEALTH:
            try:
                request.get_host()
            except DisallowedHost:
                return HttpResponse("unknown host\n", content_type="text/plain", status=400)
        return self.get_response(request)


class HeadAsGet:
    """HEAD is answered as GET is, without the body (RFC 9110, 9.3.2), wherever GET is."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        response = self.get_response(request)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
            return response
        response.close()
        return HttpResponse(status=response.status_code, headers=dict(response.items()))


class Headers:
    """Strict policy for content, nothing personal in any cache. Static files pass outside of it.

    A view that may be shown inside our own pages (a paper beside the form) sets X-Frame-Options to
    SAMEORIGIN; a view that may be cached sets Cache-Control itself.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        notice.carry(request, response)
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        policy = content_policy(
            response.headers.get("Content-Type", ""),
            framed_by_us=response.headers["X-Frame-Options"] == "SAMEORIGIN",
        )
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault(
            "Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=(), camera=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        actor: Actor = getattr(request, "actor", NOBODY)
        personal = actor.kind is not ActorKind.NOBODY or request.method != "GET"
        response.headers.setdefault(
            "Cache-Control", "no-store" if personal else "private, no-cache"
        )
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response


@cache
def content_policy(content_type: str, *, framed_by_us: bool) -> str:
    """The Content-Security-Policy: our own host only, no inline script or style anywhere."""
    ancestors = "frame-ancestors 'self'" if framed_by_us else "frame-ancestors 'none'"
    if content_type.startswith("application/pdf"):
        # The browser's PDF viewer is an embedded object with inline style: more would shut it out.
        return f"base-uri 'none'; form-action 'none'; {ancestors}"
    if not content_type.startswith("text/html"):
        return f"default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; {ancestors}"
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            f"form-action {_form_targets()}",
            ancestors,
        ]
    )


def _form_targets() -> str:
    """Forms stay with us; sign-in by OpenID Connect ends, after our own redirect, at the issuer."""
    issuer = urlsplit(settings.OIDC_ISSUER)
    return f"'self' {issuer.scheme}://{issuer.netloc}" if issuer.netloc else "'self'"


class Language:
    """The language of the page: `?lang=` for this page, else the cookie, else Vietnamese."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = dict(settings.LANGUAGES)
        asked = request.GET.get("lang", "")
        kept = request.COOKIES.get(LANGUAGE_COOKIE, "")
        chosen = next((code for code in (asked, kept) if code in known), settings.LANGUAGE_CODE)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        return response


class Refusals:
    """Turns an expected failure raised by a view into its answer."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return refusals.answer(request, exception)
        if isinstance(exception, OperationalError) and refusals.passing(exception):
            return refusals.answer(request, refusals.Busy())
        return None
