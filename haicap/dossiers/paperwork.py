"""The papers of a dossier for who may see them: as they were issued, or as they stand now.

A paper that was kept is served with the bytes it was issued with; before the worker has kept it,
it is set from the same data, which gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from haicap.dossiers.models import Apology, Channel, Dossier, Opinion, Request, Withdrawal
from haicap.dossiers.slips import control, gathering
from haicap.dossiers.slips.data import Paper
from haicap.dossiers.slips.gathering import NoReceiptYet
from haicap.dossiers.slips.heads import address_line
from haicap.dossiers.slips.kinds import BOTH_COPIES, KINDS, Form, form_of, is_for_citizens
from haicap.dossiers.slips.layouts import file_name, set_paper
from haicap.files import public as files
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Missing
from haicap.registers import public as registers

__all__ = [
    "NoReceiptYet",
    "SlipView",
    "address_line",
    "control_response",
    "receipt_response",
    "slip_response",
    "slips_of",
]

Row = Request | Opinion | Apology | Withdrawal
_ROWS = (Request, Opinion, Apology, Withdrawal)
REFUSING = "refuse_intake"  # the move whose opinion is the text of form 03


@dataclass(frozen=True, slots=True)
class SlipView:
    """A form of law of a dossier. `name` names it in addresses: receipt, request-7, control-91.

    `kept` is the file it was issued as, None until the worker has kept it; `number` is empty where
    the form has none.
    """

    name: str
    form: str
    form_name: str
    number: str
    slot: str
    made_at: datetime
    kept: files.UseView | None


def slips_of(dossier: Dossier, *, by: Actor) -> list[SlipView]:
    """The forms 01 to 06 of a dossier that this person may read, oldest first."""
    uses = files.uses_of([dossier.ref])[dossier.ref]
    kept = {use.slot: use for use in uses if form_of(use.slot) is not None}
    made = dict(_made(dossier))
    found = [
        _view(dossier, slot, kept.get(slot), made_at=made.get(slot))
        for slot in kept | made
        if by.is_staff or is_for_citizens(slot)
    ]
    return sorted(found, key=lambda slip: (slip.made_at, slip.form))


def _made(dossier: Dossier) -> Iterator[tuple[str, datetime]]:
    """Slots and times of the papers that hold their number already, kept or not."""
    if dossier.received_at is not None:
        yield KINDS[Form.RECEIPT].slot, dossier.received_at
        if dossier.channel != Channel.ONLINE:
            yield BOTH_COPIES, dossier.received_at
    for request in dossier.requests.order_by("id"):
        if request.number:
            yield f"{KINDS[Form.REQUEST].slot}:{request.pk}", request.asked_at
    for opinion in dossier.opinions.filter(move=REFUSING).order_by("id"):
        yield f"{KINDS[Form.REFUSAL].slot}:{opinion.pk}", opinion.at


def _view(
    dossier: Dossier, slot: str, kept: files.UseView | None, *, made_at: datetime | None
) -> SlipView:
    form = form_of(slot)
    if form is None:
        raise LookupError(f"{slot} holds no form")
    both = " " + _("(hai liên)") if slot == BOTH_COPIES else ""
    return SlipView(
        name=_name(slot),
        form=str(form),
        form_name=KINDS[form].name + both,
        number=_number(form, slot, dossier),
        slot=slot,
        made_at=made_at or (kept.created_at if kept is not None else dossier.created_at),
        kept=kept,
    )


def _name(slot: str) -> str:
    return slot.removeprefix("slip:").replace(":", "-").lower()


def _number(form: Form, slot: str, dossier: Dossier) -> str:
    """The number printed on a form."""
    if form is Form.RECEIPT:
        return gathering.notation(form, dossier.ordinal) if dossier.ordinal else ""
    row = _row(form, slot, dossier)
    if isinstance(row, Request) and form is Form.REQUEST:
        return row.number
    return "" if row is None else _registered(form, row)


def _registered(form: Form, row: Row) -> str:
    """The number a row has in the book of its form, or had in an earlier one."""
    ref = f"dossiers.{type(row).__name__}:{row.pk}"
    for book in (KINDS[form].book, gathering.EARLIER_BOOKS.get(form, "")):
        number = registers.number_of(ref=ref, kind=book) if book else None
        if number is not None:
            return gathering.notation(form, number.value)
    return ""


def _row(form: Form, slot: str, dossier: Dossier) -> Row | None:
    """The row a form 02 to 05 was made of."""
    *_kind, model_name, pk = slot.split(":")
    models = {Form.REQUEST: Request, Form.REFUSAL: Opinion, Form.APOLOGY: Apology}
    model = models.get(form) or next((m for m in _ROWS if m.__name__ == model_name), None)
    if model is None or not pk.isdigit():
        return None
    found: Any = model._default_manager.filter(pk=pk, dossier=dossier).first()
    return found if isinstance(found, _ROWS) else None


# --- served ---------------------------------------------------------------------------------------


def slip_response(
    dossier: Dossier, name: str, *, by: Actor, download: bool = False
) -> HttpResponseBase:
    """A form of `slips_of` by its name. Missing when there is none for this person."""
    slip = next((slip for slip in slips_of(dossier, by=by) if slip.name == name), None)
    if slip is None:
        raise Missing(_("Không có giấy này."))
    if slip.kept is not None:
        return files.serve(slip.kept, download=download)
    if slip.form == Form.RECEIPT:
        return receipt_response(dossier, both=slip.slot == BOTH_COPIES)
    row = _row(Form(slip.form), slip.slot, dossier)
    if isinstance(row, Request):
        return _shown(gathering.request_slip(dossier, row))
    if isinstance(row, Opinion):
        return _shown(gathering.refusal_slip(dossier, row, number=slip.number))
    raise Missing(_("Không có giấy này."))


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
