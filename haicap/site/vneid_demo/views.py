"""The endpoints of an OpenID provider, with the cases a real one may put us through."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core import signing
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from joserfc import jwt

from haicap.accounts import public as accounts
from haicap.accounts.load import DemoCitizen, citizens
from haicap.site.vneid_demo import keys

SLOW_SECONDS = 3.0
CODE_SECONDS = 120
TOKEN_SECONDS = 300
_SALT = "haicap.vneid-demo"
_ASKED = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method",
)  # fmt: skip
# Codes already exchanged in this process; each is good once.
_used: set[str] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Case:
    """A way the provider may behave, offered on its page."""

    key: str
    label: str


CASES = (
    Case("", "Bình thường"),
    Case("slow", "Chậm: trả lời sau 3 giây"),
    Case("signature", "Sai chữ ký của thẻ định danh"),
    Case("expired", "Thẻ định danh đã hết hạn"),
    Case("nonce", "Thẻ định danh của lần đăng nhập khác"),
)


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nothing of it exists in production, whatever the addresses say."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return accounts.public_page(guarded)


def everybody() -> dict[str, DemoCitizen]:
    """The fictitious citizens by key, in the order of their file."""
    return {one.key: one for one in citizens()}


def claims_of(one: DemoCitizen) -> dict[str, str]:
    """What the provider says of the person."""
    return {
        "sub": f"demo-{one.key}",
        "name": one.name,
        "personal_id": one.number,
        "birthdate": one.birth_date,
        "gender": one.sex,
        "phone_number": one.phone,
        **({"email": one.email} if one.email else {}),
    }


def issuer() -> str:
    """The name the simulator signs with."""
    return f"{settings.BASE_URL}/vneid-demo"


@demo_only
@require_GET
def discovery(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Discovery 1.0."""
    here = settings.BASE_URL
    return JsonResponse(
        {
            "issuer": issuer(),
            "authorization_endpoint": here + reverse("vneid:authorize"),
            "token_endpoint": here + reverse("vneid:token"),
            "userinfo_endpoint": here + reverse("vneid:userinfo"),
            "jwks_uri": here + reverse("vneid:jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": ["loa1", "loa2"],
            "scopes_supported": ["openid", "profile", "phone", "email"],
        }
    )


@demo_only
@require_GET
def jwks(request: HttpRequest) -> HttpResponse:
    """The public half of the signing key."""
    return JsonResponse({"keys": [keys.signing_key().as_dict(private=False)]})


@demo_only
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """The page where a real provider would ask for the phone: here one chooses who to be."""
    asked = {name: request.GET.get(name, "") for name in _ASKED}
    fault = _fault_in(request, asked)
    if fault:
        return HttpResponseBadRequest(fault, content_type="text/plain; charset=utf-8")
    if request.method == "GET":
        context = {"citizens": everybody().values(), "cases": CASES}
        return render(request, "site/vneid_demo.html", context)
    chosen = everybody().get(request.POST.get("citizen", ""))
    if chosen is None:
        return _back(asked, {"error": "access_denied"})
    code = signing.dumps(
        {**asked, "citizen": chosen.key, "case": request.POST.get("case", "")}, salt=_SALT
    )
    return _back(asked, {"code": code})


def _fault_in(request: HttpRequest, asked: dict[str, str]) -> str:
    """Why the request for a sign-in is not followed; empty when it is right."""
    redirect = urlsplit(asked["redirect_uri"])
    if asked["client_id"] != settings.OIDC_CLIENT_ID:
        return _("Không rõ phần mềm nào xin đăng nhập (client_id).")
    if redirect.path != reverse("accounts:callback") or redirect.netloc != request.get_host():
        return _("Địa chỉ quay về không phải của thành phố này (redirect_uri).")
    if asked["response_type"] != "code" or asked["code_challenge_method"] != "S256":
        return _("Chỉ nhận mã ủy quyền với PKCE (response_type, code_challenge_method).")
    if not asked["code_challenge"] or "openid" not in asked["scope"].split():
        return _("Thiếu code_challenge hoặc phạm vi openid.")
    return ""


def _back(asked: dict[str, str], answer: dict[str, str]) -> HttpResponse:
    query = urlencode({**answer, "state": asked["state"]})
    return HttpResponseRedirect(f"{asked['redirect_uri']}?{query}")


@demo_only
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a code for an ID token. Called by the web process itself, see accounts.oidc."""
    try:
        code = request.POST.get("code", "")
        kept = signing.loads(code, salt=_SALT, max_age=CODE_SECONDS)
    except signing.BadSignature:
        return _error("invalid_grant")
    verifier = request.POST.get("code_verifier", "").encode()
    challenge = urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
    right = (
        request.POST.get("grant_type") == "authorization_code"
        and request.POST.get("client_id") == kept["client_id"]
        and hmac.compare_digest(
            request.POST.get("client_secret", "").encode(), settings.OIDC_CLIENT_SECRET.encode()
        )
        and request.POST.get("redirect_uri") == kept["redirect_uri"]
        and hmac.compare_digest(challenge, kept["code_challenge"])
    )
    if not right or not _first_use(code):
        return _error("invalid_grant")
    if kept["case"] == "slow":
        time.sleep(SLOW_SECONDS)
    return JsonResponse(
        {
            "access_token": signing.dumps(kept["citizen"], salt=f"{_SALT}.access"),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": _id_token(kept, at=int(request.at.timestamp())),  # type: ignore[attr-defined]
        }
    )


def _first_use(code: str) -> bool:
    with _lock:
        if len(_used) > 10_000:
            _used.clear()
        fresh = code not in _used
        _used.add(code)
    return fresh


def _id_token(kept: dict[str, str], *, at: int) -> str:
    citizen, case = everybody()[kept["citizen"]], kept["case"]
    issued = at - 2 * TOKEN_SECONDS if case == "expired" else at
    claims = {
        **claims_of(citizen),
        "iss": issuer(),
        "aud": kept["client_id"],
        "iat": issued,
        "exp": issued + TOKEN_SECONDS,
        "acr": f"loa{citizen.level}",
        "nonce": secrets.token_urlsafe(16) if case == "nonce" else kept["nonce"],
    }
    key = keys.foreign_key() if case == "signature" else keys.signing_key()
    return jwt.encode({"alg": "RS256", "kid": str(keys.signing_key().kid)}, claims, key)


def _error(name: str) -> HttpResponse:
    return HttpResponse(json.dumps({"error": name}), status=400, content_type="application/json")


@demo_only
@require_GET
def userinfo(request: HttpRequest) -> HttpResponse:
    """What the provider says of the person, for the bearer of an access token."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        citizen = everybody()[signing.loads(bearer, salt=f"{_SALT}.access", max_age=TOKEN_SECONDS)]
    except (signing.BadSignature, KeyError):
        response = _error("invalid_token")
        response.status_code = 401
        return response
    return JsonResponse(claims_of(citizen))
