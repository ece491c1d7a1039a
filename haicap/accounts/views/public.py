"""Signing in and out: staff by name and password, citizens by the identity provider."""

from __future__ import annotations

import logging
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.accounts import actions, demo, forms, landing, oidc
from haicap.accounts.guards import public_page
from haicap.accounts.session import Request, finish_outside, give_cookie, take_cookie
from haicap.kernel.errors import Refusal, TooMany

log = logging.getLogger(__name__)
WAITING = "haicap_vneid"


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: Request) -> HttpResponse:
    """Staff: name and password."""
    if request.method == "GET":
        return _sign_in_page(request)
    try:
        outcome = actions.sign_in(
            login=forms.text(request.POST, "login"),
            password=request.POST.get("password", ""),
            where=landing.where(request),
            at=request.at,
        )
    except Refusal as refusal:
        return _sign_in_page(request, refusal=refusal)
    if isinstance(outcome, actions.CodeNeeded):
        return _code_page(request, outcome.ticket)
    return _welcome(request, outcome)


@public_page
@never_cache
@require_POST
def sign_in_code(request: Request) -> HttpResponse:
    """Staff: the six digits, after the right password."""
    ticket = request.POST.get("ticket", "")
    try:
        opened = actions.confirm_code(
            ticket=ticket,
            code=forms.text(request.POST, "code"),
            where=landing.where(request),
            at=request.at,
        )
    except actions.WrongCode as refusal:
        return _code_page(request, ticket, refusal=refusal)
    except Refusal as refusal:
        return _sign_in_page(request, refusal=refusal)
    return _welcome(request, opened)


def _welcome(request: Request, opened: actions.Opened) -> HttpResponse:
    rotate_token(request)
    response = HttpResponseRedirect(landing.onward(request, opened.token))
    give_cookie(response, token=opened.token)
    return response


def _sign_in_page(request: Request, refusal: Refusal | None = None) -> HttpResponse:
    response = render(
        request,
        "accounts/public/sign_in.html",
        {
            "next": landing.asked_for(request),
            "login": forms.text(request.POST, "login"),
            "problem": str(refusal) if refusal else "",
            "cast": demo.CAST if settings.DEMO else (),
            "cast_password": demo.PASSWORD,
        },
        status=refusal.status if refusal else 200,
    )
    return _with_retry(response, refusal)


def _code_page(request: Request, ticket: str, refusal: Refusal | None = None) -> HttpResponse:
    return render(
        request,
        "accounts/public/code.html",
        {
            "next": landing.asked_for(request),
            "ticket": ticket,
            "problem": str(refusal) if refusal else "",
        },
        status=refusal.status if refusal else 200,
    )


def _with_retry(response: HttpResponse, refusal: Refusal | None) -> HttpResponse:
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.retry_after)
    return response


@public_page
@require_POST
@csrf_protect
def sign_out(request: Request) -> HttpResponse:
    """End this session and go home."""
    staff = request.actor.is_staff
    if request.account is not None:
        actions.sign_out(session_id=request.account.session_id, by=request.actor, at=request.at)
    response = HttpResponseRedirect(reverse("accounts:sign_in") if staff else "/")
    response["Haicap-Notice"] = quote(_("Đã đăng xuất."))
    take_cookie(response)
    return response


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
def citizen_sign_in(request: Request) -> HttpResponse:
    """Citizens: says what will happen, and on POST sends the browser to the identity provider."""
    goes_to = landing.asked_for(request)
    reason = request.GET.get("reason", "")[:20]
    if request.method == "POST":
        try:
            begun = oidc.begin(redirect_uri=_back_to(request), goes_to=goes_to, at=request.at)
        except oidc.SignInFailed as failure:
            log.warning("sign-in by OpenID Connect did not begin: %s", failure.detail)
            reason = failure.reason
        else:
            response = HttpResponseRedirect(begun.address)
            _wait(response, begun.cookie)
            return response
    return render(
        request,
        "accounts/public/citizen_sign_in.html",
        {"next": goes_to, "problem": oidc.sentence_of(reason) if reason else ""},
        status=502 if request.method == "POST" else 200,
    )


def _wait(response: HttpResponseBase, cookie: str) -> None:
    """Keep what is on the way in this browser; Lax, because the provider sends it back by a
    link."""
    response.set_cookie(
        WAITING,
        cookie,
        max_age=oidc.WAITING_SECONDS,
        path=reverse("accounts:callback"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _back_to(request: Request) -> str:
    """Our address the provider sends the browser back to: the registered one, or in the demo this
    host's."""
    if oidc.is_own(settings.OIDC_ISSUER):
        return request.build_absolute_uri(reverse("accounts:callback"))
    return f"{settings.BASE_URL}{reverse('accounts:callback')}"


@public_page
@never_cache
@require_GET
def callback(request: Request) -> HttpResponse:
    """Back from the identity provider: verify who it is, then open the session outside the GET
    guard."""
    try:
        identity = oidc.complete(
            answer={name: request.GET.get(name, "") for name in ("state", "code", "error")},
            cookie=request.COOKIES.get(WAITING, ""),
            redirect_uri=_back_to(request),
            at=request.at,
        )
    except oidc.SignInFailed as failure:
        log.warning("sign-in by OpenID Connect failed (%s): %s", failure.reason, failure.detail)
        return _forget(_try_again(failure.reason))
    rotate_token(request)
    return finish_outside(request, lambda: _forget(_open(request, identity)))


def _open(request: Request, identity: oidc.Identity) -> HttpResponse:
    try:
        opened = actions.sign_in_citizen(
            identity=identity, where=landing.where(request), at=request.at
        )
    except Refusal as refusal:
        log.warning("a citizen's session was not opened: %s", refusal)
        return _try_again("locked" if isinstance(refusal, actions.AccountLocked) else "untrusted")
    response = HttpResponseRedirect(identity.goes_to or landing.first_page(None))
    give_cookie(response, token=opened.token)
    return response


def _try_again(reason: str) -> HttpResponse:
    address = f"{reverse('accounts:citizen_sign_in')}?{urlencode({'reason': reason})}"
    return HttpResponseRedirect(address)


def _forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(WAITING, path=reverse("accounts:callback"), samesite="Lax")
    return response
