"""Random lives of dossiers: whatever is done in whatever order, the invariants hold (annex E)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from haicap.deadlines.actions import ClockRefused
from haicap.dossiers import invariants, lives
from haicap.dossiers.access import NotYourMove
from haicap.dossiers.actions import Conflict
from haicap.dossiers.models import Dossier
from haicap.dossiers.routing import NobodyThere
from haicap.dossiers.tests.world import REVIEWED, World, filled
from haicap.kernel.errors import Invalid
from haicap.registers.models import Number
from haicap.units import public as units

PEOPLE = ("nga", "hoa", "son", "truong", "quan", "van", "dieu", "mai", "phuc")
QUIET: dict[str, Any] = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],  # to shrink a whole life takes minutes
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@pytest.mark.slow
@settings(max_examples=5, derandomize=True, **QUIET)
@given(data=st.data())
def test_any_life_keeps_the_invariants(world: World, data: st.DataObject) -> None:
    live(world, data)


@pytest.mark.long
@settings(max_examples=300, **QUIET)
@given(data=st.data())
def test_hundreds_of_lives_keep_the_invariants(world: World, data: st.DataObject) -> None:
    live(world, data)


def live(world: World, data: st.DataObject) -> None:
    """One life, drawn move by move from what is legal for anybody."""
    people = {who: world.by(who) for who in PEOPLE}
    day = world.at.date()
    places = (world.cast.bode, world.cast.cuanam)
    offices = [units.agency(place.office, day=day).code for place in places]
    deciding = [units.agency(place.committee, day=day).code for place in places]
    more = filled(REVIEWED) if data.draw(st.booleans(), label="reviewed") else {}
    dossier = world.hand_in("nga", **more)
    for _step in range(data.draw(st.integers(4, 26), label="moves")):
        found = lives.choices(people, dossier, rare=lambda: data.draw(st.integers(0, 9)) == 0)
        if not found:
            break
        who, move = data.draw(st.sampled_from(found), label="move")
        world.at += timedelta(minutes=data.draw(st.integers(1, 400), label="minutes"))
        values = lives.values_for(
            move, dossier, units=offices, agencies=deciding, at=world.at,
            pick=lambda options: data.draw(st.sampled_from(options)),
        )  # fmt: skip
        try:
            dossier = world.move(dossier, move, who, **values)
        except (Conflict, Invalid, NotYourMove, NobodyThere, ClockRefused):
            dossier = Dossier.objects.select_related("procedure").get(pk=dossier.pk)
        assert invariants.broken(dossier) == []
    check_all()


def check_all() -> None:
    """Codes are unique, and the books have every number."""
    codes = list(Dossier.objects.order_by("id").values_list("code", flat=True))
    assert len(set(codes)) == len(codes)
    for kind in ("reception", "result", "guidance", "refusal"):
        books: dict[int, list[int]] = {}
        for book, value in Number.objects.filter(kind=kind).values_list("book_id", "value"):
            books.setdefault(book, []).append(value)
        for values in books.values():
            assert sorted(values) == list(range(1, len(values) + 1))
