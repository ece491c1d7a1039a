"""The demo's people: everybody has a place, nobody is real, a second load changes nothing."""

from __future__ import annotations

import os
import time

import pytest
from pytest_django import Settings

from haicap.accounts import actors, load, queries
from haicap.accounts.demo import BODE, CAST, DemoCitizen, cast, citizens
from haicap.accounts.models import Citizen, Post, PostDuty, PostHolder, Staff
from haicap.accounts.tests.cast import AT
from haicap.kernel import identifiers
from haicap.kernel.actor import Actor, Duty, system
from haicap.kernel.identifiers import Sex
from haicap.parties.models import Party, PartyIdentifier
from haicap.units.load import LoadedCity, load_city

BY = system("kiểm thử")


def actor_named(login: str, seat: int = 0) -> Actor:
    staff = Staff.objects.get(login=login)
    posts = queries.posts_of(staff_id=staff.pk, day=AT.date())
    return actors.actor_of(staff_id=staff.pk, post_id=posts[seat].post_id, at=AT)


def counts() -> list[int]:
    kinds = (Staff, Post, PostHolder, PostDuty, Party, PartyIdentifier, Citizen)
    return [kind.objects.count() for kind in kinds]


def check_every_desk_is_held(city: LoadedCity) -> None:
    """Whatever step a route names, somebody holds the duty there."""

    def held(agency: int, duty: Duty) -> int:
        return len(queries.holders_of(agency_ids=[agency], duty=duty, day=AT.date()))

    for code, committee in [
        *sorted(city.committee_of.items())[::9],
        (BODE, city.committee_of[BODE]),
    ]:
        assert held(city.point_of[code], Duty.RECEIVE) >= 2, code
        assert held(committee, Duty.DECIDE) >= 2, code
        assert held(committee, Duty.ISSUE) == 1, code
        for specialty in ("vp", "kt", "vhxh"):
            assert held(city.division[code, specialty], Duty.HANDLE) >= 2, code
            assert held(city.division[code, specialty], Duty.HEAD) == 1, code
    for branch in city.branches.values():
        assert held(branch, Duty.COORDINATE) >= 2
    for department in city.departments.values():
        assert held(department, Duty.DECIDE) >= 1


@pytest.mark.slow
@pytest.mark.django_db
def test_the_city_is_staffed_in_seconds_and_once() -> None:
    city = load_city(by=BY, at=AT)
    began = time.perf_counter()
    loaded = load.load_people(city, by=BY, at=AT)
    # Two to four seconds on a quiet machine of two cores; the tests may run beside others.
    assert time.perf_counter() - began < 8 * max(1.0, os.getloadavg()[0] / 2)
    assert 2_000 < loaded.staff < 4_000
    assert len(set(loaded.parties)) == load.FICTITIOUS
    check_every_desk_is_held(city)
    before = counts()
    again = load.load_people(city, by=BY, at=AT)
    assert counts() == before
    assert again == loaded

    clerk, chairman = actor_named("vanthu.bode"), actor_named("lanhdao.bode")
    assert clerk.grant_for(Duty.ISSUE, agency=city.committee_of[BODE])
    assert chairman.grant_for(Duty.DECIDE, agency=city.division[BODE, "vhxh"])
    assert actor_named("tiepnhan.bode").agency == city.point_of[BODE]
    assert actor_named("dieuphoi.cn").grant_for(Duty.COORDINATE, agency=city.point_of[BODE])
    assert actor_named("dieuhanh.tp").agencies_for(Duty.OBSERVE) is None
    assert actor_named("phochutich.bode").holds(Duty.DECIDE)
    assert actor_named("phochutich.bode", 1).holds(Duty.RECEIVE)
    assert not actor_named("kythuat").holds(Duty.OBSERVE, Duty.HANDLE, Duty.RECEIVE)
    assert Staff.objects.filter(is_demo=False).count() == 0
    assert Staff.objects.values("password").distinct().count() == 1


def test_demo_people_never_mix_with_real_ones(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(load.OnlyInDemo):
        load.load_people(None, by=BY, at=AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("one", citizens(), ids=lambda one: one.key)
def test_a_citizen_of_the_simulator_carries_a_consistent_number(one: DemoCitizen) -> None:
    year = int(one.birth_date[:4])
    found = identifiers.personal_id(one.number, at=AT.date(), sex=Sex(one.sex), demo=True)
    assert (found.demo, found.birth_year) == (True, year)
    with pytest.raises(identifiers.BadIdentifier):
        identifiers.personal_id(one.number, at=AT.date())
    assert identifiers.phone(one.phone, demo=True).demo
    with pytest.raises(identifiers.BadIdentifier):
        identifiers.phone(one.phone)


def test_names_are_drawn_the_same_every_time_and_look_vietnamese() -> None:
    first = [load.Names(7).full("female") for _n in range(3)]
    assert first == [load.Names(7).full("female")] * 3
    names = load.Names(7)
    many = [names.full("male") for _n in range(500)]
    assert len(set(many)) > 400
    assert sum(name.startswith("Nguyễn ") for name in many) in range(100, 230)


def test_the_table_of_the_cast_says_who_can_do_what() -> None:
    rows = cast()
    assert {row.login for row in rows} >= {one.login for one in CAST}
    assert all(row.what and row.what_en for row in rows)
    assert len(citizens()) >= 12
    assert {one.level for one in citizens()} == {1, 2}
