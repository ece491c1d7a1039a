"""The real city from the data that ships with the platform: territories, successions, agencies."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from haicap.audit import public as audit
from haicap.kernel import clock
from haicap.kernel.actor import Actor
from haicap.kernel.vietnamese import sort_key
from haicap.units import access
from haicap.units.actions import territory_ref
from haicap.units.events import CityLoaded
from haicap.units.models import (
    Agency,
    AgencyKind,
    AgencyServes,
    AgencyVersion,
    Level,
    Territory,
    TerritorySuccession,
    TerritoryVersion,
)
from haicap.units.plan import (
    BRANCHES,
    CENTRE_NUMBER,
    CITY_CODE,
    DEPARTMENTS,
    DIVISIONS,
    Department,
    commune_number,
)
from haicap.units.search import words_of

DATA: Final = Path(__file__).resolve().parents[1] / "data"
TWO_TIERS: Final = date(2025, 7, 1)  # Luật 72/2025/QH15: the district ended, the 126 began
CITY: Final = "01"
BASIS: Final = "Nghị quyết 1656/NQ-UBTVQH15"
PROVINCES_BASIS: Final = "Nghị quyết 202/2025/QH15"
_LOCK: Final = 7_265_601  # one load at a time


@dataclass(frozen=True, slots=True)
class LoadedCity:
    """Who is who after a load. Keys of the four commune maps are five-digit codes in force now.

    `division` maps (commune code, specialty) to the division; `departments` maps a specialty.
    """

    day: date
    city_id: int
    committee_id: int
    centre_id: int
    commune_ids: dict[str, int]
    committee_of: dict[str, int]
    point_of: dict[str, int]
    branch_of: dict[str, int]
    division: dict[tuple[str, str], int]
    departments: dict[str, int]
    branches: dict[int, int]


@transaction.atomic
def load_city(*, by: Actor, at: datetime) -> LoadedCity:
    """Load what is not there yet; a second load changes nothing, whatever was edited in between."""
    by = access.require(by, access.KEEP)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    if not Territory.objects.exists():
        territories, successions = _load_territories()
        agencies = _load_agencies()
        fact = CityLoaded(territories, successions, agencies)
        city = loaded_city(day=clock.day_of(at))
        audit.record(fact, subject=territory_ref(city.city_id), by=by, at=at)
        return city
    return loaded_city(day=clock.day_of(at))


def rows_of(name: str) -> list[dict[str, str]]:
    """A table of the data folder."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- territories --------------------------------------------------------------------------------


class _Territories:
    """Rows on their way in: identities first, then versions that point at them by key."""

    def __init__(self) -> None:
        self.identities: dict[tuple[str, str], Territory] = {}
        self.versions: list[TerritoryVersion] = []

    def add(
        self,
        key: tuple[str, str],
        *,
        level: Level,
        name: str,
        kind: str,
        period: DateRange,
        parent: tuple[str, str] | None = None,
        full_name: str = "",
        **facts: Any,
    ) -> None:
        """One version of the identity `key`: (which of those that bore the code, code)."""
        identity = self.identities.setdefault(key, Territory(level=level))
        full_name = full_name or f"{kind[:1].upper()}{kind[1:]} {name}"
        self.versions.append(
            TerritoryVersion(
                territory=identity,
                level=level,
                code=key[1],
                name=name,
                kind=kind,
                full_name=full_name,
                sort_key=sort_key(name),
                name_fold=words_of(full_name),
                parent=self.identities[parent] if parent else None,
                period=period,
                **facts,
            )
        )

    def save(self) -> None:
        Territory.objects.bulk_create(self.identities.values())
        for version in self.versions:
            version.territory_id = version.territory.pk
            version.parent_id = version.parent.pk if version.parent else None
        TerritoryVersion.objects.bulk_create(self.versions, batch_size=1000)


def _load_territories() -> tuple[int, int]:
    """Returns how many territories and successions."""
    new = _Territories()
    provinces = _provinces(new)
    city = (CITY_KEY, CITY)
    ended = DateRange(None, TWO_TIERS)
    old_rows = rows_of("hanoi_units_old.csv")
    for row in {row["district_code"]: row for row in old_rows}.values():
        kind = row["district_kind"]
        name = row["district"].removeprefix(f"{kind[:1].upper()}{kind[1:]} ")
        new.add(
            ("old", row["district_code"]),
            level=Level.DISTRICT,
            name=name,
            kind=kind,
            period=ended,
            parent=city,
        )
    for row in old_rows:
        new.add(
            ("old", row["code"]),
            level=Level.COMMUNE,
            name=row["name"],
            kind=row["kind"],
            period=ended,
            parent=("old", row["district_code"]),
            lat=float(row["lat"]) if row["lat"] else None,
            lon=float(row["lon"]) if row["lon"] else None,
        )
    _communes(new, parent=city)
    new.save()
    successions = [*_commune_successions(new), *_province_successions(new, provinces)]
    TerritorySuccession.objects.bulk_create(successions, batch_size=1000)
    return len(new.identities), len(successions)


CITY_KEY: Final = "lasting"


def _provinces(new: _Territories) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """The 63 until July 2025 and the 34 since. Returns which old one passed to which new one.

    A province that took in no other kept its identity; a merged one is new, under an old code.
    """
    old = {row["code"]: row for row in rows_of("provinces_old.csv")}
    passed = []
    for row in rows_of("national_provinces.csv"):
        whence = [code for code, before in old.items() if before["new_code"] == row["code"]]
        lasting = len(whence) == 1
        key = (CITY_KEY if lasting else "new", row["code"])
        facts: dict[str, Any] = {
            "level": Level.PROVINCE,
            "name": row["name"],
            "population": int(row["population_cv2896"]),
            "area_km2": row["area_km2_cv2896"],
        }
        start = None if lasting else TWO_TIERS
        basis = "" if lasting else PROVINCES_BASIS
        if row["kind"] == row["kind_2025"]:
            new.add(key, kind=row["kind"], period=DateRange(start, None), basis=basis, **facts)
        else:
            turned, why = _turning(row["note"])
            before = DateRange(start, turned)
            new.add(key, kind=row["kind_2025"], period=before, basis=basis, **facts)
            new.add(key, kind=row["kind"], period=DateRange(turned, None), basis=why, **facts)
        if lasting:
            continue
        for code in whence:
            full_name = old[code]["name"]
            kind = "thành phố" if full_name.startswith("Thành phố") else "tỉnh"
            new.add(
                ("old", code),
                level=Level.PROVINCE,
                name=full_name[len(kind) + 1 :],
                kind=kind,
                period=DateRange(None, TWO_TIERS),
            )
            passed.append((("old", code), key))
    return passed


def _turning(note: str) -> tuple[date, str]:
    """The day and the paper in a note such as "thành phố … từ 2026-04-30 (NQ 30/2026/QH16)"."""
    found = re.search(r"(\d{4}-\d{2}-\d{2}) \(([^)]+)\)", note)
    if found is None:
        raise ValueError(f"no day of change in the note: {note}")
    return date.fromisoformat(found[1]), found[2]


def _communes(new: _Territories, *, parent: tuple[str, str]) -> None:
    shapes = json.loads((DATA / "hanoi_units.geojson").read_text(encoding="utf-8"))
    outline_of = {shape["id"]: shape["geometry"] for shape in shapes["features"]}
    for row in rows_of("hanoi_units_new.csv"):
        new.add(
            ("new", row["code"]),
            level=Level.COMMUNE,
            name=row["name"],
            kind=row["kind"],
            full_name=row["full_name"],
            period=DateRange(TWO_TIERS, None),
            parent=parent,
            population=int(row["population"]),
            area_km2=row["area_km2"],
            seat=row["headquarters"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            outline=outline_of[row["code"]],
            basis=f"{BASIS}, khoản {row['resolution_clause']} Điều 1",
        )


def _commune_successions(new: _Territories) -> Iterable[TerritorySuccession]:
    for row in sorted(
        rows_of("hanoi_unit_mapping.csv"),
        key=lambda row: (row["old_code"], int(row["resolution_clause"])),
    ):
        yield TerritorySuccession(
            old=new.identities["old", row["old_code"]],
            new=new.identities["new", row["new_code"]],
            day=TWO_TIERS,
            relation=row["relation"],
            land=row["land"],
            population=row["population"],
            clause=row["resolution_clause"],
            basis=BASIS,
            note=row["note"],
        )


def _province_successions(
    new: _Territories, passed: Iterable[tuple[tuple[str, str], tuple[str, str]]]
) -> Iterable[TerritorySuccession]:
    for old, now in passed:
        yield TerritorySuccession(
            old=new.identities[old],
            new=new.identities[now],
            day=TWO_TIERS,
            relation="whole",
            land="whole",
            population="all",
            basis=PROVINCES_BASIS,
        )


# --- agencies -----------------------------------------------------------------------------------


class _Agencies:
    """Agencies on their way in, with what each serves."""

    def __init__(self) -> None:
        self.versions: list[AgencyVersion] = []
        self.serves: list[AgencyServes] = []

    def add(
        self,
        kind: AgencyKind,
        *,
        code: str,
        name: str,
        name_en: str,
        short_name: str = "",
        parent: Agency | None = None,
        serves: Iterable[int] = (),
        serves_mark: str = "giả định",
        since: date | None = TWO_TIERS,
        **facts: Any,
    ) -> Agency:
        agency = Agency(kind=kind)
        period = DateRange(since, None)
        short_name = short_name or name
        self.versions.append(
            AgencyVersion(
                agency=agency,
                code=code,
                name=name,
                name_en=name_en,
                short_name=short_name,
                sort_key=sort_key(name),
                name_fold=words_of(f"{name} {short_name}"),
                parent=parent,
                period=period,
                **facts,
            )
        )
        self.serves += [
            AgencyServes(agency=agency, territory_id=territory, period=period, mark=serves_mark)
            for territory in serves
        ]
        return agency

    def save(self) -> None:
        Agency.objects.bulk_create([version.agency for version in self.versions])
        for version in self.versions:
            version.agency_id = version.agency.pk
            version.parent_id = version.parent.pk if version.parent else None
        for row in self.serves:
            row.agency_id = row.agency.pk
        AgencyVersion.objects.bulk_create(self.versions, batch_size=1000)
        AgencyServes.objects.bulk_create(self.serves, batch_size=1000)


def _load_agencies() -> int:
    """Returns how many."""
    new = _Agencies()
    territories = {
        code: (id, full_name)
        for id, code, full_name in TerritoryVersion.objects.at(TWO_TIERS).values_list(
            "territory_id", "code", "full_name"
        )
    }
    city_id = territories[CITY][0]
    city = new.add(
        AgencyKind.CITY_COMMITTEE,
        code=CITY_CODE,
        code_mark="đã biết",
        name="Ủy ban nhân dân thành phố Hà Nội",
        name_en="People's Committee of Hanoi",
        short_name="UBND thành phố Hà Nội",
        serves=[city_id],
        serves_mark="nguồn",
        since=None,
    )
    centre = new.add(
        AgencyKind.CENTRE,
        code=f"{CITY_CODE}.{CENTRE_NUMBER}",
        name="Trung tâm Phục vụ hành chính công thành phố Hà Nội",
        name_en="Hanoi Public Service Centre",
        short_name="Trung tâm PVHCC Hà Nội",
        parent=city,
        serves=[city_id],
        serves_mark="nguồn",
    )
    _departments(new, city, city_id)
    communes = rows_of("hanoi_units_new.csv")
    branch_of = _branches(new, centre, communes, territories)
    for row in communes:
        id, full_name = territories[row["code"]]
        _commune_agencies(new, row, id, full_name, city=city, branch=branch_of[row["code"]])
    new.save()
    return len(new.versions)


def _departments(new: _Agencies, city: Agency, city_id: int) -> None:
    made: dict[int, Agency] = {0: city}
    for body in DEPARTMENTS:
        made[body.number] = new.add(
            AgencyKind.DEPARTMENT,
            code=_department_code(body),
            name=f"{body.name} thành phố Hà Nội",
            name_en=f"{body.name_en} of Hanoi",
            short_name=f"{body.name} Hà Nội",
            specialty=body.specialty,
            parent=made[body.under],
            serves=[city_id],
        )


def _department_code(body: Department) -> str:
    above = f"{CITY_CODE}.{body.under}" if body.under else CITY_CODE
    return f"{above}.{body.number}"


def _branches(
    new: _Agencies,
    centre: Agency,
    communes: list[dict[str, str]],
    territories: dict[str, tuple[int, str]],
) -> dict[str, Agency]:
    """The twelve branches. A commune counts to the old district where its code comes from."""
    district_of = {row["code"]: row["district_code"] for row in rows_of("hanoi_units_old.csv")}
    branch_of: dict[str, Agency] = {}
    for number, districts in BRANCHES.items():
        codes = [row["code"] for row in communes if district_of[row["code"]] in districts]
        branch = new.add(
            AgencyKind.BRANCH,
            code=f"{CITY_CODE}.{CENTRE_NUMBER}.{number}",
            name=f"Chi nhánh số {number} Trung tâm Phục vụ hành chính công thành phố Hà Nội",
            name_en=f"Branch No. {number} of the Hanoi Public Service Centre",
            short_name=f"Chi nhánh số {number}",
            specialty=str(number),
            parent=centre,
            serves=[territories[code][0] for code in codes],
        )
        branch_of.update(dict.fromkeys(codes, branch))
    return branch_of


def _commune_agencies(
    new: _Agencies,
    row: dict[str, str],
    territory_id: int,
    full_name: str,
    *,
    city: Agency,
    branch: Agency,
) -> None:
    number = commune_number(int(row["resolution_clause"]))
    code = f"{CITY_CODE}.{number}"
    called = f"{full_name[:1].lower()}{full_name[1:]}"
    called_en = f"{row['name']} {'Ward' if row['kind'] == 'phường' else 'Commune'}"
    committee = new.add(
        AgencyKind.COMMUNE_COMMITTEE,
        code=code,
        name=f"Ủy ban nhân dân {called}",
        name_en=f"People's Committee of {called_en}",
        short_name=f"UBND {called}",
        parent=city,
        serves=[territory_id],
        serves_mark="nguồn",
        address=row["headquarters"],
    )
    for division in DIVISIONS:
        if division.kind and division.kind != row["kind"]:
            continue
        short = division.name.replace("Hội đồng nhân dân và Ủy ban nhân dân", "HĐND và UBND")
        new.add(
            AgencyKind.DIVISION,
            code=f"{code}.{division.number}",
            name=f"{division.name} {called}",
            name_en=f"{division.name_en} of {called_en}",
            short_name=f"{short} {called}",
            specialty=division.specialty,
            parent=committee,
        )
    new.add(
        AgencyKind.SERVICE_POINT,
        code=f"{CITY_CODE}.{CENTRE_NUMBER}.{number}",
        name=f"Điểm phục vụ hành chính công {called}",
        name_en=f"Public Service Point of {called_en}",
        short_name=f"Điểm phục vụ {called}",
        parent=branch,
        serves=[territory_id],
        serves_mark="đã biết",
        address=row["headquarters"],
    )


# --- who is who ---------------------------------------------------------------------------------


def loaded_city(*, day: date) -> LoadedCity:
    """The city as it stands on `day`, by codes and kinds."""
    communes = dict(
        TerritoryVersion.objects.at(day)
        .filter(level=Level.COMMUNE, parent__versions__code=CITY)
        .values_list("territory_id", "code")
    )
    agencies = {
        id: (kind, specialty, parent)
        for id, kind, specialty, parent in AgencyVersion.objects.at(day).values_list(
            "agency_id", "agency__kind", "specialty", "parent_id"
        )
    }
    serves: dict[str, dict[str, int]] = {kind: {} for kind in AgencyKind.values}
    for agency_id, territory_id in (
        AgencyServes.objects.filter(period__contains=day)
        .order_by("-agency_id")
        .values_list("agency_id", "territory_id")
    ):
        if territory_id in communes and agency_id in agencies:
            serves[agencies[agency_id][0]][communes[territory_id]] = agency_id
    committee_of = serves[AgencyKind.COMMUNE_COMMITTEE]
    code_of = {agency_id: code for code, agency_id in committee_of.items()}

    def one(kind: AgencyKind) -> int:
        return next(id for id, (found, _, _) in agencies.items() if found == kind)

    return LoadedCity(
        day=day,
        city_id=TerritoryVersion.objects.at(day).get(level=Level.PROVINCE, code=CITY).territory_id,
        committee_id=one(AgencyKind.CITY_COMMITTEE),
        centre_id=one(AgencyKind.CENTRE),
        commune_ids={code: id for id, code in communes.items()},
        committee_of=committee_of,
        point_of=serves[AgencyKind.SERVICE_POINT],
        branch_of=serves[AgencyKind.BRANCH],
        division={
            (code_of[parent], specialty): id
            for id, (kind, specialty, parent) in agencies.items()
            if kind == AgencyKind.DIVISION and parent in code_of
        },
        departments={
            specialty: id
            for id, (kind, specialty, _) in agencies.items()
            if kind == AgencyKind.DEPARTMENT
        },
        branches={
            int(specialty): id
            for id, (kind, specialty, _) in agencies.items()
            if kind == AgencyKind.BRANCH and specialty.isdigit()
        },
    )
