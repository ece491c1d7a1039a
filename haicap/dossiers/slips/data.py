"""What stands on each form, in the words it is printed with. Pure values; times are aware.

Templates read these fields by their names (docs/forms.md), so a field is added, never renamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

OFFICE_COPY = "Lưu tại nơi tiếp nhận hồ sơ"
CITIZEN_COPY = "Giao người nộp hồ sơ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every form begins with: who writes, where, when, under which number, about what.

    `superior` is the upper line of the letterhead, empty where the agency has none; `number` the
    whole notation, 7/HDHS; `code` and `track_url` stand in the barcode and the QR codes.
    """

    superior: str
    agency: str
    place: str
    made_at: datetime
    code: str = ""
    track_url: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as declared; what was not declared is empty."""

    name: str
    address: str = ""
    id_number: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs for the agency: TM. ỦY BAN NHÂN DÂN, CHỦ TỊCH, a name."""

    title: str
    name: str = ""
    capacity: str = ""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper handed in, counted by kind of copy."""

    name: str
    originals: int = 0
    certified: int = 0
    photocopies: int = 0
    electronic: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Form 01. `copies` are printed one after another, each with its own words; `owner` is None
    when the applicant is the owner.
    """

    head: Head
    reception: str
    applicant: Person
    request: str
    papers: tuple[PaperLine, ...]
    time_words: str
    received_at: datetime
    due_at: datetime
    result_way: str
    volume: int
    ordinal: int
    owner: Person | None = None
    representative: Person | None = None
    procedure: str = ""
    procedure_code: str = ""
    sets: int = 1
    fee_words: str = "Không thu phí, lệ phí"
    fee_lines: tuple[str, ...] = ()
    copies: tuple[str, ...] = (CITIZEN_COPY,)
    receiver: str = ""
    is_electronic: bool = False
    lookup_phone: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to complete: which paper, what is wrong with it, what to do."""

    paper: str
    fault: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequest:
    """Form 02. `stage` says in words at which step; `contact` whom to ask, `time_words` what
    becomes of the time limit.
    """

    head: Head
    applicant: Person
    request: str
    items: tuple[Asked, ...]
    reason: str
    stage: str
    basis: str = ""
    reply_by: datetime | None = None
    time_words: str = ""
    contact: str = ""
    contact_phone: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRefusal:
    """Form 03. `where` says in words where the person may go instead."""

    head: Head
    reception: str
    applicant: Person
    request: str
    reason: str
    basis: str = ""
    where: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apology:
    """Form 04: why it is late (`cause` as a kind of reason, `reason` in words) and until when."""

    head: Head
    applicant: Person
    procedure: str
    received_at: datetime
    due_at: datetime
    new_due_at: datetime
    cause: str
    reason: str
    signer: Signer
    contact_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopNotice:
    """Form 05. `ground` says who asked for it and when, or by what rule it ends; `decision` what
    becomes of the dossier.
    """

    head: Head
    owner: Person
    procedure: str
    procedure_code: str
    received_at: datetime
    ground: str
    stage: str
    decision: str
    reason: str
    signer: Signer
    basis: str = ""
    fees: str = ""
    originals: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A row of form 06: who gave it to whom and when, whether the giver was in time, a note.

    `taken_at` None: not confirmed yet. `verdict`: Trước hạn | Đúng hạn | Quá hạn, or empty where
    the step has no time of its own.
    """

    giver: str
    receiver: str
    given_at: datetime
    taken_at: datetime | None
    verdict: str = ""
    giver_name: str = ""
    receiver_name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSlip:
    """Form 06, from the journal. `whole` is the judgement of the dossier as a whole so far."""

    head: Head
    applicant: Person
    procedure: str
    lead: str
    coordinating: tuple[str, ...]
    received_at: datetime
    due_at: datetime
    rows: tuple[HandOver, ...]
    changes: tuple[str, ...] = ()
    whole: str = ""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A line of form 07: what the journal says of one dossier."""

    number: int
    code: str
    procedure: str
    sets: int
    person: str
    reach: str
    agency: str
    received_at: datetime
    due_at: datetime
    returned_at: datetime | None
    way: str
    taken_by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Form 07: the dossiers a unit received in a period. `part` of `parts`; the pages go on from
    `first_page`.
    """

    head: Head
    unit: str
    since: date
    until: date
    rows: tuple[RegisterRow, ...]
    total: int
    filter_words: str = ""
    part: int = 1
    parts: int = 1


Paper = Receipt | SupplementRequest | IntakeRefusal | Apology | StopNotice | ControlSlip | Register
