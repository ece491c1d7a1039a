"""The catalogue and the calendar, loaded once; the cast of accounts; a dossier at any stage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from haicap.accounts.tests.cast import Cast, make_cast
from haicap.audit.actions import make_months
from haicap.catalogue.load import load_catalogue
from haicap.deadlines.load import load_calendar
from haicap.dossiers.tests.world import World, people_of_the_office
from haicap.kernel.actor import system

LOADED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def _load() -> None:
    load_catalogue(by=system("test"), at=LOADED_AT)
    load_calendar(at=LOADED_AT)
    make_months(day=LOADED_AT.date(), months=4)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> None:
    """The test database holds catalogue and calendar; each test undoes its own changes."""
    with django_db_blocker.unblock():
        _load()


@pytest.fixture(scope="module")
def made(module_db: None) -> Cast:
    """The cast, made once for the tests of a file."""
    made = make_cast()
    people_of_the_office(made)
    return made


@pytest.fixture
def cast(made: Cast, db: None) -> Cast:
    """Two communes, the Centre and the people who work there."""
    return made.own()


@pytest.fixture
def world(cast: Cast) -> World:
    """Dossiers are made and moved through it."""
    return World(cast)


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    """The same for tests with threads: everything is really committed."""
    made = make_cast()
    people_of_the_office(made)
    return World(made)


@pytest.fixture(autouse=True)
def own_urls(settings: Settings, tmp_path: Any) -> None:
    """The API alone, and files in a folder of the test."""
    settings.ROOT_URLCONF = "haicap.dossiers.tests.urls"
    settings.FILES_STORE = str(tmp_path / "files")
