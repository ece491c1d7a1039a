"""The API fuzzed from its own OpenAPI document, in this process: it never fails, answers what the
document says, and asks every closed call for a token.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from requests import Request
from schemathesis import GenerationMode

from haicap.site.api import api
from tests.client import Answer, Document
from tests.world import House, django_db_setup, furnished, house

__all__ = ["django_db_setup", "furnished", "house"]

pytestmark = pytest.mark.django_db
DOCUMENT = Document(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
OPERATIONS: dict[str, Any] = {
    f"{found.method.upper()} {found.path}": found
    for found in (
        one.ok()  # type: ignore[union-attr]
        for one in schemathesis.openapi.from_dict(dict(DOCUMENT.whole)).get_all_operations()
    )
}
OURS = {"accept-encoding", "authorization", "content-length", "content-type"}
EXAMPLES, CAMPAIGN = 12, 300


def tried(house: House, name: str, *, mode: GenerationMode, examples: int) -> None:
    """Calls of an operation made from its schema, by somebody at a counter and by nobody."""
    operation = OPERATIONS[name]
    bearer = house.bearer("receive@bode")

    @seed(2026)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        if "code" in case.path_parameters and case.id[-1] in "02468ace":
            case.path_parameters["code"] = house.kept["received"]
        told = sent(case, bearer)
        check(name, told)
        if operation.definition.raw.get("security") and name != "POST /api/v1/files":
            assert sent(case, {}).status_code in {401, 404, 405}

    try:
        run()
    except Unsatisfiable:  # there is nothing that such a document forbids
        assert mode is GenerationMode.NEGATIVE


def sent(case: Any, bearer: dict[str, str]) -> Any:
    """The answer to a case, through Django's own client."""
    made = case.as_transport_kwargs(base_url="http://testserver")
    request = Request(**made).prepare()
    headers = {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in request.headers.items()
        if name.lower() not in OURS
    }
    body = request.body or b""
    return Client(raise_request_exception=False).generic(
        request.method or "GET",
        request.path_url,
        body.encode() if isinstance(body, str) else body,
        str(request.headers.get("Content-Type", "application/octet-stream")),
        headers={**headers, **bearer},
    )


def check(name: str, answer: Any) -> None:
    """What the document promises of every answer."""
    assert answer.status_code < 500, (name, answer.content[:500])
    if answer.status_code in {400, 404, 405}:  # also where nothing of ours was reached
        return
    method, _blank, path = name.partition(" ")
    told = DOCUMENT.whole["paths"][path][method.lower()]
    DOCUMENT.hold(name, told, Answer(answer.status_code, answer.headers, answer.getvalue()))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_what_the_document_allows_is_answered_as_it_says(furnished: House, name: str) -> None:
    tried(furnished, name, mode=GenerationMode.POSITIVE, examples=EXAMPLES)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_what_it_forbids_is_refused_calmly(furnished: House, name: str) -> None:
    tried(furnished, name, mode=GenerationMode.NEGATIVE, examples=EXAMPLES)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_a_campaign(furnished: House, name: str, mode: GenerationMode) -> None:
    tried(furnished, name, mode=mode, examples=CAMPAIGN)
