"""Who gets what at every address: one row for each page and for each call of the API.

A new address without a row fails, a row without an address fails, and the mark on the view
(accounts.guards) must be the row's. Each address is then asked by nobody, by a citizen whose matter
it is not, by the same duty in another unit, by another duty, and by the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver

from haicap.accounts.models import ApiToken, Delegation, Staff, WebSession
from haicap.kernel.actor import Duty
from haicap.site.api import api
from tests.world import BIRTH, BODE, EVER, House, django_db_setup, furnished, house

__all__ = ["django_db_setup", "furnished", "house"]

Given = Callable[[House], dict[str, Any]]
STRANGER = "huong"  # a citizen; Lan is the one whose dossiers they are
NO_DUTY = "operate@city"  # reads no citizen's dossier
AT_A_DESK = (
    Duty.RECEIVE, Duty.COORDINATE, Duty.HANDLE, Duty.HEAD, Duty.DECIDE, Duty.ISSUE, Duty.OBSERVE,
)  # fmt: skip
CITY = (Duty.OBSERVE, Duty.DECIDE, Duty.COORDINATE)


@dataclass(frozen=True)
class Row:
    """An address: whose it is, and what the five get: nobody, a strange citizen, the same duty
    elsewhere, another duty, the right one. "in" leads staff to sign in, "ci" citizens.
    """

    name: str
    realm: str
    answers: str
    duties: tuple[Duty, ...] = ()
    right: str = "receive@bode"
    elsewhere: str = "receive@cuanam"
    args: Given = lambda house: {}
    post: Given | None = None  # the address takes only POST, or is asked by it here
    path: str = ""  # of the API
    callers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        callers = ("", STRANGER, self.elsewhere, NO_DUTY, self.right)
        object.__setattr__(self, "callers", callers)


def public(name: str, answers: str = "200 200 200 200 200", **more: Any) -> Row:
    return Row(name, "public", answers, **more)


def own(name: str, answers: str = "ci 200 200 200 200", **more: Any) -> Row:
    """Anybody's own account."""
    return Row(name, "signed_in", answers, **more)


def citizen(name: str, answers: str = "ci 404 403 403 200", **more: Any) -> Row:
    return Row(name, "citizen", answers, right="lan", **more)


def staff(name: str, duties: tuple[Duty, ...], answers: str, **more: Any) -> Row:
    return Row(name, "staff", answers, duties, **more)


def admin(name: str, answers: str = "in 403 404 403 200", **more: Any) -> Row:
    """The unit administrator's page about somebody or something of the unit."""
    given = {"right": "accounts@bode", "elsewhere": "accounts@cuanam", **more}
    return Row(name, "staff", answers, (Duty.ACCOUNTS,), **given)


def call(path: str, answers: str = "401 404 404 404 200", **more: Any) -> Row:
    """A call of the API with a token."""
    return Row(path, "api", answers, path=path, **more)


def open_call(path: str, answers: str = "200 200 200 200 200", **more: Any) -> Row:
    """A call of the API without one."""
    return Row(path, "api-public", answers, path=path, **more)


# --- what the addresses are about -----------------------------------------------------------------


def person(house: House) -> dict[str, Any]:
    return {"staff_id": house.cast.people["handle.vp@bode"].staff}


def ended_person(house: House) -> dict[str, Any]:
    Staff.objects.filter(pk=person(house)["staff_id"]).update(is_active=False)
    return person(house)


def with_a_phone(house: House) -> dict[str, Any]:
    Staff.objects.filter(pk=person(house)["staff_id"]).update(totp_confirmed_at=house.watch.time)
    return person(house)


def post_of_unit(house: House) -> dict[str, Any]:
    return {"post_id": house.cast.people["handle.vp@bode"].post}


def delegation(house: House) -> dict[str, Any]:
    lent = Delegation.objects.create(
        from_post_id=house.cast.people["decide@bode"].post,
        to_post_id=house.cast.people["head.vp@bode"].post,
        duty=Duty.DECIDE,
        period=EVER,
        basis="Quyết định 12/QĐ-UBND",
        created_at=house.watch.time,
    )
    return {"delegation_id": lent.pk}


def session_of_lan(house: House) -> dict[str, Any]:
    house.browser("lan")
    return {"session": WebSession.objects.latest("id").pk}


def token_of_lan(house: House) -> dict[str, Any]:
    house.token("lan")
    return {"token": ApiToken.objects.latest("id").pk}


def kept(**names: str) -> Given:
    """Arguments from what stands in the furnished house."""
    return lambda house: {name: house.kept[key] for name, key in names.items()}


def nothing(house: House) -> dict[str, Any]:
    return {}


code = kept(code="received")
draft = kept(draft="draft")

PAGES = [
    public("site:home"),
    public("site:language", "302 302 302 302 302", post=nothing),
    public("site:healthz"),
    public("site:readyz"),
    public("site:components"),
    public("accounts:sign_in"),
    public("accounts:sign_in_code", "422 422 422 422 422", post=nothing),
    public("accounts:sign_out", "302 302 302 302 302", post=nothing),
    public("accounts:citizen_sign_in"),
    public("accounts:callback", "ci ci ci ci ci"),  # without what VNeID sends along
    own("accounts:me"),
    own("accounts:security"),
    own("accounts:sessions", "ci 404 404 404 302", right="lan", post=session_of_lan),
    own("accounts:give_token", post=lambda house: {"label": "máy tính"}),
    own("accounts:revoke_token", "ci 404 404 404 302", right="lan", post=token_of_lan),
    citizen("accounts:who_read", "ci 200 403 403 200"),
    staff("accounts:password", (), "in 403 200 200 200"),
    staff("accounts:second_factor", (), "in 403 200 200 200"),
    staff("accounts:remove_second_factor", (), "in 403 302 302 302", post=nothing),
    staff("accounts:choose_post", (), "in 403 200 200 200"),
    admin("accounts:unit_staff", "in 403 200 403 200"),
    admin("accounts:add", "in 403 200 403 200"),
    admin("accounts:add_many", "in 403 200 403 200"),
    admin("accounts:person", args=person),
    admin("accounts:end_person", "in 403 404 403 302", args=person, post=nothing),
    admin("accounts:reopen_person", args=ended_person, post=nothing),
    admin("accounts:reset_password", args=person, post=nothing),
    admin(
        "accounts:reset_second_factor", "in 403 404 403 302", args=with_a_phone, post=nothing,
    ),
    admin("accounts:posts", "in 403 200 403 200"),
    admin("accounts:new_post", "in 403 200 403 200"),
    admin("accounts:post", args=post_of_unit),
    admin("accounts:place", "in 403 404 403 422", args=post_of_unit, post=nothing),
    admin("accounts:give", "in 403 404 403 422", args=post_of_unit, post=nothing),
    admin("accounts:end", "in 403 404 403 302", args=post_of_unit, post=lambda h: {"what": "post"}),
    admin("accounts:delegations", "in 403 200 403 200"),
    admin("accounts:end_delegation", "in 403 404 403 302", args=delegation, post=nothing),
    staff(
        "branches", (Duty.CATALOGUE, Duty.COORDINATE, Duty.OBSERVE), "in 403 403 403 200",
        right="coordinate@branch",
    ),
    public("units:places"),
    public("units:place", args=lambda house: {"code": BODE}),
    public("catalogue:search"),
    public("catalogue:suggest"),
    public("catalogue:procedure", args=lambda house: {"code": BIRTH}),
    staff("catalogue:gaps", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city"),
    staff(
        "catalogue:gap", (Duty.CATALOGUE,), "in 403 403 403 200", right="catalogue@city",
        args=lambda house: {"code": BIRTH},
    ),
    public("dossiers:track"),
    public("dossiers:start", args=lambda house: {"code": BIRTH}),
    citizen("dossiers:mine", "ci 200 403 403 200"),
    citizen("dossiers:draft", "ci 404 403 403 302", args=draft),
    citizen("dossiers:draft_applicant", args=draft),
    citizen("dossiers:draft_owner", args=draft),
    citizen("dossiers:draft_place", args=draft),
    citizen("dossiers:draft_section", args=lambda h: {**draft(h), "section": "child"}),
    citizen("dossiers:draft_papers", args=draft),
    citizen("dossiers:draft_file", args=kept(draft="draft", file_id="draft_file")),
    citizen(
        "dossiers:draft_remove", "ci 404 403 403 302", post=nothing,
        args=kept(draft="draft", file_id="draft_file"),
    ),
    citizen("dossiers:draft_handing", args=draft),
    citizen("dossiers:draft_review", args=draft),
    citizen("dossiers:draft_discard", "ci 404 403 403 302", args=draft, post=nothing),
    citizen("dossiers:mine_one", args=code),
    citizen("dossiers:done", args=code),
    citizen("dossiers:mine_receipt", args=code),
    citizen("dossiers:mine_file", args=kept(code="received", file_id="paper")),
    citizen("dossiers:mine_answer", args=kept(code="asked")),
    citizen("dossiers:answer_file", args=kept(code="asked", file_id="waiting")),
    citizen(
        "dossiers:answer_remove", "ci 404 403 403 302", post=nothing,
        args=kept(code="asked", file_id="waiting"),
    ),
    citizen("dossiers:cancel", "ci 404 403 403 302", args=kept(code="asked"), post=nothing),
    citizen("dossiers:take", "ci 404 403 403 302", args=kept(code="issued"), post=nothing),
    staff("dossiers:desk", AT_A_DESK, "in 403 200 403 200"),
    staff("dossiers:walk_in", (Duty.RECEIVE,), "in 403 200 403 200"),
    staff(
        "dossiers:pile", (Duty.DECIDE,), "in 403 200 403 200",
        right="decide@bode", elsewhere="decide@cuanam",
    ),
    staff("dossiers:one", AT_A_DESK, "in 403 404 403 200", args=code),
    staff("dossiers:receipt", AT_A_DESK, "in 403 404 403 200", args=code),
    staff(
        "dossiers:file", AT_A_DESK, "in 403 404 403 200",
        args=kept(code="received", file_id="paper"),
    ),
    staff(
        "dossiers:move", AT_A_DESK, "in 403 404 403 302", post=nothing,
        args=lambda house: {**code(house), "name": "transfer"},
    ),
    staff(
        "dossiers:board", CITY, "in 403 200 403 200",
        right="observe@city", elsewhere="decide@cuanam",
    ),
    staff(
        "dossiers:board_commune", CITY, "in 403 200 403 200",
        right="observe@city", elsewhere="decide@cuanam", args=lambda house: {"code": BODE},
    ),
    public("vneid:discovery"),
    public("vneid:jwks"),
    public("vneid:authorize", "400 400 400 400 400"),
    public("vneid:token", "400 400 400 400 400", post=nothing),
    public("vneid:userinfo", "401 401 401 401 401"),
]  # fmt: skip

CALLS = [
    open_call("GET /units"),
    open_call("GET /units/{code}", args=lambda house: {"code": BODE}),
    open_call("GET /units/{code}/successors", args=lambda house: {"code": BODE}),
    open_call("GET /agencies"),
    open_call("GET /procedures"),
    open_call("GET /procedures/{code}", args=lambda house: {"code": BIRTH}),
    open_call("GET /track/{code}", "404 404 404 404 404", args=code),  # with a wrong check
    call(
        "GET /deadlines/preview", "401 200 200 200 200",
    ),
    call("POST /files", "401 422 422 422 422", post=nothing),
    call("GET /dossiers", "401 200 200 200 200"),
    call(
        "POST /dossiers", "401 422 422 403 422",
        post=lambda house: {"procedure": BIRTH, "channel": "counter", "applicant": {"name": "A"}},
    ),
    call("GET /dossiers/{code}", args=code),
    call("GET /dossiers/{code}/journal", args=code),
    call("GET /dossiers/{code}/receipt.pdf", args=code),
    call("GET /dossiers/{code}/files/{file_id}", args=kept(code="received", file_id="paper")),
    call("GET /dossiers/{code}/moves", args=code),
    call("POST /dossiers/{code}/moves", args=code, post=lambda house: {"move": "transfer"}),
]  # fmt: skip
QUERIES = {
    "GET /track/{code}": {"check": "9999"},
    "GET /deadlines/preview": {"received_at": "2026-11-23T09:00:00", "time_unit": "SAME_DAY"},
}


# --- the table is whole ---------------------------------------------------------------------------


def addresses() -> Iterator[tuple[str, Any]]:
    """(name, view) of every page of the installation, the API's apart."""

    def below(patterns: list[Any], names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield ":".join([*names, pattern.name or str(pattern.pattern)]), pattern.callback
            elif isinstance(pattern, URLResolver) and pattern.namespace != "api":
                namespace = (pattern.namespace,) if pattern.namespace else ()
                yield from below(pattern.url_patterns, (*names, *namespace))

    yield from below(get_resolver(settings.ROOT_URLCONF).url_patterns, ())


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    assert sorted(row.name for row in PAGES) == sorted(name for name, _view in addresses())


def test_every_call_of_the_api_has_a_row_and_every_row_a_call() -> None:
    paths = api.get_openapi_schema()["paths"]
    calls = [
        f"{method.upper()} {path.partition('/v1')[2]}"
        for path, operations in paths.items()
        for method in operations
    ]
    assert sorted(row.path for row in CALLS) == sorted(calls)


def test_nothing_else_answers_under_the_api() -> None:
    found = {
        str(pattern.name)
        for resolver in get_resolver(settings.ROOT_URLCONF).url_patterns
        if isinstance(resolver, URLResolver) and resolver.namespace == "api"
        for pattern in resolver.url_patterns
    }
    declared = {
        operation["operationId"]
        for operations in api.get_openapi_schema()["paths"].values()
        for operation in operations.values()
    }
    assert found == declared | {"openapi-json", "api-root"}


def test_the_mark_on_every_view_is_that_of_its_row() -> None:
    rows = {row.name: (row.realm, set(row.duties)) for row in PAGES}
    marks = {
        name: (view.guard.realm, set(view.guard.duties)) if hasattr(view, "guard") else None
        for name, view in addresses()
    }
    assert marks == rows


def test_every_call_is_closed_unless_the_table_says_otherwise() -> None:
    document = api.get_openapi_schema()
    open_ones = {
        f"{method.upper()} {path.partition('/v1')[2]}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if not operation.get("security")
    }
    assert open_ones == {row.path for row in CALLS if row.realm == "api-public"}


# --- and it is true -------------------------------------------------------------------------------


def told(response: Any) -> str:
    """The answer as the table writes it."""
    if response.status_code == 302:
        address = response["Location"].partition("?")[0]
        for word, name in (("in", "accounts:sign_in"), ("ci", "accounts:citizen_sign_in")):
            if address == reverse(name):
                return word
    return str(response.status_code)


def ask(house: House, row: Row, who: str, *, method: str = "") -> Any:
    """The answer of the page to somebody. The stranger is nobody's client but their own."""
    address = reverse(row.name, kwargs=row.args(house))
    browser = house.browser(who)
    if method == "GET" or (row.post is None and not method):
        return browser.get(address)
    return browser.post(address, row.post(house) if row.post else {})


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_each_page_answers_as_its_row_says(furnished: House, row: Row) -> None:
    expected = row.answers.split()
    found = [told(ask(furnished, row, who)) for who in row.callers]
    if row.name == "accounts:sign_out":  # everybody ends where they would come in
        expected = ["302", "302", "in", "in", "in"]
    assert found == expected
    for who, answer in zip(row.callers, expected, strict=True):
        if answer in {"in", "ci", "403"} and row.realm != "public":
            assert told(ask(furnished, row, who, method="GET")) == answer
            assert told(ask(furnished, row, who, method="POST")) == answer


def ask_api(house: House, row: Row, headers: dict[str, str]) -> Any:
    method, _blank, path = row.path.partition(" ")
    address = "/api/v1" + path.format(**row.args(house))
    if method == "GET":
        return Client().get(address, QUERIES.get(row.path), headers=headers)
    assert row.post is not None
    kind = {} if row.path == "POST /files" else {"content_type": "application/json"}
    return Client().post(address, row.post(house), headers=headers, **kind)


@pytest.mark.django_db
@pytest.mark.parametrize("row", CALLS, ids=lambda row: row.path)
def test_each_call_answers_as_its_row_says(furnished: House, row: Row) -> None:
    found = [ask_api(furnished, row, furnished.bearer(who)) for who in row.callers]
    assert [str(answer.status_code) for answer in found] == row.answers.split()
    for answer in found:
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
    if row.realm == "api":
        for header in ("Bearer wrong", "Bearer", "Basic bGFuOng=", "Bearer \x00", "bearer é"):
            refused = ask_api(furnished, row, {"Authorization": header})
            assert refused.status_code == 401, header
            assert refused["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
@pytest.mark.parametrize("row", CALLS, ids=lambda row: row.path)
def test_the_cookie_of_the_pages_opens_nothing_in_the_api(furnished: House, row: Row) -> None:
    if row.realm == "api":
        browser = furnished.browser(row.right)
        method, _blank, path = row.path.partition(" ")
        address = "/api/v1" + path.format(**row.args(furnished))
        assert browser.generic(method, address).status_code == 401


# --- things of others, by ids that exist ----------------------------------------------------------


@pytest.mark.django_db
def test_a_file_is_found_under_its_own_dossier_only(furnished: House) -> None:
    kept = furnished.kept
    for who, name in (("lan", "mine_file"), ("receive@bode", "file")):
        browser = furnished.browser(who)
        for other in ("asked", "issued", "approval"):
            address = reverse(f"dossiers:{name}", args=[kept[other], kept["paper"]])
            assert browser.get(address).status_code == 404
        token = furnished.bearer(who)
        address = f"/api/v1/dossiers/{kept['asked']}/files/{kept['paper']}"
        assert Client().get(address, headers=token).status_code == 404
    stranger = furnished.browser(STRANGER)
    for address in (
        reverse("dossiers:draft_file", args=[kept["draft"], kept["draft_file"]]),
        reverse("dossiers:answer_file", args=[kept["asked"], kept["waiting"]]),
        reverse("dossiers:mine_file", args=[kept["issued"], kept["result"]]),
    ):
        assert stranger.get(address).status_code == 404


@pytest.mark.django_db
def test_a_draft_of_the_result_is_not_the_citizens_to_see(furnished: House) -> None:
    kept = furnished.kept
    lan, leader = furnished.browser("lan"), furnished.browser("decide@bode")
    address = reverse("dossiers:mine_file", args=[kept["approval"], kept["frozen"]])
    assert lan.get(address).status_code == 404
    api_address = f"/api/v1/dossiers/{kept['approval']}/files/{kept['frozen']}"
    assert Client().get(api_address, headers=furnished.bearer("lan")).status_code == 404
    beside = reverse("dossiers:file", args=[kept["approval"], kept["frozen"]])
    assert leader.get(beside).status_code == 200
    assert lan.get(reverse("dossiers:mine_file", args=[kept["issued"], kept["result"]])).getvalue()


@pytest.mark.django_db
def test_a_dossier_is_not_there_for_desks_it_never_lay_on(furnished: House) -> None:
    code = furnished.kept["received"]
    nobody_else = [
        *("handle.kt@bode", "head.vhxh@bode", "handle.vp@cuanam", "head.vp@cuanam"),
        *("decide@cuanam", "issue@cuanam", "receive@cuanam"),
    ]
    for who in nobody_else:
        assert furnished.browser(who).get(reverse("dossiers:one", args=[code])).status_code == 404
        listed = furnished.browser(who).get(reverse("dossiers:desk"), {"box": "all", "q": code})
        assert reverse("dossiers:one", args=[code]) not in listed.content.decode()
        answer = Client().get(
            "/api/v1/dossiers", {"box": "all", "q": code}, headers=furnished.bearer(who)
        )
        assert answer.json()["items"] == []


@pytest.mark.django_db
def test_somebody_elses_upload_is_no_paper_of_mine(furnished: House) -> None:
    theirs = furnished.upload("lan", slot=furnished.kept["slot"])
    body = {
        "procedure": BIRTH,
        "channel": "online",
        "papers": [{"slot": furnished.kept["slot"], "file_id": str(theirs)}],
    }
    answer = Client().post(
        "/api/v1/dossiers",
        body,
        content_type="application/json",
        headers=furnished.bearer(STRANGER),
    )
    assert answer.status_code == 422
    assert f"papers.{furnished.kept['slot']}" in {
        error["field"] for error in answer.json()["errors"]
    }


@pytest.mark.django_db
def test_the_administrator_of_a_unit_reaches_no_other(furnished: House) -> None:
    """By ids in the form, not in the address."""
    browser = furnished.browser("accounts@bode")
    people = furnished.cast.people
    mine, theirs = people["handle.vp@bode"], people["handle.vp@cuanam"]
    place = reverse("accounts:place", args=[mine.post])
    assert browser.post(place, {"staff": theirs.staff}).status_code in {403, 404, 422}
    new_post = reverse("accounts:new_post")
    body = {"agency": furnished.cast.cuanam.office, "title": "Chuyên viên"}
    assert browser.post(new_post, body).status_code == 422
    lend = {"from_post": theirs.post, "to_post": mine.post, "duty": "handle", "basis": "QĐ 1"}
    assert browser.post(reverse("accounts:delegations"), lend).status_code == 422
    assert not Delegation.objects.filter(from_post_id=theirs.post).exists()


@pytest.mark.django_db
def test_who_was_thrown_out_is_out(furnished: House) -> None:
    """An ended session and a revoked token open nothing."""
    browser, bearer = furnished.browser("lan"), furnished.bearer("lan")
    now = furnished.watch.now()
    WebSession.objects.update(ended_at=now)
    ApiToken.objects.update(revoked_at=now)
    assert told(browser.get(reverse("dossiers:mine"))) == "ci"
    assert Client().get("/api/v1/dossiers", headers=bearer).status_code == 401
