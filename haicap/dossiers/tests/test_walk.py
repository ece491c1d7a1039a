"""One dossier all the way, by the verbs."""

from __future__ import annotations

from haicap.dossiers.tests.world import World


def test_a_dossier_goes_from_the_counter_to_the_returned_result(world: World) -> None:
    dossier = world.hand_in("nga")
    assert dossier.code
    assert dossier.state == "SUBMITTED"
    assert dossier.receiving_agency_id == world.cast.cuanam.point
    assert dossier.competent_agency_id == world.cast.bode.committee
    dossier = world.move(dossier, "accept", "nga")
    assert dossier.state == "RECEIVED"
    assert (dossier.volume, dossier.ordinal) == (1, 1)
    dossier = world.move(dossier, "transfer", "nga")
    dossier = world.move(dossier, "confirm_receipt", "hoa")
    pdf = world.upload("hoa")
    dossier = world.move(dossier, "submit_approval", "hoa", file_id=pdf.id)
    dossier = world.move(dossier, "approve", "quan")
    dossier = world.move(dossier, "number_and_issue", "van")
    assert dossier.completed_at
    dossier = world.move(dossier, "settle_fee", "nga", how="cash", amount=3000, receipt="BL-0001")
    dossier = world.move(dossier, "return_result", "nga", how="counter")
    assert dossier.state == "RETURNED"
