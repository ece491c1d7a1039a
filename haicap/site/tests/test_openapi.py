"""The OpenAPI document shows a call of every operation, and what it shows is true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from haicap.site import openapi
from haicap.site.api import api

DOCUMENT: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
}


def loosened(value: Any) -> Any:
    """The same schema, in which nothing must be there (lists and objects of the examples are cut
    short, and fields may be added) but nothing else than it names may.
    """
    if isinstance(value, list):
        return [loosened(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    found = {
        name: {field: loosened(of) for field, of in inner.items()}
        if name == "properties"
        else loosened(inner)
        for name, inner in value.items()
        if name not in ("required", "minItems")
    }
    if "properties" in value:
        found.setdefault("additionalProperties", False)
    return found


def faults(example: Any, schema: Mapping[str, Any], *, loosely: bool) -> Iterator[str]:
    """Why the example is not what the schema says."""
    whole = {**schema, "components": DOCUMENT["components"]}
    validator = Draft202012Validator(loosened(whole) if loosely else whole)
    return (str(fault) for fault in validator.iter_errors(example))


@pytest.mark.parametrize("name", sorted(openapi.examples()))
def test_the_example_of_a_call_fits_the_document(name: str) -> None:
    operation = OPERATIONS[name]
    for parameter in operation["parameters"]:
        if parameter.get("required") or "example" in parameter:
            assert list(faults(parameter["example"], parameter["schema"], loosely=False)) == []
    for media in operation.get("requestBody", {}).get("content", {}).values():
        assert list(faults(media["example"], media["schema"], loosely=False)) == []
    for status, response in operation["responses"].items():
        media = response.get("content", {}).get("application/json")
        if media and int(status) < 400:
            assert list(faults(media["example"], media["schema"], loosely=True)) == []
