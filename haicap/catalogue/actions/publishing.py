"""Publishing a draft: by another person than the last to change it, from a day on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.catalogue import access, procedure_file, search, versions
from haicap.catalogue.actions import drafts
from haicap.catalogue.events import DraftPublished, VersionPublished
from haicap.catalogue.flow import FLOW, State
from haicap.catalogue.models import (
    DeadlineRule,
    Draft,
    FeeRule,
    Field,
    FormVersion,
    PaperRule,
    Procedure,
    ProcedureVersion,
    RouteStep,
)
from haicap.catalogue.procedure_file import ProcedureFile
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, NotAllowed, Refusal

Rule = TypeVar("Rule", DeadlineRule, FeeRule, FormVersion)
FURTHEST: Final = timedelta(days=730)


class OneHand(NotAllowed):
    """Who changed a draft last does not publish it (four eyes)."""


class Outdated(Refusal):
    """What is in force has changed since the draft was begun."""


@transaction.atomic
def publish_draft(
    *,
    code: str,
    valid_from: date,
    valid_to: date | None = None,
    revision: int | None,
    by: Actor,
    at: datetime,
) -> ProcedureVersion:
    """The draft becomes the version in force from `valid_from` (to the end of `valid_to`).

    Dossiers received before stay with the version they were pinned to. OneHand, Outdated, Faulty,
    Invalid for a day that cannot be.
    """
    by = access.require_controller(by, code=code)
    # The procedure first, then the draft: an import takes them in the same order.
    procedure = Procedure.objects.select_for_update(of=("self",)).filter(code=code).first()
    draft = drafts.locked(code, revision)
    if draft.state != State.READY:
        words = _("Bản thảo đang ở bước “%(state)s”: cần được trình công bố trước.")
        raise drafts.DraftMoved(words % {"state": _(State(draft.state).label)})
    if by.person is None or by.person == draft.edited_by_id:
        raise OneHand(
            _("Người sửa bản thảo lần cuối không tự công bố: cần một người kiểm soát khác.")
        )
    file = procedure_file.of_content(draft.content)
    drafts.require_sound(file, at)
    newest = versions.newest_version(code) if procedure else None
    _require_base(draft, newest, at)
    _require_days(newest, valid_from, valid_to, day=day_of(at))
    procedure = procedure or Procedure.objects.create(code=code)
    version = _version(procedure, newest, file, (valid_from, _end(valid_to)))
    rules = _rules(procedure, file, valid_from, _end(valid_to))
    search.refresh([version])
    _close(draft, version, rules, by=by, at=at)
    return version


def _end(valid_to: date | None) -> date | None:
    return valid_to + timedelta(days=1) if valid_to else None


def _require_base(draft: Draft, newest: ProcedureVersion | None, at: datetime) -> None:
    now = procedure_file.content(versions.file_of(newest, day=day_of(at))) if newest else None
    if now != draft.base:
        raise Outdated(
            _(
                "Thủ tục đã thay đổi từ khi bản thảo này bắt đầu: xin bấm “So với bản hiện hành”, "
                "xem lại khác biệt rồi trình công bố lại."
            )
        )


def _require_days(
    newest: ProcedureVersion | None, valid_from: date, valid_to: date | None, *, day: date
) -> None:
    errors: dict[str, str] = {}
    if valid_from < day:
        errors["valid_from"] = _("Ngày hiệu lực không lùi về trước: sớm nhất là hôm nay.")
    elif valid_from > day + FURTHEST:
        errors["valid_from"] = _("Ngày hiệu lực quá xa: xin kiểm tra lại năm.")
    elif newest is not None and valid_from <= newest.period.lower:
        errors["valid_from"] = _(
            "Phiên bản %(number)s có hiệu lực từ %(day)s: bản mới phải bắt đầu sau ngày đó."
        ) % {"number": newest.number, "day": f"{newest.period.lower:%d/%m/%Y}"}
    if valid_to is not None and valid_to < valid_from:
        errors["valid_to"] = _("Ngày hết hiệu lực không được trước ngày bắt đầu.")
    if errors:
        raise Invalid(errors)


# --- rows ---------------------------------------------------------------------------------------


def _version(
    procedure: Procedure,
    newest: ProcedureVersion | None,
    file: ProcedureFile,
    period: tuple[date, date | None],
) -> ProcedureVersion:
    if newest is not None and (newest.period.upper is None or newest.period.upper > period[0]):
        newest.period = (newest.period.lower, period[0])
        newest.save(update_fields=["period"])
    plain = {
        name: getattr(file, name)
        for name in file.__struct_fields__
        if name
        not in {"schema", "code", "field", "source", "papers", "route", "deadline", "fee", "form"}
    }
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=newest.number + 1 if newest else 1,
        period=period,
        field=_field(file),
        source_rule=file.source,
        is_complete=bool(file.form and file.deadline and file.fee and file.route),
        **plain,
    )
    PaperRule.objects.bulk_create(
        [
            PaperRule(version=version, position=n, **msgspec.to_builtins(paper))
            for n, paper in enumerate(file.papers, 1)
        ]
    )
    RouteStep.objects.bulk_create(
        [
            RouteStep(version=version, position=n, **msgspec.to_builtins(step))
            for n, step in enumerate(file.route, 1)
        ]
    )
    return version


def _field(file: ProcedureFile) -> Field:
    """The trade; made with the file's words where this installation has none of that code."""
    return Field.objects.get_or_create(
        code=file.field.code,
        defaults={
            "name_vi": file.field.name_vi,
            "name_en": file.field.name_en,
            "specialty": file.field.specialty,
        },
    )[0]


def _rules(
    procedure: Procedure, file: ProcedureFile, start: date, end: date | None
) -> tuple[DeadlineRule | None, FeeRule | None, FormVersion | None]:
    """Time, fee and form where the file says them otherwise than what is in force."""
    limit = msgspec.to_builtins(file.deadline) if file.deadline else None
    fee = msgspec.to_builtins(file.fee) if file.fee else None
    form = file.form
    wanted = (
        {
            "definition": form,
            "mark": str(form.get("mark", "")),
            "basis": str(form.get("basis", "")),
        }
        if form
        else None
    )
    return (
        _follow(DeadlineRule, procedure, limit, start, end),
        _follow(FeeRule, procedure, fee, start, end),
        _follow(FormVersion, procedure, wanted, start, end),
    )


def _follow(
    model: type[Rule],
    procedure: Procedure,
    wanted: dict[str, Any] | None,
    start: date,
    end: date | None,
) -> Rule | None:
    """The rule from `start` on; None where the one in force says the same and goes on."""
    rows = model._default_manager.filter(procedure=procedure)
    last = rows.order_by("-period").first()
    if last is not None and (last.period.upper is None or last.period.upper > start):
        same = wanted is not None and all(getattr(last, key) == wanted[key] for key in wanted)
        if same and last.period.lower <= start and (last.period.upper, end) == (None, None):
            return None
        if last.period.lower >= start:
            day = f"{last.period.lower:%d/%m/%Y}"
            words = _("Thời hạn, mức thu hoặc biểu mẫu vừa đổi từ %(day)s: xin chọn ngày sau đó.")
            raise Invalid({"valid_from": words % {"day": day}})
        last.period = (last.period.lower, start)
        last.save(update_fields=["period"])
    if wanted is None:
        return None
    more: dict[str, Any] = {}
    if model is FormVersion:
        more["number"] = (getattr(last, "number", 0) if last else 0) + 1
    created: Rule = model._default_manager.create(
        procedure=procedure, period=(start, end), **wanted, **more
    )
    return created


def _close(
    draft: Draft,
    version: ProcedureVersion,
    rules: tuple[DeadlineRule | None, FeeRule | None, FormVersion | None],
    *,
    by: Actor,
    at: datetime,
) -> None:
    draft.state = FLOW.target(state=draft.state, move="publish")
    draft.published_by_id = by.person
    draft.closed_at = at
    draft.version = version
    draft.save(update_fields=["state", "published_by", "closed_at", "version"])
    deadline, fee, form = (rule.pk if rule else None for rule in rules)
    start = version.period[0] if isinstance(version.period, tuple) else version.period.lower
    published = DraftPublished(
        draft=draft.pk,
        code=draft.code,
        version=version.pk,
        number=version.number,
        valid_from=start,
        edited_by=draft.edited_by_id,
        deadline_rule=deadline,
        fee_rule=fee,
        form_version=form,
    )
    audit.record(published, subject=draft.ref, by=by, at=at)
    told = VersionPublished(
        procedure=version.procedure_id,
        code=draft.code,
        version=version.pk,
        number=version.number,
    )
    audit.record(told, subject=f"catalogue.Procedure:{version.procedure_id}", by=by, at=at)
