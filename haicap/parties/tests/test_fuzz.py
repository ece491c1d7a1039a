"""Whatever is sent as a person: it is read, or refused by field; nothing else happens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haicap.kernel.errors import Invalid
from haicap.parties import public as parties
from haicap.parties.tests.conftest import NOW
from haicap.units.load import LoadedCity

pytestmark = pytest.mark.django_db

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=6,
)
FIELDS = ("kind", "name", "birth_date", "sex", "identifiers", "phone", "email", "nationality")
SENT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(FIELDS, ANYTHING),
        "identifiers": ANYTHING
        | st.dictionaries(
            st.sampled_from(["personal_id", "old_id", "passport", "tax_code", "x"]), ANYTHING
        ),
        "address": ANYTHING
        | st.dictionaries(
            st.sampled_from(["territory_code", "territory", "at", "detail"]), ANYTHING
        ),
    },
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sent=SENT)
def test_anything_sent_is_read_or_refused_by_field(city: LoadedCity, sent: dict[str, Any]) -> None:
    try:
        declared = parties.check_declared(sent, at=NOW, demo=True)
    except Invalid as refused:
        told = refused.fields
    else:
        told = {"name": declared.name}
        assert len(declared.name) <= 120
        parties.snapshot_of(declared)
    assert told
    assert all(told.values())
