"""Papers the platform makes for a dossier and keeps with it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.dossiers import paperwork
from haicap.dossiers.actions import moving
from haicap.dossiers.events import ReceiptIssued
from haicap.dossiers.models import Dossier, Opinion, Request
from haicap.files import public as files
from haicap.kernel.actor import system

RECEIPT: Final = "receipt"
SLIP: Final = "slip"


@transaction.atomic
def keep_receipt(*, dossier_id: int, at: datetime) -> UUID:
    """Make the receipt (Form 01) and keep it with the dossier; once, however often called."""
    dossier = moving.locked(dossier_id)
    kept = _kept(dossier, RECEIPT)
    if kept is not None:
        return kept
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


@transaction.atomic
def keep_request_slip(*, request_id: int, at: datetime) -> UUID:
    """Make form 02 of a request and keep it with the dossier; once."""
    request = Request.objects.select_related("dossier").get(pk=request_id)
    dossier = moving.locked(request.dossier_id)
    return _kept(dossier, f"{SLIP}:request:{request_id}") or _keep(
        dossier,
        content=paperwork.request_pdf(dossier, request),
        name=_("Phiếu yêu cầu hoàn thiện %(code)s.pdf") % {"code": dossier.code},
        slot=f"{SLIP}:request:{request_id}",
        at=at,
    )


@transaction.atomic
def keep_refusal_slip(*, opinion_id: int, at: datetime) -> UUID:
    """Make form 03 of a refusal and keep it with the dossier; once."""
    opinion = Opinion.objects.get(pk=opinion_id)
    dossier = moving.locked(opinion.dossier_id)
    return _kept(dossier, f"{SLIP}:refusal") or _keep(
        dossier,
        content=paperwork.refusal_pdf(dossier, opinion),
        name=_("Phiếu từ chối tiếp nhận %(code)s.pdf") % {"code": dossier.code},
        slot=f"{SLIP}:refusal",
        at=at,
    )


def _kept(dossier: Dossier, slot: str) -> UUID | None:
    uses = files.uses_of([dossier.ref])[dossier.ref]
    return next((use.id for use in uses if use.slot == slot), None)


def _keep(dossier: Dossier, *, content: bytes, name: str, slot: str, at: datetime) -> UUID:
    return files.keep_bytes(
        content=content, name=name, ref=dossier.ref, slot=slot, by=system("papers"), at=at
    ).id
