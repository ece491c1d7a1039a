"""GET /procedures: open to all; what a client needs to prepare and submit a dossier."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from haicap.catalogue import forms
from haicap.catalogue import public as catalogue
from haicap.catalogue.facts import DeadlineView, FoundProcedure, ProcedureView
from haicap.catalogue.views.api_keeping import router as keeping_router
from haicap.kernel.answers import json_bytes
from haicap.kernel.clock import day_of
from haicap.kernel.pages import cursor

router = Router(tags=["procedures"])
router.add_router("", keeping_router)


class ProcedureBrief(Schema):
    """A procedure as a line of a list."""

    code: str = Field(description="National code, or noi-bo-… where the source has none.")
    name: str
    short_name: str
    name_en: str
    purpose_vi: str
    field: str = Field(description="Code of the trade (lĩnh vực).")
    field_name: str
    levels: list[str] = Field(description="Levels as the source has them: Cấp xã, Cấp tỉnh …")
    authority: str = Field(description="commune, city or other: who decides.")
    online_level: str = Field(description="full, partial or counter.")
    is_complete: bool = Field(description="Form, papers, fee, time and route are its own.")
    open_for_submission: bool


class Procedures(Schema):
    items: list[ProcedureBrief]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


class PaperOut(Schema):
    """A paper asked for; send its files with this `slot`."""

    slot: str
    name_vi: str
    name_en: str
    kind: str = Field(description="paper; note: a remark of the source, nothing to hand in.")
    required: bool
    condition_vi: str = Field(description="When it is asked for, if not always.")
    condition_en: str
    originals: int
    copies: int
    replaced_by: str = Field(description="The database whose data replaces it.")
    mark: str = Field(description="nguồn, đã biết or giả định.")
    basis: str


class DeadlineOut(Schema):
    """How long the law gives, counted from valid reception."""

    amount: int
    time_unit: str = Field(
        description="MINUTE HOUR WORKING_DAY DAY MONTH SAME_DAY IMMEDIATE; for SAME_DAY and "
        "IMMEDIATE the amount is 0."
    )
    policy: str = Field(description="END_OF_DAY or CLOCK_HOURS.")
    supplement_policy: str = Field(description="RESUME or RESTART after a supplement.")
    supplement_reply_days: int = Field(description="Working days to answer a request for papers.")
    supplement_max: int = Field(description="How often papers may be asked for after reception.")
    note_vi: str
    note_en: str
    words: str
    mark: str
    basis: str


class StepOut(Schema):
    """A desk on the way, with its working minutes."""

    position: int = Field(description="From 1 on, in their order.")
    step: str
    name_vi: str
    name_en: str
    duty: str
    place: str = Field(description="receiving, competent or division:<specialty>.")
    minutes: int
    mark: str
    basis: str


class FeeOut(Schema):
    """What it costs, in words. `known` is false where nobody has stated it."""

    known: bool
    words: list[str]
    mark: str
    basis: str


class FormOut(Schema):
    """The electronic form. `answers` of a dossier is an object by field name.

    Kinds: text, textarea -> string of at most `max` letters; number -> whole number from `min` to
    `max`; date -> "YYYY-MM-DD" (`when`: past, future or any); choice -> one of `options[].value`;
    checkbox -> true or false (a required one must be true); personal_id -> 12 digits; phone ->
    string; address -> {"territory": five-digit code, "detail": string, "at": day the code is meant
    (today when left out)} or {"elsewhere": string, "detail": string} outside the city; person ->
    an object of its `parts` (name, birth_date, sex male|female, personal_id, ethnicity,
    nationality, phone, job, address), all needed but those in `optional`; group -> a list of `min`
    to `max` objects of its `fields`; file has no answer: send it among the papers, with the field's
    name as its `slot`. A field with `show_if` is asked for only when the named field
    has one of the values.
    """

    form_version: int
    place: dict[str, Any] = Field(
        description='{"rule": "field", "field": name}: that address decides the competent commune; '
        '{"rule": "chosen"}: any commune may be chosen.'
    )
    sections: list[dict[str, Any]]
    fields: list[dict[str, Any]]
    mark: str
    basis: str


class ProcedureWhole(ProcedureBrief):
    """All facts of a procedure as of today."""

    purpose_en: str
    closed_reason: str = Field(description="Why nothing can be submitted now; empty when open.")
    status_owner: str = Field(description="The one system that owns the status of its dossiers.")
    identity_level: int = Field(description="VNeID level an online applicant needs.")
    channels: list[str] = Field(description="online, counter, post.")
    version: int
    valid_from: date
    deadline: DeadlineOut | None
    stated_limits: list[str] = Field(description="What the source says, where no limit is set.")
    fee: FeeOut
    papers: list[PaperOut]
    results: list[str]
    route: list[StepOut]
    form: FormOut
    subjects: list[str] = Field(description="Who may apply.")
    legal_basis: list[str]
    ministry: str
    decision: str


class ProceduresAsked(Schema):
    """What may be asked of the list."""

    q: str | None = Field(
        None,
        description="Everyday words, with or without accents, slips allowed; or a code.",
        json_schema_extra={"maxLength": 200},
    )
    field: str | None = Field(None, description="Code of a trade.")
    level: str | None = Field(
        None,
        description="commune or city; all when left out.",
        json_schema_extra={"enum": [*forms.LEVELS, None]},
    )
    cursor: str | None = Field(None, description="The `next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


@router.get("/procedures", response=Procedures, auth=None, summary="Procedures, best answer first")
def list_procedures(request: HttpRequest, asked: Query[ProceduresAsked]) -> HttpResponse:
    """Procedures in force today that answer `q`; all of them when it is left out."""
    given = {name: value for name, value in asked.dict(exclude={"limit"}).items() if value}
    read = forms.read_search(given)
    found = catalogue.search_procedures(
        read.q,
        day=_today(request),
        field=read.field or None,
        level=read.level or None,
        limit=asked.limit,
        offset=read.offset,
    )
    following = cursor(found.next) if found.next is not None else None
    return _json({"items": [_brief(item) for item in found.items], "next": following})


@router.get(
    "/procedures/{code}", response=ProcedureWhole, auth=None, summary="One procedure in full"
)
def one_procedure(request: HttpRequest, code: str) -> HttpResponse:
    """404 when there is no such procedure today."""
    return _json(_whole(catalogue.procedure_view(code, day=_today(request))))


def _today(request: HttpRequest) -> date:
    return day_of(request.at)  # type: ignore[attr-defined]


def _json(data: Any) -> HttpResponse:
    # Straight to bytes: ninja's own way through pydantic costs double. A test holds the answers
    # against the schemas.
    return HttpResponse(json_bytes(data), content_type="application/json")


def _brief(found: FoundProcedure) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "short_name": found.short_name,
        "name_en": found.name_en,
        "purpose_vi": found.purpose_vi,
        "field": found.field_code,
        "field_name": found.field_vi,
        "levels": found.levels,
        "authority": found.authority,
        "online_level": found.online_level,
        "is_complete": found.is_complete,
        "open_for_submission": found.open_for_submission,
    }


def _whole(view: ProcedureView) -> dict[str, Any]:
    rules = view.rules
    form = catalogue.form_definition(rules.form_version_id)
    deadline = rules.deadline
    return {
        "code": rules.code,
        "name": rules.name,
        "short_name": rules.short_name,
        "name_en": rules.name_en,
        "purpose_vi": view.purpose_vi,
        "purpose_en": view.purpose_en,
        "field": rules.field_code,
        "field_name": view.field_vi,
        "levels": view.levels,
        "authority": rules.authority,
        "online_level": rules.online_level,
        "is_complete": view.is_complete,
        "open_for_submission": rules.open_for_submission,
        "closed_reason": rules.closed_reason,
        "status_owner": rules.status_owner,
        "identity_level": rules.identity_level,
        "channels": rules.channels,
        "version": view.number,
        "valid_from": view.valid_from,
        "deadline": _limit(deadline) if deadline else None,
        "stated_limits": view.stated_limits,
        "fee": {
            "known": view.fee_words is not None,
            "words": view.fee_words or (),
            "mark": view.fee_mark,
            "basis": view.fee_basis,
        },
        "papers": [asdict(paper) for paper in rules.papers],
        "results": rules.results,
        "route": [asdict(step) for step in rules.route],
        "form": {
            "form_version": rules.form_version_id,
            "place": form["place"],
            "sections": form["sections"],
            "fields": form["fields"],
            "mark": view.form_mark,
            "basis": view.form_basis,
        },
        "subjects": view.subjects,
        "legal_basis": view.legal_basis,
        "ministry": view.ministry,
        "decision": view.decision,
    }


def _limit(deadline: DeadlineView) -> dict[str, Any]:
    facts = asdict(deadline)
    facts.pop("id")
    return {**facts, "words": deadline.words}
