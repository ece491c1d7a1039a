"""Citizens sign in by OpenID Connect: the whole way against the simulator, and every way it can
fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client
from joserfc import jwt
from pytest_django import Settings

from haicap.accounts import oidc, session
from haicap.accounts.models import Citizen, WebSession
from haicap.accounts.second_factor import opened
from haicap.accounts.tests.cast import Cast, make_cast
from haicap.audit.models import Entry
from haicap.kernel import clock
from haicap.kernel.actor import system
from haicap.parties import public as parties
from haicap.parties.models import Party, PartyIdentifier
from haicap.site.vneid_demo import keys, views

pytestmark = [pytest.mark.django_db, pytest.mark.urls("haicap.accounts.tests.urls")]
BEGIN = "/cong-dan/dang-nhap/"
LAN = "000156000011"


@pytest.fixture(autouse=True)
def fresh(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.VAR = tmp_path_factory.getbasetemp()
    oidc.forget_provider()
    views._used.clear()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def begin(client: Client, goes_to: str = "/citizen/") -> str:
    response = client.post(BEGIN, {"next": goes_to})
    assert response.status_code == 302
    return response["Location"]


def choose(client: Client, address: str, citizen: str = "lan", case: str = "") -> str:
    response = client.post(address, {"citizen": citizen, "case": case})
    assert response.status_code == 302
    return response["Location"]


def sign_in(client: Client, citizen: str = "lan", case: str = "") -> str:
    return client.get(choose(client, begin(client), citizen, case))["Location"]


def refused(address: str) -> str:
    """The reason in the address of the sign-in page."""
    assert address.startswith(BEGIN)
    return parse_qs(urlsplit(address).query)["reason"][0]


# --- the way that works -------------------------------------------------------------------------


def test_a_citizen_signs_in_and_lands_on_the_page_asked_for(client: Client) -> None:
    asked = client.get("/citizen/")["Location"]
    page = client.get(asked).content.decode()
    assert "VNeID" in page
    forms_token = client.cookies["csrftoken"].value
    address = begin(client)
    page = client.get(address).content.decode()
    assert "DEMO" in page
    assert "Nguyễn Thị Lan, mức 2" in page
    assert client.get(choose(client, address))["Location"] == "/citizen/"
    assert client.cookies["csrftoken"].value != forms_token
    assert client.get("/citizen/").status_code == 200
    assert client.get("/staff/").status_code == 403
    row = WebSession.objects.get()
    assert (row.level, row.staff_id) == (2, None)
    party = Party.objects.get()
    assert (party.name, party.phone) == ("Nguyễn Thị Lan", "+84100000011")
    identifier = PartyIdentifier.objects.get()
    assert (identifier.number, identifier.verified) == (LAN, "vneid-2")


def test_level_one_stays_level_one(client: Client) -> None:
    sign_in(client, "binh")
    assert WebSession.objects.get().level == 1
    assert Citizen.objects.get().level == 1


def test_a_number_of_level_one_recognises_nobody_until_it_is_proved(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "binh")
    claim = PartyIdentifier.objects.get()
    assert claim.verified == "vneid-1"
    # The person who really bears the number comes to a counter: not stopped, and not mixed up.
    declared = parties.declared_of(claim.party_id, at=clock.now())
    bearer = parties.find_or_add(declared=declared, by=system("test"), at=clock.now())
    assert bearer.pk != claim.party_id
    sign_in(client, "binh")
    assert Citizen.objects.get().party_id == claim.party_id

    def at_level_two(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
        return jwt.encode(header, tampered(claims, acr="loa2"), key)

    monkeypatch.setattr(views, "jwt", type("jwt", (), {"encode": staticmethod(at_level_two)}))
    sign_in(client, "binh")
    assert Citizen.objects.get().party_id == bearer.pk
    fact = Entry.objects.get(kind="accounts.CitizenProved")
    assert (fact.facts["was_party"], fact.facts["party"]) == (claim.party_id, bearer.pk)
    sign_in(client, "binh")  # and stays so
    assert Entry.objects.filter(kind="accounts.CitizenProved").count() == 1


def test_a_second_visit_is_the_same_person_in_a_new_session(client: Client) -> None:
    sign_in(client)
    first = client.cookies[session.COOKIE].value
    sign_in(client)
    assert client.cookies[session.COOKIE].value != first
    assert Citizen.objects.count() == Party.objects.count() == 1
    assert WebSession.objects.filter(ended_at__isnull=True).count() == 1


def test_who_was_known_at_the_counter_is_the_same_party(client: Client) -> None:
    party = Party.objects.create(
        kind="person", name="Nguyễn Thị Lan", name_fold="", sort_key="", created_at=clock.now()
    )
    PartyIdentifier.objects.create(party=party, kind="personal_id", number=LAN)
    sign_in(client)
    assert Citizen.objects.get().party_id == party.pk


def test_a_new_subject_with_the_same_number_is_the_same_citizen(client: Client) -> None:
    sign_in(client)
    Citizen.objects.update(subject="an-older-account")
    sign_in(client)
    assert Citizen.objects.get().subject == "demo-lan"


def test_a_known_subject_that_becomes_somebody_else_is_refused(client: Client) -> None:
    sign_in(client)
    PartyIdentifier.objects.update(number="000156000099")
    assert refused(sign_in(client)) == "untrusted"
    assert Citizen.objects.count() == 1


def test_signing_in_as_a_citizen_ends_the_session_of_the_staff(cast: Cast) -> None:
    client = cast.client("minh")
    sign_in(client)
    assert client.get("/staff/").status_code == 403
    assert WebSession.objects.filter(staff__isnull=False, ended_at__isnull=True).count() == 0


def test_a_slow_provider_is_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    assert sign_in(client, case="slow") == "/citizen/"
    assert waited == [views.SLOW_SECONDS]


# --- the ways that fail -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("citizen", "case", "reason"),
    [
        ("nobody", "", "refused"),
        ("lan", "signature", "untrusted"),
        ("lan", "expired", "untrusted"),
        ("lan", "nonce", "untrusted"),
    ],
)
def test_what_cannot_be_verified_opens_nothing(
    client: Client, citizen: str, case: str, reason: str
) -> None:
    address = sign_in(client, citizen, case)
    assert refused(address) == reason
    assert not WebSession.objects.exists()
    assert not Party.objects.exists()
    page = client.get(address).content.decode()
    assert oidc.sentence_of(reason) in page


def test_a_state_of_another_sign_in_is_refused(client: Client) -> None:
    other = Client()
    answer = choose(other, begin(other))
    begin(client)
    assert refused(client.get(answer)["Location"]) == "changed"
    assert refused(Client().get(answer)["Location"]) == "changed"
    forged = answer.split("state=")[0] + "state="
    assert refused(Client().get(forged)["Location"]) == "changed"
    assert not WebSession.objects.exists()


def test_the_answer_is_good_once(client: Client) -> None:
    answer = choose(client, begin(client))
    waiting = client.cookies["haicap_vneid"].value
    assert client.get(answer)["Location"] == "/citizen/"
    again = Client()
    again.cookies["haicap_vneid"] = waiting
    assert refused(again.get(answer)["Location"]) == "untrusted"


def test_a_code_without_its_verifier_is_worth_nothing(client: Client) -> None:
    answer = parse_qs(urlsplit(choose(client, begin(client))).query)
    form = {
        "grant_type": "authorization_code", "code": answer["code"][0], "client_id": "haicap-demo",
        "client_secret": "demo", "redirect_uri": "http://testserver/cong-dan/dang-nhap/xong/",
        "code_verifier": "guessed",
    }  # fmt: skip
    response = client.post("/vneid-demo/token", form)
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_grant"}


def test_a_locked_citizen_is_told_where_to_go(client: Client) -> None:
    sign_in(client)
    Citizen.objects.update(is_active=False)
    assert refused(sign_in(client)) == "locked"


Answer = Callable[[httpx.Request], httpx.Response]


def provider_answering(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    """Another provider in place of the simulator."""
    monkeypatch.setattr(
        oidc, "_client", lambda: httpx.Client(transport=httpx.MockTransport(answer))
    )


def no_answer(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("nothing", request=request)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (no_answer, "slow"),
        (lambda request: httpx.Response(503), "slow"),
        (lambda request: httpx.Response(200, text="<html>"), "untrusted"),
        (lambda request: httpx.Response(404, json={}), "untrusted"),
        (lambda request: httpx.Response(200, json={"issuer": "https://evil"}), "untrusted"),
        (lambda request: httpx.Response(200, json=[]), "untrusted"),
    ],
)
def test_a_provider_out_of_order_gives_a_calm_page(
    client: Client, monkeypatch: pytest.MonkeyPatch, answer: Answer, sentence: str
) -> None:
    provider_answering(monkeypatch, answer)
    response = client.post(BEGIN, {"next": "/citizen/"})
    assert response.status_code == 502
    assert oidc.sentence_of(sentence) in response.content.decode()


def tampered(claims: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"aud": ["haicap-demo", "other"], "azp": "haicap-demo"}, ""),
        ({"acr": "made-up"}, ""),
        ({"iss": "https://evil.example"}, "untrusted"),
        ({"aud": "another-client"}, "untrusted"),
        ({"aud": None}, "untrusted"),
        ({"azp": "another-client"}, "untrusted"),
        ({"exp": None}, "untrusted"),
        ({"exp": 1}, "untrusted"),
        ({"iat": 99_999_999_999}, "untrusted"),
        ({"nonce": None}, "untrusted"),
        ({"nonce": ["x"]}, "untrusted"),
        ({"sub": None}, "untrusted"),
        ({"name": None}, "nobody"),
        ({"personal_id": "12"}, "nobody"),
        ({"personal_id": None}, "nobody"),
    ],
)
def test_each_claim_is_checked(
    client: Client, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], reason: str
) -> None:
    def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
        return jwt.encode(header, tampered(claims, **changes), key)

    monkeypatch.setattr(views, "jwt", type("jwt", (), {"encode": staticmethod(signed)}))
    if "personal_id" in changes:
        monkeypatch.setattr(
            views, "claims_of", lambda one: {"sub": f"demo-{one.key}", "name": one.name}
        )
    address = sign_in(client)
    if not reason:
        assert address == "/citizen/"
        if "acr" in changes:
            assert WebSession.objects.get().level == 1
        return
    assert refused(address) == reason
    assert not WebSession.objects.exists()


def test_an_unsigned_token_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsigned(kept: dict[str, str], *, at: int) -> str:
        token = jwt.encode({"alg": "RS256"}, {"sub": "x"}, keys.signing_key())
        return "eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."

    monkeypatch.setattr(views, "_id_token", unsigned)
    assert refused(sign_in(client)) == "untrusted"


def test_the_keys_are_asked_for_again_when_the_provider_changed_them(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "KEYS_AT_MOST_EVERY", timedelta(0))
    old = {"keys": [keys.foreign_key().as_dict(private=False)]}
    oidc.provider(at=clock.now())
    oidc._known["keys"] = (clock.now(), old)
    assert sign_in(client) == "/citizen/"


def test_the_provider_is_asked_once_an_hour(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = oidc._asked

    def counted(method: str, address: str, **more: Any) -> Any:
        asked.append(address.rsplit("/", 1)[-1])
        return real(method, address, **more)

    monkeypatch.setattr(oidc, "_asked", counted)
    for _n in range(2):
        sign_in(client)
    assert sorted(asked) == ["jwks", "openid-configuration", "token", "token"]


@pytest.mark.parametrize(("subject", "lands"), [("demo-lan", "/citizen/"), ("demo-binh", "")])
def test_what_the_token_lacks_is_asked_of_userinfo_about_the_same_person(
    client: Client, monkeypatch: pytest.MonkeyPatch, subject: str, lands: str
) -> None:
    real = oidc._asked

    def told(method: str, address: str, **more: Any) -> Any:
        if address.endswith("/userinfo"):
            assert more["bearer"]
            return {"sub": subject, "personal_id": LAN}
        return real(method, address, **more)

    monkeypatch.setattr(oidc, "_asked", told)
    monkeypatch.setattr(
        views, "claims_of", lambda one: {"sub": f"demo-{one.key}", "name": one.name}
    )
    address = sign_in(client)
    if lands:
        assert address == lands
        assert PartyIdentifier.objects.get().number == LAN
    else:
        assert refused(address) == "untrusted"


# --- the simulator ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [".well-known/openid-configuration", "jwks", "authorize", "token", "userinfo"],
)
def test_nothing_of_the_simulator_exists_in_production(
    client: Client, settings: Settings, address: str
) -> None:
    settings.DEMO = False
    assert client.get(f"/vneid-demo/{address}").status_code == 404
    assert client.post(f"/vneid-demo/{address}").status_code == 404


def test_the_simulator_sends_nobody_elsewhere(client: Client) -> None:
    address = begin(client)
    for old, new in (
        ("http%3A%2F%2Ftestserver", "https%3A%2F%2Fevil.example"),
        ("client_id=haicap-demo", "client_id=other"),
        ("code_challenge_method=S256", "code_challenge_method=plain"),
        ("response_type=code", "response_type=token"),
        ("scope=openid", "scope=x"),
    ):
        assert old in address
        assert client.get(address.replace(old, new)).status_code == 400


def test_the_public_key_is_public_only(client: Client) -> None:
    (key,) = client.get("/vneid-demo/jwks").json()["keys"]
    assert {"kty", "n", "e", "kid"} <= set(key)
    assert not {"d", "p", "q"} & set(key)
    assert client.get("/vneid-demo/userinfo").status_code == 401


def test_what_waits_in_the_browser_is_sealed(client: Client) -> None:
    begin(client)
    cookie = client.cookies["haicap_vneid"]
    assert cookie["httponly"]
    assert cookie["path"] == "/cong-dan/dang-nhap/xong/"
    assert "{" not in cookie.value
    assert opened(cookie.value) is not None
