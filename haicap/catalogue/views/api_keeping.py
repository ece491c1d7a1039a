"""The catalogue's keeping through the API: files out and in, drafts checked and published.

For the duty of controlling procedures; the same verbs and four eyes as on the pages.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from haicap.catalogue import access, actions, checked, procedure_file, versions
from haicap.catalogue.difference import ADDED, CHANGED, REMOVED, difference
from haicap.catalogue.procedure_file import CODE, ProcedureFile
from haicap.kernel.actor import Actor
from haicap.kernel.answers import json_bytes
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing

router = Router(tags=["procedures"])

Seen = Annotated[
    int | None,
    Field(description="The revision you saw; a later one answers 409.", ge=1, le=2**31 - 1),
]


class VersionOut(Schema):
    """A version: dates are days, the last one included."""

    number: int
    name: str
    valid_from: date
    valid_to: date | None
    is_complete: bool
    edited_by: str = Field(description="Who wrote it; empty when it came with an import.")
    published_by: str


class Versions(Schema):
    items: list[VersionOut]
    next: str | None = Field(description="Always null: a procedure has few versions.")


class FindingOut(Schema):
    """What the checker says."""

    blocks: bool = Field(description="Must be mended before publishing.")
    part: str
    at: str = Field(description="The cell of the editor, e.g. papers.2.name_vi.")
    sentence: str
    units: list[str] = Field(description="The agencies it is about.")


class PartCounts(Schema):
    """How many entries of a part came, went or changed against what is in force."""

    part: str
    added: int
    removed: int
    changed: int


class DraftOut(Schema):
    """A draft that is alive."""

    code: str
    state: str = Field(description="open or ready.")
    revision: int
    base_number: int = Field(description="The version it was begun from; 0 for a new procedure.")
    edited_by: str
    edited_at: datetime
    note: str
    findings: list[FindingOut]
    difference: list[PartCounts]


class ChangeOut(Schema):
    kind: str
    label: str
    before: str
    after: str


class EntryOut(Schema):
    """A paper, step, field … that came (added), went (removed) or changed."""

    kind: str
    name: str
    changes: list[ChangeOut]


class PartDifferenceOut(Schema):
    part: str
    title: str
    entries: list[EntryOut]


class DifferenceOut(Schema):
    parts: list[PartDifferenceOut]


class Published(Schema):
    """The version a draft became."""

    code: str
    version: int
    valid_from: date


class DraftMove(Schema):
    """What is to happen to the draft."""

    move: Literal["submit", "send_back", "publish", "update", "discard"]
    revision: Seen = None
    note: str = Field("", max_length=1000, description="Needed to send back.")
    valid_from: date | None = Field(None, description="Of publishing; today when left out.")
    valid_to: date | None = Field(None, description="The last day, when there is one.")


class Sides(Schema):
    """Two versions: a number, or “draft”."""

    before: str = Field("", max_length=10, description="The version in force when left out.")
    after: str = Field("draft", max_length=10)


def _by(request: HttpRequest, code: str) -> Actor:
    if not CODE.fullmatch(code):
        raise Missing(_("Không có thủ tục này."))
    by: Actor = request.actor  # type: ignore[attr-defined]
    return access.require_controller(by, code=code)


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def _json(data: Any, *, status: int = 200) -> HttpResponse:
    return HttpResponse(json_bytes(data), content_type="application/json", status=status)


@router.get("/procedures/{code}/versions", response=Versions, summary="Versions of a procedure")
def procedure_versions(request: HttpRequest, code: str) -> HttpResponse:
    """The newest first, with the two people behind each."""
    _by(request, code)
    lines = versions.versions_of(code)
    if not lines:
        raise Missing(_("Không có thủ tục này."))
    items = [
        {
            "number": line.number,
            "name": line.name,
            "valid_from": line.valid_from.isoformat(),
            "valid_to": line.valid_to.isoformat() if line.valid_to else None,
            "is_complete": line.is_complete,
            "edited_by": line.edited_by,
            "published_by": line.published_by,
        }
        for line in lines
    ]
    return _json({"items": items, "next": None})


@router.get(
    "/procedures/{code}/file",
    summary="A version as one file, the same bytes in every installation",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file (schema haicap.procedure/1)",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        }
    },
)
def get_procedure_file(
    request: HttpRequest,
    code: str,
    version: Annotated[str, Query(max_length=10, description="A number, or draft.")] = "",
) -> HttpResponse:
    """The version in force when none is named."""
    _by(request, code)
    raw = procedure_file.canonical(_side(code, version, day_of(_at(request))))
    return HttpResponse(raw, content_type="application/json")


def _side(code: str, name: str, day: date) -> ProcedureFile:
    if name == "draft":
        return versions.living_draft(code).file
    if not name:
        return versions.file_of(versions.version_on(code, day=day), day=day)
    number = int(name) if name.isascii() and name.isdecimal() and len(name) < 7 else 0
    return versions.file_of(versions.version_numbered(code, number), day=day)


@router.put(
    "/procedures/{code}/file",
    response=DraftOut,
    summary="Read a file in as the draft of its procedure",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
def put_procedure_file(
    request: HttpRequest,
    code: str,
    revision: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> HttpResponse:
    """Nothing is in force by it: a second person publishes. `findings` say what is unknown here."""
    by = _by(request, code)
    file = procedure_file.read(request.body)
    if file.code != code:
        raise Invalid({"code": _("Mã trong tệp khác mã ở địa chỉ.")})
    actions.import_draft(raw=request.body, revision=revision, by=by, at=_at(request))
    return _json(_told(code, day_of(_at(request))))


@router.get("/procedures/{code}/draft", response=DraftOut, summary="The draft of a procedure")
def procedure_draft(request: HttpRequest, code: str) -> HttpResponse:
    """404 where nobody is writing one."""
    _by(request, code)
    return _json(_told(code, day_of(_at(request))))


def _told(code: str, day: date) -> dict[str, Any]:
    draft = versions.living_draft(code)
    return {
        "code": code,
        "state": str(draft.state),
        "revision": draft.revision,
        "base_number": draft.base_number,
        "edited_by": draft.edited_by_name,
        "edited_at": draft.edited_at,
        "note": draft.note,
        "findings": [asdict(one) for one in checked.findings(draft.file, day=day)],
        "difference": [
            {
                "part": part.part,
                "added": part.count(ADDED),
                "removed": part.count(REMOVED),
                "changed": part.count(CHANGED),
            }
            for part in difference(draft.base, draft.file)
        ],
    }


@router.post(
    "/procedures/{code}/draft",
    response=DraftOut,
    summary="Begin a draft from what is in force, or find the one that is there",
)
def start_procedure_draft(request: HttpRequest, code: str) -> HttpResponse:
    """A code that is new here begins empty."""
    actions.start_draft(code=code, by=_by(request, code), at=_at(request))
    return _json(_told(code, day_of(_at(request))))


@router.post(
    "/procedures/{code}/draft/moves",
    response={200: DraftOut | Published | None},
    summary="Submit, send back, publish, bring up to date or discard a draft",
)
def move_procedure_draft(request: HttpRequest, code: str, payload: DraftMove) -> HttpResponse:
    """Publishing: by another person than the last to change it (403), 422 while there are errors.
    Answers the draft, after publishing the version, after discarding null.
    """
    given: dict[str, Any] = {
        "code": code,
        "revision": payload.revision,
        "by": _by(request, code),
        "at": _at(request),
    }
    today = day_of(_at(request))
    if payload.move == "publish":
        start = payload.valid_from or today
        version = actions.publish_draft(valid_from=start, valid_to=payload.valid_to, **given)
        told = {"code": code, "version": version.number, "valid_from": start.isoformat()}
        return _json(told)
    if payload.move == "discard":
        actions.discard_draft(**given)
        return _json(None)
    if payload.move == "submit":
        actions.submit_draft(note=payload.note, **given)
    elif payload.move == "send_back":
        actions.send_back(note=payload.note, **given)
    else:
        actions.bring_up_to_date(**given)
    return _json(_told(code, today))


@router.get(
    "/procedures/{code}/difference",
    response=DifferenceOut,
    summary="What is different between two versions, in words",
)
def procedure_difference(request: HttpRequest, code: str, sides: Query[Sides]) -> HttpResponse:
    """Part by part; empty when they are the same."""
    _by(request, code)
    day = day_of(_at(request))
    before, after = (_side(code, name, day) for name in (sides.before, sides.after))
    return _json({"parts": [asdict(part) for part in difference(before, after)]})
