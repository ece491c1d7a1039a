"""Forms 01 to 05 of a dossier: what stands on each, from its row, its requests and the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from haicap.accounts import public as accounts
from haicap.audit import public as audit
from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.dossiers.flow import State
from haicap.dossiers.models import (
    Apology,
    Channel,
    Dossier,
    Handing,
    Money,
    Opinion,
    Request,
    Withdrawal,
)
from haicap.dossiers.slips import data as d
from haicap.dossiers.slips.heads import Body, body_of, declared, head_of, signer_of
from haicap.dossiers.slips.kinds import KINDS, Form
from haicap.kernel import vietnamese
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Refusal

# Why it is late, as form 04 says it (reason_code of an apology).
CAUSES: Final[Mapping[str, str]] = {
    "internal": "cơ quan giải quyết hồ sơ thực hiện chậm",
    "consulted": "cơ quan phối hợp trả lời chậm",
    "applicant": "chờ người nộp hồ sơ bổ sung, làm rõ",
    "system": "sự cố hệ thống thông tin",
    "law": "quy định của pháp luật thay đổi",
}
_BASIS: Final = "\nCăn cứ: "
# Before each form had its own book, refusals were numbered in that of the requests.
EARLIER_BOOKS: Final = {Form.REFUSAL: KINDS[Form.REQUEST].book}


class NoReceiptYet(Refusal):
    """The dossier is not received, so there is no receipt."""


def receipt(dossier: Dossier, *, copies: tuple[str, ...] = (d.CITIZEN_COPY,)) -> d.Receipt:
    """Form 01: what was promised at reception. NoReceiptYet before it."""
    if (
        dossier.received_at is None
        or dossier.receiving_agency_id is None
        or dossier.volume is None
        or dossier.ordinal is None
    ):
        raise NoReceiptYet(_("Hồ sơ chưa được tiếp nhận nên chưa có giấy tiếp nhận."))
    with override("vi"):
        head, counter = head_of(
            dossier.receiving_agency_id,
            at=dossier.received_at,
            code=dossier.code or "",
            number=notation(Form.RECEIPT, dossier.ordinal),
        )
        rules = _rules(dossier)
        return d.Receipt(
            head=head,
            reception=counter.name,
            applicant=_applicant(dossier),
            owner=_other(dossier, "owner"),
            representative=_other(dossier, "representative"),
            request=dossier.subject,
            procedure=dossier.procedure_version.short_name,
            procedure_code=dossier.procedure.code,
            papers=tuple(_paper(row) for row in dossier.papers),
            time_words=rules.deadline.words if rules.deadline else "",
            received_at=dossier.received_at,
            due_at=deadlines.clock_of(dossier.ref).due_original,
            result_way=_way(dossier, counter),
            volume=dossier.volume,
            ordinal=dossier.ordinal,
            fee_words=_fee_words(dossier),
            fee_lines=_fee_lines(dossier),
            copies=copies,
            receiver=_receiver(dossier),
            is_electronic=dossier.channel == Channel.ONLINE,
            lookup_phone=counter.phone,
        )


def request_slip(dossier: Dossier, request: Request) -> d.SupplementRequest:
    """Form 02 of a request, before reception or during verification."""
    known = {paper.slot: paper.name_vi for paper in _rules(dossier).papers}
    names = known | {row["slot"]: str(row["name"]) for row in dossier.papers}
    before = request.stage == "before"
    with override("vi"):
        head, counter = head_of(
            _receiving(dossier), at=request.asked_at, code=dossier.code or "", number=request.number
        )
        officer = _staff_name(request.asked_by)
        return d.SupplementRequest(
            head=head,
            applicant=_applicant(dossier),
            request=dossier.subject,
            items=tuple(
                d.Asked(
                    paper=names.get(item.get("paper", ""), "")
                    if item.get("paper")
                    else "Tờ khai, nội dung hồ sơ",
                    fault=str(item.get("fault", "")),
                    todo=str(item["todo"]),
                )
                for item in request.items
            ),
            reason=request.reason,
            basis=request.basis,
            stage="Trước khi tiếp nhận hồ sơ" if before else "Trong khi giải quyết hồ sơ",
            reply_by=request.reply_by,
            time_words=""
            if before
            else "Thời hạn giải quyết tạm dừng từ khi gửi phiếu này đến khi nhận đủ phần bổ sung.",
            contact=officer,
            contact_phone=counter.phone,
            officer=officer,
        )


def refusal_slip(dossier: Dossier, opinion: Opinion, *, number: str) -> d.IntakeRefusal:
    """Form 03 of a refusal at intake."""
    reason, _bar, basis = opinion.text.partition(_BASIS)
    with override("vi"):
        head, counter = head_of(
            _receiving(dossier), at=opinion.at, code=dossier.code or "", number=number
        )
        return d.IntakeRefusal(
            head=head,
            reception=counter.name,
            applicant=_applicant(dossier),
            request=dossier.subject,
            reason=reason,
            basis=basis,
            officer=_staff_name(opinion.staff),
        )


def apology_letter(dossier: Dossier, apology: Apology, *, number: str) -> d.Apology:
    """Form 04: signed by the head of the agency that decides."""
    with override("vi"):
        head, agency = head_of(
            _deciding(dossier), at=apology.at, code=dossier.code or "", number=number
        )
        return d.Apology(
            head=head,
            applicant=_applicant(dossier),
            procedure=dossier.procedure_version.short_name,
            received_at=dossier.received_at or apology.at,
            due_at=apology.due_before,
            new_due_at=apology.due_after,
            cause=CAUSES.get(apology.reason_code, CAUSES["internal"]),
            reason=_with_basis(apology.reason, apology.basis),
            signer=_signer(dossier, "Apologised", agency),
            contact_phone=agency.phone,
        )


def stop_notice(
    dossier: Dossier, ended: Withdrawal | Opinion | Request, *, at: datetime, number: str
) -> d.StopNotice:
    """Form 05 of a withdrawal agreed to, a stop, or a request nobody answered in time."""
    with override("vi"):
        head, agency = head_of(_deciding(dossier), at=at, code=dossier.code or "", number=number)
        counter = body_of(_receiving(dossier), day=day_of(at))
        said = _stopped(dossier, ended)
        kind = type(ended)
        fact = {Withdrawal: "DossierWithdrawn", Opinion: "DossierStopped"}.get(
            kind, "SupplementExpired"
        )
        return d.StopNotice(
            head=head,
            owner=_other(dossier, "owner") or _applicant(dossier),
            procedure=dossier.procedure_version.short_name,
            procedure_code=dossier.procedure.code,
            received_at=dossier.received_at or dossier.submitted_at or at,
            stage=_stage(dossier, fact, ended),
            fees=_fees_kept(dossier, said.pop("fees", "")),
            originals=said.pop("originals", "") or _originals(dossier, counter),
            signer=_signer(dossier, fact, agency),
            contact_phone=agency.phone or counter.phone,
            **said,
        )


def _stopped(dossier: Dossier, ended: Withdrawal | Opinion | Request) -> dict[str, str]:
    """Ground, decision, reason and basis of a stop."""
    if isinstance(ended, Withdrawal):
        asked = vietnamese.date_words(day_of(ended.asked_at)).partition(", ")[2]
        who = _applicant(dossier).name
        return {
            "ground": f"{asked[:1].upper()}{asked[1:]}, {who} đề nghị rút hồ sơ: {ended.reason}",
            "decision": "đồng ý cho rút và dừng giải quyết hồ sơ",
            "reason": ended.decision,
            "fees": ended.fees,
            "originals": ended.originals,
        }
    if isinstance(ended, Opinion):
        reason, _bar, basis = ended.text.partition(_BASIS)
        return {
            "ground": "Qua xem xét hồ sơ, cơ quan giải quyết không thể tiếp tục giải quyết.",
            "decision": "dừng giải quyết hồ sơ",
            "reason": reason,
            "basis": basis,
        }
    until = vietnamese.due_words(ended.reply_by) if ended.reply_by else ""
    number = f" số {ended.number}" if ended.number else ""
    return {
        "ground": f"Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ{number} hẹn bổ sung đến {until}; hết"
        " thời hạn này chưa nhận được phần bổ sung.",
        "decision": "dừng giải quyết hồ sơ vì hết hạn bổ sung",
        "reason": "",
        "basis": ended.basis,
    }


def both_copies(receipt: d.Receipt) -> d.Receipt:
    """The same receipt as the counter prints it: one sheet to keep, one to give."""
    return replace(receipt, copies=(d.OFFICE_COPY, d.CITIZEN_COPY))


def issuer_of(form: Form, dossier: Dossier) -> int:
    """The agency in whose book a form is numbered: who decides apologises and stops."""
    return _deciding(dossier) if form in (Form.APOLOGY, Form.STOP) else _receiving(dossier)


def notation(form: Form, value: int) -> str:
    """The number as it stands on the paper: 7/HDHS."""
    return f"{value}/{KINDS[form].symbol}"


def _rules(dossier: Dossier) -> catalogue.VersionRules:
    return catalogue.rules_by_ids(
        dossier.procedure_version_id,
        dossier.form_version_id,
        dossier.deadline_rule_id,
        dossier.fee_rule_id,
    )


def _receiving(dossier: Dossier) -> int:
    if dossier.receiving_agency_id is None:
        raise LookupError("a submitted dossier has a receiving agency")
    return dossier.receiving_agency_id


def _deciding(dossier: Dossier) -> int:
    return dossier.competent_agency_id or _receiving(dossier)


def _applicant(dossier: Dossier) -> d.Person:
    return declared(dossier.declared, "applicant") or d.Person("")


def _other(dossier: Dossier, role: str) -> d.Person | None:
    """Owner or representative where they are not the applicant again."""
    return declared(dossier.declared, role)


def _paper(row: Mapping[str, Any]) -> d.PaperLine:
    return d.PaperLine(
        name=str(row["name"]),
        originals=int(row["originals"]),
        certified=int(row["certified"]),
        photocopies=int(row["photocopies"]),
        electronic=int(row["electronic"]),
    )


def _way(dossier: Dossier, counter: Body) -> str:
    """Where the result is to be had, as it goes on after “nhận kết quả tại”."""
    return {
        str(Handing.COUNTER): counter.name,
        str(Handing.ELECTRONIC): "tài khoản của người nộp (bản điện tử)",
        str(Handing.POST): "địa chỉ đã đăng ký, qua bưu chính công ích",
    }.get(dossier.wants_result, counter.name)


def _fee_words(dossier: Dossier) -> str:
    if dossier.money == Money.WAIVED:
        return "Được miễn phí, lệ phí"
    if not dossier.fee_total:
        return "Không thu phí, lệ phí"
    amount = f"{dossier.fee_total:,}".replace(",", ".") + " đồng"
    if dossier.money == Money.DUE:
        return f"{amount} (chưa nộp)"
    receipt = f", biên lai số {dossier.fee_receipt}" if dossier.fee_receipt else ""
    return f"{amount} (đã nộp{receipt})"


def _fee_lines(dossier: Dossier) -> tuple[str, ...]:
    """Each fee on its own line, where there are several."""
    lines = [line for line in dossier.fee_lines if line.get("amount")]
    if len(lines) < 2:
        return ()
    return tuple(f"{line['name_vi']}: {line['amount']:,} đồng".replace(",", ".") for line in lines)


def _fees_kept(dossier: Dossier, said: str) -> str:
    if said:
        return said
    return "không có" if dossier.money not in (Money.PAID,) else _fee_words(dossier)


def _originals(dossier: Dossier, counter: Body) -> str:
    handed_in = any(int(row.get("originals") or 0) for row in dossier.papers)
    return f"nhận lại tại {counter.name}" if handed_in else "không có"


def _with_basis(reason: str, basis: str) -> str:
    return f"{reason}\nCăn cứ: {basis}" if basis else reason


def _staff_name(staff: int | None) -> str:
    return accounts.staff_names([staff]).get(staff, "") if staff else ""


def _receiver(dossier: Dossier) -> str:
    """Who received it, from the journal."""
    accepted = _last(dossier, "DossierAccepted")
    return _staff_name(accepted.person) if accepted is not None else ""


def _last(dossier: Dossier, kind: str) -> audit.Happening | None:
    """The last entry of a kind in the dossier's journal."""
    found = None
    for entry in audit.history_of(dossier.ref):
        if entry.kind == f"dossiers.{kind}" and entry.actor_kind == "staff":
            found = entry
    return found


def _signer(dossier: Dossier, kind: str, agency: Body) -> d.Signer:
    """The head of the agency, by name where they decided; a head of division by their order."""
    entry = _last(dossier, kind)
    if entry is None or entry.duty not in ("decide", "head"):
        return signer_of(agency)
    post = entry.post
    title = accounts.post_titles([post]).get(post, "") if post else ""
    name = _staff_name(entry.person)
    return signer_of(agency, post_title=title, name=name, by_order=entry.duty == "head")


def _stage(dossier: Dossier, kind: str, ended: Withdrawal | Opinion | Request) -> str:
    """Up to which state it had come when it ended."""
    if isinstance(ended, Withdrawal):
        state = ended.from_state
    else:
        entries = [
            entry for entry in audit.history_of(dossier.ref) if entry.kind == f"dossiers.{kind}"
        ]
        state = str(entries[-1].facts.get("from_state", "")) if entries else dossier.state
    return str(State(state).label)
