"""Two agencies to keep books."""

from __future__ import annotations

import pytest

from haicap.units.models import Agency, AgencyKind


@pytest.fixture
def bode(db: None) -> int:
    """The service point that keeps the books."""
    return Agency.objects.create(kind=AgencyKind.SERVICE_POINT).pk


@pytest.fixture
def cuanam(db: None) -> int:
    """Another one."""
    return Agency.objects.create(kind=AgencyKind.SERVICE_POINT).pk
