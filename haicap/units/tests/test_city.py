"""The real city as it is loaded: counts, names through time, who serves where."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from haicap.audit import public as audit
from haicap.kernel.actor import system
from haicap.kernel.errors import Missing
from haicap.units import load
from haicap.units import public as units
from haicap.units.load import LoadedCity, load_city
from haicap.units.models import (
    Agency,
    AgencyServes,
    AgencyVersion,
    Level,
    Territory,
    TerritorySuccession,
    TerritoryVersion,
)
from haicap.units.queries import predecessors_of, versions_of_code

pytestmark = pytest.mark.django_db

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
TODAY = date(2026, 11, 21)
LOADED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PLATFORM = system("test")


def test_the_old_city_has_526_communes_in_30_districts_and_the_new_one_126(
    city: LoadedCity,
) -> None:
    assert len(units.territories_at(BEFORE, level=Level.COMMUNE)) == 526
    assert len(units.territories_at(BEFORE, level=Level.DISTRICT)) == 30
    assert len(units.territories_at(AFTER, level=Level.COMMUNE)) == 126
    assert units.territories_at(AFTER, level=Level.DISTRICT) == []
    assert len(units.territories_at(AFTER, kind="phường")) == 51
    assert len(units.territories_at(AFTER, kind="xã")) == 75


def test_people_and_land_add_up_to_the_city(city: LoadedCity) -> None:
    communes = units.territories_at(AFTER, level=Level.COMMUNE)
    assert sum(one.population or 0 for one in communes) == 8_807_523
    assert sum(one.area_km2 or 0 for one in communes) == Decimal("3359.77")
    assert units.territory("01", day=TODAY).population == 8_807_523


def test_every_old_commune_passed_to_a_new_one(city: LoadedCity) -> None:
    old = {one.id for one in units.territories_at(BEFORE, level=Level.COMMUNE)}
    new = {one.id for one in units.territories_at(AFTER, level=Level.COMMUNE)}
    passed = list(TerritorySuccession.objects.filter(old_id__in=old))
    assert len(passed) == 795
    assert {row.old_id for row in passed} == old
    assert {row.new_id for row in passed} == new
    wholes = Counter(row.old_id for row in passed if row.relation == "whole")
    assert len(wholes) == 327
    remainders = Counter(row.old_id for row in passed if row.land == "remainder")
    assert len(remainders) == 199
    assert set(remainders.values()) == {1}


def test_a_code_names_another_unit_since_july_2025(city: LoadedCity) -> None:
    before, after = units.territory("00004", day=BEFORE), units.territory("00004", day=AFTER)
    assert (before.full_name, after.full_name) == ("Phường Trúc Bạch", "Phường Ba Đình")
    assert before.id != after.id
    assert before.valid_to == after.valid_from == AFTER
    assert [one.name for one in versions_of_code("00004")] == ["Trúc Bạch", "Ba Đình"]
    assert [s.new_id for s in units.successors_of(before.id)] == [after.id]
    assert units.successors_of(after.id) == []
    assert before.id in {s.old_id for s in predecessors_of(after.id)}


def test_a_code_that_ended_is_missing_today(city: LoadedCity) -> None:
    with pytest.raises(Missing, match="00073"):
        units.territory("00073", day=TODAY)


def test_names_are_told_for_any_day(city: LoadedCity) -> None:
    old = units.territory("00004", day=BEFORE).id
    new = units.territory("00004", day=AFTER).id
    assert units.names_of([old, new], day=TODAY) == {
        old: "Phường Trúc Bạch",
        new: "Phường Ba Đình",
    }


def test_a_province_that_changed_its_kind_kept_its_identity(city: LoadedCity) -> None:
    before = units.territory("75", day=date(2026, 4, 29))
    after = units.territory("75", day=date(2026, 4, 30))
    assert (before.full_name, after.full_name) == ("Tỉnh Đồng Nai", "Thành phố Đồng Nai")
    assert before.id == after.id


def test_there_were_63_provinces_and_are_34(city: LoadedCity) -> None:
    assert len(units.territories_at(BEFORE, level=Level.PROVINCE)) == 63
    assert len(units.territories_at(AFTER, level=Level.PROVINCE)) == 34
    hanoi = units.territory("01", day=BEFORE).id
    assert hanoi == units.territory("01", day=AFTER).id == city.city_id
    yen_bai = units.territory("15", day=BEFORE)
    lao_cai = units.territory("15", day=AFTER)
    assert (yen_bai.name, lao_cai.name) == ("Yên Bái", "Lào Cai")
    assert [s.new_id for s in units.successors_of(yen_bai.id)] == [lao_cai.id]


def test_every_commune_has_its_agencies(city: LoadedCity) -> None:
    assert len(city.commune_ids) == 126
    for code in city.commune_ids:
        assert code in city.committee_of
        assert code in city.point_of
        assert code in city.branch_of
        assert {s for c, s in city.division if c == code} == {"vp", "kt", "vhxh", "ca"}
    assert len(set(city.branch_of.values())) == 12
    sizes = Counter(city.branch_of.values())
    assert min(sizes.values()) >= 8
    assert max(sizes.values()) <= 14
    assert len(units.agencies_at(TODAY)) == 2 + 20 + 12 + 126 * 6


def test_committee_division_and_points_are_found_by_territory(city: LoadedCity) -> None:
    bo_de = units.territory("00118", day=TODAY)
    (committee,) = units.serving(bo_de.id, kind="commune_committee", day=TODAY)
    assert committee.short_name == "UBND phường Bồ Đề"
    assert committee.code == "H26.140"
    assert committee.code_mark == "giả định"
    assert committee.territory_ids == (bo_de.id,)
    (point,) = units.serving(bo_de.id, kind="service_point", day=TODAY)
    assert point.name == "Điểm phục vụ hành chính công phường Bồ Đề"
    (branch,) = units.serving(bo_de.id, kind=units.AgencyKind.BRANCH, day=TODAY)
    assert branch.short_name == "Chi nhánh số 4"
    assert point.parent_id == branch.id
    assert bo_de.id in branch.territory_ids
    economy = units.division_for(committee.id, specialty="kt", day=TODAY)
    assert economy is not None
    assert economy.name == "Phòng Kinh tế, Hạ tầng và Đô thị phường Bồ Đề"
    assert units.division_for(committee.id, specialty="qs", day=TODAY) is None


def test_a_rural_commune_has_its_own_words(city: LoadedCity) -> None:
    economy = units.agency(city.division["10441", "kt"], day=TODAY)
    assert economy.name == "Phòng Kinh tế xã Mỹ Đức"
    assert economy.name_en == "Division of Economy of Mỹ Đức Commune"


def test_the_tree_of_a_branch_holds_its_points_and_that_of_the_centre_all(
    city: LoadedCity,
) -> None:
    branch = city.branch_of["00118"]
    points = {point for code, point in city.point_of.items() if city.branch_of[code] == branch}
    assert units.tree_of(branch, day=TODAY) == {branch} | points
    centre = units.tree_of(city.centre_id, day=TODAY)
    assert len(centre) == 1 + 12 + 126
    committee = city.committee_of["00118"]
    assert len(units.tree_of(committee, day=TODAY)) == 5
    unknown = 2**40
    assert units.tree_of(unknown, day=TODAY) == {unknown}


def test_loading_twice_changes_nothing_and_is_quick(city: LoadedCity) -> None:
    def picture() -> list[int]:
        tables = (Territory, TerritoryVersion, TerritorySuccession, Agency, AgencyServes)
        return [table.objects.count() for table in tables]

    before = picture()
    started = time.process_time()
    again = load_city(by=PLATFORM, at=LOADED_AT)
    assert time.process_time() - started < 1
    assert again == city
    assert picture() == before


def test_the_load_is_in_the_journal_once(city: LoadedCity) -> None:
    (loaded,) = audit.history_of(f"units.Territory:{city.city_id}")
    assert loaded.kind == "units.CityLoaded"
    assert loaded.facts["agencies"] == AgencyVersion.objects.count()


def test_two_versions_of_one_agency_never_overlap(city: LoadedCity) -> None:
    version = AgencyVersion.objects.get(agency_id=city.centre_id)
    version.pk = None
    version.code = "H26.999"
    version.period = DateRange(date(2026, 1, 1), None)
    with pytest.raises(IntegrityError, match="units_agency_one_version"), transaction.atomic():
        version.save(force_insert=True)


def test_one_code_never_names_two_territories_at_once(city: LoadedCity) -> None:
    version = TerritoryVersion.objects.get(
        code="00004", period__contains=TODAY, level=Level.COMMUNE
    )
    version.pk = None
    version.territory = Territory.objects.create(level=Level.COMMUNE)
    with pytest.raises(IntegrityError, match="units_territory_one_code"), transaction.atomic():
        version.save(force_insert=True)
    version.period = DateRange(None, date(2025, 6, 1))
    with pytest.raises(IntegrityError, match="units_territory_one_code"), transaction.atomic():
        version.save(force_insert=True)


def test_an_empty_period_is_no_way_around(city: LoadedCity) -> None:
    version = AgencyVersion.objects.get(agency_id=city.centre_id)
    version.pk = None
    version.period = DateRange(empty=True)
    with pytest.raises(IntegrityError, match="units_agency_some_time"), transaction.atomic():
        version.save(force_insert=True)


def test_a_territory_is_served_by_an_agency_once_at_a_time(city: LoadedCity) -> None:
    row = AgencyServes.objects.filter(agency_id=city.centre_id).first()
    assert row is not None
    row.pk = None
    with pytest.raises(IntegrityError, match="units_serves_once"), transaction.atomic():
        row.save(force_insert=True)


def test_outlines_are_drawn_in_one_box(city: LoadedCity) -> None:
    drawn = units.outlines_at(TODAY)
    assert len(drawn.outlines) == 126
    width, height = map(int, drawn.view_box.split()[2:])
    for outline in drawn.outlines:
        assert outline.d.startswith("M")
        assert outline.d.endswith("z")
        assert 0 < outline.x < width
        assert 0 < outline.y < height
    assert sum(len(outline.d) for outline in drawn.outlines) < 120_000
    assert units.outlines_at(BEFORE).outlines == ()


def test_the_data_are_read_from_our_own_copies() -> None:
    assert load.DATA.name == "data"
    assert len(load.rows_of("hanoi_unit_mapping.csv")) == 795
