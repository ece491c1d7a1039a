"""The world every test of accounts starts from."""

from __future__ import annotations

import pytest

from haicap.accounts.tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()
