"""Safe to repeat: one key is one act, whoever asks again."""

from __future__ import annotations

from typing import Any

import pytest

from haicap.dossiers import actions
from haicap.dossiers.actions.once import KeyUsedForAnother
from haicap.dossiers.models import Repeat
from haicap.dossiers.tests.world import World
from haicap.kernel.errors import Invalid


def test_the_same_key_answers_again_and_does_nothing(world: World) -> None:
    by, counted = world.by("nga"), []

    def run() -> dict[str, Any]:
        counted.append(1)
        return {"n": len(counted)}

    given: dict[str, Any] = {"key": "k-1", "body": {"a": 1}, "run": run, "by": by, "at": world.at}
    assert actions.once(**given) == {"n": 1}
    assert actions.once(**given) == {"n": 1}
    assert counted == [1]
    with pytest.raises(KeyUsedForAnother):
        actions.once(**{**given, "body": {"a": 2}})
    assert actions.once(**{**given, "by": world.by("minh")}) == {"n": 2}
    assert actions.once(**{**given, "key": ""}) == {"n": 3}
    for wrong in ("x" * 201, "a\nb"):
        with pytest.raises(Invalid):
            actions.once(**{**given, "key": wrong})


def test_a_refused_call_may_be_tried_again_under_its_key(world: World) -> None:
    by = world.by("nga")

    def refuse() -> dict[str, Any]:
        raise Invalid({"x": "y"})

    with pytest.raises(Invalid):
        actions.once(key="k-2", body={}, run=refuse, by=by, at=world.at)
    assert not Repeat.objects.exists()
    assert actions.once(key="k-2", body={}, run=lambda: {"ok": 1}, by=by, at=world.at) == {"ok": 1}


def test_a_body_with_half_a_letter_has_its_fingerprint_too(world: World) -> None:
    given: dict[str, Any] = {
        "key": "half",
        "body": {"name": "\ud800"},
        "run": lambda: {"ok": 1},
        "by": world.by("nga"),
        "at": world.at,
    }
    assert actions.once(**given) == actions.once(**given) == {"ok": 1}
