"""Versions and drafts of procedures as files and as lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.catalogue import procedure_file
from haicap.catalogue.flow import ALIVE, State
from haicap.catalogue.models import DeadlineRule, Draft, FeeRule, FormVersion, ProcedureVersion
from haicap.catalogue.procedure_file import (
    FeePart,
    FieldPart,
    LimitPart,
    PaperPart,
    ProcedureFile,
    StepPart,
)
from haicap.kernel.errors import Missing


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list of a procedure."""

    id: int
    number: int
    name: str
    valid_from: date
    valid_to: date | None  # the last day
    is_complete: bool
    edited_by: str  # empty: it came with an import
    published_by: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft that is alive."""

    id: int
    code: str
    state: State
    revision: int
    file: ProcedureFile
    base: ProcedureFile | None
    base_number: int
    note: str
    started_at: datetime
    edited_by: int | None
    edited_by_name: str
    edited_at: datetime

    @property
    def ref(self) -> str:
        return f"catalogue.Draft:{self.id}"

    @property
    def state_words(self) -> str:
        return _(self.state.label)


def file_of(version: ProcedureVersion, *, day: date) -> ProcedureFile:
    """A version as a file, with the rules of `day`, or of the day of its period nearest to it."""
    day = max(day, version.period.lower)
    if version.period.upper is not None:
        day = min(day, version.period.upper - timedelta(days=1))
    of_procedure = Q(procedure_id=version.procedure_id, period__contains=day)
    deadline = DeadlineRule.objects.filter(of_procedure).first()
    fee = FeeRule.objects.filter(of_procedure).first()
    form = FormVersion.objects.filter(of_procedure).first()
    field = version.field
    plain = (
        *("name", "short_name", "name_en", "purpose_vi", "purpose_en", "levels", "authority"),
        *("authority_agency_code", "ministry", "decision", "online_level", "identity_level"),
        *("channels", "status_owner", "results", "result_template", "legal_basis", "subjects"),
        *("search_words", "confidence"),
    )
    return ProcedureFile(
        **{name: getattr(version, name) for name in plain},
        code=version.procedure.code,
        source=version.source_rule,
        field=FieldPart(
            code=field.code,
            name_vi=field.name_vi,
            name_en=field.name_en,
            specialty=field.specialty,
        ),
        papers=[_of_row(PaperPart, row) for row in version.papers.order_by("position")],
        route=[_of_row(StepPart, row) for row in version.route.order_by("position")],
        deadline=_of_row(LimitPart, deadline) if deadline else None,
        fee=_of_row(FeePart, fee) if fee else None,
        form=form.definition if form else None,
    )


def _of_row(part: type[Any], row: Any) -> Any:
    return part(**{name: getattr(row, name) for name in part.__struct_fields__})


def version_numbered(code: str, number: int) -> ProcedureVersion:
    """The version of this number. Missing."""
    found = _versions(code).filter(number=number).first()
    if found is None:
        raise Missing(_("Không có phiên bản này."))
    return found


def newest_version(code: str) -> ProcedureVersion | None:
    """The version with the highest number, in force or still to come."""
    return _versions(code).order_by("-number").first()


def version_on(code: str, *, day: date) -> ProcedureVersion:
    """The version in force. Missing."""
    found = _versions(code).filter(period__contains=day).first()
    if found is None:
        raise Missing(_("Không có thủ tục này."))
    return found


def _versions(code: str) -> QuerySet[ProcedureVersion]:
    known = procedure_file.CODE.fullmatch(code)
    return ProcedureVersion.objects.select_related("procedure", "field").filter(
        procedure__code=code if known else ""
    )


def versions_of(code: str) -> list[VersionLine]:
    """All versions, the newest first, with the two people behind each."""
    rows = list(_versions(code).select_related("draft").order_by("-number"))
    drafts = {row.pk: row.draft for row in rows if hasattr(row, "draft")}
    people = ((draft.edited_by_id, draft.published_by_id) for draft in drafts.values())
    names = accounts.staff_names(who for pair in people for who in pair if who)
    lines = []
    for row in rows:
        draft, upper = drafts.get(row.pk), row.period.upper
        lines.append(
            VersionLine(
                id=row.pk,
                number=row.number,
                name=row.short_name,
                valid_from=row.period.lower,
                valid_to=upper - timedelta(days=1) if upper else None,
                is_complete=row.is_complete,
                edited_by=names.get(draft.edited_by_id or 0, "") if draft else "",
                published_by=names.get(draft.published_by_id or 0, "") if draft else "",
                published_at=draft.closed_at if draft else None,
            )
        )
    return lines


def draft_of(code: str) -> DraftView | None:
    """The draft of a procedure that is alive."""
    row = Draft.objects.filter(code=code, state__in=ALIVE).first()
    return _view(row, accounts.staff_names(_editors([row]))) if row else None


def living_draft(code: str) -> DraftView:
    """The same. Missing where there is none."""
    found = draft_of(code)
    if found is None:
        raise Missing(_("Thủ tục này không có bản thảo nào đang soạn."))
    return found


def living_drafts() -> list[DraftView]:
    """All drafts alive: those that wait for publishing first, then by the last change."""
    rows = list(Draft.objects.filter(state__in=ALIVE).order_by("-state", "-edited_at", "pk")[:200])
    names = accounts.staff_names(_editors(rows))
    return [_view(row, names) for row in rows]


def _editors(rows: Iterable[Draft]) -> list[int]:
    return [row.edited_by_id for row in rows if row.edited_by_id]


def _view(row: Draft, names: dict[int, str]) -> DraftView:
    return DraftView(
        id=row.pk,
        code=row.code,
        state=State(row.state),
        revision=row.revision,
        file=procedure_file.of_content(row.content),
        base=procedure_file.of_content(row.base) if row.base else None,
        base_number=row.base_number,
        note=row.note,
        started_at=row.started_at,
        edited_by=row.edited_by_id,
        edited_by_name=names.get(row.edited_by_id or 0, ""),
        edited_at=row.edited_at,
    )
