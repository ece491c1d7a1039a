"""The house's own pages on addresses of their own, so that they are tested without the rest."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings


@pytest.fixture
def own_urls(settings: Settings) -> None:
    settings.ROOT_URLCONF = "haicap.site.tests.urls"


@pytest.fixture
def web(own_urls: None) -> Client:
    return Client(raise_request_exception=False)
