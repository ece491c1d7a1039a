"""The world every test of accounts starts from."""

from __future__ import annotations

import pytest

from haicap.accounts.tests.cast import Cast, make_cast


@pytest.fixture(scope="module")
def made(module_db: None) -> Cast:
    """The cast, made once for the tests of a file."""
    return make_cast()


@pytest.fixture
def cast(made: Cast, db: None) -> Cast:
    return made.own()
