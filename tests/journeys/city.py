"""The demo city for the journeys, loaded once; what is there already stays."""

from __future__ import annotations

import pytest
from pytest_django import DjangoDbBlocker, Settings

from haicap.accounts.load import load_people
from haicap.audit.actions import make_months
from haicap.catalogue.load import load_catalogue
from haicap.deadlines.load import load_calendar
from haicap.kernel import clock
from haicap.kernel.actor import system
from haicap.site.middleware import content_policy
from haicap.units.load import load_city


@pytest.fixture(scope="session")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Hà Nội with its 126 communes, its procedures, its calendar and the demo's people."""
    at, by = clock.now(), system("journeys")
    with django_db_blocker.unblock():
        make_months(day=at.date(), months=4)
        load_calendar(at=at)
        load_catalogue(by=by, at=at)
        load_people(load_city(by=by, at=at), by=by, at=at)


@pytest.fixture
def own_sign_in(settings: Settings, server: str) -> None:
    """The simulator of the identity provider is this very server."""
    settings.BASE_URL = server
    settings.OIDC_ISSUER = f"{server}/vneid-demo"
    content_policy.cache_clear()  # it names the issuer


__all__ = ["city", "own_sign_in"]
