"""What the API answers about dossiers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from haicap.dossiers.flow import State


class TimeLeft(Schema):
    """How it stands against its due time."""

    tone: str = Field(description="green yellow orange red grey teal.")
    standing: str = Field(description="left today overdue paused done_early done_on_time done_late")
    words: str
    stripe: str = Field(description="yes: overdue by more than ten days.")


class DeskOut(Schema):
    """Where it lies: who must act next."""

    step: str
    duty: str
    agency: str
    staff: str = Field(description="To whom it was given; empty: whoever has the duty there.")
    due_at: datetime | None


class DossierRow(Schema):
    """A dossier as a line of a list."""

    id: int
    uuid: str
    code: str | None
    state: State
    state_words: str
    national_status: int | None = Field(description="1 to 10; null for a draft.")
    version: int
    procedure: str
    procedure_name: str
    procedure_name_en: str
    subject: str
    channel: str
    applicant: str
    applicant_id: int
    commune: str
    receiving_agency: str
    competent_agency: str
    created_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    returned_at: datetime | None
    paused: bool
    money: str = Field(description="none, due, paid or waived.")
    fee_total: int
    desk: DeskOut | None
    time_left: TimeLeft | None


class Dossiers(Schema):
    items: list[DossierRow]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


class LegalMove(Schema):
    """A move that is legal now and the caller's."""

    move: str
    words: str


class DossierBrief(Schema):
    """What a submission or a move led to. `version` is also the ETag, for If-Match."""

    dossier_id: int
    uuid: str
    code: str | None
    state: State
    state_words: str
    national_status: int | None
    version: int
    submitted_at: str | None
    received_at: str | None
    due_at: str | None
    completed_at: str | None
    returned_at: str | None
    paused: bool
    volume: int | None = Field(description="Of the reception register.")
    ordinal: int | None
    fee_total: int
    money: str
    receiving_agency: str
    competent_agency: str = Field(description="Empty while a coordinator is to say who decides.")
    legal: list[str] = Field(description="Moves legal now for the caller.")


class Need(Schema):
    """A value a move needs or takes."""

    name: str
    type: str = Field(description="string, integer, boolean, object, array, date, uuid …")
    required: bool
    description: str
    options: list[dict[str, Any]] = Field(description="The values to choose from, if few.")


class MoveNeeds(LegalMove):
    """A legal move with what it needs: POST the `example`, with your values, to …/moves."""

    description: str
    needs: list[Need]
    example: dict[str, Any]


class Moves(Schema):
    state: State
    version: int
    items: list[MoveNeeds]
    next: str | None


class FileOut(Schema):
    id: str
    slot: str
    form: str = Field(description="01 to 06: it is a form of TT 03/2025/TT-VPCP; else empty.")
    name: str
    kind: str
    media_type: str
    size: int
    pages: int | None
    sha256: str
    scan: str
    created_at: datetime
    checked: bool
    superseded: bool = Field(description="It was the result once and is replaced.")


class LineOut(Schema):
    """One thing that happened, in plain words."""

    at: datetime
    kind: str
    move: str
    title: str
    who: str
    agency: str
    detail: str
    from_state: str
    to_state: str


class DossierWhole(Schema):
    """A dossier in full; to a citizen `desks` and `opinions` are empty."""

    id: int
    uuid: str
    code: str | None
    other_codes: list[dict[str, str]]
    state: State
    state_words: str
    national_status: int | None
    national_status_words: str
    version: int
    procedure: str
    procedure_name: str
    subject: str
    channel: str
    source: str
    source_code: str
    applicant: dict[str, Any] | None
    owner: dict[str, Any] | None
    owner_is_applicant: bool
    representative: dict[str, Any] | None
    relation: str
    helped_by: dict[str, Any] | None
    declared: dict[str, Any] = Field(description="Of a draft: the parties as typed so far.")
    place: dict[str, Any] | None
    support_agency: str
    receiving_agency: str
    competent_agency: str
    created_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    paused: bool
    completed_at: datetime | None
    returned_at: datetime | None
    volume: int | None
    ordinal: int | None
    time_left: TimeLeft | None
    due_explained: list[str] = Field(description="Why it is due when it is due.")
    answers: dict[str, Any]
    answer_rows: list[dict[str, str]] = Field(description="section, label, value.")
    papers: list[dict[str, Any]]
    files: list[FileOut] = Field(description="GET /dossiers/{code}/files/{id} for the bytes.")
    fee_total: int
    fee_lines: list[dict[str, Any]]
    money: str
    money_words: str
    fee_receipt: str
    wants_result: str
    fetch_at: str = Field(description="The counter where a result that is out lies, on paper.")
    result: dict[str, Any] | None = Field(
        description="file_id, sha256, number, date, signed, issued, refusal, handed; null before."
    )
    desks: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    judged_late: bool = Field(
        description="Asked for a supplement more than once: late in the national index, 2.1."
    )
    opinions: list[dict[str, Any]]
    clock: dict[str, Any] | None = Field(
        description="due_original, due_current, `pauses` and `changes`, each with its basis; null "
        "before reception."
    )
    consultations: list[dict[str, Any]] = Field(description="Units that were asked, by `id`.")
    finance: list[dict[str, Any]] = Field(description="Financial duties: amount, paid, receipt.")
    withdrawals: list[dict[str, Any]]
    apology: dict[str, Any] | None
    corrections: list[dict[str, Any]] = Field(description="Results that were replaced.")
    moves: list[LegalMove]
    timeline: list[LineOut]


class Entry(Schema):
    """A journal entry: facts are ids, numbers and codes."""

    id: int
    kind: str
    happened_at: datetime
    recorded_at: datetime
    actor_kind: str
    person: int | None
    post: int | None
    agency: int | None
    duty: str
    on_behalf_of: int | None
    delegation: int | None = Field(description="Under which delegation the duty was held.")
    source: str
    facts: dict[str, Any]
    title: str = Field(description="In plain words, where there are some.")


class Journal(Schema):
    items: list[Entry]
    next: str | None


class Tracked(Schema):
    """What anybody learns who knows the code and the check."""

    code: str
    procedure: str
    procedure_name: str
    state: State
    state_words: str
    national_status: int | None
    national_status_words: str
    receiving_agency: str
    competent_agency: str
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    paused: bool
    completed_at: datetime | None
    returned_at: datetime | None
    timeline: list[dict[str, Any]] = Field(description="`at` and `title` of each step.")


class Problem(Schema):
    """application/problem+json (RFC 9457). 422 has `errors`; 409 of a move the rest."""

    type: str
    title: str
    status: int
    detail: str = Field(description="A Vietnamese sentence for the person in front of the screen.")
    errors: list[dict[str, str]] | None = Field(None, description="`field` and `detail` of each.")
    winner: str | None = Field(
        None, description="Who moved it last; empty where nobody was quicker, see `detail`."
    )
    at: datetime | None = Field(None, description="When.")
    state: str | None = Field(None, description="Where the dossier stands now.")
    version: int | None = Field(None, description="Its version now, for If-Match.")
    legal: list[str] | None = Field(None, description="Moves legal now for the caller.")
    unpaid: int | None = Field(None, description="đồng, where the fee stands in the way.")
    retry_after: int | None = Field(None, description="429 and 503: seconds to wait.")
