"""The house's own pages: home, language, health, the sheet of components."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from haicap.kernel.actor import NOBODY, Actor, ActorKind, Duty, Grant
from haicap.site import navigation
from haicap.site.middleware import LANGUAGE_COOKIE


def test_the_home_asks_what_people_need_and_writes_nothing(web: Client) -> None:
    answer = web.get("/")
    text = answer.content.decode()
    assert "Ông bà cần làm việc gì?" in text
    assert 'name="q"' in text
    assert 'name="code"' in text


def test_the_home_is_english_too(web: Client) -> None:
    text = web.get("/?lang=en").content.decode()
    assert "What do you need to do?" in text
    assert "Làm thế nào?" not in text


def test_the_language_is_kept_and_the_person_stays_on_the_page(web: Client) -> None:
    answer = web.post("/ngon-ngu/", {"lang": "en", "next": "/thu-tuc/?q=khai+sinh&lang=vi"})
    assert answer.headers["Location"] == "/thu-tuc/?q=khai+sinh"
    assert answer.cookies[LANGUAGE_COOKIE].value == "en"
    assert answer.cookies[LANGUAGE_COOKIE]["httponly"]


@pytest.mark.parametrize("next_page", ["https://example.org/", "//example.org", "javascript:x", ""])
def test_the_language_switch_leads_nowhere_else(web: Client, next_page: str) -> None:
    answer = web.post("/ngon-ngu/", {"lang": "en", "next": next_page})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_is_not_kept(web: Client) -> None:
    assert LANGUAGE_COOKIE not in web.post("/ngon-ngu/", {"lang": "xx"}).cookies


def test_health_needs_no_database(web: Client) -> None:
    assert web.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_readiness_needs_the_database(web: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert web.get("/readyz").status_code == 200

    def silent() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", silent)
    assert web.get("/readyz").status_code == 503


def test_the_components_are_not_shown_in_production(web: Client, settings: Settings) -> None:
    assert web.get("/_components/").status_code == 200
    settings.DEMO = False
    assert web.get("/_components/").status_code == 404


def test_the_rail_shows_only_what_the_duties_allow() -> None:
    def labels(*duties: Duty) -> set[str]:
        actor = Actor(kind=ActorKind.STAFF, grants=tuple(Grant(duty) for duty in duties))
        seen = (place for place in navigation.STAFF if navigation.open_to(place, actor))
        return {str(place.label) for place in seen}

    assert labels() == {"Thủ tục"}
    assert labels(Duty.HANDLE) == {"Bàn việc", "Thủ tục"}
    assert "Chờ duyệt" in labels(Duty.DECIDE)
    assert "Tài khoản" not in labels(Duty.DECIDE)
    assert "Tài khoản" in labels(Duty.ACCOUNTS)
    assert "Chi nhánh" in labels(Duty.COORDINATE)  # over the whole city, as Grant has it here
    branch = Actor(kind=ActorKind.STAFF, grants=(Grant(Duty.COORDINATE, frozenset({7})),))
    assert not any(p.name == "branches" and navigation.open_to(p, branch) for p in navigation.STAFF)


def test_a_page_that_is_switched_off_is_not_in_the_menu(own_urls: None) -> None:
    found = navigation.entries(navigation.CITIZEN, actor=NOBODY, path="/")
    assert [entry.url for entry in found] == ["/", "/thu-tuc/"]


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/", "/"),
        ("/ban/", "/ban/"),
        ("/ban/tiep-nhan/", "/ban/tiep-nhan/"),
        ("/ban/H26-1/", "/ban/"),
        ("/khac/", ""),
    ],
)
def test_the_menu_knows_where_one_stands(path: str, here: str) -> None:
    assert navigation.standing_at(["/", "/ban/", "/ban/tiep-nhan/"], path) == here
