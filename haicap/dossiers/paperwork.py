"""What is printed for a dossier: the receipt (Form 01), requests and refusals (02, 03).

The receipt says the same whenever it is printed: equal data gives equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.dossiers.guidance import (
    Asked,
    GuidanceHead,
    RefusalData,
    RequestData,
    render_refusal,
    render_request,
)
from haicap.dossiers.models import Channel, Dossier, Handing, Money, Opinion, Request
from haicap.dossiers.receipt import PaperLine, ReceiptData, render_receipt
from haicap.files import public as files
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.identifiers import national_phone
from haicap.registers import public as registers
from haicap.units import public as units

CITY: Final = "Hà Nội"


class NoReceiptYet(Refusal):
    """The dossier is not received, so there is no receipt."""


def receipt_pdf(dossier: Dossier) -> bytes:
    """Form 01 as PDF/A. NoReceiptYet before reception."""
    return render_receipt(receipt_data(dossier))


def receipt_name(dossier: Dossier) -> str:
    """The name of the receipt's file."""
    return f"Giấy tiếp nhận {dossier.code}.pdf"


def receipt_response(dossier: Dossier) -> HttpResponse:
    """The receipt for a browser or a client, made from the data when it is asked for."""
    response = HttpResponse(receipt_pdf(dossier), content_type="application/pdf")
    response["Content-Disposition"] = files.disposition(receipt_name(dossier))
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def receipt_data(dossier: Dossier) -> ReceiptData:
    """What stands on the receipt; always in Vietnamese."""
    if (
        dossier.received_at is None
        or dossier.receiving_agency_id is None
        or dossier.volume is None
        or dossier.ordinal is None
    ):
        raise NoReceiptYet(_("Hồ sơ chưa được tiếp nhận nên chưa có giấy tiếp nhận."))
    day = day_of(dossier.received_at)
    receiving = units.agency(dossier.receiving_agency_id, day=day)
    superior, agency = _letterhead(receiving, day=dossier.received_at)
    applicant: Mapping[str, Any] = dossier.declared.get("applicant") or {}
    owner: Mapping[str, Any] = dossier.declared.get("owner") or {}
    clock = deadlines.clock_of(dossier.ref)
    rules = _rules(dossier)
    with override("vi"):
        return ReceiptData(
            code=dossier.code or "",
            superior=superior,
            agency=agency,
            reception=receiving.name,
            place=CITY,
            made_at=dossier.received_at,
            applicant=str(applicant.get("name", "")),
            address=address_line(applicant.get("address")),
            request=dossier.subject,
            papers=tuple(_paper(row) for row in dossier.papers),
            time_words=rules.deadline.words if rules.deadline else "",
            received_at=dossier.received_at,
            due_at=clock.due_original,
            result_way=str(Handing(dossier.wants_result).label),
            volume=dossier.volume,
            ordinal=dossier.ordinal,
            track_url=track_url(dossier),
            id_number=_number(applicant),
            phone=national_phone(str(applicant.get("phone") or "")),
            email=str(applicant.get("email") or ""),
            owner=str(owner.get("name") or ""),
            owner_address=address_line(owner.get("address")),
            procedure_code=dossier.procedure.code,
            fee_words=_fee_words(dossier),
            receiver=_receiver(dossier),
            is_electronic=dossier.channel == Channel.ONLINE,
            lookup_phone=receiving.phone,
        )


def request_pdf(dossier: Dossier, request: Request) -> bytes:
    """Form 02 of a request."""
    papers = {row["slot"]: str(row["name"]) for row in dossier.papers}
    names = {paper.slot: paper.name_vi for paper in _rules(dossier).papers} | papers
    with override("vi"):
        return render_request(
            RequestData(
                head=_head(
                    dossier, number=request.number, at=request.asked_at, officer=request.asked_by
                ),
                items=tuple(
                    Asked(
                        paper=names.get(item.get("paper", ""), ""),
                        fault=str(item.get("fault", "")),
                        todo=str(item["todo"]),
                    )
                    for item in request.items
                ),
                reason=_reason(request.reason, request.basis),
                stage=_("Trước khi tiếp nhận")
                if request.stage == "before"
                else _("Trong khi giải quyết"),
                reply_by=request.reply_by,
            )
        )


def refusal_pdf(dossier: Dossier, opinion: Opinion) -> bytes:
    """Form 03 of a refusal at intake."""
    number = registers.number_of(ref=f"dossiers.Opinion:{opinion.pk}", kind="guidance")
    with override("vi"):
        return render_refusal(
            RefusalData(
                head=_head(
                    dossier,
                    number=f"{number.value}/HDHS" if number else "",
                    at=opinion.at,
                    officer=opinion.staff,
                ),
                reason=opinion.text,
            )
        )


def _reason(reason: str, basis: str) -> str:
    return f"{reason}\n{_('Căn cứ: %(basis)s') % {'basis': basis}}" if basis else reason


def _rules(dossier: Dossier) -> catalogue.VersionRules:
    return catalogue.rules_by_ids(
        dossier.procedure_version_id,
        dossier.form_version_id,
        dossier.deadline_rule_id,
        dossier.fee_rule_id,
    )


def _head(dossier: Dossier, *, number: str, at: datetime, officer: int | None) -> GuidanceHead:
    if dossier.receiving_agency_id is None:
        raise LookupError("a submitted dossier has a receiving agency")
    receiving = units.agency(dossier.receiving_agency_id, day=day_of(at))
    superior, agency = _letterhead(receiving, day=at)
    applicant: Mapping[str, Any] = dossier.declared.get("applicant") or {}
    return GuidanceHead(
        superior=superior,
        agency=agency,
        place=CITY,
        made_at=at,
        code=dossier.code or "",
        number=number,
        applicant=str(applicant.get("name", "")),
        address=address_line(applicant.get("address")),
        request=dossier.subject,
        track_url=track_url(dossier),
        phone=national_phone(str(applicant.get("phone") or "")),
        email=str(applicant.get("email") or ""),
        officer=accounts.staff_names([officer]).get(officer, "") if officer else "",
    )


def track_url(dossier: Dossier) -> str:
    """Where the public looks it up."""
    return f"{settings.BASE_URL}/tra-cuu/?code={quote(dossier.code or '')}"


def _letterhead(receiving: units.AgencyView, *, day: datetime) -> tuple[str, str]:
    """The two lines above: the Centre and its branch, or whatever the counter stands under."""
    above: list[str] = []
    step = receiving
    while step.parent_id is not None and len(above) < 2:
        try:
            step = units.agency(step.parent_id, day=day_of(day))
        except Missing:
            break
        above.append(step.name)
    if not above:
        return "", receiving.name
    return (above[1], above[0]) if len(above) == 2 else (above[0], receiving.name)


def address_line(address: Mapping[str, Any] | None) -> str:
    """A declared address on one line."""
    if not address:
        return ""
    place = address.get("territory_name") or address.get("territory_code") or ""
    return ", ".join(str(part) for part in (address.get("detail"), place) if part)


def _number(person: Mapping[str, Any]) -> str:
    numbers: Mapping[str, str] = person.get("identifiers") or {}
    for kind in ("personal_id", "passport", "tax_code", "old_id"):
        if numbers.get(kind):
            return numbers[kind]
    return ""


def _paper(row: Mapping[str, Any]) -> PaperLine:
    name = str(row["name"])
    if row.get("replaced"):
        name = _("%(name)s (thay bằng dữ liệu)") % {"name": name}
    return PaperLine(
        name=name,
        originals=int(row["originals"]),
        certified=int(row["certified"]),
        photocopies=int(row["photocopies"]),
        electronic=int(row["electronic"]),
    )


def _fee_words(dossier: Dossier) -> str:
    if dossier.money == Money.WAIVED:
        return _("Được miễn phí, lệ phí")
    if not dossier.fee_total:
        return _("Không thu phí, lệ phí")
    amount = f"{dossier.fee_total:,}".replace(",", ".")
    return _("%(amount)s đồng") % {"amount": amount}


def _receiver(dossier: Dossier) -> str:
    """Who received it, from the journal."""
    for entry in audit.history_of(dossier.ref):
        if entry.kind == "dossiers.DossierAccepted" and entry.person is not None:
            return accounts.staff_names([entry.person]).get(entry.person, "")
    return ""
