"""Reading in procedures of others, and filling in a missing time limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.catalogue import access, search, trades
from haicap.catalogue.events import DeadlineFilled, ProceduresImported, VersionPublished
from haicap.catalogue.models import (
    Authority,
    DeadlineRule,
    Draft,
    FeeRule,
    Field,
    FormVersion,
    Mark,
    OnlineLevel,
    PaperRule,
    Procedure,
    ProcedureVersion,
    RouteStep,
)
from haicap.catalogue.sources import Limit, Paper, ProcedureRecord, Step
from haicap.catalogue.wording import slug
from haicap.deadlines import public as deadlines
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.kernel.vietnamese import clean
from haicap.units import public as units

IMPORTED: Final = "Cơ sở dữ liệu quốc gia về TTHC"
UNCOUNTED: Final = frozenset({"SAME_DAY", "IMMEDIATE"})
LARGEST_AMOUNT: Final = 1000


class AlreadyFilled(Refusal):
    """The time limit was set today by somebody else."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import came to. `refused` are sentences about records that were left out."""

    created: int
    followed: int
    unchanged: int
    refused: tuple[str, ...] = ()


# --- importing ----------------------------------------------------------------------------------


@transaction.atomic
def import_records(
    *,
    records: Sequence[ProcedureRecord],
    refused: Sequence[str] = (),
    source: str,
    valid_from: date,
    by: Actor,
    at: datetime,
) -> ImportReport:
    """Read in procedures: new ones begin on `valid_from`, changed ones are followed by a new
    version, the others stay. Papers, forms and routes entered by hand are kept.
    """
    by = access.require_controller(by)
    known = {
        procedure.code: procedure
        for procedure in Procedure.objects.select_for_update(of=("self",))
        .filter(code__in=[record.code for record in records])
        .order_by("pk")
    }
    latest = {
        version.procedure_id: version
        for version in ProcedureVersion.objects.filter(
            procedure__in=known.values(), period__upper_inf=True
        ).order_by("pk")
    }
    fresh = [record for record in records if record.code not in known]
    # What two people have published is theirs: a file that is read in does not go over it.
    by_people = set(
        Draft.objects.filter(version__in=latest.values()).values_list("version_id", flat=True)
    )
    changed = [
        (record, known[record.code], before)
        for record in records
        if record.code in known
        and (before := latest.get(known[record.code].pk)) is not None
        and before.pk not in by_people
        and _differs(record, before)
    ]
    house = _House(fields=_fields(records), departments=_departments(day_of(at)))
    versions = _create(fresh, house=house, valid_from=valid_from)
    versions += [
        _follow(record, procedure, before, house=house, day=max(valid_from, day_of(at)))
        for record, procedure, before in changed
    ]
    search.refresh(versions)
    report = ImportReport(
        created=len(fresh),
        followed=len(changed),
        unchanged=len(records) - len(fresh) - len(changed),
        refused=tuple(refused),
    )
    _tell(versions, report, source=source, by=by, at=at)
    return report


def _tell(
    versions: Sequence[ProcedureVersion],
    report: ImportReport,
    *,
    source: str,
    by: Actor,
    at: datetime,
) -> None:
    """The import in the journal: a fact for every version, and one for the whole."""
    facts: list[tuple[object, str]] = [
        (
            VersionPublished(
                procedure=version.procedure_id,
                code=version.procedure.code,
                version=version.pk,
                number=version.number,
            ),
            f"catalogue.Procedure:{version.procedure_id}",
        )
        for version in versions
    ]
    summary = ProceduresImported(
        source=source,
        created=report.created,
        followed=report.followed,
        unchanged=report.unchanged,
        refused=len(report.refused),
    )
    audit.record_many([*facts, (summary, "catalogue.Import:0")], by=by, at=at)


@dataclass(frozen=True, slots=True)
class _House:
    """What versions refer to: trades by code, codes of departments by ministry."""

    fields: Mapping[str, Field]
    departments: Mapping[str, str]


def _departments(day: date) -> dict[str, str]:
    """Codes of the city's departments by the ministry whose procedures lie with them."""
    found = units.agencies_at(day, kind=units.AgencyKind.DEPARTMENT)
    return {
        ministry: agency.code
        for ministry, name in trades.DEPARTMENTS.items()
        for agency in found
        if agency.name.startswith(f"{name} thành phố")
    }


def _differs(record: ProcedureRecord, version: ProcedureVersion) -> bool:
    told = version.source_rule
    return told.get("fingerprint") != record.fingerprint or (
        bool(record.hand) and told.get("hand") != record.hand
    )


def _fields(records: Iterable[ProcedureRecord]) -> dict[str, Field]:
    """A Field row for each trade named, made where missing."""
    wanted = {slug(record.field): record for record in records}
    Field.objects.bulk_create(
        [
            Field(
                code=code,
                name_vi=record.field,
                name_en=trades.ENGLISH.get(code, ""),
                specialty=trades.SPECIALTY.get(record.group, ""),
            )
            for code, record in sorted(wanted.items())
        ],
        ignore_conflicts=True,
    )
    return {field.code: field for field in Field.objects.filter(code__in=wanted).order_by("code")}


def _create(
    records: Sequence[ProcedureRecord], *, house: _House, valid_from: date
) -> list[ProcedureVersion]:
    period = (valid_from, None)
    procedures = Procedure.objects.bulk_create([Procedure(code=record.code) for record in records])
    versions = ProcedureVersion.objects.bulk_create(
        [
            _version(record, procedure, number=1, period=period, house=house)
            for record, procedure in zip(records, procedures, strict=True)
        ]
    )
    rules = list(zip(records, versions, strict=True))
    PaperRule.objects.bulk_create(
        [row for record, version in rules for row in _paper_rows(version, record.papers)]
    )
    RouteStep.objects.bulk_create(
        [row for record, version in rules for row in _step_rows(version, record.route)]
    )
    DeadlineRule.objects.bulk_create(
        [
            _deadline(version.procedure, record.limit, period)
            for record, version in rules
            if record.limit
        ]
    )
    FeeRule.objects.bulk_create(
        [_fee(version.procedure, record, period) for record, version in rules if record.fee]
    )
    FormVersion.objects.bulk_create(
        [_form(version.procedure, record, 1, period) for record, version in rules if record.form]
    )
    return list(versions)


def _follow(
    record: ProcedureRecord,
    procedure: Procedure,
    before: ProcedureVersion,
    *,
    house: _House,
    day: date,
) -> ProcedureVersion:
    """The next version from `day` on, or from the day after the last one began."""
    start = max(day, before.period.lower + timedelta(days=1))
    before.period = (before.period.lower, start)
    before.save(update_fields=["period"])
    kept = before.is_complete and not record.is_complete
    version = _version(
        _inherit(record, before) if kept else record,
        procedure,
        number=before.number + 1,
        period=(start, None),
        house=house,
    )
    version.is_complete = before.is_complete or record.is_complete
    if kept:
        version.source_rule["hand"] = before.source_rule.get("hand", "")
    version.save(force_insert=True)
    if kept:
        _copy(PaperRule, before, version)
        _copy(RouteStep, before, version)
    else:
        PaperRule.objects.bulk_create(_paper_rows(version, record.papers))
        RouteStep.objects.bulk_create(_step_rows(version, record.route))
    _follow_rules(record, procedure, start=start, kept=kept)
    return version


def _inherit(record: ProcedureRecord, before: ProcedureVersion) -> ProcedureRecord:
    """The record, with what hands have added to the version before."""
    return replace(
        record,
        short_name=before.short_name,
        name_en=before.name_en,
        purpose_vi=before.purpose_vi,
        purpose_en=before.purpose_en,
        search_words=tuple(before.search_words),
        online_level=before.online_level,
        identity_level=before.identity_level,
        status_owner=before.status_owner,
        subjects=tuple(before.subjects),
        result_template=before.result_template,
        official=record.fingerprint,
    )


def _copy(
    model: type[PaperRule] | type[RouteStep], before: ProcedureVersion, version: ProcedureVersion
) -> None:
    rows: list[Any] = list(model._default_manager.filter(version=before).order_by("position"))
    for row in rows:
        row.pk, row.version = None, version
    model._default_manager.bulk_create(rows)


def _follow_rules(
    record: ProcedureRecord, procedure: Procedure, *, start: date, kept: bool
) -> None:
    """Time, fee and form of a changed record; rules entered by hand are not overwritten."""
    rule = DeadlineRule.objects.filter(procedure=procedure, period__upper_inf=True).first()
    if record.limit and not kept and _replaces(record.limit, rule):
        _close(rule, start)
        _deadline(procedure, record.limit, (_after(rule, start), None)).save()
    fee = FeeRule.objects.filter(procedure=procedure, period__upper_inf=True).first()
    if record.fee and not kept and (fee is None or fee.scheme != record.fee.scheme):
        _close(fee, start)
        _fee(procedure, record, (_after(fee, start), None)).save()
    form = FormVersion.objects.filter(procedure=procedure, period__upper_inf=True).first()
    if record.form and (form is None or form.definition != record.form):
        _close(form, start)
        number = form.number + 1 if form else 1
        _form(procedure, record, number, (_after(form, start), None)).save()


def _replaces(limit: Limit, rule: DeadlineRule | None) -> bool:
    if rule is None:
        return True
    if (rule.amount, rule.time_unit) == (limit.amount, limit.time_unit):
        return False
    return IMPORTED in rule.basis or limit.mark == Mark.SOURCE != rule.mark


def _close(rule: DeadlineRule | FeeRule | FormVersion | None, day: date) -> None:
    if rule is not None:
        rule.period = (rule.period.lower, _after(rule, day))
        rule.save(update_fields=["period"])


def _after(rule: DeadlineRule | FeeRule | FormVersion | None, day: date) -> date:
    if rule is None:
        return day
    lower: date = rule.period[0] if isinstance(rule.period, tuple) else rule.period.lower
    return max(day, lower + timedelta(days=1))


# --- rows ---------------------------------------------------------------------------------------


def _version(
    record: ProcedureRecord,
    procedure: Procedure,
    *,
    number: int,
    period: tuple[date, date | None],
    house: _House,
) -> ProcedureVersion:
    stated = [way for row in record.channels for way in row.get("by", ())]
    channels = list(dict.fromkeys([*stated, "counter"]))  # any counter takes any procedure
    authority = _authority(record)
    return ProcedureVersion(
        procedure=procedure,
        number=number,
        period=period,
        name=record.name,
        short_name=record.short_name or _short(record.name),
        name_en=record.name_en,
        purpose_vi=record.purpose_vi,
        purpose_en=record.purpose_en,
        field=house.fields[slug(record.field)],
        levels=list(record.levels),
        authority=authority,
        authority_agency_code=house.departments.get(record.ministry, "")
        if authority == Authority.CITY
        else "",
        ministry=record.ministry,
        decision=record.decision,
        online_level=record.online_level
        or (OnlineLevel.PARTIAL if "online" in channels else OnlineLevel.COUNTER),
        identity_level=record.identity_level or (2 if "online" in channels else 1),
        channels=channels,
        status_owner=record.status_owner,
        results=list(record.results),
        result_template=dict(record.result_template) if record.result_template else None,
        legal_basis=list(record.legal_basis),
        subjects=list(record.subjects),
        source_rule={
            "channels": [dict(row) for row in record.channels],
            "time_known": record.time_known,
            "fingerprint": record.fingerprint,
            "hand": record.hand,
        },
        confidence=dict(record.confidence),
        search_words=list(record.search_words),
        is_complete=record.is_complete,
    )


def _authority(record: ProcedureRecord) -> str:
    if record.group in trades.OTHERS and not record.is_complete:
        return Authority.OTHER
    return Authority.COMMUNE if "Cấp xã" in record.levels else Authority.CITY


def _short(name: str) -> str:
    """A name that fits a line: without “Thủ tục”, brackets and what comes after 90 letters."""
    plain = name.removeprefix("Thủ tục ").split(" (")[0].split(";")[0].strip()
    plain = plain[:1].upper() + plain[1:]
    return plain if len(plain) <= 90 else plain[:90].rsplit(" ", 1)[0].rstrip(" ,") + "…"


def _paper_rows(version: ProcedureVersion, papers: Sequence[Paper]) -> list[PaperRule]:
    return [
        PaperRule(
            version=version,
            slot=paper.slot or f"giay-to-{position:02d}",
            position=position,
            name_vi=paper.name_vi,
            name_en=paper.name_en,
            required=paper.required,
            condition_vi=paper.condition_vi,
            condition_en=paper.condition_en,
            originals=paper.originals,
            copies=paper.copies,
            replaced_by=paper.replaced_by,
            mark=paper.mark,
            basis=paper.basis or version.decision,
        )
        for position, paper in enumerate(papers, 1)
    ]


def _step_rows(version: ProcedureVersion, steps: Sequence[Step]) -> list[RouteStep]:
    return [
        RouteStep(
            version=version,
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
    ]


def _deadline(procedure: Procedure, limit: Limit, period: tuple[date, date | None]) -> DeadlineRule:
    return DeadlineRule(
        procedure=procedure,
        period=period,
        amount=limit.amount,
        time_unit=limit.time_unit,
        policy=limit.policy,
        supplement_policy=limit.supplement_policy,
        supplement_reply_days=limit.supplement_reply_days,
        supplement_max=limit.supplement_max,
        note_vi=limit.note_vi,
        note_en=limit.note_en,
        mark=limit.mark,
        basis=limit.basis,
    )


def _fee(
    procedure: Procedure, record: ProcedureRecord, period: tuple[date, date | None]
) -> FeeRule:
    fee = record.fee
    if fee is None:
        raise ValueError("a fee row needs a fee")
    return FeeRule(
        procedure=procedure,
        period=period,
        scheme=dict(fee.scheme),
        collect_at=fee.collect_at,
        mark=fee.mark,
        basis=fee.basis,
    )


def _form(
    procedure: Procedure, record: ProcedureRecord, number: int, period: tuple[date, date | None]
) -> FormVersion:
    definition = dict(record.form or {})
    return FormVersion(
        procedure=procedure,
        number=number,
        period=period,
        definition=definition,
        mark=str(definition.get("mark", Mark.ASSUMED)),
        basis=str(definition.get("basis", "")),
    )


@transaction.atomic
def keep_general_form(*, definition: Mapping[str, Any], valid_from: date, by: Actor) -> FormVersion:
    """The form for procedures that have none of their own; followed when its definition changes."""
    access.require_controller(by)
    form = FormVersion.objects.filter(procedure=None, period__upper_inf=True).first()
    if form is not None and form.definition == definition:
        return form
    _close(form, valid_from)
    return FormVersion.objects.create(
        procedure=None,
        number=form.number + 1 if form else 1,
        period=(_after(form, valid_from), None),
        definition=dict(definition),
        mark=str(definition.get("mark", Mark.ASSUMED)),
        basis=str(definition.get("basis", "")),
    )


# --- filling a gap ------------------------------------------------------------------------------


@transaction.atomic
def fill_deadline(
    *,
    code: str,
    amount: int,
    time_unit: str,
    basis: str,
    mark: str,
    policy: str = "END_OF_DAY",
    by: Actor,
    at: datetime,
) -> DeadlineRule:
    """Say how long the law gives for a procedure, from today on, with its basis. Dossiers received
    before keep the rule they were pinned to.
    """
    by = access.require_controller(by, code=code)
    procedure = Procedure.objects.select_for_update(of=("self",)).filter(code=clean(code)).first()
    if procedure is None:
        raise Missing(_("Không có thủ tục này."))
    limit = _checked(amount, time_unit, basis, mark, policy)
    day = day_of(at)
    before = DeadlineRule.objects.filter(procedure=procedure, period__upper_inf=True).first()
    if before is not None and before.period.lower >= day:
        raise AlreadyFilled(
            _("Thời hạn của thủ tục này vừa được điền hôm nay: xin tải lại trang để xem.")
        )
    _close(before, day)
    rule = _deadline(procedure, limit, (day, None))
    rule.save(force_insert=True)
    audit.record(
        DeadlineFilled(
            procedure=procedure.pk,
            code=code,
            rule=rule.pk,
            before=before.pk if before else None,
            amount=rule.amount,
            time_unit=rule.time_unit,
            policy=rule.policy,
            mark=rule.mark,
        ),
        subject=f"catalogue.Procedure:{procedure.pk}",
        by=by,
        at=at,
    )
    return rule


def _checked(amount: int, time_unit: str, basis: str, mark: str, policy: str) -> Limit:
    errors: dict[str, str] = {}
    units = {str(unit) for unit in deadlines.TimeUnit}
    if time_unit not in units:
        errors["time_unit"] = _("Xin chọn đơn vị của thời hạn.")
    elif time_unit in UNCOUNTED and amount != 0:
        errors["amount"] = _("Thời hạn trong ngày hoặc trả ngay thì để số lượng là 0.")
    elif time_unit not in UNCOUNTED and not 1 <= amount <= LARGEST_AMOUNT:
        errors["amount"] = _("Thời hạn phải từ 1 đến %(most)s.") % {"most": LARGEST_AMOUNT}
    if policy not in {str(name) for name in deadlines.Policy}:
        errors["policy"] = _("Xin chọn cách tính thời hạn.")
    if mark not in Mark.values:
        errors["mark"] = _("Xin nói rõ căn cứ này đọc thấy, đã biết hay giả định.")
    words = clean(basis)
    if not 5 <= len(words) <= 500:
        errors["basis"] = _("Cần ghi căn cứ (văn bản, điều khoản), từ 5 đến 500 chữ cái.")
    if errors:
        raise Invalid(errors)
    return Limit(amount=amount, time_unit=time_unit, mark=mark, basis=words, policy=policy)
