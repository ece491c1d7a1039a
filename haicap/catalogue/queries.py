"""Reading the catalogue: a procedure as a page shows it, and the rules a dossier is pinned to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.catalogue import fees, forms_check, routes
from haicap.catalogue.facts import (
    DeadlineView,
    PaperView,
    ProcedureView,
    ResultTemplate,
    StepView,
    VersionRules,
    shown_code,
    stated_limits,
)
from haicap.catalogue.models import (
    Authority,
    DeadlineRule,
    FeeRule,
    FormVersion,
    ProcedureVersion,
)
from haicap.catalogue.sources import Limit
from haicap.kernel.errors import Missing

OWN_SYSTEM: Final = "haicap"
CODE: Final = re.compile(r"\d\.\d{6}|noi-bo-[a-z0-9-]{3,60}", re.ASCII)


def version_at(code: str, *, day: date) -> VersionRules:
    """The rules in force on `day`. Missing when there is no such procedure then."""
    version = _version(code, day)
    return _rules(
        version, deadline=_deadline_at(version, day), form=_form_at(version, day), day=day
    )


def rules_by_ids(
    version_id: int,
    form_version_id: int,
    deadline_rule_id: int | None = None,
    fee_rule_id: int | None = None,
) -> VersionRules:
    """The rules a dossier was pinned to, whatever the catalogue says today."""
    version = (
        ProcedureVersion.objects.select_related("procedure", "field").filter(pk=version_id).first()
    )
    if version is None:
        raise Missing(_("Không có thủ tục này."))
    deadline = (
        DeadlineRule.objects.filter(pk=deadline_rule_id).first() if deadline_rule_id else None
    )
    form = FormVersion.objects.get(pk=form_version_id)
    return _rules(version, deadline=deadline, form=form, fee_rule_id=fee_rule_id)


def procedure_view(code: str, *, day: date) -> ProcedureView:
    """Everything the page of a procedure tells on `day`."""
    version = _version(code, day)
    form = _form_at(version, day)
    fee = _fee_at(version, day)
    rules = _rules(
        version,
        deadline=_deadline_at(version, day),
        form=form,
        fee_rule_id=fee.pk if fee else None,
    )
    stated = stated_limits(version.source_rule.get("channels", ()))
    return ProcedureView(
        rules=rules,
        shown_code=shown_code(version.procedure.code),
        purpose_vi=version.purpose_vi,
        purpose_en=version.purpose_en,
        field_vi=version.field.name_vi,
        field_en=version.field.name_en,
        levels=tuple(version.levels),
        ministry=version.ministry,
        decision=version.decision,
        subjects=tuple(version.subjects),
        legal_basis=tuple(version.legal_basis),
        stated_limits=stated if rules.deadline is None else (),
        fee_words=_fee_words(fee),
        fee_mark=fee.mark if fee else "",
        fee_basis=fee.basis if fee else "",
        form_mark=form.mark,
        form_basis=form.basis,
        place_rule=_place_words(form),
        confidence=dict(version.confidence),
        is_complete=version.is_complete,
        number=version.number,
        valid_from=version.period.lower,
    )


def _fee_words(fee: FeeRule | None) -> tuple[str, ...] | None:
    if fee is None:
        return None
    return tuple(fees.describe(fee.scheme)) or (_("Không thu phí, lệ phí"),)


def _place_words(form: FormVersion) -> str:
    place = form.definition.get("place", {})
    if place.get("rule") != "field":
        return "chosen"
    for field in form.definition["fields"]:
        if field["name"] == place["field"]:
            return forms_check.label(field)
    return "chosen"


def _version(code: str, day: date) -> ProcedureVersion:
    found = ProcedureVersion.objects.select_related("procedure", "field")
    version = (
        found.filter(procedure__code=code, period__contains=day).first()
        if CODE.fullmatch(code)
        else None
    )
    if version is None:
        raise Missing(_("Không có thủ tục này."))
    return version


def _deadline_at(version: ProcedureVersion, day: date) -> DeadlineRule | None:
    return DeadlineRule.objects.filter(
        procedure_id=version.procedure_id, period__contains=day
    ).first()


def _fee_at(version: ProcedureVersion, day: date) -> FeeRule | None:
    return FeeRule.objects.filter(procedure_id=version.procedure_id, period__contains=day).first()


def _form_at(version: ProcedureVersion, day: date) -> FormVersion:
    """The procedure's own form, else the general one."""
    found = (
        FormVersion.objects.filter(
            Q(procedure_id=version.procedure_id) | Q(procedure=None), period__contains=day
        )
        .order_by("procedure_id")  # nulls last: the own one comes first
        .first()
    )
    if found is None:
        raise Missing(_("Thủ tục này chưa có biểu mẫu."))
    return found


def _rules(
    version: ProcedureVersion,
    *,
    deadline: DeadlineRule | None,
    form: FormVersion,
    fee_rule_id: int | None = None,
    day: date | None = None,
) -> VersionRules:
    if day is not None:
        fee = _fee_at(version, day)
        fee_rule_id = fee.pk if fee else None
    reason = _closed_reason(version, deadline)
    return VersionRules(
        procedure_id=version.procedure_id,
        code=version.procedure.code,
        version_id=version.pk,
        form_version_id=form.pk,
        deadline=_deadline_view(deadline),
        fee_rule_id=fee_rule_id,
        name=version.name,
        short_name=version.short_name,
        name_en=version.name_en,
        field_code=version.field.code,
        specialty=version.field.specialty,
        authority=version.authority,
        authority_agency_code=version.authority_agency_code,
        status_owner=version.status_owner,
        identity_level=version.identity_level,
        online_level=version.online_level,
        channels=tuple(version.channels),
        papers=(*_papers(version), *_attached(version, form)),
        route=_route(version, deadline),
        results=tuple(version.results),
        open_for_submission=not reason,
        closed_reason=reason,
    )


def _closed_reason(version: ProcedureVersion, deadline: DeadlineRule | None) -> str:
    if version.status_owner != OWN_SYSTEM:
        return _("Thủ tục này nộp và theo dõi trên hệ thống của bộ chủ quản.")
    if deadline is not None:
        return ""
    if len(stated_limits(version.source_rule.get("channels", ()))) > 1:
        return _(
            "Chưa rõ thời hạn: nguồn ghi nhiều thời hạn theo từng trường hợp. "
            "Hồ sơ được nhận khi người có trách nhiệm xác định xong."
        )
    return _("Chưa rõ thời hạn giải quyết. Hồ sơ được nhận khi người có trách nhiệm điền thời hạn.")


def _deadline_view(rule: DeadlineRule | None) -> DeadlineView | None:
    if rule is None:
        return None
    return DeadlineView(
        id=rule.pk,
        amount=rule.amount,
        time_unit=rule.time_unit,
        policy=rule.policy,
        supplement_policy=rule.supplement_policy,
        supplement_reply_days=rule.supplement_reply_days,
        supplement_max=rule.supplement_max,
        note_vi=rule.note_vi,
        note_en=rule.note_en,
        mark=rule.mark,
        basis=rule.basis,
    )


def _papers(version: ProcedureVersion) -> tuple[PaperView, ...]:
    return tuple(
        PaperView(
            slot=paper.slot,
            name_vi=paper.name_vi,
            name_en=paper.name_en,
            kind=paper.kind,
            required=paper.required,
            condition_vi=paper.condition_vi,
            condition_en=paper.condition_en,
            originals=paper.originals,
            copies=paper.copies,
            replaced_by=paper.replaced_by,
            mark=paper.mark,
            basis=paper.basis,
        )
        for paper in version.papers.order_by("position")
    )


def _attached(version: ProcedureVersion, form: FormVersion) -> list[PaperView]:
    """The files a form asks for, as papers: the slot is the name of the field."""
    return [
        PaperView(
            slot=field["name"],
            name_vi=str(field["label_vi"]),
            name_en=str(field.get("label_en", "")),
            kind="paper",
            required=bool(field.get("required")) and not condition_vi,
            condition_vi=condition_vi,
            condition_en=condition_en,
            originals=0,
            copies=0,
            replaced_by="",
            mark=form.mark,
            basis=form.basis,
        )
        for field, condition_vi, condition_en in forms_check.attached(form.definition)
    ]


def _route(version: ProcedureVersion, deadline: DeadlineRule | None) -> tuple[StepView, ...]:
    own = tuple(
        StepView(
            position=step.position,
            step=step.step,
            name_vi=step.name_vi,
            name_en=step.name_en,
            duty=step.duty,
            place=step.place,
            minutes=step.minutes,
            mark=step.mark,
            basis=step.basis,
        )
        for step in version.route.order_by("position")
    )
    if own:
        return own
    limit = (
        Limit(deadline.amount, deadline.time_unit, deadline.mark, deadline.basis)
        if deadline
        else None
    )
    commune = version.authority == Authority.COMMUNE
    steps = routes.general_route(limit=limit, specialty=version.field.specialty if commune else "")
    return tuple(
        StepView(
            position=position,
            step=step.step,
            name_vi=step.name_vi,
            name_en=step.name_en,
            duty=step.duty,
            place=step.place,
            minutes=step.minutes,
            mark=step.mark,
            basis=step.basis,
        )
        for position, step in enumerate(steps, 1)
    )


def route_for(version_id: int, deadline_rule_id: int | None = None) -> list[StepView]:
    """The desks of a version in order; a general route takes its minutes from the limit given, else
    from the newest one.
    """
    version = ProcedureVersion.objects.select_related("field").get(pk=version_id)
    rules = DeadlineRule.objects.filter(procedure_id=version.procedure_id)
    found = rules.filter(pk=deadline_rule_id) if deadline_rule_id else rules
    return list(_route(version, found.order_by("-period").first()))


def result_document(version_id: int) -> ResultTemplate:
    """The template of the result; a plain decision where the catalogue has none."""
    version = ProcedureVersion.objects.get(pk=version_id)
    found = version.result_template or {}
    first = version.results[0] if version.results else _("Kết quả giải quyết thủ tục hành chính")
    return ResultTemplate(
        title_vi=str(found.get("title_vi") or first.upper()),
        title_en=str(found.get("title_en", "")),
        notation=str(found.get("notation", "KQ")),
        signer_vi=str(found.get("signer_vi", "CHỦ TỊCH")),
        print=tuple(found.get("print", ())),
    )


# --- forms --------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def form_definition(form_version_id: int) -> Mapping[str, Any]:
    """The sections and fields of a form. A form version never changes, so it is read once."""
    form = FormVersion.objects.filter(pk=form_version_id).first()
    if form is None:
        raise Missing(_("Không có biểu mẫu này."))
    definition: Mapping[str, Any] = form.definition
    return definition
