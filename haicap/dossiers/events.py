"""Facts of a dossier: what happened, as ids, numbers and codes. One class per move, some beside.

Texts that people wrote (reasons, opinions) stay in their rows; a fact names the row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:  # nobody reacts (never recorded itself: what every move says)
    """From which state to which, for what procedure, under whom. `version`: after the move."""

    move: str
    from_state: str
    to_state: str
    version: int
    procedure: str
    national: int | None
    commune: int | None
    receiving: int | None
    competent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStarted:  # nobody reacts
    """Somebody began to fill in a dossier."""

    procedure: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDiscarded:  # nobody reacts
    """A draft was thrown away by its applicant."""

    procedure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierSubmitted(Moved):
    """It was handed in. `helped`: somebody else than the three named on it filled it in."""

    channel: str
    source: str
    source_code: str
    support: int | None
    helped: bool
    papers: int
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOwed:
    """The external issuer was silent at submission: we gave the code, it owes one of its own."""

    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeArrived:  # nobody reacts
    """The external issuer gave its code later; it stands among the other codes."""

    issuer: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierAccepted(Moved):
    """Valid reception: the legal clock runs, the rules are pinned."""

    due_at: str
    procedure_version: int
    deadline_rule: int
    fee_rule: int | None
    form_version: int
    calendar: int
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionAsked(Moved):
    """Before reception the applicant was asked to complete it (Mẫu 02); `request` is the row."""

    request: int
    items: int
    reply_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionGiven(Moved):  # nobody reacts
    """The applicant completed it before reception."""

    request: int
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRefused(Moved):
    """Not received (Mẫu 03); `opinion` holds reason and basis."""

    opinion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierCancelled(Moved):
    """Taken back before reception."""

    opinion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierTransferred(Moved):  # nobody reacts
    """Handed over to the desk that handles it; the sender answers for it until confirmed."""

    from_agency: int
    to_agency: int
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptConfirmed(Moved):  # nobody reacts
    """The receiving desk has it now."""

    from_agency: int
    to_agency: int
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSentBack(Moved):  # nobody reacts
    """The desk did not take it."""

    from_agency: int
    to_agency: int
    opinion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierAssigned(Moved):  # nobody reacts
    """The head gave it to somebody."""

    task: int
    staff: int
    post: int
    was_staff: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementAsked(Moved):
    """During verification something was missing (Mẫu 02): the clock stands still."""

    request: int
    items: int
    count: int  # from 2 on the figures judge the dossier late (index 766, 2.1)
    reply_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementReceived(Moved):  # nobody reacts
    """The supplement came: the clock goes on. `due_at` is the due time now."""

    request: int
    papers: int
    late: bool
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementChecked(Moved):  # nobody reacts
    """The specialist looked at the supplement and goes on."""

    request: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDrafted(Moved):  # nobody reacts
    """A draft of the result is there; `file` is the use, `made` how: template | upload."""

    file: str
    made: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedForApproval(Moved):  # nobody reacts
    """The draft is frozen and lies on the next desk: the head's, then the leader's."""

    sha256: str
    task: int
    to_agency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReturned(Moved):  # nobody reacts
    """A head or leader sent the draft back; `opinion` holds why."""

    opinion: int
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierApproved(Moved):  # nobody reacts
    """The leader approved exactly the bytes with this hash; `signed`: with a signature."""

    sha256: str
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultIssued(Moved):
    """Numbered and issued: the clock is finished."""

    sha256: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSent(Moved):
    """The result goes to another counter, which hands it over from now on."""

    from_agency: int
    to_agency: int
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReturned(Moved):
    """Handed over; `how`: electronic | counter | post. Who took it stands on the dossier."""

    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRerouted(Moved):  # nobody reacts
    """A coordinator said which agency decides."""

    was_competent: int | None
    opinion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSettled(Moved):  # nobody reacts
    """The fee was paid or waived; `amount` in đồng, `receipt` the number of the paper."""

    how: str
    amount: int
    receipt: str
    opinion: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultAsked(Moved):  # nobody reacts
    """Other units were asked; `consultations` are the rows, one for each of `agencies`."""

    consultations: tuple[int, ...]
    agencies: tuple[int, ...]
    mandatory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultReplied(Moved):  # nobody reacts
    """A unit gave its opinion. `late`: after its due time; `waiting`: replies missing."""

    consultation: int
    from_agency: int
    stance: str
    late: bool
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultWithdrawn(Moved):  # nobody reacts
    """A question was taken back by who asked; `opinion` holds why."""

    consultation: int
    to_agency: int
    opinion: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceAsked(Moved):
    """A financial duty has to be met first: the clock stands still. `amount` in đồng."""

    duty_row: int
    amount: int
    pay_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceConfirmed(Moved):
    """The duty was met: the clock goes on. `due_at` is the due time now."""

    duty_row: int
    amount: int
    paid: int
    receipt: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSubmitted(Moved):  # nobody reacts
    """A refusal with its text is frozen and lies on the next desk; `opinion`: why."""

    opinion: int
    sha256: str
    task: int
    to_agency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRefused(Moved):
    """The signed refusal is numbered and issued: the clock is finished."""

    opinion: int
    sha256: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierStopped(Moved):
    """Not settled any further; `opinion` holds reason and basis."""

    opinion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementExpired(Moved):
    """What was asked for did not come in time; `request` is the row."""

    request: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAsked(Moved):
    """The applicant asks to have it back; `withdrawal` is the row."""

    withdrawal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierWithdrawn(Moved):
    """The withdrawal was agreed to: over."""

    withdrawal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRefused(Moved):
    """The withdrawal was not agreed to: it goes on where it was."""

    withdrawal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Apologised(Moved):
    """An apology with a new date (Mẫu 04); `due_before` and `due_at` are the two dates."""

    apology: int
    reason_code: str
    due_before: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionOpened(Moved):  # nobody reacts
    """An issued result is being replaced; `kind` says what was wrong."""

    correction: int
    kind: str
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCorrected(Moved):
    """The replacement is issued and names the old result, which is marked."""

    correction: int
    old_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierArchived(Moved):
    """Kept in the archive."""

    ended_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTakenBack(Moved):  # nobody reacts
    """Somebody took back their own last step, which nobody had opened: `undone`."""

    undone: str
    undone_entry: int
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierHandedOn(Moved):
    """Another agency holds and decides it now; state and clock are as they were."""

    was_competent: int
    from_agency: int
    to_agency: int
    opinion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementReminded:
    """The applicant was reminded of a request before its reply date."""

    request: int
    reply_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptIssued:  # nobody reacts
    """Form 01 was made and kept; `file` is the use."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossiersLoaded:  # nobody reacts
    """Demo dossiers came in by a load: those numbered from `first` on."""

    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAsked:
    """A register too long to be waited for is to be printed; `print_id` is the row."""

    print_id: int
    agency: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutPut:  # nobody reacts
    """From a day on a form is printed by the office's own layout."""

    form: str
    valid_from: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutWithdrawn:  # nobody reacts
    """A layout of the office holds no more; what was printed by it stays."""

    form: str
    valid_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRated:  # nobody reacts
    """The applicant said how they were served: 3 very satisfied, 2 satisfied, 1 not."""

    rating: int
    overall: int
    receiver: int | None
    handler: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOrdered:
    """The counter asked the post to carry something; `kind`: return | collect."""

    order: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCancelAsked:
    """The counter called an order of the post off."""

    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMoved:
    """The post told where the order is: 1 registered, 2 collecting, 3 delivered, 4 cancelled."""

    order: int
    kind: str
    status: int
    was: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRepinned:  # nobody reacts
    """The dossier follows another version of its procedure; time, fee and form stay."""

    batch: int
    from_version: int
    to_version: int
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DossiersRepinned:  # nobody reacts
    """Running dossiers were moved together, or back; how many could not."""

    batch: int
    procedure: str
    to_version: int
    moved: int
    left: int
    undone: bool
