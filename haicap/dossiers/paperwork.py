"""The papers of a dossier for who may see them: as they were issued, or as they stand now.

A paper that was kept is served with the bytes it was issued with; before the worker has kept it,
it is set from the same data, which gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from haicap.dossiers.models import Dossier, Request
from haicap.dossiers.slips import control, gathering
from haicap.dossiers.slips.data import Paper
from haicap.dossiers.slips.gathering import NoReceiptYet
from haicap.dossiers.slips.heads import address_line
from haicap.dossiers.slips.kinds import BOTH_COPIES, KINDS, Form, form_of, is_for_citizens
from haicap.dossiers.slips.layouts import file_name, set_paper
from haicap.files import public as files
from haicap.kernel.actor import Actor
from haicap.registers import public as registers

__all__ = [
    "NoReceiptYet",
    "SlipView",
    "address_line",
    "control_response",
    "receipt_response",
    "slips_of",
]


@dataclass(frozen=True, slots=True)
class SlipView:
    """A form of law that was issued for a dossier; `number` is empty where the form has none."""

    form: str
    form_name: str
    number: str
    file_id: UUID
    name: str
    slot: str
    size: int
    sha256: str
    created_at: datetime


def slips_of(dossier: Dossier, *, by: Actor) -> list[SlipView]:
    """The forms 01 to 06 kept with a dossier that this person may read, oldest first."""
    found = []
    for use in files.uses_of([dossier.ref])[dossier.ref]:
        form = form_of(use.slot)
        if form is None or not (by.is_staff or is_for_citizens(use.slot)):
            continue
        found.append(
            SlipView(
                form=str(form),
                form_name=KINDS[form].name
                + (" " + _("(hai liên)") if use.slot == BOTH_COPIES else ""),
                number=_number(form, use.slot, dossier),
                file_id=use.id,
                name=use.name,
                slot=use.slot,
                size=use.size,
                sha256=use.sha256,
                created_at=use.created_at,
            )
        )
    return sorted(found, key=lambda slip: (slip.created_at, slip.form))


def _number(form: Form, slot: str, dossier: Dossier) -> str:
    """The number printed on a kept form."""
    if form is Form.RECEIPT:
        return gathering.notation(form, dossier.ordinal) if dossier.ordinal else ""
    *_kind, model, row = slot.split(":")
    if form is Form.REQUEST:
        found = Request.objects.filter(pk=row).values_list("number", flat=True).first()
        return found or ""
    made_of = {Form.REFUSAL: "Opinion", Form.APOLOGY: "Apology", Form.STOP: model}.get(form)
    if made_of is None or not row.isdigit():
        return ""
    number = registers.number_of(ref=f"dossiers.{made_of}:{row}", kind=KINDS[form].book)
    return gathering.notation(form, number.value) if number is not None else ""


def receipt_response(dossier: Dossier, *, both: bool = False) -> HttpResponseBase:
    """Form 01 for a browser or a client; `both`: the sheet with both copies for the counter.
    NoReceiptYet before reception.
    """
    slot = BOTH_COPIES if both else KINDS[Form.RECEIPT].slot
    uses = files.uses_of([dossier.ref])[dossier.ref]
    kept = next((use for use in uses if use.slot == slot), None)
    if kept is not None:
        return files.serve(kept)
    receipt = gathering.receipt(dossier)
    return _shown(gathering.both_copies(receipt) if both else receipt)


def control_response(dossier: Dossier, *, at: datetime) -> HttpResponseBase:
    """Form 06 as the journal stands at `at`. NoReceiptYet before reception."""
    return _shown(control.control_slip(dossier, at=at))


def _shown(paper: Paper) -> HttpResponse:
    response = HttpResponse(set_paper(paper), content_type="application/pdf")
    response["Content-Disposition"] = files.disposition(file_name(paper))
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
