"""What the API takes for dossiers: submissions, moves, questions of lists."""

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
    again: str = Field(
        "",
        max_length=TEXT,
        description="Why once more than the rule allows; the figures then judge it late.",
    )


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
    """ISSUED → RETURNED, by the counter where it lies; the fee must be settled. A citizen may
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
        None, ge=0, le=10**10, description="đồng; must be what is left to pay. Not for waived."
    )
    receipt: str = Field(
        "", max_length=60, description="Of a printed receipt; empty: an electronic one is numbered."
    )
    reason: str = Field("", max_length=TEXT, description="Why it is waived.")
    basis: str = Field("", max_length=TEXT, description="Legal basis of the waiver.")


class QuestionIn(In):
    """A question to another unit."""

    agency_code: str = Field(max_length=30, description="Of any unit, see GET /agencies.")
    question: str = Field(max_length=TEXT)
    reply_by: date | None = Field(None, description="Inside the whole; some hours when left out.")
    mandatory: bool = Field(True, description="Nothing is submitted before its reply is there.")


class Consult(MoveIn):
    """IN_PROCESS → CONSULTING, by the specialist or head: one or several units in parallel. The
    clock stays on. CONSULTING as long as a mandatory reply is missing.
    """

    move: Literal["consult"]
    questions: list[QuestionIn] = Field(min_length=1, max_length=10)


class ReplyConsult(MoveIn):
    """CONSULTING → IN_PROCESS with the last mandatory reply, by the unit that was asked (duty
    handle, head or decide there).
    """

    move: Literal["reply_consult"]
    answer: str = Field(max_length=TEXT)
    stance: Literal["agree", "disagree", "other"] = "other"
    consultation_id: int | None = Field(
        None, ge=1, lt=2**63, description="Where the caller may answer for several units."
    )


class WithdrawConsult(MoveIn):
    """Takes a question back, by the specialist or head who holds the dossier."""

    move: Literal["withdraw_consult"]
    reason: str = Field(max_length=TEXT)
    consultation_id: int | None = Field(
        None, ge=1, lt=2**63, description="Where several questions are open."
    )


class RequestFinance(MoveIn):
    """IN_PROCESS → FIN_DUTY, by the specialist or head: the clock stands still until it is paid."""

    move: Literal["request_finance"]
    amount: int = Field(ge=1, le=10**13, description="đồng.")
    purpose: str = Field(max_length=LINE, description="What is paid: a tax, a charge for land.")
    basis: str = Field(max_length=TEXT, description="Legal basis.")
    notice: str = Field("", max_length=60, description="Number of the tax notice.")
    pay_by: date | None = Field(None, description="By the office's setting when left out.")


class ConfirmFinance(NoteIn):
    """FIN_DUTY → IN_PROCESS, by the counter or the specialist: paid in full, the clock goes on."""

    move: Literal["confirm_finance"]
    paid: int = Field(ge=0, le=10**13, description="đồng; at least what was asked for.")
    receipt: str = Field(max_length=60, description="Number of the proof of payment.")


class RefuseSettle(MoveIn):
    """IN_PROCESS → SUBMIT_APPROVAL, by the specialist or head: a refusal with reason and basis goes
    up to be approved and numbered as a result is; then it is REFUSED.
    """

    move: Literal["refuse_settle"]
    reason: str = Field(max_length=TEXT)
    basis: str = Field(max_length=TEXT, description="Legal basis.")
    file_id: UUID | None = Field(None, description="An uploaded PDF instead of the made text.")


class Stop(MoveIn):
    """Before the result is submitted → STOPPED, by a head or leader (Mẫu 05)."""

    move: Literal["stop"]
    reason: str = Field(max_length=TEXT)
    basis: str = Field(max_length=TEXT, description="Legal basis.")


class Expire(MoveIn):
    """PRE_SUPP or SUPP_REQ → EXPIRED, by the platform when the reply date and its grace passed."""

    move: Literal["expire"]


class Archive(NoteIn):
    """RETURNED, REFUSED, WITHDRAWN, STOPPED or EXPIRED → ARCHIVED."""

    move: Literal["archive"]


class RequestWithdraw(MoveIn):
    """Before the result is issued → WITHDRAW_REQ, by the citizen, or the counter for them."""

    move: Literal["request_withdraw"]
    reason: str = Field(max_length=TEXT)


class DecideWithdraw(MoveIn):
    """WITHDRAW_REQ → WITHDRAWN, or back to where it was, by a head or leader."""

    move: Literal["decide_withdraw"]
    agree: bool
    reason: str = Field("", max_length=TEXT, description="Needed when not agreed to.")
    fees: str = Field("", max_length=TEXT, description="What becomes of fees that were paid.")
    originals: str = Field("", max_length=TEXT, description="And of originals handed in.")


class Apologise(MoveIn):
    """Once, before the promised time passes, by a head or leader: a new date (Mẫu 04)."""

    move: Literal["apologise"]
    new_due: date = Field(description="Later than the old one; closing time of that day.")
    reason_code: Literal["internal", "consulted", "applicant", "system", "law"]
    reason: str = Field(max_length=TEXT)
    basis: str = Field("", max_length=TEXT)


class CorrectResult(MoveIn):
    """ISSUED or RETURNED → CORRECTING, by who handled it, the head or leader. The replacement then
    goes the way of a result; the old one stays, marked.
    """

    move: Literal["correct_result"]
    error_kind: Literal["typing", "content", "law", "other"]
    reason: str = Field(max_length=TEXT)
    basis: str = Field(max_length=TEXT, description="The decision to correct.")


class Rollback(MoveIn):
    """Takes the caller's own last step back (transfer, submit_approval, refuse_settle,
    return_draft, approve), while nobody at the next desk has opened it.
    """

    move: Literal["rollback"]
    reason: str = Field("", max_length=TEXT)


class HandOn(MoveIn):
    """Another agency decides and holds it, by a coordinator, head or leader; state and clock stay
    as they are.
    """

    move: Literal["hand_on"]
    agency_code: str = Field(max_length=30, description="Of a committee or department.")
    reason: str = Field(max_length=TEXT)


class SendResult(NoteIn):
    """ISSUED or REFUSED, by the counter where the result lies: to another counter, where the
    citizen wants to fetch it. That one hands it over from now on.
    """

    move: Literal["send_result"]
    agency_code: str = Field(
        max_length=30,
        description="Of a service point, branch or the centre, see GET /agencies.",
        examples=["H26.2.102"],
    )


MOVES: Final[tuple[type[MoveIn], ...]] = (
    Submit, Accept, AskBefore, Complete, RefuseIntake, Cancel, Transfer, ConfirmReceipt, SendBack,
    Assign, AskSupplement, ReceiveSupplement, CheckSupplement, DraftResult, SubmitApproval,
    ReturnDraft, Approve, NumberAndIssue, ReturnResult, Reroute, SettleFee, Consult, ReplyConsult,
    WithdrawConsult, RequestFinance, ConfirmFinance, RefuseSettle, Stop, Expire, Archive,
    RequestWithdraw, DecideWithdraw, Apologise, CorrectResult, Rollback, HandOn,
    SendResult,
)  # fmt: skip
# By the word that stands in `move`.
BY_MOVE: Final[Mapping[str, type[MoveIn]]] = {
    get_args(model.model_fields["move"].annotation)[0]: model for model in MOVES
}

AnyMove = Annotated[
    Submit | Accept | AskBefore | Complete | RefuseIntake | Cancel | Transfer | ConfirmReceipt
    | SendBack | Assign | AskSupplement | ReceiveSupplement | CheckSupplement | DraftResult
    | SubmitApproval | ReturnDraft | Approve | NumberAndIssue | ReturnResult | Reroute | SettleFee
    | Consult | ReplyConsult | WithdrawConsult | RequestFinance | ConfirmFinance | RefuseSettle
    | Stop | Expire | Archive | RequestWithdraw | DecideWithdraw | Apologise | CorrectResult
    | Rollback | HandOn | SendResult,
    Field(discriminator="move"),
]  # fmt: skip


# --- lists ----------------------------------------------------------------------------------------


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
