"""GET /units and /agencies: what a client sees, and what bad questions get."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from ninja import NinjaAPI
from ninja.testing import TestClient

from haicap.kernel import clock
from haicap.kernel.errors import Invalid, Refusal
from haicap.units.load import LoadedCity
from haicap.units.views import api as face

pytestmark = pytest.mark.django_db


class Client:
    """Calls the router as the site mounts it; a refusal answers with its status and fields."""

    def __init__(self) -> None:
        api = NinjaAPI(urls_namespace="units-test")
        api.add_router("", face.router)

        @api.exception_handler(Refusal)
        def refused(request: HttpRequest, refusal: Refusal) -> Any:
            fields = refusal.fields if isinstance(refusal, Invalid) else {}
            body = {"detail": str(refusal), "fields": fields}
            return api.create_response(request, body, status=refusal.status)

        self.client = TestClient(api)

    def get(self, path: str, **query: str) -> Any:
        return self.ask(path, 200, query)

    def ask(self, path: str, status: int, query: dict[str, str]) -> Any:
        request = RequestFactory().get("/", query)
        answer = self.client.get(path, query_params=dict(request.GET.items()), at=clock.now())
        assert answer.status_code == status, answer.content
        return json.loads(answer.content)


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def walk(client: Client, path: str, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    page = client.get(path, **query)
    while True:
        items += page["items"]
        if page["next"] is None:
            return items
        page = client.get(path, cursor=page["next"], **query)


def test_the_list_holds_the_communes_of_the_day(client: Client, city: LoadedCity) -> None:
    today = walk(client, "/units")
    assert len(today) == 126
    assert len({unit["code"] for unit in today}) == 126
    assert len(walk(client, "/units", at="2025-06-30", limit="200")) == 526
    assert len(walk(client, "/units", at="2025-06-30", kind="district")) == 30
    assert len(walk(client, "/units", kind="phường")) == 51
    assert len(walk(client, "/units", kind="xa")) == 75
    names = [unit["name"] for unit in today]
    assert names.index("Ba Đình") < names.index("Bạch Mai") < names.index("Đông Anh")
    assert names[0] == "An Khánh"
    assert names.index("Dương Nội") < names.index("Đan Phượng")


@pytest.mark.parametrize(
    "q", ["Hòa Lạc", "Hoà Lạc", "hoa lac", "HOÀ LẠC", "xã hòa lạc", "Ho\u0300a La\u0323c"]
)
def test_a_name_is_found_however_its_tones_are_typed(
    client: Client, city: LoadedCity, q: str
) -> None:
    assert [unit["code"] for unit in client.get("/units", q=q)["items"]] == ["09988"]


@pytest.mark.parametrize("q", ["bode", "Bode", "phuongbode", "phường bođe"])
def test_a_name_is_found_though_its_words_are_run_together(
    client: Client, city: LoadedCity, q: str
) -> None:
    assert [unit["code"] for unit in client.get("/units", q=q)["items"]] == ["00118"]


def test_one_unit_tells_its_facts_and_its_agencies(client: Client, city: LoadedCity) -> None:
    unit = client.get("/units/00118")
    assert unit["full_name"] == "Phường Bồ Đề"
    assert unit["population"] == 120028
    assert unit["valid_from"] == "2025-07-01"
    assert unit["valid_to"] is None
    assert unit["parent"] == {"code": "01", "full_name": "Thành phố Hà Nội"}
    assert {agency["kind"] for agency in unit["agencies"]} == {
        "commune_committee",
        "service_point",
        "branch",
    }
    face.UnitWhole.model_validate(unit)


def test_a_code_is_read_on_its_day(client: Client, city: LoadedCity) -> None:
    assert client.get("/units/00004")["name"] == "Ba Đình"
    old = client.get("/units/00004", at="2025-06-30")
    assert old["name"] == "Trúc Bạch"
    assert old["valid_to"] == "2025-07-01"
    assert old["parent"]["full_name"] == "Quận Ba Đình"


def test_successors_say_what_became_of_land_and_people(client: Client, city: LoadedCity) -> None:
    answer = client.get("/units/00118/successors", at="2025-06-30")
    face.Successors.model_validate(answer)
    told = {
        s["unit"]["full_name"]: (s["land"], s["population"], s["clause"]) for s in answer["items"]
    }
    assert told == {
        "Phường Hồng Hà": ("part", "none", "14"),
        "Phường Bồ Đề": ("remainder", "all", "40"),
    }
    assert client.get("/units/00004/successors", at="2025-06-30")["items"][0]["land"] == "whole"
    assert client.get("/units/00118/successors")["items"] == []


def test_agencies_are_found_by_words_and_by_code(client: Client, city: LoadedCity) -> None:
    words = "uy ban nhan dan phuong bo de"
    found = client.get("/agencies", q=words, kind="commune_committee")
    face.Agencies.model_validate(found)
    assert [agency["code"] for agency in found["items"]] == ["H26.140"]
    assert found["items"][0]["units"] == ["00118"]
    assert client.get("/agencies", q="h26.140")["items"][0]["name"].endswith("phường Bồ Đề")
    assert [a["short_name"] for a in client.get("/agencies", kind="branch")["items"]] == [
        f"Chi nhánh số {number}" for number in range(1, 13)
    ]
    assert len(walk(client, "/agencies", kind="division", limit="300")) == 504
    assert [a["kind"] for a in client.get("/agencies", at="2025-01-01")["items"]] == [
        "city_committee"
    ]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/units", {"at": "2025-13-01"}, "at"),
        ("/units", {"at": "yesterday"}, "at"),
        ("/units", {"at": "0000-01-01"}, "at"),
        ("/units", {"at": "2025-06-31"}, "at"),
        ("/units", {"at": "２０２５-06-30"}, "at"),
        ("/units", {"kind": "thon"}, "kind"),
        ("/units", {"cursor": "nonsense"}, "cursor"),
        ("/units", {"q": "x" * 201}, "q"),
        ("/units/00004", {"at": "1/2"}, "at"),
        ("/units/00004/successors", {"at": "mai"}, "at"),
        ("/agencies", {"kind": "sở"}, "kind"),
        ("/agencies", {"at": "2025"}, "at"),
        ("/agencies", {"cursor": "W10"}, "cursor"),
    ],
)
def test_a_bad_question_is_told_at_its_field(
    client: Client, city: LoadedCity, path: str, query: dict[str, str], field: str
) -> None:
    assert set(client.ask(path, 422, query)["fields"]) == {field}


@pytest.mark.parametrize("code", ["99999", "0000x", "%00", "' or 1=1 --", "0" * 500, "００００４"])
def test_an_unknown_code_is_not_found(client: Client, city: LoadedCity, code: str) -> None:
    client.ask(f"/units/{code}", 404, {})


def test_a_code_that_ended_says_until_when_it_held(client: Client, city: LoadedCity) -> None:
    told = client.ask("/units/00073", 404, {})
    assert "Phường Cửa Nam đến hết ngày 30/06/2025" in told["detail"]


@pytest.mark.parametrize(
    "q", ["\x00", "'; drop table units", "<b>", "%", "_", "Ba\x00 Đình", "(", "\\"]
)
def test_odd_words_are_only_words(client: Client, city: LoadedCity, q: str) -> None:
    client.get("/units", q=q)
    client.get("/agencies", q=q)


def test_the_list_takes_few_queries(
    client: Client, city: LoadedCity, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(2):
        client.get("/units", limit="200")
    with django_assert_max_num_queries(5):
        client.get("/agencies", limit="600")


def test_a_day_may_be_written_as_people_do(client: Client, city: LoadedCity) -> None:
    assert client.get("/units/00004", at="30/06/2025")["name"] == "Trúc Bạch"
