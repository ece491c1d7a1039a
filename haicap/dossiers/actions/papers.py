"""Papers the platform makes for a dossier and keeps with it: once, numbered, for good."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from haicap.audit import public as audit
from haicap.dossiers.actions import moving
from haicap.dossiers.events import ReceiptIssued
from haicap.dossiers.models import Apology, Channel, Dossier, Opinion, Request, Withdrawal
from haicap.dossiers.slips import control, data, gathering
from haicap.dossiers.slips.kinds import BOTH_COPIES, KINDS, Form
from haicap.dossiers.slips.layouts import file_name, set_paper
from haicap.files import public as files
from haicap.kernel.actor import system
from haicap.kernel.clock import day_of
from haicap.registers import public as registers

# The rows that papers are made of.
Row = Request | Opinion | Apology | Withdrawal


@transaction.atomic
def keep_receipt(*, dossier_id: int, at: datetime) -> UUID:
    """Make the receipt (Form 01) and keep it with the dossier; once, however often called.

    At a counter the sheet with both copies is kept beside the citizen's own.
    """
    dossier = moving.locked(dossier_id)
    kept = _kept(dossier, KINDS[Form.RECEIPT].slot)
    if kept is not None:
        return kept
    receipt = gathering.receipt(dossier)
    use = _keep(dossier, receipt, slot=KINDS[Form.RECEIPT].slot, at=at)
    if dossier.channel != Channel.ONLINE:
        _keep(dossier, gathering.both_copies(receipt), slot=BOTH_COPIES, at=at)
    audit.record(ReceiptIssued(file=str(use)), subject=dossier.ref, by=system("papers"), at=at)
    return use


@transaction.atomic
def keep_slip(*, form: Form, dossier_id: int, row: Row, at: datetime) -> UUID:
    """Make a form 02 to 05 of the row it comes from, number it and keep it; once for that row."""
    dossier = moving.locked(dossier_id)
    slot = slot_of(form, row)
    kept = _kept(dossier, slot)
    if kept is not None:
        return kept
    return _keep(dossier, _slip(form, dossier, row, at=at), slot=slot, at=at)


def slot_of(form: Form, row: Row) -> str:
    """Where the paper of a row lies: slip:request:7. A stop says which kind of row ended it."""
    row_kind = f"{type(row).__name__}:" if form is Form.STOP else ""
    return f"{KINDS[form].slot}:{row_kind}{row.pk}"


def _slip(form: Form, dossier: Dossier, row: Row, *, at: datetime) -> data.Paper:
    if isinstance(row, Request) and form is Form.REQUEST:
        return gathering.request_slip(dossier, row)
    number = _number(form, dossier, row, at=at)
    if isinstance(row, Apology):
        return gathering.apology_letter(dossier, row, number=number)
    if isinstance(row, Opinion) and form is Form.REFUSAL:
        return gathering.refusal_slip(dossier, row, number=number)
    return gathering.stop_notice(dossier, row, at=at, number=number)


@transaction.atomic
def keep_control_slip(*, dossier_id: int, entry_id: int, at: datetime) -> UUID | None:
    """The control slip (Form 06) of a dossier that ended with this entry of its journal; once.

    None when nothing was handed over: it was never received, or has moved no further since the
    last slip (it was only archived).
    """
    dossier = moving.locked(dossier_id)
    if dossier.received_at is None:
        return None
    slot = f"{KINDS[Form.CONTROL].slot}:{entry_id}"
    kept = _kept(dossier, slot)
    if kept is not None:
        return kept
    slip = control.control_slip(dossier, until=entry_id)
    if _kept_so_far(dossier, len(slip.rows), entry_id):
        return None
    return _keep(dossier, slip, slot=slot, at=at)


def _kept_so_far(dossier: Dossier, rows: int, entry_id: int) -> bool:
    """Whether an earlier control slip tells the same hand-overs."""
    begins = f"{KINDS[Form.CONTROL].slot}:"
    uses = files.uses_of([dossier.ref])[dossier.ref]
    earlier = [int(use.slot.removeprefix(begins)) for use in uses if use.slot.startswith(begins)]
    before = [entry for entry in earlier if entry < entry_id]
    return bool(before) and (len(control.control_slip(dossier, until=max(before)).rows) == rows)


def _number(form: Form, dossier: Dossier, row: Row, *, at: datetime) -> str:
    """The number of the paper in the book of its form, agency and year: the same when asked again.

    The book's row is locked to the end of the transaction, which only sets the paper and keeps it.
    """
    ref, kind = f"dossiers.{type(row).__name__}:{row.pk}", KINDS[form]
    number = registers.number_of(ref=ref, kind=kind.book)
    if number is None and form in gathering.EARLIER_BOOKS:
        number = registers.number_of(ref=ref, kind=gathering.EARLIER_BOOKS[form])
    if number is None:
        number = registers.next_number(
            agency_id=gathering.issuer_of(form, dossier),
            kind=kind.book,
            ref=ref,
            day=day_of(at),
            at=at,
        )
    return gathering.notation(form, number.value)


def _kept(dossier: Dossier, slot: str) -> UUID | None:
    uses = files.uses_of([dossier.ref])[dossier.ref]
    return next((use.id for use in uses if use.slot == slot), None)


def _keep(dossier: Dossier, paper: data.Paper, *, slot: str, at: datetime) -> UUID:
    return files.keep_bytes(
        content=set_paper(paper),
        name=file_name(paper),
        ref=dossier.ref,
        slot=slot,
        by=system("papers"),
        at=at,
    ).id
