"""Staff sign in by name, password and code; guesses are slowed, sessions change their token."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pyotp
import pytest
from django.test import Client
from pytest_django import Settings

from haicap.accounts import actions, passwords, queries, second_factor, session
from haicap.accounts.actions import Where
from haicap.accounts.actions.signing_in import SignInClosed, WrongSignIn
from haicap.accounts.models import ApiToken, Post, PostHolder, Staff, WebSession
from haicap.accounts.tests.cast import AT, EVER, PASSWORD, Cast
from haicap.audit import public as audit
from haicap.kernel import clock
from haicap.kernel.errors import Invalid, Missing

pytestmark = [pytest.mark.django_db, pytest.mark.urls("haicap.accounts.tests.urls")]
HERE = Where(ip="10.0.0.7", user_agent="Mozilla/5.0 (X11; Linux) Firefox/140")
NEW = "mua-thu-ha-noi-nam-ay"


@pytest.fixture(autouse=True)
def with_passwords(cast: Cast) -> None:
    Staff.objects.update(password=passwords.hashed(PASSWORD))


def enrol(cast: Cast, who: str) -> pyotp.TOTP:
    secret = second_factor.new_secret()
    Staff.objects.filter(login=who).update(
        totp_secret=second_factor.sealed(secret), totp_confirmed_at=AT
    )
    return pyotp.TOTP(secret)


def token_of(client: Client) -> str:
    return client.cookies[session.COOKIE].value


def test_name_and_password_open_the_page_that_was_asked_for(cast: Cast) -> None:
    client = Client()
    asked = client.get("/reception/")["Location"]
    page = client.get(asked).content.decode()
    assert 'value="/reception/"' in page
    response = client.post(
        "/dang-nhap/", {"login": " MINH ", "password": PASSWORD, "next": "/reception/"}
    )
    assert response["Location"] == "/reception/"
    assert client.get("/reception/").status_code == 200
    cookie = client.cookies[session.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    stored = bytes(WebSession.objects.get().token_hash)
    assert cookie.value.encode() not in stored


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
     "reception/", "/dang-nhap/?next=/x", "/dang-xuat/", "/" + "a" * 3000],
)  # fmt: skip
def test_nobody_is_led_away_by_the_address(cast: Cast, elsewhere: str) -> None:
    response = Client().post(
        "/dang-nhap/", {"login": "minh", "password": PASSWORD, "next": elsewhere}
    )
    assert response["Location"] in {"/tai-khoan/", "/ban/"}


def test_signing_in_again_gives_a_new_token_and_ends_the_old_session(cast: Cast) -> None:
    client = Client()
    client.cookies[session.COOKIE] = "planted-by-somebody"
    client.post("/dang-nhap/", {"login": "minh", "password": PASSWORD})
    first = token_of(client)
    assert first != "planted-by-somebody"
    client.post("/dang-nhap/", {"login": "minh", "password": PASSWORD})
    assert token_of(client) != first
    assert queries.by_session(first, at=clock.now(), request_id="") is None


def test_the_token_against_forged_forms_changes_with_the_sign_in(cast: Cast) -> None:
    client = Client()
    client.get("/dang-nhap/")
    before = client.cookies["csrftoken"].value
    client.post("/dang-nhap/", {"login": "minh", "password": PASSWORD})
    assert client.cookies["csrftoken"].value != before


def test_unknown_locked_wrong_and_outdated_are_told_alike(cast: Cast) -> None:
    Staff.objects.filter(login="ha").update(is_active=False)
    Staff.objects.filter(login="van").update(password_valid_until=AT - timedelta(days=1))
    Staff.objects.filter(login="tuan").update(password=passwords.UNSET)
    told = set()
    for login, password in (
        ("khong-co-ai", PASSWORD), ("ha", PASSWORD), ("van", PASSWORD), ("tuan", "!"),
        ("minh", "sai"), ("minh", ""), ("", ""), ("minh", "x" * 100_000), ("\x00'--", "\x00"),
    ):  # fmt: skip
        with pytest.raises(WrongSignIn) as refused:
            actions.sign_in(login=login, password=password, where=Where(ip=login), at=AT)
        told.add(str(refused.value))
    assert told == {"Tên đăng nhập hoặc mật khẩu không đúng."}
    reasons = [h.facts["reason"] for h in audit.history_of(Staff.objects.get(login="ha").ref)]
    assert reasons == ["locked"]
    unknown = [h.facts["reason"] for h in audit.history_of("accounts.Staff:0")]
    assert unknown == ["unknown"] * 3


def test_demo_accounts_do_not_sign_in_in_production(cast: Cast, settings: Settings) -> None:
    Staff.objects.filter(login="minh").update(is_demo=True)
    assert isinstance(
        actions.sign_in(login="minh", password=PASSWORD, where=HERE, at=AT), actions.Opened
    )
    settings.DEMO = False
    with pytest.raises(WrongSignIn):
        actions.sign_in(login="minh", password=PASSWORD, where=HERE, at=AT)


def test_five_wrong_passwords_close_the_name_from_there_for_five_minutes_only(cast: Cast) -> None:
    for _n in range(5):
        with pytest.raises(WrongSignIn):
            actions.sign_in(login="minh", password="sai", where=HERE, at=AT)
    with pytest.raises(SignInClosed) as closed:
        actions.sign_in(login="minh", password=PASSWORD, where=HERE, at=AT)
    assert 0 < closed.value.retry_after <= 301
    # The colleague beside, and the same person elsewhere, are not shut out.
    actions.sign_in(login="ha", password=PASSWORD, where=HERE, at=AT)
    actions.sign_in(login="minh", password=PASSWORD, where=Where(ip="10.9.9.9"), at=AT)
    later = AT + timedelta(minutes=5, seconds=1)
    actions.sign_in(login="minh", password=PASSWORD, where=HERE, at=later)


def test_a_closed_door_answers_429_with_the_time_to_come_back(cast: Cast) -> None:
    client = Client()
    for _n in range(5):
        response = client.post("/dang-nhap/", {"login": "minh", "password": "sai"})
        assert response.status_code == 422
    response = client.post("/dang-nhap/", {"login": "minh", "password": PASSWORD})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 301


def test_guesses_from_many_addresses_close_the_name_and_from_one_the_address(cast: Cast) -> None:
    for n in range(20):
        with pytest.raises(WrongSignIn):
            actions.sign_in(login="minh", password="sai", where=Where(ip=f"10.1.0.{n}"), at=AT)
    with pytest.raises(SignInClosed):
        actions.sign_in(login="minh", password=PASSWORD, where=Where(ip="10.2.0.1"), at=AT)
    for n in range(60):
        with pytest.raises(WrongSignIn):
            actions.sign_in(login=f"ai-do-{n}", password="sai", where=Where(ip="10.3.0.1"), at=AT)
    with pytest.raises(SignInClosed):
        actions.sign_in(login="ha", password=PASSWORD, where=Where(ip="10.3.0.1"), at=AT)


def test_one_post_is_taken_by_itself_several_are_chosen_from(cast: Cast) -> None:
    ha = cast.people["ha"]
    second = Post.objects.create(agency_id=cast.bode.point, title="Trực quầy", period=EVER)
    PostHolder.objects.create(post=second, staff_id=ha.staff, period=EVER)
    client = Client()
    client.post("/dang-nhap/", {"login": "ha", "password": PASSWORD})
    assert client.get("/staff/")["Location"].startswith("/vi-tri/?next=")
    page = client.get("/vi-tri/?next=/staff/").content.decode()
    assert "Trực quầy" in page
    assert "Chuyên viên tư pháp" in page
    before = token_of(client)
    response = client.post("/vi-tri/", {"post": second.pk, "next": "/staff/"})
    assert response["Location"] == "/staff/"
    assert token_of(client) != before
    who = queries.by_session(token_of(client), at=clock.now(), request_id="")
    assert who is not None
    assert who.actor.post == second.pk
    assert queries.by_session(before, at=clock.now(), request_id="") is None
    another = cast.people["minh"].post
    assert client.post("/vi-tri/", {"post": another}).status_code == 404
    assert client.post("/vi-tri/", {"post": "x"}).status_code == 422


def test_signing_out_ends_the_session_and_needs_a_post(cast: Cast) -> None:
    client = Client()
    client.post("/dang-nhap/", {"login": "minh", "password": PASSWORD})
    token = token_of(client)
    assert client.get("/dang-xuat/").status_code == 405
    response = client.post("/dang-xuat/")
    assert "Đã đăng xuất" in unquote(response.cookies["haicap_notice"].value) or response[
        "Location"
    ].startswith("/dang-nhap/")
    assert token_of(client) == ""
    assert queries.by_session(token, at=clock.now(), request_id="") is None


# --- second factor ------------------------------------------------------------------------------


def test_the_second_factor_outlives_a_change_of_the_secret_key(
    cast: Cast, settings: Settings
) -> None:
    totp = enrol(cast, "quan")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the-new-one", [settings.SECRET_KEY]
    outcome = actions.sign_in(login="quan", password=PASSWORD, where=HERE, at=AT)
    assert isinstance(outcome, actions.CodeNeeded)
    actions.confirm_code(ticket=outcome.ticket, code=totp.at(AT), where=HERE, at=AT)
    settings.SECRET_KEY_FALLBACKS = []  # whoever signed in once is sealed with the new key
    later = AT + timedelta(seconds=30)
    outcome = actions.sign_in(login="quan", password=PASSWORD, where=HERE, at=later)
    assert isinstance(outcome, actions.CodeNeeded)
    assert actions.confirm_code(ticket=outcome.ticket, code=totp.at(later), where=HERE, at=later)


def test_the_code_is_asked_after_the_password_and_opens_once(cast: Cast) -> None:
    totp = enrol(cast, "quan")
    outcome = actions.sign_in(login="quan", password=PASSWORD, where=HERE, at=AT)
    assert isinstance(outcome, actions.CodeNeeded)
    assert not WebSession.objects.exists()
    code = totp.at(AT)
    opened = actions.confirm_code(ticket=outcome.ticket, code=code, where=HERE, at=AT)
    who = queries.by_session(opened.token, at=AT, request_id="")
    assert who is not None
    assert who.account.second_factor
    with pytest.raises(actions.WrongCode):
        actions.confirm_code(ticket=outcome.ticket, code=code, where=HERE, at=AT)
    later = AT + timedelta(seconds=30)
    # The code of the step before is refused too: it is not later than the one used.
    with pytest.raises(actions.WrongCode):
        actions.confirm_code(ticket=outcome.ticket, code=code, where=HERE, at=later)
    actions.confirm_code(ticket=outcome.ticket, code=totp.at(later), where=HERE, at=later)


def test_five_wrong_codes_close_the_account_for_five_minutes(cast: Cast) -> None:
    totp = enrol(cast, "quan")
    outcome = actions.sign_in(login="quan", password=PASSWORD, where=HERE, at=AT)
    assert isinstance(outcome, actions.CodeNeeded)
    for wrong in ("000000", "", "12345", "１２３４５６", "abcdef"):
        if wrong != totp.at(AT):
            with pytest.raises(actions.WrongCode):
                actions.confirm_code(ticket=outcome.ticket, code=wrong, where=HERE, at=AT)
    with pytest.raises(SignInClosed):
        actions.confirm_code(ticket=outcome.ticket, code=totp.at(AT), where=HERE, at=AT)


def test_a_ticket_is_bound_to_the_account_as_it_was(cast: Cast) -> None:
    totp = enrol(cast, "quan")
    outcome = actions.sign_in(login="quan", password=PASSWORD, where=HERE, at=AT)
    assert isinstance(outcome, actions.CodeNeeded)
    with pytest.raises(WrongSignIn):
        actions.confirm_code(ticket=outcome.ticket + "x", code=totp.at(AT), where=HERE, at=AT)
    Staff.objects.filter(login="quan").update(auth_epoch=2)
    with pytest.raises(WrongSignIn):
        actions.confirm_code(ticket=outcome.ticket, code=totp.at(AT), where=HERE, at=AT)


def test_the_whole_way_with_a_code_in_the_browser(cast: Cast) -> None:
    totp = enrol(cast, "quan")
    client = Client()
    page = client.post(
        "/dang-nhap/", {"login": "quan", "password": PASSWORD, "next": "/staff/"}
    ).content.decode()
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    form = {"ticket": ticket, "next": "/staff/"}
    assert client.post("/dang-nhap/ma/", {**form, "code": "1"}).status_code == 422
    response = client.post("/dang-nhap/ma/", {**form, "code": totp.at(clock.now())})
    assert response["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200


def test_enrolling_a_phone_and_taking_it_out_again(cast: Cast) -> None:
    client = cast.client("quan")
    page = client.get("/tai-khoan/hai-lop/").content.decode()
    assert "<svg viewBox" in page
    assert "style=" not in page.split("<main")[1]
    sealed = page.split('name="sealed" value="')[1].split('"')[0]
    by = cast.actor("quan")
    secret = actions.offered_secret(sealed, by=by)
    assert secret is not None
    assert actions.offered_secret(sealed, by=cast.actor("minh")) is None
    form = {"sealed": sealed}
    assert client.post("/tai-khoan/hai-lop/", {**form, "code": "000001"}).status_code == 422
    code = pyotp.TOTP(secret).at(clock.now())
    assert client.post("/tai-khoan/hai-lop/", {**form, "code": code}).status_code == 302
    staff = Staff.objects.get(login="quan")
    assert staff.totp_confirmed_at is not None
    assert secret not in staff.totp_secret
    # The code that enrolled is used up; with the next one the phone may be taken out.
    client.post("/tai-khoan/hai-lop/tat/", {"code": code})
    assert Staff.objects.get(login="quan").totp_confirmed_at is not None
    later = clock.now() + timedelta(seconds=30)
    actions.remove_second_factor(code=pyotp.TOTP(secret).at(later), by=by, at=later)
    assert Staff.objects.get(login="quan").totp_secret == ""


# --- password -----------------------------------------------------------------------------------


def test_changing_the_password_ends_everything_else_and_keeps_this_session(cast: Cast) -> None:
    client, other = cast.client("minh"), cast.client("minh")
    header = {"Authorization": f"Bearer {cast.token('minh')}"}
    form = {"old": PASSWORD, "new": NEW, "again": NEW}
    response = client.post("/tai-khoan/mat-khau/", form)
    assert response.status_code == 302
    assert client.get("/staff/").status_code == 200
    assert other.get("/staff/").status_code == 302
    assert ApiToken.objects.get().auth_epoch < Staff.objects.get(login="minh").auth_epoch
    assert header
    actions.sign_in(login="minh", password=NEW, where=HERE, at=AT)
    with pytest.raises(WrongSignIn):
        actions.sign_in(login="minh", password=PASSWORD, where=HERE, at=AT)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"old": "sai", "new": NEW, "again": NEW}, "old"),
        ({"old": "", "new": NEW, "again": NEW}, "old"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "again"),
        ({"old": PASSWORD, "new": "ngan", "again": "ngan"}, "new"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "new"),
        ({"old": PASSWORD, "new": "toi-la-minh-day", "again": "toi-la-minh-day"}, "new"),
    ],
)
def test_a_password_that_will_not_do_is_told_at_its_field(
    cast: Cast, form: dict[str, str], field: str
) -> None:
    client = cast.client("minh")
    response = client.post("/tai-khoan/mat-khau/", form)
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.content.decode()
    assert client.get("/staff/").status_code == 200


def test_the_one_time_code_is_changed_before_anything_else(cast: Cast) -> None:
    code = actions.reset_password(
        staff_id=cast.people["minh"].staff, by=cast.actor("chi"), at=clock.now()
    )
    client = Client()
    client.post("/dang-nhap/", {"login": "minh", "password": code, "next": "/reception/"})
    assert client.get("/reception/")["Location"].startswith("/tai-khoan/mat-khau/")
    form = {"old": code, "new": NEW, "again": NEW, "next": "/reception/"}
    assert client.post("/tai-khoan/mat-khau/", form)["Location"] == "/reception/"
    assert client.get("/reception/").status_code == 200


# --- sessions and tokens ------------------------------------------------------------------------


def test_own_sessions_are_listed_and_end_one_by_one_or_all(cast: Cast) -> None:
    client = cast.client("minh")
    others = [cast.client("minh") for _n in range(3)]
    foreign = cast.client("ha")
    page = client.get("/tai-khoan/bao-mat/").content.decode()
    assert page.count('name="session"') == 4  # three others, and all others
    one = WebSession.objects.filter(staff_id=cast.people["minh"].staff).order_by("-id").first()
    assert one is not None
    client.post("/tai-khoan/phien/", {"session": one.pk})
    assert others[-1].get("/staff/").status_code == 302
    assert others[0].get("/staff/").status_code == 200
    client.post("/tai-khoan/phien/", {"session": "others"})
    assert [other.get("/staff/").status_code for other in others] == [302, 302, 302]
    assert client.get("/staff/").status_code == 200
    mine = WebSession.objects.get(staff_id=cast.people["ha"].staff)
    assert client.post("/tai-khoan/phien/", {"session": mine.pk}).status_code == 404
    assert foreign.get("/staff/").status_code == 200


def test_a_token_is_shown_once_acts_in_its_post_and_is_revoked(cast: Cast) -> None:
    client = cast.client("minh")
    page = client.post("/tai-khoan/ma-truy-cap/", {"label": "Máy quét"}).content.decode()
    token = page.split('<code class="account-code">')[1].split("<")[0]
    assert token.startswith("haicap_")
    who = queries.by_token(token, at=clock.now())
    assert who is not None
    assert who.actor.post == cast.people["minh"].post
    assert not who.actor.trusted_clock
    assert token not in client.get("/tai-khoan/bao-mat/").content.decode()
    assert client.post("/tai-khoan/ma-truy-cap/", {"label": " "}).status_code == 422
    row = ApiToken.objects.get()
    with pytest.raises(Missing):
        actions.revoke_token(token_id=row.pk, by=cast.actor("ha"), at=AT)
    client.post("/tai-khoan/ma-truy-cap/thu-hoi/", {"token": row.pk})
    assert queries.by_token(token, at=clock.now()) is None


def test_a_citizen_has_tokens_too(cast: Cast) -> None:
    token = actions.give_token(label="Ứng dụng", by=cast.actor("lan"), at=AT)
    who = queries.by_token(token, at=AT)
    assert who is not None
    assert who.actor.is_citizen
    assert (who.actor.person, who.actor.identity_level) == (cast.lan.party, 2)
    assert queries.by_token(token, at=AT + timedelta(days=366)) is None
    with pytest.raises(Invalid):
        actions.give_token(label="x", days=9999, by=cast.actor("lan"), at=AT)


def test_old_sessions_are_forgotten_after_ninety_days(cast: Cast) -> None:
    cast.open_session("minh", at=AT)
    assert actions.forget_old(at=AT + timedelta(days=90)) == 0
    assert actions.forget_old(at=AT + timedelta(days=92)) == 1
