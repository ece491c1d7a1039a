"""Citizens' sign-in by OpenID Connect: authorization code with PKCE, state and nonce; the token
verified by JWKS.

Nothing here touches the database: the provider is called with no transaction open. What is on the
way (state, nonce, verifier, where to go) waits encrypted in a short-lived cookie of the browser
that began.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

import httpx
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from haicap.accounts.second_factor import opened, sealed
from haicap.kernel import identifiers
from haicap.kernel.errors import Refusal
from haicap.kernel.vietnamese import clean
from haicap.parties import public as parties

SCOPE = "openid profile phone email"
ALGORITHMS = ["RS256", "PS256", "ES256"]
# Level 2 is proved in person at the police (Nghị định 69/2024/NĐ-CP); anything unknown counts as
# level 1.
LEVELS = {"2": 2, "loa2": 2, "urn:vneid:loa:2": 2}
PERSONAL_NUMBER_CLAIMS = ("personal_id", "citizen_pid", "identity_number")
WAITING_SECONDS = 600
LEEWAY_SECONDS = 60
FRESH = timedelta(hours=1)
KEYS_AT_MOST_EVERY = timedelta(minutes=1)
TIMEOUT = httpx.Timeout(10.0, connect=4.0)


class SignInFailed(Refusal):
    """The sign-in did not come about. `reason` is a code for the address; the page says the
    sentence."""

    status = 422

    def __init__(self, reason: str, *, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(sentence_of(reason))


def sentence_of(reason: str) -> str:
    """What happened and what to do, for a reason of SignInFailed."""
    sentences = {
        "refused": _("Ông/bà đã chọn không đăng nhập. Có thể thử lại bất cứ lúc nào."),
        "slow": _("VNeID chưa trả lời. Xin chờ vài phút rồi thử lại."),
        "changed": _("Lần đăng nhập này đã quá lâu hoặc mở từ cửa sổ khác. Xin bắt đầu lại."),
        "untrusted": _(
            "Câu trả lời của VNeID không xác minh được nên hệ thống không nhận. Xin thử lại; "
            "nếu vẫn vậy, xin gọi tổng đài 1022."
        ),
        "nobody": _(
            "Tài khoản VNeID này không có số định danh cá nhân. Xin đến điểm tiếp nhận gần nhất."
        ),
        "locked": _("Tài khoản này đang tạm khóa. Xin đến điểm tiếp nhận gần nhất."),
    }
    return sentences.get(reason, sentences["slow"])


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider's discovery document, as far as it concerns us."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: where to send the browser, and what its cookie keeps."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    level: int
    name: str
    number: str
    birth_date: date | None
    sex: str
    phone: str
    email: str
    goes_to: str

    def declared(self) -> parties.Declared:
        """The person, for the house's one list of parties."""
        return parties.Declared(
            kind="person",
            name=self.name,
            birth_date=self.birth_date,
            sex=self.sex,
            identifiers={"personal_id": self.number},
            phone=self.phone,
            email=self.email,
        )


def is_own(issuer: str) -> bool:
    """Whether the provider is the demo's simulator, which this very process serves."""
    return settings.DEMO and issuer == f"{settings.BASE_URL}/vneid-demo"


class _Ourselves(httpx.BaseTransport):
    """The simulator called without the network: two citizens signing in at once would else occupy
    both threads of the demo, each waiting for a third.
    """

    def __init__(self) -> None:
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        environ = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.url.path,
            "QUERY_STRING": request.url.query.decode(),
            "SERVER_NAME": request.url.host,
            "SERVER_PORT": str(request.url.port or 80),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "wsgi.url_scheme": request.url.scheme,
            "wsgi.input": io.BytesIO(body),
        }
        for name, value in request.headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        answer = self.handler.get_response(WSGIRequest(environ))
        content = answer.content if isinstance(answer, HttpResponse) else b""
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


@cache
def _ourselves() -> _Ourselves:
    return _Ourselves()


def _client() -> httpx.Client:
    transport = _ourselves() if is_own(settings.OIDC_ISSUER) else None
    return httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False)


_lock = threading.Lock()
_known: dict[str, tuple[datetime, Any]] = {}


def _cached(key: str, *, address: str, at: datetime, no_older_than: timedelta = FRESH) -> Any:
    """A JSON document of the provider, asked for again after `no_older_than`."""
    with _lock:
        kept = _known.get(key)
    if kept is not None and at - kept[0] < no_older_than:
        return kept[1]
    document = _asked("GET", address)
    with _lock:
        _known[key] = (at, document)
    return document


def forget_provider() -> None:
    """Ask the provider anew next time; for tests and after a change of settings."""
    with _lock:
        _known.clear()


def _asked(
    method: str, address: str, *, data: Mapping[str, str] | None = None, bearer: str = ""
) -> Any:
    """One call; SignInFailed "slow" when it does not answer, "untrusted" when it answers
    nonsense."""
    headers = {"Accept": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    try:
        with _client() as client:
            answer = client.request(method, address, data=data, headers=headers)
    except httpx.HTTPError as error:
        raise SignInFailed("slow", detail=repr(error)) from error
    if answer.status_code >= 500:
        raise SignInFailed("slow", detail=f"{address} answered {answer.status_code}")
    try:
        document = answer.json()
    except ValueError as error:
        raise SignInFailed("untrusted", detail=f"{address} answered no JSON") from error
    if answer.status_code != 200 or not isinstance(document, dict):
        raise SignInFailed("untrusted", detail=f"{address} answered {answer.status_code}")
    return document


def provider(*, at: datetime) -> Provider:
    """The provider as it describes itself; asked once an hour."""
    issuer = settings.OIDC_ISSUER
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    document = _cached("discovery", address=address, at=at)
    if document.get("issuer") != issuer:
        raise SignInFailed("untrusted", detail="the discovery document names another issuer")
    try:
        return Provider(
            issuer=issuer,
            authorization_endpoint=document["authorization_endpoint"],
            token_endpoint=document["token_endpoint"],
            userinfo_endpoint=document.get("userinfo_endpoint", ""),
            jwks_uri=document["jwks_uri"],
        )
    except KeyError as error:
        raise SignInFailed("untrusted", detail=f"the discovery document lacks {error}") from error


def begin(*, redirect_uri: str, goes_to: str, at: datetime) -> Begun:
    """Where to send the browser, and the cookie that waits for its return."""
    found = provider(at=at)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _n in range(3))
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = urlencode(
        {
            "response_type": "code",
            "client_id": settings.OIDC_CLIENT_ID,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "acr_values": "loa2 loa1",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    endpoint = found.authorization_endpoint
    if is_own(found.issuer):
        # The browser may know the demo's machine under another name than the machine itself does.
        endpoint = endpoint.removeprefix(settings.BASE_URL)
    joint = "&" if "?" in endpoint else "?"
    waiting = {"state": state, "nonce": nonce, "verifier": verifier, "goes_to": goes_to}
    return Begun(address=f"{endpoint}{joint}{query}", cookie=sealed(json.dumps(waiting)))


def complete(
    *, answer: Mapping[str, str], cookie: str, redirect_uri: str, at: datetime
) -> Identity:
    """Exchange the code the browser came back with, and verify who it is. SignInFailed
    otherwise."""
    waiting = json.loads(opened(cookie, valid_seconds=WAITING_SECONDS) or "{}")
    same = hmac.compare_digest(
        str(waiting.get("state", "")).encode(), answer.get("state", "").encode()
    )
    if not waiting or not same:
        raise SignInFailed("changed", detail="the state is unknown")
    if answer.get("error"):
        refused = answer["error"] in {"access_denied", "login_required", "consent_required"}
        raise SignInFailed("refused" if refused else "slow", detail=answer["error"])
    found = provider(at=at)
    tokens = _asked(
        "POST",
        found.token_endpoint,
        data={
            "grant_type": "authorization_code",
            "code": answer.get("code", ""),
            "redirect_uri": redirect_uri,
            "client_id": settings.OIDC_CLIENT_ID,
            "client_secret": settings.OIDC_CLIENT_SECRET,
            "code_verifier": waiting["verifier"],
        },
    )
    claims = _verified(str(tokens.get("id_token", "")), found=found, nonce=waiting["nonce"], at=at)
    if not _number_in(claims) and found.userinfo_endpoint:
        more = _asked("GET", found.userinfo_endpoint, bearer=str(tokens.get("access_token", "")))
        if more.get("sub") != claims["sub"]:
            raise SignInFailed("untrusted", detail="userinfo speaks of somebody else")
        claims = {**more, **claims}
    return _identity(claims, issuer=found.issuer, goes_to=str(waiting["goes_to"]), at=at)


def _verified(id_token: str, *, found: Provider, nonce: str, at: datetime) -> dict[str, Any]:
    """The claims of an ID token whose signature, issuer, audience, times and nonce are right."""
    keys = _cached("keys", address=found.jwks_uri, at=at)
    try:
        try:
            token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # The provider may have changed its keys since; look again, but not for every forged
            # token.
            keys = _cached("keys", address=found.jwks_uri, at=at, no_older_than=KEYS_AT_MOST_EVERY)
            token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        now = int(at.timestamp())
        jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": found.issuer},
            aud={"essential": True, "value": settings.OIDC_CLIENT_ID},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(token.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInFailed("untrusted", detail=repr(error)) from error
    azp = token.claims.get("azp")
    if azp is not None and azp != settings.OIDC_CLIENT_ID:
        raise SignInFailed("untrusted", detail="the token was made for another client")
    return dict(token.claims)


def _number_in(claims: Mapping[str, Any]) -> str:
    return next((str(claims[name]) for name in PERSONAL_NUMBER_CLAIMS if claims.get(name)), "")


def _identity(claims: Mapping[str, Any], *, issuer: str, goes_to: str, at: datetime) -> Identity:
    name = clean(str(claims.get("name", "")))
    birth_date = _date_in(str(claims.get("birthdate", "")))
    try:
        number = identifiers.personal_id(
            _number_in(claims), at=at.date(), demo=settings.DEMO
        ).number
    except identifiers.BadIdentifier as error:
        raise SignInFailed("nobody", detail=str(error)) from error
    if not name:
        raise SignInFailed("nobody", detail="the token has no name")
    return Identity(
        issuer=issuer,
        subject=str(claims["sub"]),
        level=LEVELS.get(str(claims.get("acr", "")), 1),
        name=name,
        number=number,
        birth_date=birth_date,
        sex={"male": "male", "female": "female"}.get(str(claims.get("gender", "")), ""),
        phone=_phone_in(str(claims.get("phone_number", ""))),
        email=_email_in(str(claims.get("email", ""))),
        goes_to=goes_to,
    )


def _date_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None  # some identity papers know the year only


def _phone_in(text: str) -> str:
    try:
        return identifiers.phone(text, demo=settings.DEMO).number
    except identifiers.BadIdentifier:
        return ""


def _email_in(text: str) -> str:
    try:
        return identifiers.email(text)
    except identifiers.BadIdentifier:
        return ""
