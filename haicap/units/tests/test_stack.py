"""Through the whole house: middlewares, guards, the API as it is mounted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from haicap.units.load import LoadedCity

pytestmark = pytest.mark.django_db


def test_the_reads_need_no_token(client: Client, city: LoadedCity) -> None:
    answer = client.get("/api/v1/units", {"q": "bo de"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert [unit["code"] for unit in answer.json()["items"]] == ["00118"]
    assert client.get("/api/v1/agencies", {"q": "H26.140"}).json()["items"][0]["units"] == ["00118"]
    old = client.get("/api/v1/units/00004/successors", {"at": "2025-06-30"}).json()
    assert old["items"][0]["unit"]["full_name"] == "Phường Ba Đình"


@pytest.mark.parametrize(
    ("path", "query", "status", "field"),
    [
        ("units", {"at": "31/06/2025"}, 422, "at"),
        ("units", {"limit": "0"}, 422, "limit"),
        ("units", {"limit": "many"}, 422, "limit"),
        ("units/99999", {}, 404, None),
        ("units/00073", {}, 404, None),
        ("agencies", {"kind": "club"}, 422, "kind"),
    ],
)
def test_problems_are_told_as_problems(
    client: Client,
    city: LoadedCity,
    path: str,
    query: dict[str, str],
    status: int,
    field: str | None,
) -> None:
    answer = client.get(f"/api/v1/{path}", query)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"]
    if field:
        assert [error["field"] for error in problem["errors"]] == [field]


def test_the_document_says_what_is_answered(client: Client) -> None:
    document: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    for path in ("units", "units/{code}", "units/{code}/successors", "agencies"):
        operation = document["paths"][f"/api/v1/{path}"]["get"]
        assert "200" in operation["responses"]
        assert not operation.get("security")


def test_anybody_may_read_the_pages(client: Client, city: LoadedCity) -> None:
    for path in ("", "00118/", "00073/", "00004/?at=2025-06-30", "?q=cua nam", "?q=%3Cscript%3E"):
        answer = client.get(f"/don-vi-hanh-chinh/{path}")
        assert answer.status_code == 200, path
        assert b"<script>alert" not in answer.content
    assert client.get("/don-vi-hanh-chinh/99999/").status_code == 404
    assert client.get("/don-vi-hanh-chinh/00004/?at=mai").status_code == 422
    assert client.post("/don-vi-hanh-chinh/").status_code == 405


def test_the_table_of_branches_is_for_staff(client: Client, city: LoadedCity) -> None:
    for answer in (client.get("/don-vi/chi-nhanh/"), client.post("/don-vi/chi-nhanh/")):
        assert answer.status_code == 302
        assert "/dang-nhap/" in answer["Location"]
