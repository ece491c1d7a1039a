"""The shipped catalogue, loaded once for all tests of the module."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from pytest_django import Settings

from haicap.catalogue.load import load_catalogue
from haicap.catalogue.models import Procedure
from haicap.kernel.actor import system

ENGLISH = Path(__file__).resolve().parents[1] / "locale" / "en" / "LC_MESSAGES" / "django.po"
LOADED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> None:
    """The test database holds the catalogue; each test sees it and undoes its own changes."""
    with django_db_blocker.unblock():
        load_catalogue(by=system("test"), at=LOADED_AT)


@pytest.fixture
def catalogue(db: None) -> None:
    """The shipped procedures. Loads again where a test that commits has emptied the tables."""
    if not Procedure.objects.exists():
        load_catalogue(by=system("test"), at=LOADED_AT)


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The module's English is compiled before its pages are read."""
    made = ENGLISH.with_suffix(".mo")
    if made.exists() and made.stat().st_mtime_ns >= ENGLISH.stat().st_mtime_ns:
        return
    with ENGLISH.open("rb") as source, made.open("wb") as target:
        write_mo(target, read_po(source, locale="en"))


@pytest.fixture
def own_urls(settings: Settings) -> None:
    """The catalogue's pages without the rest of the house."""
    settings.ROOT_URLCONF = "haicap.catalogue.tests.urls"
