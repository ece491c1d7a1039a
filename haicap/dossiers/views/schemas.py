"""What the API takes and answers for dossiers, with words enough to write a client from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, get_args
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from haicap.dossiers.flow import State
from haicap.dossiers.models import Channel, Handing
from haicap.dossiers.queries import Box

LINE: Final = 200
TEXT: Final = 2000


class In(Schema):
    """Input: names we do not know are refused, so that a slip is not taken for silence."""

    model_config = ConfigDict(extra="forbid")


# --- handing in ---------------------------------------------------------------------------------


class AddressIn(In):
    """Where somebody lives or sits: a commune as it was called on `at`, and the detail below it."""

    territory_code: str = Field(
        "", max_length=20, description="Five-digit code, see GET /units.", examples=["00118"]
    )
    territory: str = Field(
        "", max_length=LINE, description="Or its name, old names welcome, when no code is known."
    )
    at: str | None = Field(
        None, max_length=40, description="Day on which it was called so, YYYY-MM-DD; today."
    )
    detail: str = Field("", max_length=1200, examples=["Số 5, ngõ 10 phố Lâm Hạ"])


class PartyIn(In):
    """A person or organisation as declared."""

    kind: str = Field("person", max_length=20, description="person or organisation.")
    name: str = Field("", max_length=480, examples=["Nguyễn Thị Lan"])
    birth_date: str | None = Field(None, max_length=40, description="YYYY-MM-DD.")
    sex: str = Field("", max_length=20, description="male or female.")
    identifiers: dict[str, str] = Field(
        default_factory=dict,
        description="Numbers by kind: personal_id (12 digits), old_id, passport, tax_code.",
        examples=[{"personal_id": "000190000011"}],
    )
    phone: str = Field("", max_length=40)
    email: str = Field("", max_length=300)
    nationality: str = Field("", max_length=20, description="Two letters, VN when left out.")
    address: AddressIn | None = None


class PaperIn(In):
    """One paper of the procedure's `papers`, named by its `slot`.

    Electronically: `file_id` from POST /files. At a counter: how many sheets were shown or left.
    `replaced`: the data of a database stands in for it (only where the paper says `replaced_by`).
    """

    slot: str = Field(max_length=80, examples=["giay-chung-sinh"])
    file_id: UUID | None = None
    originals: int = Field(0, ge=0, le=999)
    certified: int = Field(0, ge=0, le=999)
    photocopies: int = Field(0, ge=0, le=999)
    replaced: bool = False


class PlaceIn(In):
    """The commune that is to decide. Read only where the procedure's form says
    `place: {"rule": "chosen"}`; else the address field named there decides.
    """

    code: str = Field(max_length=20, description="Five-digit code.", examples=["00118"])
    at: date | None = Field(None, description="Day on which the code was in use; today.")
    detail: str = Field("", max_length=500)


class DossierIn(In):
    """A dossier to be submitted.

    By staff with the duty to receive: give `applicant`. By a citizen's token: the citizen is the
    applicant, of `applicant` only phone, email and address are read.
    """

    procedure: str = Field(max_length=60, examples=["1.001193"])
    channel: Channel = Field(
        Channel.ONLINE,
        description="counter: handed in where the calling staff works, that counter receives; "
        "online: the service point of the place receives; post: like counter, sent by post.",
    )
    receive: bool = Field(
        False,
        description="Staff at a counter: accept at once (move `accept` in the same transaction).",
    )
    applicant: PartyIn | None = None
    owner: PartyIn | None = Field(None, description="Left out: the applicant.")
    representative: PartyIn | None = Field(None, description="Authorised person, if any.")
    relation: str = Field(
        "", max_length=LINE, description="Of the applicant to the owner; needed when they differ."
    )
    helper: str = Field(
        "", max_length=LINE, description="Who helped to fill it in and is none of the three."
    )
    answers: dict[str, Any] = Field(
        default_factory=dict,
        description="The electronic form: an object by field name, see `form` of GET "
        "/procedures/{code}.",
    )
    papers: list[PaperIn] = Field(default_factory=list, max_length=100)
    place: PlaceIn | None = None
    wants_result: Handing = Field(
        Handing.ELECTRONIC, description="How the result shall reach the citizen."
    )
    source: str = Field("", max_length=60, description="The sending system; haicap when left out.")
    source_code: str = Field(
        "", max_length=100, description="Its code there; with `source` unique for ever."
    )
    other_codes: dict[str, str] = Field(
        default_factory=dict,
        description="Further codes by their source: portal, ministry, predecessor, barcode.",
    )


# --- moves --------------------------------------------------------------------------------------


class MoveIn(In):
    """What every move may carry."""

    happened_at: datetime | None = Field(
        None, description="When it really happened; from trusted devices only."
    )


class NoteIn(MoveIn):
    """A move with an optional remark."""

    note: str = Field("", max_length=TEXT, description="A remark for the other desks.")


class ItemIn(In):
    """One thing to complete (Mẫu 02)."""

    paper: str = Field("", max_length=80, description="Slot of the paper, if it is about one.")
    fault: str = Field("", max_length=TEXT, description="What is wrong or missing.")
    todo: str = Field(max_length=TEXT, description="What the citizen shall do.")


class Submit(MoveIn):
    """DRAFT → SUBMITTED, by the citizen whose draft it is; the dossier gets its code."""

    move: Literal["submit"]


class Accept(MoveIn):
    """SUBMITTED → RECEIVED, by the counter (duty receive): clock, rules and register number."""

    move: Literal["accept"]
    papers: list[PaperIn] = Field(
        default_factory=list, max_length=100, description="Counted now, beside what was sent."
    )


class AskBefore(MoveIn):
    """SUBMITTED → PRE_SUPP, by the counter: something must be completed before reception."""

    move: Literal["ask_before"]
    items: list[ItemIn] = Field(min_length=1, max_length=30)
    reason: str = Field(max_length=TEXT)
    basis: str = Field("", max_length=TEXT, description="Legal basis.")
    reply_by: date | None = Field(None, description="By the procedure's rule when left out.")


class Complete(NoteIn):
    """PRE_SUPP → SUBMITTED, by the citizen or the counter."""

    move: Literal["complete"]
    answers: dict[str, Any] | None = Field(None, description="The whole form anew, if changed.")
    papers: list[PaperIn] = Field(default_factory=list, max_length=100)


class RefuseIntake(MoveIn):
    """SUBMITTED or PRE_SUPP → INTAKE_REFUSED, by the counter (Mẫu 03)."""

    move: Literal["refuse_intake"]
    reason: str = Field(max_length=TEXT)
    basis: str = Field(max_length=TEXT, description="Legal basis.")


class Cancel(MoveIn):
    """SUBMITTED or PRE_SUPP → CANCELLED, by the citizen; by the counter with a reason."""

    move: Literal["cancel"]
    reason: str = Field("", max_length=TEXT)


class Transfer(NoteIn):
    """RECEIVED → TRANSFERRED, by the counter: to the desk that handles it."""

    move: Literal["transfer"]


class ConfirmReceipt(NoteIn):
    """TRANSFERRED → IN_PROCESS, by a specialist or the head there: from now on they hold it."""

    move: Literal["confirm_receipt"]


class SendBack(MoveIn):
    """TRANSFERRED → RECEIVED, by a specialist or the head there."""

    move: Literal["send_back"]
    reason: str = Field(max_length=TEXT)


class Assign(NoteIn):
    """IN_PROCESS, by the head: to a specialist. Optional where a specialist confirmed himself."""

    move: Literal["assign"]
    staff_id: int = Field(
        ge=1, lt=2**63, description="One of the `options` of GET /dossiers/{code}/moves."
    )


class AskSupplement(MoveIn):
    """IN_PROCESS → SUPP_REQ, by the specialist or head: the clock stands still. Once, as a rule;
    later than three working days after reception only with a `basis`.
    """

    move: Literal["ask_supplement"]
    items: list[ItemIn] = Field(min_length=1, max_length=30)
    reason: str = Field(max_length=TEXT)
    basis: str = Field("", max_length=TEXT, description="Legal basis.")
    reply_by: date | None = Field(None, description="By the procedure's rule when left out.")


class ReceiveSupplement(NoteIn):
    """SUPP_REQ → SUPP_DONE, by the citizen or the counter: the clock goes on."""

    move: Literal["receive_supplement"]
    answers: dict[str, Any] | None = Field(None, description="The whole form anew, if changed.")
    papers: list[PaperIn] = Field(default_factory=list, max_length=100)


class CheckSupplement(NoteIn):
    """SUPP_DONE → IN_PROCESS, by the specialist or head."""

    move: Literal["check_supplement"]


class DraftResult(MoveIn):
    """IN_PROCESS, by the specialist or head: a draft of the result, as often as needed."""

    move: Literal["draft_result"]
    file_id: UUID | None = Field(None, description="An uploaded PDF instead of the template.")
    values: dict[str, str] = Field(
        default_factory=dict,
        description="For the template: `content` (text of the decision), `title`.",
    )


class SubmitApproval(NoteIn):
    """IN_PROCESS → SUBMIT_APPROVAL, by the specialist: the draft is frozen by its hash and goes to
    the head of division where the route has a review, else to the leader. Without a draft one is
    made from the procedure's template. In SUBMIT_APPROVAL the head passes it on by the same move.
    """

    move: Literal["submit_approval"]
    file_id: UUID | None = Field(None, description="An uploaded PDF as the result.")
    values: dict[str, str] = Field(default_factory=dict, description="As in draft_result.")


class ReturnDraft(MoveIn):
    """SUBMIT_APPROVAL → IN_PROCESS, by whom it lies with: the head or the leader."""

    move: Literal["return_draft"]
    reason: str = Field(max_length=TEXT)


class Approve(NoteIn):
    """SUBMIT_APPROVAL → APPROVED, by a leader of the competent agency (duty decide)."""

    move: Literal["approve"]


class NumberAndIssue(NoteIn):
    """APPROVED → ISSUED, by the clerk (duty issue): the clock ends."""

    move: Literal["number_and_issue"]


class ReturnResult(NoteIn):
    """ISSUED → RETURNED, by the counter that received it; the fee must be settled. A citizen may
    take an electronic result himself: {"move": "return_result", "how": "electronic"}.
    """

    move: Literal["return_result"]
    how: Handing = Field(description="How it was handed over.")
    receiver: str = Field(
        "", max_length=20, description="applicant (default), owner, representative, other."
    )
    receiver_name: str = Field("", max_length=LINE, description="Needed for other.")
    receiver_paper: str = Field(
        "", max_length=LINE, description="Authorisation shown; needed for other at a counter."
    )
    tracking: str = Field("", max_length=60, description="Number of the letter; needed by post.")


class Reroute(MoveIn):
    """SUBMITTED, PRE_SUPP or RECEIVED, by a coordinator: says which agency decides."""

    move: Literal["reroute"]
    agency_code: str = Field(
        max_length=30,
        description="Code of a committee or department, see GET /agencies.",
        examples=["H26.118"],
    )
    reason: str = Field(max_length=TEXT)


class SettleFee(MoveIn):
    """From RECEIVED to ISSUED, by the counter: the fee was paid or is waived."""

    move: Literal["settle_fee"]
    how: Literal["cash", "transfer", "card", "waived"]
    amount: int | None = Field(
        None, ge=0, le=10**10, description="đồng; must be the `fee_total`. Not for waived."
    )
    receipt: str = Field("", max_length=60, description="Number of the receipt; not for waived.")
    reason: str = Field("", max_length=TEXT, description="Why it is waived.")


MOVES: Final[tuple[type[MoveIn], ...]] = (
    Submit, Accept, AskBefore, Complete, RefuseIntake, Cancel, Transfer, ConfirmReceipt, SendBack,
    Assign, AskSupplement, ReceiveSupplement, CheckSupplement, DraftResult, SubmitApproval,
    ReturnDraft, Approve, NumberAndIssue, ReturnResult, Reroute, SettleFee,
)  # fmt: skip
# By the word that stands in `move`.
BY_MOVE: Final[Mapping[str, type[MoveIn]]] = {
    get_args(model.model_fields["move"].annotation)[0]: model for model in MOVES
}

AnyMove = Annotated[
    Submit | Accept | AskBefore | Complete | RefuseIntake | Cancel | Transfer | ConfirmReceipt
    | SendBack | Assign | AskSupplement | ReceiveSupplement | CheckSupplement | DraftResult
    | SubmitApproval | ReturnDraft | Approve | NumberAndIssue | ReturnResult | Reroute | SettleFee,
    Field(discriminator="move"),
]  # fmt: skip


# --- answers ------------------------------------------------------------------------------------


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


class Field_(Schema):
    """A value a move needs or takes."""

    name: str
    type: str = Field(description="string, integer, boolean, object, array, date, uuid …")
    required: bool
    description: str
    options: list[dict[str, Any]] = Field(description="The values to choose from, if few.")


class MoveNeeds(LegalMove):
    """A legal move with what it needs: POST the `example`, with your values, to …/moves."""

    description: str
    needs: list[Field_]
    example: dict[str, Any]


class Moves(Schema):
    state: State
    version: int
    items: list[MoveNeeds]
    next: str | None


class FileOut(Schema):
    id: str
    slot: str
    name: str
    kind: str
    media_type: str
    size: int
    pages: int | None
    sha256: str
    scan: str
    created_at: datetime
    checked: bool


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
    result: dict[str, Any] | None = Field(
        description="file_id, sha256, number, date, signed, issued, handed; null before."
    )
    desks: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    opinions: list[dict[str, Any]]
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
    """application/problem+json (RFC 9457). 422 has `errors`; 409 `winner`, `at`, `legal`."""

    type: str
    title: str
    status: int
    detail: str = Field(description="A Vietnamese sentence for the person in front of the screen.")
    errors: list[dict[str, str]] | None = Field(None, description="`field` and `detail` of each.")
    winner: str | None = Field(None, description="Who moved it last.")
    at: datetime | None = Field(None, description="When.")
    legal: list[str] | None = Field(None, description="Moves legal now for the caller.")


class Asked(Schema):
    """What may be asked of the list."""

    box: Box = Field(
        Box.WAITING,
        description="waiting: something for me to do now; held: on my desk, waiting for others; "
        "mine: given to me (a citizen's own); all: everything I may see, newest first; overdue; "
        "today; paused; coordination: nobody knows yet who decides; done; drafts (citizens).",
    )
    q: str | None = Field(
        None, max_length=200, description="Code, name without accents, id or phone."
    )
    state: State | None = None
    procedure: str | None = Field(None, max_length=60)
    commune: str | None = Field(None, max_length=20, description="Five-digit code.")
    channel: Channel | None = None
    within: Literal["overdue", "today", "soon", "later", "paused"] | None = Field(
        None, description="By the due time; soon: within one working day."
    )
    cursor: str | None = Field(None, max_length=600, description="The `next` of the page before.")
    limit: int = Field(50, ge=1, le=200)
