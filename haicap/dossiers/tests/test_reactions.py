"""What follows from the facts: the receipt and slips are kept once, the people are told once."""

from __future__ import annotations

import pytest
from django.db import transaction

from haicap.accounts.events import CitizenProved
from haicap.audit import public as audit
from haicap.dossiers import actions
from haicap.dossiers.models import Dossier
from haicap.dossiers.slips import gathering
from haicap.dossiers.slips.layouts import set_paper
from haicap.dossiers.tests.world import APPLICANT, ASKED, World
from haicap.files import public as files
from haicap.notify.models import Message
from haicap.parties import public as parties
from haicap.parties.models import Party
from haicap.site import wiring


@pytest.fixture(autouse=True)
def wired() -> None:
    """The house's own wiring."""
    wiring.wire()


def told(party: int) -> list[str]:
    """By which letters a party was told, in order."""
    rows = Message.objects.filter(party=party, channel="inbox").order_by("id")
    return list(rows.values_list("template", flat=True))


def slots(dossier: Dossier) -> list[str]:
    """What lies with a dossier."""
    return [use.slot.partition(":")[0] for use in files.uses_of([dossier.ref])[dossier.ref]]


def test_the_receipt_is_kept_once_and_is_the_one_that_is_served(world: World) -> None:
    dossier = world.at_stage("RECEIVED")
    assert slots(dossier) == []  # only after the commit
    audit.deliver_due(at=world.later())
    assert slots(dossier) == ["receipt", "receipt"]  # the citizen's, and both copies
    actions.papers.keep_receipt(dossier_id=dossier.pk, at=world.later())
    assert slots(dossier) == ["receipt", "receipt"]
    kinds = [entry.kind for entry in audit.history_of(dossier.ref)]
    assert kinds.count("dossiers.ReceiptIssued") == 1
    made = gathering.receipt(Dossier.objects.get(pk=dossier.pk))
    papers = {"receipt": made, "receipt:both": gathering.both_copies(made)}
    for use in files.uses_of([dossier.ref])[dossier.ref]:
        assert b"".join(files.open_file(use.id)) == set_paper(papers[use.slot])


def test_everybody_on_the_dossier_is_told_once_of_each_step(world: World) -> None:
    mother = {
        **APPLICANT,
        "name": "Nguyễn Thị Tư",
        "birth_date": "1950-01-02",
        "sex": "female",
        "identifiers": {"personal_id": "000150000077"},
    }
    huong = world.by("huong")
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None, owner=mother, relation="con gái"),
        by=huong,
        at=world.later(),
    )
    dossier = world.move(dossier, "ask_before", "minh", **ASKED)
    dossier = world.move(dossier, "complete", "huong")
    for move, who in (
        ("accept", "minh"),
        ("transfer", "minh"),
        ("confirm_receipt", "hoa"),
    ):
        dossier = world.move(dossier, move, who)
    dossier = world.move(dossier, "ask_supplement", "hoa", **ASKED)
    dossier = world.move(dossier, "receive_supplement", "huong")
    audit.deliver_due(at=world.later())
    for move, who in (
        ("check_supplement", "hoa"),
        ("submit_approval", "hoa"),
        ("approve", "quan"),
        ("number_and_issue", "van"),
    ):
        dossier = world.move(dossier, move, who)
    world.move(dossier, "settle_fee", "minh", how="waived", reason="Hộ nghèo")
    world.move(dossier, "return_result", "huong", how="electronic")
    audit.deliver_due(at=world.later())
    before, after = (
        ["submitted", "ask_before", "accepted"],
        ["forwarded", "supplement", "supplemented", "result_ready", "returned"],
    )
    assert told(dossier.owner_id) == [*before, *after]
    assert told(dossier.applicant_id) == [*before, "payment_asked", *after]
    assert sorted(slots(dossier)) == [
        "receipt",
        "result",
        "slip",
        "slip",
        "slip",
    ]  # the last: the control slip
    message = Message.objects.filter(template="ask_before").first()
    assert message is not None
    assert dossier.code
    assert dossier.code in message.title
    assert "Nộp bản sao bản án" in message.body


def test_a_refusal_leaves_its_paper_and_tells_why(world: World) -> None:
    dossier = world.at_stage("INTAKE_REFUSED")
    audit.deliver_due(at=world.later())
    assert slots(dossier) == ["slip"]
    assert told(dossier.applicant_id) == ["submitted", "refused"]
    body = Message.objects.get(template="refused", channel="inbox").body
    assert "Sai thẩm quyền" in body


def test_what_an_account_handed_in_before_it_was_proved_goes_with_it(world: World) -> None:
    huong = world.by("huong")
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None), by=huong, at=world.later()
    )
    proved = parties.find_or_add(
        declared=parties.declared_of(huong.person or 0, at=world.at),
        by=world.by("nga"),
        at=world.at,
    )
    was = Party.objects.create(
        kind="person", name="Hương", name_fold="", sort_key="", created_at=world.at
    )
    Dossier.objects.filter(pk=dossier.pk).update(applicant=was, owner=was)
    fact = CitizenProved(citizen_id=1, was_party=was.pk, party=proved.pk)
    with transaction.atomic():
        audit.record(fact, subject=f"parties.Party:{proved.pk}", by=huong, at=world.later())
    audit.deliver_due(at=world.later())
    dossier.refresh_from_db()
    assert (dossier.applicant_id, dossier.owner_id) == (proved.pk, proved.pk)
