"""Two and more at the same moment: real threads on a committed database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from haicap.dossiers import actions
from haicap.dossiers.actions import Conflict
from haicap.dossiers.models import Dossier, Repeat
from haicap.dossiers.tests.world import World
from haicap.registers.models import Number


def together(*runs: Callable[[], Any]) -> list[Any]:
    """Run at the same moment, each on its own connection; answers or what was raised."""
    gate = threading.Barrier(len(runs))
    found: list[Any] = [None] * len(runs)

    def one(place: int, run: Callable[[], Any]) -> None:
        gate.wait()
        try:
            found[place] = run()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_two_accept_at_once_one_wins_and_the_other_is_told(committed_world: World) -> None:
    world = committed_world
    from haicap.accounts.models import Reach
    from haicap.accounts.tests.cast import add_person
    from haicap.kernel.actor import Duty

    world.cast.people["yen"] = add_person(
        login="yen", name="Tô Hải Yến", agency=world.cast.cuanam.point, title="Tiếp nhận",
        duties=[(Duty.RECEIVE, Reach.OWN)],
    )  # fmt: skip
    dossier = world.hand_in("nga")
    at = world.later()
    nga, yen = world.by("nga"), world.by("yen")
    found = together(
        lambda: actions.accept(dossier_id=dossier.pk, by=nga, at=at),
        lambda: actions.accept(dossier_id=dossier.pk, by=yen, at=at),
    )
    (won,) = [one for one in found if isinstance(one, Dossier)]
    (lost,) = [one for one in found if isinstance(one, Conflict)]
    assert won.state == "RECEIVED"
    winner = "Lý Thị Nga" if found[0] is won else "Tô Hải Yến"
    assert lost.winner == winner
    assert winner in str(lost)
    assert lost.at == at
    assert lost.legal == ("transfer", "request_withdraw", "settle_fee")
    assert lost.version == won.version
    assert Number.objects.filter(book__kind="reception").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_key_from_many_threads_makes_one_dossier(committed_world: World) -> None:
    world = committed_world
    by, at = world.by("nga"), world.later()

    def submit() -> dict[str, Any]:
        def run() -> dict[str, Any]:
            made = actions.hand_in(filing=world.filing(), by=by, at=at)
            return {"dossier_id": made.pk, "code": made.code}

        return actions.once(key="one", body={"x": 1}, run=run, by=by, at=at)

    found = together(*[submit] * 5)
    assert all(answer == found[0] for answer in found), found
    assert Dossier.objects.count() == 1
    assert Repeat.objects.get().dossier_id == found[0]["dossier_id"]


@pytest.mark.django_db(transaction=True)
def test_codes_and_ordinals_of_many_at_once_are_single_and_without_a_hole(
    committed_world: World,
) -> None:
    world = committed_world
    by, at = world.by("nga"), world.later()

    def receive() -> Dossier:
        return actions.receive_at_counter(filing=world.filing(), by=by, at=at)

    found: list[Any] = []
    for _round in range(3):
        found += together(*[receive] * 4)
    assert all(isinstance(one, Dossier) for one in found), found
    assert len({one.code for one in found}) == 12
    assert sorted(one.ordinal for one in found) == list(range(1, 13))
    assert len({one.applicant_id for one in found}) == 1
