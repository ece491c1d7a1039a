"""GET /procedures: what a client sees, held against the schemas it is promised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from ninja import NinjaAPI, Schema
from ninja.testing import TestClient

from haicap.catalogue.models import ProcedureVersion
from haicap.catalogue.views import api as face
from haicap.kernel import clock
from haicap.kernel.errors import Invalid, Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


class Client:
    """Calls the router as the site mounts it; a refusal answers with its status and fields."""

    def __init__(self) -> None:
        api = NinjaAPI(urls_namespace="catalogue-test")
        api.add_router("", face.router)
        self.document = api.get_openapi_schema(path_prefix="")

        @api.exception_handler(Refusal)
        def refused(request: HttpRequest, refusal: Refusal) -> Any:
            fields = refusal.fields if isinstance(refusal, Invalid) else {}
            body = {"detail": str(refusal), "fields": fields}
            return api.create_response(request, body, status=refusal.status)

        self.client = TestClient(api)

    def get(self, path: str, status: int = 200, **query: str) -> Any:
        request = RequestFactory().get("/", query)
        answer = self.client.get(path, query_params=dict(request.GET.items()), at=clock.now())
        assert answer.status_code == status, answer.content
        return json.loads(answer.content)


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def promised(schema: type[Schema], data: Any) -> None:
    """Exactly the fields of the schema, each of its kind."""
    schema.model_validate(data)
    assert set(data) == set(schema.model_fields)


def test_the_list_answers_words_best_first(client: Client) -> None:
    page = client.get("/procedures", q="sao y chung thuc", limit="5")
    promised(face.Procedures, page)
    for item in page["items"]:
        promised(face.ProcedureBrief, item)
    assert page["items"][0]["code"] == "2.000815"


def test_pages_lead_through_all_procedures_once(client: Client) -> None:
    seen: list[str] = []
    page = client.get("/procedures", limit="200")
    while True:
        seen += [item["code"] for item in page["items"]]
        if page["next"] is None:
            break
        page = client.get("/procedures", limit="200", cursor=page["next"])
    assert len(seen) == len(set(seen)) == 1494


def test_level_and_field_narrow_the_list(client: Client) -> None:
    page = client.get("/procedures", level="commune", field="ho-tich", limit="200")
    assert page["items"]
    assert {item["field"] for item in page["items"]} == {"ho-tich"}
    assert all("Cấp xã" in item["levels"] for item in page["items"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"level": "district"}, "level"),
        ({"cursor": "!!"}, "cursor"),
        ({"cursor": "Wy01XQ"}, "cursor"),
    ],
)
def test_bad_questions_name_the_field(client: Client, query: dict[str, str], field: str) -> None:
    assert list(client.get("/procedures", 422, **query)["fields"]) == [field]


@pytest.mark.parametrize("limit", ["0", "201", "x", "-1"])
def test_a_limit_out_of_reach_is_invalid(client: Client, limit: str) -> None:
    client.get("/procedures", 422, limit=limit)


def test_every_complete_procedure_is_told_in_full(client: Client) -> None:
    found = ProcedureVersion.objects.filter(is_complete=True, period__upper_inf=True)
    for code in found.values_list("procedure__code", flat=True):
        whole = client.get(f"/procedures/{code}")
        promised(face.ProcedureWhole, whole)
        promised(face.DeadlineOut, {k: v for k, v in whole["deadline"].items() if k in DEADLINE})
        promised(face.FormOut, whole["form"])
        for paper in whole["papers"]:
            assert set(face.PaperOut.model_fields) <= set(paper)
        assert whole["open_for_submission"]
        assert whole["form"]["fields"]


DEADLINE = set(face.DeadlineOut.model_fields)


def test_a_procedure_without_a_limit_says_so(client: Client) -> None:
    whole = client.get("/procedures/1.000080")
    promised(face.ProcedureWhole, whole)
    assert whole["deadline"] is None
    assert not whole["open_for_submission"]
    assert whole["closed_reason"]
    assert whole["form"]["fields"][0]["name"] == "title"


def test_an_unknown_code_is_missing(client: Client) -> None:
    client.get("/procedures/9.999999", 404)


def test_the_document_describes_the_form(client: Client) -> None:
    described = json.dumps(client.document)
    for words in ("show_if", "five-digit code", "SAME_DAY", "slot"):
        assert words in described
