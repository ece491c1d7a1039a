"""One's own account, for citizens and staff alike: who I am, sessions, tokens; and who read a
citizen's data."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from haicap.accounts import actions, forms, rosters
from haicap.accounts.guards import citizen_page, signed_in_page
from haicap.accounts.queries import Account
from haicap.accounts.session import Request
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid


def _account(request: Request) -> Account:
    if request.account is None:
        raise RuntimeError("signed_in_page lets nobody in without an account")
    return request.account


@signed_in_page
@require_GET
def me(request: Request) -> HttpResponse:
    """Who I am here, and where my account's pages are."""
    page = "staff/me.html" if request.actor.is_staff else "citizen/me.html"
    return render(request, f"accounts/{page}", {"account": _account(request)})


@signed_in_page
@require_GET
def security(request: Request) -> HttpResponse:
    """Sessions, tokens, and for staff the password and the second factor."""
    return _security_page(request)


def _security_page(
    request: Request, *, token: str = "", errors: dict[str, str] | None = None
) -> HttpResponse:
    account = _account(request)
    return render(
        request,
        f"accounts/{'staff' if request.actor.is_staff else 'citizen'}/security.html",
        {
            "account": account,
            "sessions": rosters.sessions_of(
                request.actor, current=account.session_id, at=request.at
            ),
            "tokens": rosters.tokens_of(request.actor, at=request.at),
            "token": token,
            "label": forms.text(request.POST, "label"),
            "errors": errors or {},
        },
        status=422 if errors else 200,
    )


@signed_in_page
@require_POST
def end_sessions(request: Request) -> HttpResponse:
    """End one of my sessions, or all but this one."""
    account, chosen = _account(request), forms.text(request.POST, "session")
    if chosen == "others":
        actions.end_other_sessions(keep=account.session_id, by=request.actor, at=request.at)
    else:
        faults = forms.Faults()
        session_id = forms.number_in(request.POST, "session", faults)
        faults.raise_any()
        actions.end_session(session_id=session_id, by=request.actor, at=request.at)
    return back(reverse("accounts:security"), _("Đã kết thúc phiên đăng nhập."))


@signed_in_page
@require_POST
def give_token(request: Request) -> HttpResponse:
    """Make a token for the API and show it, this once."""
    try:
        token = actions.give_token(
            label=forms.text(request.POST, "label"), by=request.actor, at=request.at
        )
    except Invalid as refusal:
        return _security_page(request, errors=refusal.fields)
    return _security_page(request, token=token)


@signed_in_page
@require_POST
def revoke_token(request: Request) -> HttpResponse:
    """Revoke one of my tokens."""
    faults = forms.Faults()
    token_id = forms.number_in(request.POST, "token", faults)
    faults.raise_any()
    actions.revoke_token(token_id=token_id, by=request.actor, at=request.at)
    return back(reverse("accounts:security"), _("Đã thu hồi mã truy cập."))


@citizen_page
@require_GET
def who_read(request: Request) -> HttpResponse:
    """Which agencies read my data, when and what for (Luật 91/2025/QH15)."""
    readers = rosters.readers_of(request.actor.person or 0, day=day_of(request.at))
    return render(request, "accounts/citizen/who_read.html", {"readers": readers})


def back(address: str, notice: str) -> HttpResponse:
    """To a page of ours, with a sentence."""
    response = HttpResponseRedirect(address)
    response["Haicap-Notice"] = quote(notice)
    return response
