"""Who may do what with a dossier received at Cửa Nam and decided by Bồ Đề; who sees it at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from haicap.accounts.models import Delegation, Reach
from haicap.accounts.tests.cast import AT, add_person
from haicap.dossiers import access, actions, queries
from haicap.dossiers.access import NotYourMove, NotYours
from haicap.dossiers.models import Dossier
from haicap.dossiers.tests.world import ASKED, MARITAL, World
from haicap.kernel.actor import NOBODY, Duty

# From which state, and who of the cast may make the move then.
MAY: dict[str, tuple[str, set[str]]] = {
    "accept": ("SUBMITTED", {"nga"}),
    "ask_before": ("SUBMITTED", {"nga"}),
    "refuse_intake": ("SUBMITTED", {"nga"}),
    "cancel": ("SUBMITTED", {"nga"}),
    "complete": ("PRE_SUPP", {"nga"}),
    "transfer": ("RECEIVED", {"nga"}),
    "confirm_receipt": ("TRANSFERRED", {"hoa", "son", "truong"}),
    "send_back": ("TRANSFERRED", {"hoa", "son", "truong"}),
    "assign": ("IN_PROCESS", {"truong"}),
    "ask_supplement": ("IN_PROCESS", {"hoa", "truong"}),
    "draft_result": ("IN_PROCESS", {"hoa", "truong"}),
    "submit_approval": ("IN_PROCESS", {"hoa", "truong"}),
    "receive_supplement": ("SUPP_REQ", {"nga"}),
    "check_supplement": ("SUPP_DONE", {"hoa", "truong"}),
    "return_draft": ("SUBMIT_APPROVAL", {"quan", "truong"}),
    "approve": ("SUBMIT_APPROVAL", {"quan"}),
    "number_and_issue": ("APPROVED", {"van"}),
    "return_result": ("RETURNED", {"nga"}),
    "send_result": ("ISSUED", {"nga"}),
    "settle_fee": ("RECEIVED", {"nga"}),
    "reroute": ("SUBMITTED", {"dieu"}),
    "consult": ("IN_PROCESS", {"hoa", "truong"}),
    "withdraw_consult": ("IN_PROCESS", {"hoa", "truong"}),
    "reply_consult": ("IN_PROCESS", set()),  # nobody was asked
    "request_finance": ("IN_PROCESS", {"hoa", "truong"}),
    "confirm_finance": ("IN_PROCESS", {"nga", "hoa", "son", "truong"}),
    "refuse_settle": ("IN_PROCESS", {"hoa", "truong"}),
    "stop": ("IN_PROCESS", {"truong", "quan"}),
    "expire": ("SUPP_REQ", set()),  # the platform's alone
    "request_withdraw": ("IN_PROCESS", {"nga"}),
    "decide_withdraw": ("IN_PROCESS", {"truong", "quan"}),
    "apologise": ("IN_PROCESS", {"truong", "quan"}),
    "correct_result": ("RETURNED", {"hoa", "son", "truong", "quan"}),
    "archive": ("RETURNED", {"nga", "hoa", "son", "truong"}),
    "hand_on": ("IN_PROCESS", {"dieu", "truong", "quan"}),
}
INVOLVED = {"nga", "quan", "van", "dieu", "tam"}  # counter, leader, clerk, coordinator, observer
AT_THE_DESK = {"hoa", "son", "truong"}


@pytest.mark.parametrize("move", sorted(MAY))
def test_a_move_is_for_its_people_and_for_nobody_else(world: World, move: str) -> None:
    stage, allowed = MAY[move]
    dossier = world.at_stage(stage)
    everybody = {*world.cast.people, "lan", "huong"}
    found = {who for who in everybody if access.may(world.by(who), move, dossier)}
    assert found == allowed


@pytest.mark.parametrize(
    ("stage", "seen_by"),
    [("SUBMITTED", INVOLVED), ("TRANSFERRED", INVOLVED | AT_THE_DESK)],
)
def test_a_dossier_exists_only_for_those_it_concerns(
    world: World, stage: str, seen_by: set[str]
) -> None:
    dossier = world.at_stage(stage)
    everybody = {*world.cast.people, "lan", "huong"}
    assert {who for who in everybody if access.sees(world.by(who), dossier)} == seen_by
    assert not access.sees(NOBODY, dossier)
    with pytest.raises(NotYours):
        queries.find(code=dossier.code or "", by=world.by("minh"))


def test_refused_is_told_apart_from_unseen(world: World) -> None:
    dossier = world.at_stage("SUBMITTED")
    with pytest.raises(NotYourMove):
        world.move(dossier, "accept", "quan")
    with pytest.raises(NotYours):
        world.move(dossier, "accept", "minh")
    with pytest.raises(NotYours):
        world.move(dossier, "accept", "lan")


def test_a_given_dossier_is_for_whom_it_was_given_to_and_the_head(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    with pytest.raises(NotYourMove, match="phân công cho người khác"):
        world.move(dossier, "ask_supplement", "son", **ASKED)
    son = world.cast.people["son"].staff
    dossier = world.move(dossier, "assign", "truong", staff_id=son)
    world.move(dossier, "ask_supplement", "son", **ASKED)


def test_a_delegation_lends_the_leaders_duty_for_its_procedures_only(world: World) -> None:
    dossier = world.at_stage("SUBMIT_APPROVAL")
    deputy = add_person(
        login="pho",
        name="Ngô Văn Phó",
        agency=world.cast.bode.committee,
        title="Phó Chủ tịch",
        duties=[(Duty.OBSERVE, Reach.OWN)],
    )
    world.cast.people["pho"] = deputy
    lent: dict[str, Any] = {
        "from_post_id": world.cast.people["quan"].post,
        "to_post_id": deputy.post,
        "duty": Duty.DECIDE,
        "period": DateRange(date(2026, 11, 1), None),
        "basis": "Quyết định 12/QĐ-UBND",
        "created_at": AT,
    }
    other = Delegation.objects.create(**lent, procedures=["1.001193"])
    assert not access.may(world.by("pho"), "approve", dossier)
    other.delete()
    delegation = Delegation.objects.create(**lent, procedures=[MARITAL])
    dossier = world.move(dossier, "approve", "pho")
    from haicap.audit.public import history_of

    last = history_of(dossier.ref)[-1]
    assert last.kind == "dossiers.DossierApproved"
    assert last.duty == Duty.DECIDE
    assert last.person == deputy.staff
    assert last.delegation == delegation.pk


def test_a_duty_for_other_procedures_does_not_reach(world: World) -> None:
    world.cast.people["khac"] = add_person(
        login="khac",
        name="Lê Văn Khác",
        agency=world.cast.cuanam.point,
        title="Công chức tiếp nhận",
        duties=[(Duty.RECEIVE, Reach.OWN)],
        procedures=["1.001193"],
    )
    dossier = world.at_stage("SUBMITTED")
    assert not access.may(world.by("khac"), "accept", dossier)
    assert not access.sees(world.by("khac"), dossier)


def test_a_citizen_sees_and_moves_only_what_is_theirs(world: World) -> None:
    lan, huong = world.by("lan"), world.by("huong")
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None), by=huong, at=world.later()
    )
    assert access.sees(huong, dossier)
    assert not access.sees(lan, dossier)
    assert access.legal_moves(huong, dossier) == ("cancel",)
    with pytest.raises(NotYours):
        actions.cancel(dossier_id=dossier.pk, by=lan, at=world.later())
    assert actions.cancel(dossier_id=dossier.pk, by=huong, at=world.later()).state == "CANCELLED"


def test_a_draft_is_seen_by_its_applicant_alone(world: World) -> None:
    draft = actions.start_draft(procedure_code=MARITAL, by=world.by("huong"), at=world.later())
    everybody = {*world.cast.people, "lan", "huong"}
    assert {who for who in everybody if access.sees(world.by(who), draft)} == {"huong"}


def test_what_is_legal_is_what_the_verbs_take(world: World) -> None:
    """No button that would be refused as not one's own, none missing."""
    dossier = world.at_stage("IN_PROCESS")
    handling = (
        "ask_supplement", "consult", "request_finance", "draft_result", "submit_approval",
        "refuse_settle",
    )  # fmt: skip
    above = ("stop", "hand_on", "apologise")
    assert access.legal_moves(world.by("hoa"), dossier) == handling
    assert access.legal_moves(world.by("truong"), dossier) == ("assign", *handling, *above)
    assert access.legal_moves(world.by("nga"), dossier) == ("request_withdraw", "settle_fee")
    assert access.legal_moves(world.by("quan"), dossier) == above
    assert Dossier.objects.get(pk=dossier.pk).version == dossier.version
