"""Papers the platform makes for a dossier and keeps with it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from haicap.audit import public as audit
from haicap.dossiers import paperwork
from haicap.dossiers.actions import moving
from haicap.dossiers.events import ReceiptIssued
from haicap.files import public as files
from haicap.kernel.actor import system

RECEIPT: Final = "receipt"


@transaction.atomic
def keep_receipt(*, dossier_id: int, at: datetime) -> UUID:
    """Make the receipt (Form 01) and keep it with the dossier; once, however often called."""
    dossier = moving.locked(dossier_id)
    for use in files.uses_of([dossier.ref])[dossier.ref]:
        if use.slot == RECEIPT:
            return use.id
    by = system("receipt")
    use = files.keep_bytes(
        content=paperwork.receipt_pdf(dossier),
        name=paperwork.receipt_name(dossier),
        ref=dossier.ref,
        slot=RECEIPT,
        by=by,
        at=at,
    )
    audit.record(ReceiptIssued(file=str(use.id)), subject=dossier.ref, by=by, at=at)
    return use.id
