"""The city's board: every number leads to exactly as many dossiers, for whoever looks."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from haicap.accounts import landing
from haicap.accounts.tests.cast import AT, Cast
from haicap.dossiers import board
from haicap.dossiers.models import Channel, Dossier
from haicap.dossiers.tests.world import World, marital_answers
from haicap.kernel import clock

NOW = AT + timedelta(hours=2)
LATE = ("IN_PROCESS", "SUPP_DONE", "SUBMIT_APPROVAL")


@pytest.fixture(autouse=True)
def the_pages(own_urls: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages, on the day of the cast."""
    settings.ROOT_URLCONF = "haicap.site.urls"
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(scope="module")
def full(made: Cast) -> World:
    """Dossiers at many stages in two communes, late ones among them, one that lies nowhere yet."""
    world = World(made)
    for stage in ("SUBMITTED", "RECEIVED", "IN_PROCESS", "SUPP_REQ", "SUPP_DONE",
                  "SUBMIT_APPROVAL", "ISSUED", "RETURNED", "CANCELLED"):  # fmt: skip
        dossier = world.at_stage(stage)
        if stage in LATE:
            due = dossier.received_at + timedelta(minutes=30) if dossier.received_at else None
            Dossier.objects.filter(pk=dossier.pk).update(due_at=due)
    Dossier.objects.filter(state="RECEIVED").update(due_at=NOW + timedelta(hours=1))
    world.hand_in("nga", answers=marital_answers(code="00082"))
    online = world.hand_in("minh")
    Dossier.objects.filter(pk=online.pk).update(channel=Channel.ONLINE)
    world.move(online, "accept", "minh")
    Dossier.objects.filter(pk=world.hand_in("nga").pk).update(commune=None)
    old = world.at_stage("RETURNED")
    Dossier.objects.filter(pk=old.pk).update(
        received_at=AT - timedelta(days=60), due_at=AT - timedelta(days=50),
        completed_at=AT - timedelta(days=55),
    )  # fmt: skip
    return world


@pytest.fixture
def city(full: World, world: World) -> World:
    """The same for one test."""
    return world


def rows_behind(client: Client, address: str) -> set[str]:
    """The codes of a drill-down, through all its pages."""
    found: set[str] = set()
    step: str | None = address
    while step:
        page = client.get(step)
        assert page.status_code == 200
        html = page.content.decode()
        found |= set(
            re.findall(r'<td data-label="Mã hồ sơ"[^>]*><a href="[^"]*">([^<]+)</a>', html)
        )
        onward = re.search(r'href="([^"]+)" rel="next"', html)
        step = onward[1].replace("&amp;", "&") if onward else None
    return found


def numbers(html: str) -> list[tuple[str, int]]:
    """Every number of the board that leads somewhere, with its address."""
    found = re.findall(r'<a href="(/thanh-pho/[^"]+)"[^>]*>(?:<b>)?(\d+)<', html)
    return [(address, int(number)) for address, number in found]


@pytest.mark.slow
@pytest.mark.parametrize("who", ["tam", "quan", "dung"])
def test_every_number_leads_to_as_many_dossiers(city: World, who: str) -> None:
    client = city.cast.client(who)
    led = numbers(client.get("/thanh-pho/").content.decode())
    assert len(led) > 8  # the tally alone has seven
    for address, number in led:
        assert len(rows_behind(client, address)) == number, address


def test_the_city_counts_what_is_there(city: World) -> None:
    by, at = city.cast.actor("tam"), NOW
    found = board.commune_figures(by=by, at=at)
    whole = board.total(found.values())
    assert whole.overdue == len(LATE)
    assert whole.due_today == 1
    assert whole.received_online == 1
    assert whole.to_receive == 3
    assert whole.to_return == 1
    assert whole.completed == whole.completed_in_time == 2  # the old one is not of this month
    assert found[None].to_receive == 1
    assert found[city.cast.bode.territory].overdue == len(LATE)
    assert board.count(show="overdue", where=board.CITY, by=by, at=at) == len(LATE)


@pytest.mark.parametrize(
    ("opened", "overdue", "level"),
    [(0, 0, 0), (50, 0, 0), (1000, 1, 1), (100, 2, 1), (100, 3, 2), (10, 1, 3), (100, 20, 4),
     (1, 1, 5)],
)  # fmt: skip
def test_the_map_says_late_as_soon_as_one_is_late(opened: int, overdue: int, level: int) -> None:
    assert board.CommuneFigures(1, open=opened, overdue=overdue).level == level


def test_the_board_shows_the_map_what_presses_and_the_table(city: World) -> None:
    page = city.cast.client("tam").get("/thanh-pho/")
    html = page.content.decode()
    assert "Phường Bồ Đề" in html
    assert "Chưa rõ nơi giải quyết" in html
    assert html.index("Phường Bồ Đề</b>") < html.index("Số liệu theo xã, phường")
    assert "Chỉ tính những hồ sơ" not in html
    assert "Chỉ tính những hồ sơ" in city.cast.client("quan").get("/thanh-pho/").content.decode()


def test_the_table_sorts_without_the_script(city: World) -> None:
    client = city.cast.client("tam")

    def first(sort: str) -> str:
        html = client.get(f"/thanh-pho/?theo={sort}").content.decode()
        body = html[html.index("<tbody>") :]
        found = re.search(r'data-label="Xã, phường"[^>]*>(?:<a[^>]*>)?([^<]+)', body)
        assert found is not None
        return found[1]

    assert first("overdue") == "Phường Bồ Đề"
    assert first("") in {"Phường Bồ Đề", "Phường Cửa Nam"}
    assert client.get("/thanh-pho/?theo=x;drop").status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/thanh-pho/thanh-pho/?show=nonsense", 200),
        ("/thanh-pho/thanh-pho/?after=x", 200),
        ("/thanh-pho/thanh-pho/?after=2026-11-23T09:00:00~1", 200),
        ("/thanh-pho/thanh-pho/?after=9999-12-31T23:59:59%2B00:00~9999999999999999999", 200),
        ("/thanh-pho/chua-ro/", 200),
        ("/thanh-pho/99999/", 404),
        ("/thanh-pho/abc/", 404),
    ],
)
def test_bad_addresses_do_no_harm(world: World, address: str, status: int) -> None:
    assert world.cast.client("tam").get(address).status_code == status


@pytest.mark.parametrize("who", ["nga", "hoa", "van", "khoa", "tuan"])
def test_the_board_is_for_those_who_watch(world: World, who: str) -> None:
    client = world.cast.client(who)
    assert client.get("/thanh-pho/").status_code == 403
    assert client.get(reverse("dossiers:board_commune", args=["00118"])).status_code == 403


def test_no_name_stands_on_the_board(city: World) -> None:
    client: Any = city.cast.client("tam")
    for address in ("/thanh-pho/", "/thanh-pho/thanh-pho/?show=open"):
        assert "Trần Văn An" not in client.get(address).content.decode()


def test_a_row_says_who_has_the_dossier_and_nobody_once_it_is_over(city: World) -> None:
    by, at = city.cast.actor("tam"), NOW
    rows = board.behind(show="completed", where=board.CITY, after=None, by=by, at=at)
    assert {row.agency_id is None for row in rows if row.state == "RETURNED"} == {True}
    waiting = board.behind(show="to_receive", where=board.CITY, after=None, by=by, at=at)
    assert waiting
    for row in waiting:
        dossier = Dossier.objects.get(pk=row.id)
        assert row.agency_id == dossier.tasks.get(role="lead", done_at=None).agency_id


@pytest.mark.parametrize(("who", "first"), [("tam", "dossiers:board"), ("minh", "dossiers:desk")])
def test_who_watches_the_city_is_led_to_the_board_and_others_to_their_desk(
    world: World, who: str, first: str
) -> None:
    assert landing.first_page(world.cast.actor(who, at=NOW)) == reverse(first)
