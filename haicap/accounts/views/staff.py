"""What a member of staff settles before working: password, post, second factor."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from markupsafe import Markup

from haicap.accounts import actions, forms, landing, queries, second_factor
from haicap.accounts.guards import staff_page
from haicap.accounts.models import DUTY_WORDS
from haicap.accounts.session import Request, give_cookie
from haicap.accounts.views.citizen import _account, back
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Refusal


@staff_page(settling=True)
@never_cache
@require_http_methods(["GET", "POST"])
def choose_post(request: Request) -> HttpResponse:
    """The post to act in, now and any time later."""
    if request.method == "GET":
        posts = queries.posts_of(staff_id=request.actor.person or 0, day=day_of(request.at))
        shown = [(p, [DUTY_WORDS[duty] for duty in p.duties]) for p in posts]
        context = {"posts": shown, "next": landing.asked_for(request)}
        return render(request, "accounts/staff/choose_post.html", context)
    faults = forms.Faults()
    post_id = forms.number_in(request.POST, "post", faults)
    faults.raise_any()
    session_id = _account(request).session_id
    token = actions.choose_post(
        session_id=session_id, post_id=post_id, by=request.actor, at=request.at
    )
    response = HttpResponseRedirect(landing.onward(request, token))
    give_cookie(response, token=token)
    return response


@staff_page(settling=True)
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: Request) -> HttpResponse:
    """Change the own password; a one-time code must be changed before anything else."""
    if request.method == "GET":
        return _password_page(request, {})
    try:
        old, new = forms.new_password_in(request.POST)
        token = actions.change_password(
            session_id=_account(request).session_id,
            old=old,
            new=new,
            by=request.actor,
            at=request.at,
        )
    except Invalid as refusal:
        return _password_page(request, refusal.fields)
    response = back(
        landing.asked_for(request) or reverse("accounts:security"), _("Đã đổi mật khẩu.")
    )
    give_cookie(response, token=token)
    return response


def _password_page(request: Request, errors: dict[str, str]) -> HttpResponse:
    context = {
        "account": _account(request),
        "errors": errors,
        "next": landing.asked_for(request),
    }
    status = 422 if errors else 200
    return render(request, "accounts/staff/password.html", context, status=status)


@staff_page(settling=True)
@never_cache
@require_http_methods(["GET", "POST"])
def second(request: Request) -> HttpResponse:
    """Enrol the phone as second factor."""
    account = _account(request)
    if request.method == "GET" or account.enrolled:
        return _second_page(request, actions.begin_second_factor(by=request.actor), {})
    sealed = request.POST.get("sealed", "")
    try:
        actions.enrol_second_factor(
            session_id=account.session_id,
            sealed=sealed,
            code=forms.text(request.POST, "code"),
            by=request.actor,
            at=request.at,
        )
    except Invalid as refusal:
        kept = actions.offered_secret(sealed, by=request.actor)
        offer = (kept, sealed) if kept else actions.begin_second_factor(by=request.actor)
        return _second_page(request, offer, refusal.fields)
    return back(
        landing.asked_for(request) or reverse("accounts:security"),
        _("Đã bật xác thực hai lớp."),
    )


def _second_page(request: Request, offer: tuple[str, str], errors: dict[str, str]) -> HttpResponse:
    secret, sealed = offer
    account = _account(request)
    # Made by us from letters and figures: nothing in it is anybody's text.
    picture = Markup(second_factor.qr_svg(secret=secret, login=account.login))  # noqa: S704
    context = {
        "account": account,
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        "sealed": sealed,
        "picture": picture,
        "errors": errors,
        "next": landing.asked_for(request),
    }
    return render(
        request, "accounts/staff/second_factor.html", context, status=422 if errors else 200
    )


@staff_page(settling=True)
@require_POST
def remove_second(request: Request) -> HttpResponse:
    """Take the own phone out of use, with a code from it."""
    try:
        actions.remove_second_factor(
            code=forms.text(request.POST, "code"), by=request.actor, at=request.at
        )
    except Refusal as refusal:
        return back(reverse("accounts:second_factor"), str(refusal))
    return back(reverse("accounts:security"), _("Đã tắt xác thực hai lớp."))
