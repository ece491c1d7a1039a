"""The OpenAPI document made whole: every operation tells each way in which it may refuse, and shows
a call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

# What calls of the demo city really asked and were answered, by operation; lists are cut short.
EXAMPLES: Final = Path(__file__).with_name("examples.json")
PROBLEM: Final = "application/problem+json"
# Headers that a client needs for its next call.
_HEADERS: Final = {
    401: {"WWW-Authenticate": "Bearer."},
    429: {"Retry-After": "Seconds to wait."},
}
_ETAG: Final = {"ETag": 'The version of the dossier, for If-Match: "7".'}


class WholeAPI(NinjaAPI):
    """ninja's document knows what was declared; the handlers of errors answer for all alike."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The document, every refusal in it as problem+json."""
        document = super().get_openapi_schema(**options)
        for operations in document["paths"].values():
            for operation in operations.values():
                _complete(operation)
                _show(operation, examples().get(operation["operationId"], {}))
        return document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: no two operations share one, and clients are made from it."""
        return operation.view_func.__name__


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for status in _refusals(operation):
        responses.setdefault(status, {"description": HTTPStatus(status).phrase})
    for status, response in responses.items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            response["content"] = {PROBLEM: problem}
        told = _HEADERS.get(int(status), {})
        if _shows_version(operation) and int(status) < HTTPStatus.BAD_REQUEST:
            told = _ETAG
        if told:
            response["headers"] = {
                name: {"description": words, "schema": {"type": "string"}}
                for name, words in told.items()
            }


@cache
def examples() -> dict[str, Any]:
    """By operation: parameters, request, answer, problems by status."""
    found: dict[str, Any] = json.loads(EXAMPLES.read_text())
    return found


def _show(operation: dict[str, Any], example: dict[str, Any]) -> None:
    """A call of the operation, beside what each part of it may be."""
    for parameter in operation["parameters"]:
        if parameter["name"] in example.get("parameters", {}):
            parameter["example"] = example["parameters"][parameter["name"]]
    if "request" in example:
        for media in operation["requestBody"]["content"].values():
            media["example"] = example["request"]
    for status, response in operation["responses"].items():
        told = example.get("problems", {}).get(str(status))
        if int(status) < HTTPStatus.BAD_REQUEST:
            told = example.get("answer")
        for media in response.get("content", {}).values() if told is not None else ():
            media["example"] = told


def _refusals(operation: dict[str, Any]) -> Iterator[int]:
    """What any operation of this shape may answer besides what it declares."""
    if operation.get("security"):
        yield HTTPStatus.UNAUTHORIZED
        yield HTTPStatus.FORBIDDEN
    if any(parameter["in"] == "path" for parameter in operation["parameters"]):
        yield HTTPStatus.NOT_FOUND
    if operation["parameters"] or "requestBody" in operation:
        yield HTTPStatus.UNPROCESSABLE_ENTITY
    if "requestBody" in operation:
        yield HTTPStatus.BAD_REQUEST


def _shows_version(operation: dict[str, Any]) -> bool:
    schemas = ("DossierBrief", "DossierWhole", "Moves")
    return any(
        media.get("schema", {}).get("$ref", "").rpartition("/")[2] in schemas
        for response in operation["responses"].values()
        for media in response.get("content", {}).values()
    )
