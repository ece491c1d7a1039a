"""Where an external issuer gives the codes: asked beforehand, its silence stops nobody."""

from __future__ import annotations

from datetime import date

import pytest

from haicap.audit import public as audit
from haicap.dossiers import actions
from haicap.dossiers.actions import codes
from haicap.dossiers.models import Dossier
from haicap.dossiers.tests.world import World
from haicap.kernel.actor import system
from haicap.registers import issuers
from haicap.registers import public as registers
from haicap.site import wiring


@pytest.fixture
def portal(world: World, monkeypatch: pytest.MonkeyPatch) -> issuers.RehearsalIssuer:
    """The city's codes come from a portal."""
    monkeypatch.setattr(issuers, "_issuers", {})
    monkeypatch.setattr(issuers, "_resting", {})
    issuer = issuers.RehearsalIssuer()
    registers.register_issuer("portal", issuer)
    registers.set_code_pattern(
        agency_id=None, pattern="{unit}-{yy}{mm}{dd}-{seq:4}", scope="unit+day", issuer="portal",
        valid_from=date(2026, 1, 1), by=world.by("nga"), at=world.at,
    )  # fmt: skip
    return issuer


def silent(_call: int) -> str | None:
    raise TimeoutError


def walk_in(world: World) -> Dossier:
    """As the counter's screen and the API do it."""
    filing, by, at = world.filing(), world.by("nga"), world.later()
    code = actions.code_ahead(handed_in=filing, by=by, at=at)
    return actions.receive_at_counter(filing=filing, code=code, by=by, at=at)


def test_the_portal_s_code_is_the_code_of_the_dossier(
    world: World, portal: issuers.RehearsalIssuer
) -> None:
    assert walk_in(world).code == "G09.20-20261123-0000001"
    refused = world.filing(answers={})
    assert actions.code_ahead(handed_in=refused, by=world.by("nga"), at=world.at) is None
    assert portal.calls == 1  # nothing is asked for what will be refused


def test_a_silent_portal_stops_nobody_and_its_code_comes_later(
    world: World, portal: issuers.RehearsalIssuer
) -> None:
    wiring.wire()
    portal.mood = silent
    dossier = walk_in(world)
    assert dossier.state == "RECEIVED"
    assert dossier.code == "H26.900.00082-261123-0001"
    with pytest.raises(issuers.IssuerDown):
        codes.take_owed_code(
            dossier_id=dossier.pk, issuer="portal", by=system("test"), at=world.later()
        )
    portal.mood = lambda _call: None
    for _again in range(2):
        codes.take_owed_code(
            dossier_id=dossier.pk, issuer="portal", by=system("test"), at=world.later(minutes=5)
        )
    dossier.refresh_from_db()
    assert dossier.code == "H26.900.00082-261123-0001"  # never changed
    assert [(o.source, o.code) for o in dossier.other_codes.all()] == [
        ("portal", "G09.20-20261123-0000003")
    ]
    kinds = [entry.kind for entry in audit.history_of(dossier.ref)]
    assert (kinds.count("dossiers.CodeOwed"), kinds.count("dossiers.CodeArrived")) == (1, 1)


def test_a_code_the_portal_gave_before_is_not_given_again(
    world: World, portal: issuers.RehearsalIssuer
) -> None:
    portal.mood = lambda _call: "G09.20-20261123-0000007"
    assert walk_in(world).code == "G09.20-20261123-0000007"
    assert walk_in(world).code == "H26.900.00082-261123-0001"
