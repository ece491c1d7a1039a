"""Who gets what at every address: one row for each page and for each call of the API.

A new address without a row fails, a row without an address fails, and the mark on the view
(accounts.guards) must be the row's. Each address is then asked by nobody, by a citizen whose matter
it is not, by the same duty in another unit, by another duty, and by the right one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver

from haicap.accounts.models import ApiToken, Delegation, WebSession
from haicap.site.api import api
from tests.table import CALLS, PAGES, STRANGER, Row, ask, ask_api, told
from tests.world import BIRTH, House, django_db_setup, furnished, house

__all__ = ["django_db_setup", "furnished", "house"]

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
        str(getattr(pattern, "name", pattern))
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
            other = "GET" if row.post else "POST"
            assert told(ask(furnished, row, who, method=other)) == answer


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
