"""A client of the API that knows its OpenAPI document and nothing else of the house.

It finds operations, headers and media types in the document, holds every answer against the
document's schemas, fills in forms as the document tells them, and walks a dossier by asking which
moves are legal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from jsonschema_rs import Draft202012Validator

# method, address, headers, body -> status, headers, body
Send = Callable[[str, str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], bytes]]
DOCUMENT = "/api/v1/openapi.json"
BOUNDARY = "----a-boundary-nobody-writes"


class AgainstTheDocument(AssertionError):
    """The API did what its document does not say."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> dict[str, str]:
        """The sentences of a 422 by field."""
        return {error["field"]: error["detail"] for error in self.json.get("errors", [])}

    def good(self, *expected: int) -> Any:
        """The JSON of an answer that must have succeeded."""
        if self.status not in (expected or (200, 201)):
            raise AssertionError(f"{self.status}: {self.body.decode(errors='replace')[:2000]}")
        return self.json


class Document:
    """The OpenAPI document."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self.whole = whole
        self._validators: dict[str, Draft202012Validator] = {}

    @classmethod
    def fetched(cls, send: Send) -> Document:
        """As the installation serves it."""
        status, headers, body = send("GET", DOCUMENT, {}, b"")
        assert status == 200, status
        assert headers["Content-Type"].startswith("application/json")
        return cls(json.loads(body))

    def operation(self, name: str) -> tuple[str, str, dict[str, Any]]:
        """("POST", the template of the address, the operation) of "POST /dossiers/{code}/moves"."""
        method, _blank, path = name.partition(" ")
        for template, operations in self.whole["paths"].items():
            if template.endswith(f"/v1{path}") and method.lower() in operations:
                return method, template, operations[method.lower()]
        raise AgainstTheDocument(f"the document has no {name}")

    def operations(self) -> list[str]:
        """All of them, as `operation` takes them."""
        return [
            f"{method.upper()} {template.partition('/v1')[2]}"
            for template, operations in self.whole["paths"].items()
            for method in operations
            if method in {"get", "post", "put", "patch", "delete"}
        ]

    @cached_property
    def schemas(self) -> Mapping[str, Any]:
        """By name."""
        found: Mapping[str, Any] = self.whole["components"]["schemas"]
        return found

    def hold(self, name: str, operation: Mapping[str, Any], answer: Answer) -> None:
        """AgainstTheDocument unless status, media type and content are as the document says."""
        told = operation["responses"].get(str(answer.status))
        if told is None:
            raise AgainstTheDocument(f"{name} answered {answer.status}: {answer.body[:500]!r}")
        media = answer.headers.get("Content-Type", "").partition(";")[0]
        content = told.get("content", {})
        found = content.get(media) or content.get("*/*")
        if found is None:
            raise AgainstTheDocument(f"{name}, {answer.status}: {media} is none of {[*content]}")
        if not media.endswith("json"):
            return
        for fault in self._validator(json.dumps(found["schema"])).iter_errors(answer.json):
            where = "/".join(str(step) for step in fault.instance_path)
            raise AgainstTheDocument(f"{name}, {answer.status}, {where}: {fault.message}")

    def _validator(self, schema: str) -> Draft202012Validator:
        if schema not in self._validators:
            whole = {**json.loads(schema), "components": self.whole["components"]}
            self._validators[schema] = Draft202012Validator(whole)
        return self._validators[schema]


class Caller:
    """Somebody with a token, or nobody."""

    def __init__(self, send: Send, document: Document, token: str = "") -> None:
        self.send, self.document, self.token = send, document, token

    def call(
        self,
        name: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        upload: tuple[str, bytes] | None = None,
        **path: str,
    ) -> Answer:
        """Make a call the document knows, and hold the answer against it."""
        method, template, operation = self.document.operation(name)
        known = {(p["in"], p["name"]) for p in operation.get("parameters", [])}
        for place, given in (("query", query), ("header", headers), ("path", path)):
            for key in given or {}:
                if (place, key) not in known:
                    raise AgainstTheDocument(f"{name} knows no {place} parameter {key}")
        address = template
        for key, value in path.items():
            address = address.replace(f"{{{key}}}", quote(value, safe=""))
        if query:
            address += "?" + urlencode(query)
        sent = {"Accept": "application/json", **(headers or {})}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        content = b""
        if upload is not None:
            sent["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
            content = _multipart(upload, body or {})
        elif body is not None:
            sent["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        if (
            content
            and sent["Content-Type"].partition(";")[0] not in (operation["requestBody"]["content"])
        ):
            raise AgainstTheDocument(f"{name} takes no {sent['Content-Type']}")
        answer = Answer(*self.send(method, address, sent, content))
        self.document.hold(name, operation, answer)
        return answer

    def pages(self, name: str, *, query: Mapping[str, Any]) -> list[Any]:
        """All items of a list, page after page."""
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.call(name, query={**query, **cursor}).good()
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}


def _multipart(upload: tuple[str, bytes], fields: Mapping[str, str]) -> bytes:
    name, content = upload
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content)
    return b"".join(parts) + f"\r\n--{BOUNDARY}--\r\n".encode()


# --- filling in ---------------------------------------------------------------------------------

PERSON = {
    "name": "Trần Văn An",
    "birth_date": "1985-06-01",
    "sex": "male",
    "personal_id": "000085000012",
    "ethnicity": "Kinh",
    "nationality": "Việt Nam",
    "phone": "0100000012",
    "job": "Kế toán",
}


def filled(form: Mapping[str, Any], *, commune: str) -> dict[str, Any]:
    """Answers to a form as `FormOut` tells it: what is required, everything lying in `commune`."""
    answers: dict[str, Any] = {}
    for field in form["fields"]:
        condition = field.get("show_if")
        asked = not condition or answers.get(condition["field"], False) in condition["in"]
        if field.get("required") and asked:
            answers[field["name"]] = _value(field, commune=commune)
    return answers


def _value(field: Mapping[str, Any], *, commune: str) -> Any:
    address = {"territory": commune, "detail": "Số 5, ngõ 10"}
    match field["kind"]:
        case "person":
            return {part: {**PERSON, "address": address}[part] for part in field["parts"]}
        case "group":
            row = {part["name"]: _value(part, commune=commune) for part in field["fields"]}
            return [row] * max(1, field.get("min", 1))
        case "choice":
            return field["options"][0]["value"]
        case "date":
            return "2027-03-01" if field.get("when") == "future" else "2026-11-10"
        case "number":
            return field.get("min") or 1
        case "checkbox":
            return True
        case "address":
            return address
        case "personal_id" | "phone":
            return PERSON[field["kind"]]
        case _:
            return "Nội dung"


APPLICANT = {
    "name": "Trần Văn An",
    "birth_date": "1985-06-01",
    "sex": "male",
    "identifiers": {"personal_id": "000085000012"},
    "phone": "0100000012",
    "address": {"territory_code": "00118", "detail": "Số 5, ngõ 10"},
}


def dossier(
    procedure: Mapping[str, Any], *, commune: str, files: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The body of POST /dossiers at a counter for a procedure as GET /procedures/{code} tells it.

    `files` by slot for what was uploaded; the other papers are shown as originals.
    """
    given = files or {}
    papers: list[dict[str, Any]] = [
        {"slot": paper["slot"], "file_id": given[paper["slot"]]}
        if paper["slot"] in given
        else {"slot": paper["slot"], "originals": 1}
        for paper in procedure["papers"]
        if paper["required"] and paper.get("kind", "paper") == "paper"
    ]
    body: dict[str, Any] = {
        "procedure": procedure["code"],
        "channel": "counter",
        "applicant": APPLICANT,
        "answers": filled(procedure["form"], commune=commune),
        "papers": papers,
        "wants_result": "counter",
    }
    if procedure["form"]["place"]["rule"] == "chosen":
        body["place"] = {"code": commune}
    return body


# --- walking ------------------------------------------------------------------------------------

# The moves that lead on, in the order in which one of several is chosen.
ONWARD = (
    "submit", "complete", "accept", "transfer", "confirm_receipt", "receive_supplement",
    "check_supplement", "submit_approval", "approve", "number_and_issue", "settle_fee",
    "return_result",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One move of a walk: who made it, the move, what it led to."""

    who: str
    move: str
    brief: Mapping[str, Any]


def walk(code: str, callers: Mapping[str, Caller], *, longest: int = 20) -> list[Step]:
    """Ask everybody in turn what is legal and make the first move that leads on, as the API's own
    example has it, until nobody has any.
    """
    steps: list[Step] = []
    while len(steps) < longest:
        found = _onward(code, callers)
        if found is None:
            return steps
        who, move, version = found
        answer = callers[who].call(
            "POST /dossiers/{code}/moves",
            move["example"],
            headers={"If-Match": version, "Idempotency-Key": f"{code}-{len(steps)}"},
            code=code,
        )
        steps.append(Step(who, move["move"], answer.good()))
    raise AssertionError([(step.who, step.move) for step in steps])


def _onward(code: str, callers: Mapping[str, Caller]) -> tuple[str, dict[str, Any], str] | None:
    for who, caller in callers.items():
        answer = caller.call("GET /dossiers/{code}/moves", code=code)
        if answer.status == 404:
            continue  # not theirs, or not yet
        legal = {move["move"]: move for move in answer.good()["items"]}
        chosen = next((legal[name] for name in ONWARD if name in legal), None)
        if chosen is not None:
            return who, chosen, answer.headers["ETag"]
    return None
