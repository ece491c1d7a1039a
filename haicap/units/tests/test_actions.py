"""Verbs: an identity lasts through names, codes and places; the wrong hands are turned away."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from haicap.audit import public as audit
from haicap.kernel.actor import Actor, ActorKind, Duty, Grant, system
from haicap.kernel.errors import Invalid, Missing, NotAllowed
from haicap.units import actions
from haicap.units import public as units
from haicap.units.actions import NotInForce, StillNeeded, Taken
from haicap.units.load import LoadedCity, load_city
from haicap.units.models import AgencySuccession, AgencyVersion
from haicap.units.queries import agency_history, serving_history

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
NEXT_YEAR = date(2027, 1, 1)
BASIS = "Quyết định 1/QĐ-UBND"


def staff(*grants: Grant) -> Actor:
    return Actor(kind=ActorKind.STAFF, person=7, name="Hương", post=7, agency=2, grants=grants)


KEEPER = staff(Grant(Duty.CATALOGUE))
COORDINATOR = staff(Grant(Duty.COORDINATE))


def rename(city: LoadedCity, by: Actor = KEEPER, from_day: date = NEXT_YEAR, **more: Any) -> None:
    actions.rename_agency(
        agency_id=city.committee_of["00118"],
        **{"name": "Ủy ban phường Bồ Đề", "short_name": "UB phường Bồ Đề", **more},
        from_day=from_day,
        basis=BASIS,
        by=by,
        at=NOW,
    )


def test_a_renamed_agency_is_the_same_one_with_another_name(city: LoadedCity) -> None:
    committee = city.committee_of["00118"]
    before = units.agency(committee, day=TODAY)
    rename(city)
    after = units.agency(committee, day=NEXT_YEAR)
    assert after.id == before.id
    assert after.name == "Ủy ban phường Bồ Đề"
    assert after.code == before.code
    assert after.parent_id == before.parent_id
    assert units.agency(committee, day=TODAY).name == before.name
    assert units.agency_names([committee], day=TODAY) == {committee: "UBND phường Bồ Đề"}
    assert units.agency_names([committee], day=NEXT_YEAR) == {committee: "UB phường Bồ Đề"}
    old, new = agency_history(committee)
    assert old.valid_to == new.valid_from == NEXT_YEAR
    assert units.agencies_at(NEXT_YEAR, q="uy ban phuong bo de")[0].id == committee
    (territory,) = after.territory_ids
    assert units.names_of([territory], day=NEXT_YEAR) == {territory: "Phường Bồ Đề"}


def test_a_renaming_is_in_the_journal_with_the_duty_used(city: LoadedCity) -> None:
    rename(city)
    (entry,) = audit.history_of(actions.agency_ref(city.committee_of["00118"]))
    assert (entry.kind, entry.duty, entry.person) == ("units.AgencyRenamed", "catalogue", 7)
    assert entry.facts["from_day"] == "2027-01-01"


def test_a_name_said_twice_for_one_day_is_mended_not_doubled(city: LoadedCity) -> None:
    rename(city)
    rename(city, name="Ủy ban nhân dân phường Bồ Đề mới")
    assert len(agency_history(city.committee_of["00118"])) == 2


def test_a_name_between_two_known_ones_takes_only_its_time(city: LoadedCity) -> None:
    rename(city)
    rename(city, from_day=TODAY, name="Ủy ban tạm thời")
    names = [version.name for version in agency_history(city.committee_of["00118"])]
    assert names[1:] == ["Ủy ban tạm thời", "Ủy ban phường Bồ Đề"]


@pytest.mark.parametrize(
    "by",
    [
        staff(),
        staff(Grant(Duty.OBSERVE)),
        staff(Grant(Duty.CATALOGUE, agencies=frozenset({2}))),
        staff(Grant(Duty.ACCOUNTS, agencies=frozenset({2}))),
        staff(Grant(Duty.CATALOGUE, procedures=frozenset({"1.001193"}))),
        COORDINATOR,
        Actor(kind=ActorKind.CITIZEN, person=1, identity_level=2),
    ],
)
def test_only_a_duty_over_the_whole_city_changes_names(city: LoadedCity, by: Actor) -> None:
    with pytest.raises(NotAllowed):
        rename(city, by=by)
    assert len(agency_history(city.committee_of["00118"])) == 1


def test_a_new_agency_needs_a_code_nobody_bears(city: LoadedCity) -> None:
    facts: dict[str, Any] = {
        "kind": "department",
        "name": "Sở Chuyển đổi số thành phố Hà Nội",
        "parent_id": city.committee_id,
        "from_day": TODAY,
        "basis": BASIS,
        "by": KEEPER,
        "at": NOW,
    }
    new = actions.open_agency(code="H26.22", **facts)
    assert units.agency(code="H26.22", day=TODAY).id == new
    assert new in units.tree_of(city.committee_id, day=TODAY)
    with pytest.raises(Taken, match=r"H26\.22"):
        actions.open_agency(code="H26.22", **facts)
    for wrong in (
        {"code": "X"},
        {"code": "H26.23", "kind": "club"},
        {"code": "H26.23", "name": " "},
    ):
        with pytest.raises(Invalid):
            actions.open_agency(**{**facts, **wrong})
    with pytest.raises(Missing):
        actions.open_agency(**{**facts, "code": "H26.23", "parent_id": 10**15})


def test_a_published_code_replaces_the_assumed_one(city: LoadedCity) -> None:
    committee = city.committee_of["00118"]
    change: dict[str, Any] = {"from_day": TODAY, "basis": BASIS, "by": KEEPER, "at": NOW}
    actions.change_code(agency_id=committee, code="H26.77", mark="nguồn", **change)
    now = units.agency(committee, day=TODAY)
    assert (now.code, now.code_mark) == ("H26.77", "nguồn")
    assert units.agency(code="H26.140", day=TODAY - timedelta(days=1)).id == committee
    with pytest.raises(Missing):
        units.agency(code="H26.140", day=TODAY)
    with pytest.raises(Taken):
        actions.change_code(
            agency_id=city.committee_of["00004"], code="H26.77", mark="nguồn", **change
        )
    with pytest.raises(Invalid):
        actions.change_code(agency_id=committee, code="H26.78", mark="chắc chắn", **change)


def test_an_agency_never_stands_below_itself(city: LoadedCity) -> None:
    with pytest.raises(Invalid):
        actions.change_parent(
            agency_id=city.centre_id,
            parent_id=city.point_of["00118"],
            from_day=TODAY,
            by=KEEPER,
            at=NOW,
        )


def test_an_agency_ends_when_nobody_stands_below_it_and_names_its_successor(
    city: LoadedCity,
) -> None:
    end: dict[str, Any] = {"from_day": NEXT_YEAR, "basis": BASIS, "by": KEEPER, "at": NOW}
    with pytest.raises(StillNeeded):
        actions.end_agency(agency_id=city.branches[4], **end)
    tourism, culture = city.departments["dulich"], city.departments["vhtt"]
    actions.end_agency(agency_id=tourism, successor_ids=[culture], **end)
    with pytest.raises(Missing):
        units.agency(tourism, day=NEXT_YEAR)
    assert units.agency(tourism, day=TODAY).territory_ids == (city.city_id,)
    assert units.agency_names([tourism], day=NEXT_YEAR) == {tourism: "Sở Du lịch Hà Nội"}
    assert tourism not in {
        a.id for a in units.serving(city.city_id, kind="department", day=NEXT_YEAR)
    }
    succession = AgencySuccession.objects.get(old_id=tourism)
    assert (succession.new_id, succession.day) == (culture, NEXT_YEAR)
    with pytest.raises(NotInForce):
        actions.end_agency(agency_id=tourism, **end)


# --- who serves where ---------------------------------------------------------------------------


def place(city: LoadedCity, branch: int, by: Actor = COORDINATOR, from_day: date = TODAY) -> None:
    actions.change_serves(
        territory_id=city.commune_ids["00118"],
        kind="branch",
        agency_ids=[branch],
        from_day=from_day,
        by=by,
        at=NOW,
    )


def test_a_commune_moves_to_another_branch_and_its_counter_with_it(city: LoadedCity) -> None:
    commune, point = city.commune_ids["00118"], city.point_of["00118"]
    old, new = city.branches[4], city.branches[7]
    place(city, new)
    assert [a.id for a in units.serving(commune, kind="branch", day=TODAY)] == [new]
    yesterday = TODAY - timedelta(days=1)
    assert [a.id for a in units.serving(commune, kind="branch", day=yesterday)] == [old]
    assert units.agency(point, day=TODAY).parent_id == new
    assert point in units.tree_of(new, day=TODAY)
    assert point not in units.tree_of(old, day=TODAY)
    assert point in units.tree_of(old, day=yesterday)
    history = serving_history(kind="branch", territory_id=commune)
    assert [(row.agency_id, row.valid_to) for row in history] == [(old, TODAY), (new, None)]
    changed = audit.history_of(actions.territory_ref(commune))[-1]
    assert changed.facts["before"] == [old]
    assert changed.facts["after"] == [new]
    assert changed.duty == "coordinate"


def test_a_change_of_mind_on_the_same_day_leaves_one_row(city: LoadedCity) -> None:
    place(city, city.branches[7])
    place(city, city.branches[5])
    place(city, city.branches[5])
    commune = city.commune_ids["00118"]
    assert [row.agency_id for row in serving_history(kind="branch", territory_id=commune)] == [
        city.branches[4],
        city.branches[5],
    ]


def test_loading_again_leaves_what_was_edited(city: LoadedCity) -> None:
    place(city, city.branches[7])
    rename(city)
    again = load_city(by=system("test"), at=NOW)
    assert again.branch_of["00118"] == city.branches[7]
    assert again.committee_of == city.committee_of
    assert len(agency_history(city.committee_of["00118"])) == 2


def test_a_commune_has_one_branch_and_a_branch_is_one(city: LoadedCity) -> None:
    change: dict[str, Any] = {
        "territory_id": city.commune_ids["00118"],
        "kind": "branch",
        "from_day": TODAY,
        "by": KEEPER,
        "at": NOW,
    }
    for wrong in ([], [city.branches[1], city.branches[2]], [city.centre_id], [10**15]):
        with pytest.raises(Invalid):
            actions.change_serves(agency_ids=wrong, **change)
    with pytest.raises(NotAllowed):
        place(city, city.branches[7], by=staff(Grant(Duty.COORDINATE, frozenset({1}))))


# --- territories --------------------------------------------------------------------------------


def test_a_xa_becomes_a_phuong_and_stays_what_it_was(city: LoadedCity) -> None:
    commune = city.commune_ids["00565"]
    actions.rename_territory(
        territory_id=commune,
        name="Gia Lâm",
        kind="phường",
        from_day=NEXT_YEAR,
        basis=BASIS,
        by=KEEPER,
        at=NOW,
    )
    assert units.territory("00565", day=TODAY).full_name == "Xã Gia Lâm"
    after = units.territory("00565", day=NEXT_YEAR)
    assert (after.id, after.full_name) == (commune, "Phường Gia Lâm")
    assert after.population == 90498
    (found,) = units.resolve_place("Xã Gia Lâm", day=TODAY, at_day=NEXT_YEAR)
    assert found.same
    assert found.now is not None
    assert found.now.full_name == "Phường Gia Lâm"


def test_a_later_merger_is_followed_through_both_reorganisations(city: LoadedCity) -> None:
    ended, merged = city.commune_ids["00070"], city.commune_ids["00082"]
    change: dict[str, Any] = {"by": KEEPER, "at": NOW}
    actions.end_territory(territory_id=merged, from_day=NEXT_YEAR, **change)
    actions.record_succession(
        old_id=merged, new_id=ended, day=NEXT_YEAR, land="whole", population="all", basis=BASIS,
        **change,
    )  # fmt: skip
    found = {
        c.now.full_name: (c.land, c.population, c.clauses)
        for c in units.resolve_place("00073", day=date(2020, 1, 1), at_day=NEXT_YEAR)
        if c.now is not None
    }
    assert set(found) == {"Phường Ba Đình", "Phường Hoàn Kiếm", "Phường Văn Miếu - Quốc Tử Giám"}
    assert found["Phường Hoàn Kiếm"] == ("part", "part", ("1", "2"))
    with pytest.raises(Taken):
        actions.record_succession(
            old_id=merged, new_id=ended, day=NEXT_YEAR, land="whole", population="all",
            basis=BASIS, **change,
        )  # fmt: skip


def test_a_new_territory_may_take_over_a_free_code_only(city: LoadedCity) -> None:
    facts: dict[str, Any] = {
        "level": "commune",
        "name": "Mới",
        "kind": "phường",
        "parent_id": city.city_id,
        "from_day": NEXT_YEAR,
        "basis": BASIS,
        "by": KEEPER,
        "at": NOW,
    }
    assert actions.open_territory(code="00073", **facts)
    assert units.territory("00073", day=NEXT_YEAR).name == "Mới"
    with pytest.raises(Taken):
        actions.open_territory(code="00118", **facts)
    with pytest.raises(Invalid):
        actions.open_territory(code="118", **facts)


@pytest.mark.django_db(transaction=True)
def test_two_renamings_at_one_moment_leave_one_history() -> None:
    city = load_city(by=system("test"), at=NOW)
    gate = threading.Barrier(6)
    failures: list[Exception] = []

    def run(place: int) -> None:
        try:
            gate.wait(5)
            rename(city, name=f"Ủy ban số {place}")
        except Exception as error:  # noqa: BLE001 - handed to the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert AgencyVersion.objects.filter(agency_id=city.committee_of["00118"]).count() == 2
