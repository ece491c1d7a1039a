"""Parties live in the real city: its territories are loaded once for the module's tests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoDbBlocker

from haicap.kernel.actor import Actor, ActorKind, Duty, Grant, system
from haicap.units.load import LoadedCity, load_city

LOADED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

CLERK = Actor(
    kind=ActorKind.STAFF, person=1, name="Minh", post=1, agency=1, grants=(Grant(Duty.RECEIVE),)
)
ARCHIVIST = Actor(
    kind=ActorKind.STAFF, person=2, name="Bình", post=2, agency=2, grants=(Grant(Duty.OBSERVE),)
)


def citizen(party_id: int | None, *, level: int = 2) -> Actor:
    return Actor(kind=ActorKind.CITIZEN, person=party_id, identity_level=level)


@pytest.fixture(scope="session")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> LoadedCity:
    """The test database holds the real city; each test sees it and undoes its own changes."""
    with django_db_blocker.unblock():
        return load_city(by=system("test"), at=LOADED_AT)


@pytest.fixture
def city(loaded: LoadedCity, db: None) -> LoadedCity:
    """Who is who."""
    return loaded
