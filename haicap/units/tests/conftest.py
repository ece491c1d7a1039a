"""The city, loaded once for all tests of the module."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from haicap.kernel.actor import system
from haicap.units.load import LoadedCity, load_city

LOADED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> None:
    """The test database holds the real city; each test sees it and undoes its own changes."""
    with django_db_blocker.unblock():
        load_city(by=system("test"), at=LOADED_AT)


@pytest.fixture
def city(db: None) -> LoadedCity:
    """Who is who. Loads again where a test that commits has emptied the tables."""
    return load_city(by=system("test"), at=LOADED_AT)
