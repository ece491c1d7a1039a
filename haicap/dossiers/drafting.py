"""The result of a dossier: the procedure's template filled with what was declared and typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from haicap.catalogue import public as catalogue
from haicap.dossiers import typed
from haicap.dossiers.models import Correction, Dossier
from haicap.dossiers.result import ResultData, ResultRow, render_result
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.units import public as units

COMMITTEE: Final = "commune_committee"
# What a specialist may type for the template, with the longest text.
VALUES: Final[Mapping[str, int]] = {
    "title": 300,
    "opening": 4000,
    "content": 8000,
    "basis": 2000,
    "signer": 120,
}


def clean_values(values: Mapping[str, Any]) -> dict[str, str]:
    """What was typed for the template: title, opening, content, basis (a line each), signer.

    Invalid at values.<name>.
    """
    unknown = set(values) - set(VALUES)
    if unknown:
        raise Invalid({"values": _("Mẫu kết quả không có mục này.")})
    return {
        name: typed.text(values[name], field=f"values.{name}", limit=limit)
        for name, limit in VALUES.items()
        if name in values
    }


def number_text(dossier: Dossier, value: int) -> str:
    """The number as it stands on the paper (NĐ 30/2020): 15/XN-UBND."""
    template = catalogue.result_document(dossier.procedure_version_id)
    issuer = "-UBND" if _of_committee(dossier) else ""
    return f"{value}/{template.notation}{issuer}"


def _of_committee(dossier: Dossier) -> bool:
    return dossier.competent_agency is not None and dossier.competent_agency.kind == COMMITTEE


def result_pdf(dossier: Dossier, *, is_draft: bool, at: datetime) -> bytes:
    """The result as PDF/A, with its reserved number and date; always in Vietnamese."""
    with override("vi"):
        return render_result(result_data(dossier, is_draft=is_draft, at=at))


def result_data(dossier: Dossier, *, is_draft: bool, at: datetime) -> ResultData:
    """Everything that stands on the result."""
    if dossier.competent_agency_id is None:
        raise LookupError("a received dossier has a competent agency")
    template = catalogue.result_document(dossier.procedure_version_id)
    values: Mapping[str, str] = dossier.result_values or {}
    agency = units.agency(dossier.competent_agency_id, day=day_of(at))
    committee = agency.kind == COMMITTEE
    applicant = (dossier.declared.get("applicant") or {}).get("name", "")
    return ResultData(
        agency=agency.name.upper(),
        superior="" if committee else _above(agency, at=at),
        place="Hà Nội",
        title=values.get("title") or template.title_vi,
        dossier_code=dossier.code or "",
        made_at=at,
        rows=_rows(dossier, template.print),
        number=dossier.result_number,
        day=dossier.result_date,
        basis=tuple(line for line in values.get("basis", "").splitlines() if line),
        opening=_replaces(dossier) + values.get("opening", ""),
        closing=values.get("content", ""),
        capacity="TM. ỦY BAN NHÂN DÂN" if committee else "",
        signer_title=template.signer_vi,
        signer=values.get("signer", ""),
        recipients=tuple(filter(None, (str(applicant), _("Lưu: VT, hồ sơ.")))),
        check_url=f"{settings.BASE_URL}/tra-cuu/?code={quote(dossier.code or '')}",
        is_draft=is_draft,
        is_signed=False,
    )


def _replaces(dossier: Dossier) -> str:
    """A replacement says which result it replaces (đính chính)."""
    if dossier.completed_at is None:
        return ""
    old = Correction.objects.filter(dossier=dossier, closed_at__isnull=True).first()
    if old is None or old.old_date is None:
        return ""
    return f"Văn bản này thay thế văn bản số {old.old_number} ngày {old.old_date:%d/%m/%Y}. "


def _above(agency: units.AgencyView, *, at: datetime) -> str:
    if agency.parent_id is None:
        return ""
    return units.agency(agency.parent_id, day=day_of(at)).name.upper()


def _rows(dossier: Dossier, names: tuple[str, ...]) -> tuple[ResultRow, ...]:
    """The answers the template prints; without a template all of them but ticks and fee groups."""
    answers: Mapping[str, Any] = dossier.answers
    hidden = {"pledge", "fee_group"}
    wanted = names or tuple(name for name in answers if name not in hidden)
    answers = {name: answers[name] for name in wanted if name in answers}
    return tuple(
        ResultRow(label=label, value=value, section=section)
        for section, label, value in catalogue.answer_rows(
            dossier.form_version_id, answers, printed=True
        )
    )
