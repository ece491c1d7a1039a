"""The city, loaded once for all tests of the module."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoDbBlocker

from haicap.kernel.actor import system
from haicap.units.load import LoadedCity, load_city

LOADED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> LoadedCity:
    """The test database holds the real city; each test sees it and undoes its own changes."""
    with django_db_blocker.unblock():
        return load_city(by=system("test"), at=LOADED_AT)


@pytest.fixture
def city(loaded: LoadedCity, db: None) -> LoadedCity:
    """Who is who."""
    return loaded
