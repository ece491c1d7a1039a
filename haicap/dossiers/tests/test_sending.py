"""A paper result is fetched at any counter that has it: it is sent there, and handed over there."""

from __future__ import annotations

import pytest

from haicap.audit import public as audit
from haicap.dossiers import access, queries
from haicap.dossiers.access import NotYourMove
from haicap.dossiers.models import Dossier
from haicap.dossiers.tests.world import World
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.notify.models import Message
from haicap.site import wiring
from haicap.units import public as units


def code_of(world: World, agency: int) -> str:
    return units.agency(agency, day=day_of(world.at)).code


def test_the_counter_it_was_sent_to_sees_it_and_hands_it_over(world: World) -> None:
    wiring.wire()
    dossier = world.at_stage("ISSUED")
    assert not access.sees(world.by("minh"), dossier)
    there = code_of(world, world.cast.bode.point)
    dossier = world.move(dossier, "send_result", "nga", agency_code=there)
    assert dossier.state == "ISSUED"
    view = queries.dossier_view(dossier=dossier, by=world.by("minh"), at=world.at)
    assert view["fetch_at"] == "Điểm phục vụ hành chính công Bồ Đề"
    assert [move["move"] for move in view["moves"]] == ["send_result"]
    dossier = world.move(
        dossier, "settle_fee", "nga", how="cash", amount=dossier.fee_total, receipt="BL 9"
    )  # by whoever demanded it
    with pytest.raises(NotYourMove):  # the paper is not there any more
        world.move(dossier, "return_result", "nga", how="counter")
    dossier = world.move(dossier, "return_result", "minh", how="counter")
    assert dossier.state == "RETURNED"
    audit.deliver_due(at=world.later())
    told = Message.objects.filter(party=dossier.applicant_id, template="result_ready")
    assert told.filter(body__contains="Điểm phục vụ hành chính công Bồ Đề").exists()


def test_it_goes_to_counters_only_and_not_to_where_it_lies(world: World) -> None:
    dossier = world.at_stage("ISSUED")
    for agency in (world.cast.bode.committee, dossier.receiving_agency_id or 0):
        with pytest.raises(Invalid) as refused:
            world.move(dossier, "send_result", "nga", agency_code=code_of(world, agency))
        assert set(refused.value.fields) == {"agency_code"}
    with pytest.raises(Invalid):
        world.move(dossier, "send_result", "nga", agency_code="H26.0")
    assert Dossier.objects.get(pk=dossier.pk).version == dossier.version
