"""The verbs of the module: territories and agencies open, change their names, move, end.

An identity lasts; what it is called holds for a period. A change from a day on closes the version
in force and opens another, so nothing written before is told differently. A change from the very
day a version began mends that version: it was in force for no day in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final, TypeVar

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from psycopg.errors import ExclusionViolation, UniqueViolation

from haicap.audit import public as audit
from haicap.kernel.actor import Actor
from haicap.kernel.errors import Invalid, Missing, Refusal
from haicap.kernel.identifiers import BadIdentifier, agency_code
from haicap.kernel.vietnamese import clean, sort_key
from haicap.units import access
from haicap.units.events import (
    AgencyContactChanged,
    AgencyEnded,
    AgencyMoved,
    AgencyOpened,
    AgencyRecoded,
    AgencyRenamed,
    ServingChanged,
    TerritoryEnded,
    TerritoryOpened,
    TerritoryRenamed,
    TerritorySucceeded,
)
from haicap.units.models import (
    MARKS,
    Agency,
    AgencyKind,
    AgencyServes,
    AgencySuccession,
    AgencyVersion,
    Level,
    Territory,
    TerritorySuccession,
    TerritoryVersion,
)
from haicap.units.search import words_of

V = TypeVar("V", TerritoryVersion, AgencyVersion)
_LONGEST: Final = 200
_CODE_DIGITS: Final = {Level.PROVINCE: 2, Level.DISTRICT: 3, Level.COMMUNE: 5}
_LAND: Final = ("whole", "part", "remainder")
_PEOPLE: Final = ("all", "part", "none")


class NotInForce(Refusal):
    """The thing is not there on the day named."""


class Taken(Refusal):
    """Another one carries this code, or this name's place, in that time."""


class StillNeeded(Refusal):
    """Others stand under it, so it cannot end yet."""


def territory_ref(territory_id: int) -> str:
    """The journal's subject for a territory."""
    return f"units.Territory:{territory_id}"


def agency_ref(agency_id: int) -> str:
    """The journal's subject for an agency."""
    return f"units.Agency:{agency_id}"


# --- shared ground ------------------------------------------------------------------------------


def _text(field: str, value: str, *, required: bool = True) -> str:
    text = clean(value)
    if required and not text:
        raise Invalid({field: _("Cần có thông tin này.")})
    if len(text) > _LONGEST:
        raise Invalid({field: _("Dài quá %(most)s ký tự.") % {"most": _LONGEST}})
    return text


@contextmanager
def _one_at_a_time(sentence: str) -> Iterator[None]:
    """The exclusion constraints, told as a sentence: what overlaps is refused by the database."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation | UniqueViolation):
            raise Taken(sentence) from error
        raise


def _taken(code: str) -> str:
    return _("Mã %(code)s đang thuộc về đơn vị khác trong thời gian này.") % {"code": code}


def _renewed(version: V, *, from_day: date, **changes: Any) -> V:
    """Close `version` before `from_day` and open the next one with `changes`."""
    lower, upper = version.period.lower, version.period.upper
    if lower != from_day:
        type(version).objects.filter(pk=version.pk).update(period=DateRange(lower, from_day))
        version.pk = None
        version._state.adding = True
        version.period = DateRange(from_day, upper)
    for name, value in changes.items():
        setattr(version, name, value)
    version.save()
    return version


def _locked(model: type[V], *, of: str, id: int, day: date) -> V:
    """The version in force on `day`, its identity locked against a second change."""
    identity = Territory if model is TerritoryVersion else Agency
    if not identity.objects.select_for_update().filter(pk=id).exists():
        raise Missing(_("Không có đơn vị này."))
    found = model.objects.filter(**{of: id}, period__contains=day).first()
    if found is None:
        raise NotInForce(
            _("Đơn vị này không có hiệu lực vào ngày %(day)s.") % {"day": f"{day:%d/%m/%Y}"}
        )
    return found


# --- territories --------------------------------------------------------------------------------


def _territory_code(level: str, code: str) -> str:
    code = clean(code)
    digits = _CODE_DIGITS[Level(level)]
    if not (code.isascii() and code.isdigit() and len(code) == digits):
        raise Invalid({"code": _("Mã phải gồm %(digits)s chữ số.") % {"digits": digits}})
    return code


def _called(name: str, kind: str) -> dict[str, str]:
    name, kind = _text("name", name), _text("kind", kind).lower()
    full_name = f"{kind[:1].upper()}{kind[1:]} {name}"
    return {
        "name": name,
        "kind": kind,
        "full_name": full_name,
        "sort_key": sort_key(name),
        "name_fold": words_of(full_name),
    }


@transaction.atomic
def open_territory(
    *,
    level: str,
    code: str,
    name: str,
    kind: str,
    parent_id: int | None,
    from_day: date,
    basis: str,
    by: Actor,
    at: datetime,
) -> int:
    """A new territory; the code may have named another one before. Returns its id."""
    by = access.require(by, access.KEEP)
    code = _territory_code(level, code)
    called = _called(name, kind)
    if parent_id is not None:
        _locked(TerritoryVersion, of="territory_id", id=parent_id, day=from_day)
    territory = Territory.objects.create(level=level)
    with _one_at_a_time(_taken(code)):
        TerritoryVersion.objects.create(
            territory=territory,
            level=level,
            code=code,
            parent_id=parent_id,
            basis=_text("basis", basis),
            period=DateRange(from_day, None),
            **called,
        )
    fact = TerritoryOpened(territory.pk, level, code, from_day)
    audit.record(fact, subject=territory_ref(territory.pk), by=by, at=at)
    return territory.pk


@transaction.atomic
def rename_territory(
    *,
    territory_id: int,
    name: str,
    kind: str,
    code: str = "",
    from_day: date,
    basis: str,
    by: Actor,
    at: datetime,
) -> None:
    """The same territory is called otherwise (a xã becomes a phường, too) from `from_day` on."""
    by = access.require(by, access.KEEP)
    version = _locked(TerritoryVersion, of="territory_id", id=territory_id, day=from_day)
    old_code = version.code
    new_code = _territory_code(version.level, code) if code else old_code
    called = _called(name, kind)
    with _one_at_a_time(_taken(new_code)):
        _renewed(version, from_day=from_day, code=new_code, basis=_text("basis", basis), **called)
    fact = TerritoryRenamed(territory_id, old_code, new_code, from_day)
    audit.record(fact, subject=territory_ref(territory_id), by=by, at=at)


@transaction.atomic
def end_territory(*, territory_id: int, from_day: date, by: Actor, at: datetime) -> None:
    """The territory is no more from `from_day` on; say with record_succession to whom it passed."""
    by = access.require(by, access.KEEP)
    version = _locked(TerritoryVersion, of="territory_id", id=territory_id, day=from_day)
    _close(version, from_day)
    fact = TerritoryEnded(territory_id, version.code, from_day)
    audit.record(fact, subject=territory_ref(territory_id), by=by, at=at)


def _close(version: TerritoryVersion | AgencyVersion, from_day: date) -> None:
    if version.period.lower == from_day:
        raise NotInForce(_("Đơn vị mới có hiệu lực từ chính ngày này nên chưa kết thúc được."))
    version.period = DateRange(version.period.lower, from_day)
    version.save(update_fields=["period"])


@transaction.atomic
def record_succession(
    *,
    old_id: int,
    new_id: int,
    day: date,
    land: str,
    population: str,
    clause: str = "",
    basis: str,
    note: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """`old_id` passed to `new_id`: land whole, part or remainder; people all, part or none."""
    by = access.require(by, access.KEEP)
    if land not in _LAND or population not in _PEOPLE:
        raise Invalid({"land": _("Cần nói rõ toàn bộ, một phần hay phần còn lại.")})
    if old_id == new_id:
        raise Invalid({"new_id": _("Một đơn vị không kế thừa chính mình.")})
    if Territory.objects.filter(pk__in=(old_id, new_id)).count() != 2:
        raise Missing(_("Không có đơn vị này."))
    with _one_at_a_time(_("Việc kế thừa này đã được ghi.")):
        TerritorySuccession.objects.create(
            old_id=old_id,
            new_id=new_id,
            day=day,
            relation="whole" if land == "whole" else "part",
            land=land,
            population=population,
            clause=clean(clause),
            basis=_text("basis", basis),
            note=clean(note),
        )
    fact = TerritorySucceeded(old_id, new_id, day, land, population)
    audit.record(fact, subject=territory_ref(old_id), by=by, at=at)


# --- agencies -----------------------------------------------------------------------------------


def _agency_code(code: str) -> str:
    try:
        return agency_code(code).code
    except BadIdentifier as error:
        raise Invalid({"code": error.said(_)}) from error


def _named(name: str, short_name: str) -> dict[str, str]:
    name = _text("name", name)
    short_name = _text("short_name", short_name, required=False) or name
    return {
        "name": name,
        "short_name": short_name,
        "sort_key": sort_key(name),
        "name_fold": words_of(f"{name} {short_name}"),
    }


def _mark(mark: str) -> str:
    if mark not in MARKS:
        raise Invalid({"mark": _("Cần ghi rõ: nguồn, đã biết hay giả định.")})
    return mark


@transaction.atomic
def open_agency(
    *,
    kind: str,
    code: str,
    code_mark: str = "giả định",
    name: str,
    name_en: str = "",
    short_name: str = "",
    specialty: str = "",
    parent_id: int | None,
    address: str = "",
    phone: str = "",
    from_day: date,
    basis: str,
    by: Actor,
    at: datetime,
) -> int:
    """A new agency begins to act on `from_day`. Returns its id."""
    by = access.require(by, access.KEEP)
    if kind not in AgencyKind.values:
        raise Invalid({"kind": _("Không có loại cơ quan này.")})
    code = _agency_code(code)
    named = _named(name, short_name)
    if parent_id is not None:
        _locked(AgencyVersion, of="agency_id", id=parent_id, day=from_day)
    agency = Agency.objects.create(kind=kind)
    with _one_at_a_time(_taken(code)):
        AgencyVersion.objects.create(
            agency=agency,
            code=code,
            code_mark=_mark(code_mark),
            name_en=_text("name_en", name_en, required=False),
            specialty=clean(specialty),
            parent_id=parent_id,
            address=_text("address", address, required=False),
            phone=clean(phone),
            basis=_text("basis", basis),
            period=DateRange(from_day, None),
            **named,
        )
    fact = AgencyOpened(agency.pk, kind, code, parent_id, from_day)
    audit.record(fact, subject=agency_ref(agency.pk), by=by, at=at)
    return agency.pk


@transaction.atomic
def rename_agency(
    *,
    agency_id: int,
    name: str,
    short_name: str = "",
    name_en: str = "",
    from_day: date,
    basis: str,
    by: Actor,
    at: datetime,
) -> None:
    """The same agency is called otherwise from `from_day` on; posts and books stay with it."""
    by = access.require(by, access.KEEP)
    version = _locked(AgencyVersion, of="agency_id", id=agency_id, day=from_day)
    _renewed(
        version,
        from_day=from_day,
        name_en=_text("name_en", name_en, required=False),
        basis=_text("basis", basis),
        **_named(name, short_name),
    )
    audit.record(AgencyRenamed(agency_id, from_day), subject=agency_ref(agency_id), by=by, at=at)


@transaction.atomic
def change_code(
    *, agency_id: int, code: str, mark: str, from_day: date, basis: str, by: Actor, at: datetime
) -> None:
    """Another identification code, e.g. once it is published; `mark` says how sure it is."""
    by = access.require(by, access.KEEP)
    version = _locked(AgencyVersion, of="agency_id", id=agency_id, day=from_day)
    old_code, code = version.code, _agency_code(code)
    with _one_at_a_time(_taken(code)):
        _renewed(
            version,
            from_day=from_day,
            code=code,
            code_mark=_mark(mark),
            basis=_text("basis", basis),
        )
    fact = AgencyRecoded(agency_id, old_code, code, mark, from_day)
    audit.record(fact, subject=agency_ref(agency_id), by=by, at=at)


@transaction.atomic
def change_contact(
    *, agency_id: int, address: str, phone: str, from_day: date, by: Actor, at: datetime
) -> None:
    """Where the agency sits and by which phone it is called, from `from_day` on."""
    by = access.require(by, access.KEEP)
    version = _locked(AgencyVersion, of="agency_id", id=agency_id, day=from_day)
    _renewed(
        version,
        from_day=from_day,
        address=_text("address", address, required=False),
        phone=_text("phone", phone, required=False),
    )
    fact = AgencyContactChanged(agency_id, from_day)
    audit.record(fact, subject=agency_ref(agency_id), by=by, at=at)


@transaction.atomic
def change_parent(
    *, agency_id: int, parent_id: int | None, from_day: date, by: Actor, at: datetime
) -> None:
    """The agency stands under another one from `from_day` on, never under one below itself."""
    by = access.require(by, access.KEEP)
    _move(agency_id, parent_id, from_day=from_day, by=by, at=at)


def _move(
    agency_id: int, parent_id: int | None, *, from_day: date, by: Actor, at: datetime
) -> None:
    version = _locked(AgencyVersion, of="agency_id", id=agency_id, day=from_day)
    old = version.parent_id
    if old == parent_id:
        return
    above: int | None = parent_id
    while above is not None:
        if above == agency_id:
            raise Invalid({"parent_id": _("Một cơ quan không thể ở dưới chính nó.")})
        above = _locked(AgencyVersion, of="agency_id", id=above, day=from_day).parent_id
    _renewed(version, from_day=from_day, parent_id=parent_id)
    fact = AgencyMoved(agency_id, old, parent_id, from_day)
    audit.record(fact, subject=agency_ref(agency_id), by=by, at=at)


@transaction.atomic
def end_agency(
    *,
    agency_id: int,
    from_day: date,
    successor_ids: Iterable[int] = (),
    basis: str,
    by: Actor,
    at: datetime,
) -> None:
    """The agency acts no more from `from_day` on; its work passes to the successors, if any."""
    by = access.require(by, access.KEEP)
    version = _locked(AgencyVersion, of="agency_id", id=agency_id, day=from_day)
    if AgencyVersion.objects.filter(parent_id=agency_id, period__contains=from_day).exists():
        raise StillNeeded(_("Còn đơn vị trực thuộc: hãy chuyển hoặc kết thúc các đơn vị đó trước."))
    successors = tuple(dict.fromkeys(successor_ids))
    for successor in successors:
        if successor == agency_id:
            raise Invalid({"successor_ids": _("Một đơn vị không kế thừa chính mình.")})
        _locked(AgencyVersion, of="agency_id", id=successor, day=from_day)
    _close(version, from_day)
    for row in AgencyServes.objects.filter(agency_id=agency_id, period__contains=from_day):
        _stop_serving(row, from_day)
    AgencySuccession.objects.bulk_create(
        AgencySuccession(
            old_id=agency_id,
            new_id=successor,
            day=from_day,
            relation="whole" if len(successors) == 1 else "part",
            basis=_text("basis", basis),
        )
        for successor in successors
    )
    fact = AgencyEnded(agency_id, version.code, from_day, successors)
    audit.record(fact, subject=agency_ref(agency_id), by=by, at=at)


# --- who serves where ---------------------------------------------------------------------------


@transaction.atomic
def change_serves(
    *,
    territory_id: int,
    kind: str,
    agency_ids: Iterable[int],
    from_day: date,
    mark: str = "giả định",
    by: Actor,
    at: datetime,
) -> None:
    """From `from_day` on a territory is served, among agencies of `kind`, by exactly these.

    For a commune's branch its service points move below that branch too, so that the branch's
    coordinator reaches them.
    """
    by = access.require(by, access.PLACE)
    _locked(TerritoryVersion, of="territory_id", id=territory_id, day=from_day)
    wanted = tuple(dict.fromkeys(agency_ids))
    if kind == AgencyKind.BRANCH and len(wanted) != 1:
        raise Invalid({"agency_ids": _("Mỗi phường, xã thuộc đúng một chi nhánh.")})
    for agency_id in wanted:
        if not Agency.objects.filter(pk=agency_id, kind=kind).exists():
            raise Invalid({"agency_ids": _("Cơ quan được chọn không thuộc loại này.")})
        _locked(AgencyVersion, of="agency_id", id=agency_id, day=from_day)
    rows = list(
        AgencyServes.objects.select_for_update(of=("self",))
        .filter(territory_id=territory_id, agency__kind=kind, period__contains=from_day)
        .order_by("agency_id")
    )
    before = tuple(row.agency_id for row in rows)
    for row in rows:
        if row.agency_id not in wanted:
            _stop_serving(row, from_day)
    with _one_at_a_time(_("Địa bàn này đã được phân công cho thời gian sau đó.")):
        AgencyServes.objects.bulk_create(
            AgencyServes(
                agency_id=agency_id,
                territory_id=territory_id,
                period=DateRange(from_day, None),
                mark=_mark(mark),
            )
            for agency_id in wanted
            if agency_id not in before
        )
    if kind == AgencyKind.BRANCH:
        _points_follow(territory_id, wanted[0], from_day=from_day, by=by, at=at)
    fact = ServingChanged(territory_id, kind, before, wanted, mark, from_day)
    audit.record(fact, subject=territory_ref(territory_id), by=by, at=at)


def _stop_serving(row: AgencyServes, from_day: date) -> None:
    if row.period.lower == from_day:
        row.delete()  # it served for no day at all; the journal keeps that it was said
    else:
        row.period = DateRange(row.period.lower, from_day)
        row.save(update_fields=["period"])


def _points_follow(
    territory_id: int, branch_id: int, *, from_day: date, by: Actor, at: datetime
) -> None:
    points = AgencyServes.objects.filter(
        territory_id=territory_id,
        agency__kind=AgencyKind.SERVICE_POINT,
        period__contains=from_day,
    )
    for point in points.order_by("agency_id").values_list("agency_id", flat=True):
        _move(point, branch_id, from_day=from_day, by=by, at=at)
