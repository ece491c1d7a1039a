"""At the division and the leader's: assigned, supplemented, drafted, returned, approved, issued."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from haicap.audit import public as audit
from haicap.catalogue.models import DeadlineRule
from haicap.deadlines import public as deadlines
from haicap.dossiers import access, actions
from haicap.dossiers.actions import Conflict
from haicap.dossiers.models import Dossier, Opinion, Request, Task
from haicap.dossiers.routing import NobodyThere
from haicap.dossiers.tests.world import ASKED, REVIEWED, World, filled
from haicap.files import public as files
from haicap.kernel.clock import VIETNAM, local
from haicap.kernel.errors import Invalid
from haicap.registers.models import Number


def lead(dossier: Dossier) -> Task:
    """The one open lead task."""
    return Task.objects.get(dossier=dossier, role="lead", done_at__isnull=True)


def test_a_specialist_who_takes_it_in_handles_it(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    task = lead(dossier)
    assert (task.step, task.staff_id) == ("verify", world.cast.people["hoa"].staff)
    # 14 working hours from Monday 09:04 on, the 24th off
    assert local(task.due_at) == datetime(2026, 11, 25, 16, 4, tzinfo=VIETNAM)  # type: ignore[arg-type]


def test_a_head_who_takes_it_in_gives_it_to_somebody_of_the_division(world: World) -> None:
    dossier = world.at_stage("TRANSFERRED")
    dossier = world.move(dossier, "confirm_receipt", "truong")
    assert lead(dossier).staff_id is None
    for stranger in ("mai", "nga", "truong"):
        with pytest.raises(Invalid):
            world.move(dossier, "assign", "truong", staff_id=world.cast.people[stranger].staff)
    son = world.cast.people["son"].staff
    assert {one.staff_id for one in actions.assignable(dossier, at=world.at)} == {
        world.cast.people["hoa"].staff,
        son,
    }
    dossier = world.move(dossier, "assign", "truong", staff_id=son, note="Gấp")
    assert lead(dossier).staff_id == son
    assert Opinion.objects.get(dossier=dossier).text == "Gấp"


def test_a_supplement_stops_the_clock_and_it_goes_on(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    due, desk_due = dossier.due_at, lead(dossier).due_at
    assert due
    assert desk_due
    dossier = world.move(dossier, "ask_supplement", "hoa", **ASKED)
    assert dossier.is_paused
    assert deadlines.clock_of(dossier.ref).paused_since == world.at
    counter = Task.objects.get(dossier=dossier, step="supplement", done_at__isnull=True)
    assert (counter.agency_id, counter.role) == (world.cast.cuanam.point, "coordinate")
    assert lead(dossier).duty == "handle"
    world.at = datetime(2026, 11, 26, 9, 0, tzinfo=VIETNAM)
    dossier = world.move(dossier, "receive_supplement", "nga", note="Đây ạ")
    assert not dossier.is_paused
    clock = deadlines.clock_of(dossier.ref)
    assert dossier.due_at == clock.due_current
    # two working days stood still: 25 and 26 November
    assert dossier.due_at == due + timedelta(days=4)
    assert (lead(dossier).due_at or due) > desk_due
    assert not Task.objects.filter(step="supplement", done_at__isnull=True).exists()
    dossier = world.move(dossier, "check_supplement", "hoa")
    assert dossier.state == "IN_PROCESS"


def test_a_supplement_is_asked_for_once(world: World) -> None:
    dossier = world.at_stage("SUPP_DONE")
    dossier = world.move(dossier, "check_supplement", "hoa")
    with pytest.raises(Conflict, match="Chỉ được yêu cầu bổ sung 1 lần"):
        world.move(dossier, "ask_supplement", "hoa", **ASKED)
    DeadlineRule.objects.filter(pk=dossier.deadline_rule_id or 0).update(supplement_max=2)
    world.move(dossier, "ask_supplement", "hoa", **ASKED)


def test_asked_late_it_needs_a_ground(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    world.at = datetime(2026, 11, 30, 9, 0, tzinfo=VIETNAM)  # the 4th working day after the 23rd
    with pytest.raises(Invalid) as invalid:
        world.move(dossier, "ask_supplement", "hoa", **ASKED)
    assert set(invalid.value.fields) == {"basis"}
    world.move(dossier, "ask_supplement", "hoa", **ASKED, basis="Khoản 2 Điều 8")


def test_a_late_answer_is_taken_and_marked(world: World) -> None:
    dossier = world.at_stage("SUPP_REQ")
    request = Request.objects.get(dossier=dossier)
    assert request.reply_by is not None
    world.at = local(request.reply_by) + timedelta(days=1)
    world.move(dossier, "receive_supplement", "nga")
    assert audit.history_of(dossier.ref)[-1].facts["late"] is True


def test_restart_counts_the_whole_term_again(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    rule = DeadlineRule.objects.filter(pk=dossier.deadline_rule_id or 0)
    rule.update(supplement_policy="RESTART")
    dossier = world.move(Dossier.objects.get(pk=dossier.pk), "ask_supplement", "hoa", **ASKED)
    world.at = datetime(2026, 12, 7, 10, 0, tzinfo=VIETNAM)
    dossier = world.move(dossier, "receive_supplement", "nga")
    assert local(dossier.due_at) == datetime(2026, 12, 10, 17, tzinfo=VIETNAM)  # type: ignore[arg-type]


def test_the_draft_is_numbered_frozen_and_issued_as_it_was_approved(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    dossier = world.move(dossier, "draft_result", "hoa", values={"content": "Chưa kết hôn"})
    assert dossier.result_number == "1/XN-UBND"
    first = dossier.result_use
    dossier = world.move(dossier, "draft_result", "hoa", values={"content": "Chưa kết hôn với ai"})
    assert dossier.result_number == "1/XN-UBND"
    assert dossier.result_use != first
    assert Number.objects.get(ref=dossier.ref, kind="result").state == "reserved"
    dossier = world.move(dossier, "submit_approval", "hoa")
    frozen = dossier.result_sha256
    assert frozen
    assert dossier.result_use
    assert files.facts_of(dossier.result_use).sha256 == frozen
    dossier = world.move(dossier, "approve", "quan", note="Đồng ý")
    dossier = world.move(dossier, "number_and_issue", "van")
    assert dossier.result_sha256 == frozen
    assert dossier.result_signed is False
    assert Number.objects.get(ref=dossier.ref, kind="result").state == "confirmed"
    clock = deadlines.clock_of(dossier.ref)
    assert clock.finished_at == dossier.completed_at == world.at
    assert lead(dossier).step == "return"


def test_other_bytes_than_those_submitted_are_never_approved(world: World) -> None:
    dossier = world.at_stage("SUBMIT_APPROVAL")
    other = world.upload("hoa")
    Dossier.objects.filter(pk=dossier.pk).update(result_use=other.id)
    with pytest.raises(Conflict, match="Dự thảo đã đổi"):
        world.move(dossier, "approve", "quan")


@pytest.mark.parametrize("values", [{"unknown": "x"}, {"content": "x" * 9000}])
def test_what_the_template_cannot_take_is_refused(world: World, values: dict[str, str]) -> None:
    dossier = world.at_stage("IN_PROCESS")
    with pytest.raises(Invalid):
        world.move(dossier, "draft_result", "hoa", values=values)
    assert not Number.objects.filter(ref=dossier.ref, kind="result").exists()


def test_only_a_pdf_of_ones_own_is_a_result(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    text = world.upload("hoa", name="a.xml", content=b"<?xml version='1.0'?><a/>")
    others = world.upload("son")
    for use in (text, others):
        with pytest.raises(Invalid) as invalid:
            world.move(dossier, "submit_approval", "hoa", file_id=use.id)
        assert set(invalid.value.fields) == {"file_id"}
    dossier = world.move(dossier, "submit_approval", "hoa", file_id=world.upload("hoa").id)
    assert dossier.state == "SUBMIT_APPROVAL"


def reviewed(world: World) -> Dossier:
    """A dossier whose route has a review by the head, submitted by the specialist."""
    dossier = world.hand_in("nga", **filled(REVIEWED))
    for move, who in (("accept", "nga"), ("transfer", "nga"), ("confirm_receipt", "hoa")):
        dossier = world.move(dossier, move, who)
    return world.move(dossier, "submit_approval", "hoa")


def test_where_the_route_has_a_review_the_head_comes_before_the_leader(world: World) -> None:
    dossier = reviewed(world)
    frozen = dossier.result_sha256
    assert dossier.state == "SUBMIT_APPROVAL"
    assert (lead(dossier).step, lead(dossier).duty) == ("review", "head")
    on_the_way = {"apologise", "rollback"}

    def moves(who: str) -> set[str]:
        return set(access.legal_moves(world.by(who), dossier)) - on_the_way

    assert moves("truong") == {"submit_approval", "return_draft"}
    assert moves("quan") == moves("hoa") == set()
    with pytest.raises(Conflict, match="phụ trách phòng"):
        world.move(dossier, "approve", "quan")
    with pytest.raises(Conflict):
        world.move(dossier, "submit_approval", "hoa")
    dossier = world.move(dossier, "submit_approval", "truong")
    assert lead(dossier).duty == "decide"
    assert dossier.result_sha256 == frozen
    assert moves("truong") == set()
    assert moves("quan") == {"return_draft", "approve"}
    assert world.move(dossier, "approve", "quan").state == "APPROVED"


def test_a_returned_draft_lies_again_with_whom_it_came_from(world: World) -> None:
    dossier = reviewed(world)
    with pytest.raises(Invalid):
        world.move(dossier, "return_draft", "truong", reason="")
    with pytest.raises(Conflict, match="bước duyệt khác"):
        world.move(dossier, "return_draft", "quan", reason="Chưa rõ")
    dossier = world.move(dossier, "return_draft", "truong", reason="Thiếu căn cứ")
    assert dossier.state == "IN_PROCESS"
    assert dossier.result_sha256 == ""
    assert dossier.result_number
    assert lead(dossier).staff_id == world.cast.people["hoa"].staff
    assert Opinion.objects.filter(dossier=dossier).last().text == "Thiếu căn cứ"  # type: ignore[union-attr]
    number = dossier.result_number
    dossier = world.move(dossier, "submit_approval", "hoa", values={"content": "Đã sửa"})
    dossier = world.move(dossier, "submit_approval", "truong")
    dossier = world.move(dossier, "return_draft", "quan", reason="Sửa câu cuối")
    dossier = world.move(dossier, "submit_approval", "hoa")
    assert dossier.result_number == number
    assert Number.objects.filter(ref=dossier.ref, kind="result").count() == 1


def test_a_desk_without_anybody_refuses_and_nothing_is_lost(world: World) -> None:
    from haicap.accounts.models import PostDuty

    dossier = world.at_stage("RECEIVED")
    people = [world.cast.people[who].post for who in ("hoa", "son")]
    PostDuty.objects.filter(post__in=people).delete()
    with pytest.raises(NobodyThere, match="chưa có ai được giao"):
        world.move(dossier, "transfer", "nga")
    assert Dossier.objects.get(pk=dossier.pk).state == "RECEIVED"
    assert lead(dossier).step == "forward"
