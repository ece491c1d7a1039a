"""Public look-up: the right check tells little, wrong ones close the code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haicap.dossiers import actions, queries
from haicap.dossiers.queries import LookUpClosed, NothingFound
from haicap.dossiers.tests.world import World


@pytest.mark.parametrize("check", ["0012", " 0012 ", "00-12"])
def test_code_and_last_four_of_phone_or_id_tell_the_state(world: World, check: str) -> None:
    dossier = world.at_stage("RECEIVED")
    told = queries.track(code=f" {(dossier.code or '').lower()} ", check=check, at=world.at)
    assert told["state"] == "RECEIVED"
    assert told["due_at"] == dossier.due_at
    text = str(told)
    for private in ("Trần", "An", "000085000012", "84100000012", "ngõ 10", "Nga"):
        assert private not in text


def test_unknown_code_and_wrong_check_sound_alike(world: World) -> None:
    dossier = world.hand_in("nga")
    said = set()
    for code, check in ((dossier.code or "", "9999"), ("H26.1-261123-0001", "0012"), ("", "")):
        with pytest.raises(NothingFound) as nothing:
            queries.track(code=code, check=check, at=world.at)
        said.add(str(nothing.value))
    assert len(said) == 1
    for check in ("", "012", "00012", "000085000012", "2100", "٠٠١٢"):
        with pytest.raises(NothingFound):
            queries.track(code=dossier.code or "", check=check, at=world.at)


def test_five_wrong_ones_close_the_code_for_an_hour(world: World) -> None:
    dossier = world.hand_in("nga")
    code = dossier.code or ""
    for _ in range(5):
        with pytest.raises(NothingFound):
            actions.look_up(code=code, check="9999", at=world.later())
    with pytest.raises(LookUpClosed) as closed:
        actions.look_up(code=code, check="0012", at=world.later())
    assert 0 < closed.value.retry_after <= 3600
    world.at += timedelta(hours=1)
    assert actions.look_up(code=code, check="0012", at=world.later())["code"] == code


def test_a_code_that_does_not_exist_closes_just_the_same(world: World) -> None:
    for _ in range(5):
        with pytest.raises(NothingFound):
            actions.look_up(code="H26.9-000000-0000", check="1234", at=world.later())
    with pytest.raises(LookUpClosed):
        actions.look_up(code="H26.9-000000-0000", check="1234", at=world.later())


def test_a_draft_cannot_be_looked_up(world: World) -> None:
    huong = world.by("huong")
    draft = actions.start_draft(procedure_code="1.004873", by=huong, at=world.later())
    with pytest.raises(NothingFound):
        queries.track(code=str(draft.uuid), check="0022", at=world.at)
