"""The other turns: units asked, duties to pay, refusals, withdrawals, apologies, corrections."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from haicap.audit import public as audit
from haicap.deadlines import public as deadlines
from haicap.dossiers import access, actions, queries
from haicap.dossiers.access import NotYourMove
from haicap.dossiers.actions import Conflict
from haicap.dossiers.models import (
    Consultation,
    Correction,
    Dossier,
    FinanceDuty,
    Opinion,
    Request,
    Setting,
    Task,
)
from haicap.dossiers.tests.world import ASKED, REVIEWED, World, filled
from haicap.kernel.actor import system
from haicap.kernel.clock import VIETNAM, local
from haicap.kernel.errors import Invalid
from haicap.notify.models import Message
from haicap.registers.models import Number
from haicap.units import public as units

TAX: dict[str, Any] = {"amount": 1_500_000, "purpose": "Lệ phí trước bạ", "basis": "Điều 10"}
SORRY: dict[str, Any] = {
    "new_due": date(2026, 12, 2),
    "reason_code": "consulted",
    "reason": "Chờ ý kiến cơ quan phối hợp",
}
WRONG: dict[str, Any] = {"error_kind": "typing", "reason": "Sai năm sinh", "basis": "QĐ 5"}


def code_of(world: World, agency_id: int) -> str:
    return units.agency(agency_id, day=world.at.date()).code


def lead(dossier: Dossier) -> Task:
    return Task.objects.get(dossier=dossier, role="lead", done_at__isnull=True)


def question(world: World, agency_id: int, **more: Any) -> dict[str, Any]:
    return {"agency_code": code_of(world, agency_id), "question": "Có tranh chấp không?", **more}


def asked_two(world: World) -> Dossier:
    """A dossier about which two units are asked: Cửa Nam's office and Bồ Đề's committee."""
    dossier = world.at_stage("IN_PROCESS")
    both = [question(world, world.cast.cuanam.office), question(world, world.cast.bode.committee)]
    return world.move(dossier, "consult", "hoa", questions=both)


# --- consultation ---------------------------------------------------------------------------------


def test_units_asked_in_parallel_each_see_it_and_answer_in_their_own_time(world: World) -> None:
    dossier = asked_two(world)
    due = dossier.due_at
    assert dossier.state == "CONSULTING"
    assert not dossier.is_paused
    assert deadlines.clock_of(dossier.ref).paused_since is None
    for task in Task.objects.filter(dossier=dossier, step="consult"):
        assert task.role == "coordinate"
        assert task.due_at
        assert due
        assert task.due_at <= due
    waiting = queries.listed(box="waiting", by=world.by("mai"), at=world.at).items
    assert [row["code"] for row in waiting] == [dossier.code]
    assert access.legal_moves(world.by("mai"), dossier) == ("reply_consult",)
    held = queries.listed(box="held", by=world.by("hoa"), at=world.at).items
    assert [row["code"] for row in held] == [dossier.code]
    with pytest.raises(Conflict, match="im lặng không phải là đồng ý"):
        world.move(dossier, "submit_approval", "hoa")
    dossier = world.move(dossier, "reply_consult", "mai", answer="Không có", stance="agree")
    assert dossier.state == "CONSULTING"
    dossier = world.move(dossier, "reply_consult", "quan", answer="Còn đơn thư", stance="disagree")
    assert dossier.state == "IN_PROCESS"
    assert dossier.due_at == due
    assert world.move(dossier, "submit_approval", "hoa").state == "SUBMIT_APPROVAL"


def test_only_the_unit_asked_replies_and_only_once(world: World) -> None:
    dossier = asked_two(world)
    for stranger in ("hoa", "nga", "van"):
        with pytest.raises(NotYourMove):
            world.move(dossier, "reply_consult", stranger, answer="x")
    world.move(dossier, "reply_consult", "mai", answer="Không có", stance="agree")
    with pytest.raises((Conflict, NotYourMove)):
        world.move(dossier, "reply_consult", "mai", answer="Lần nữa")
    assert Consultation.objects.filter(answered_at__isnull=False).count() == 1


def test_a_question_is_taken_back_with_a_reason_and_one_that_need_not_waits_for_nobody(
    world: World,
) -> None:
    dossier = asked_two(world)
    with pytest.raises(Invalid) as several:
        world.move(dossier, "withdraw_consult", "hoa", reason="Không cần nữa")
    assert set(several.value.fields) == {"consultation_id"}
    for one in actions.open_questions(dossier):
        dossier = world.move(
            dossier, "withdraw_consult", "hoa", reason="Đủ căn cứ", consultation_id=one.pk
        )
    assert dossier.state == "IN_PROCESS"
    asked = [question(world, world.cast.cuanam.office, mandatory=False)]
    dossier = world.move(dossier, "consult", "hoa", questions=asked)
    assert dossier.state == "IN_PROCESS"
    dossier = world.move(dossier, "submit_approval", "hoa")
    assert not actions.open_questions(dossier)
    assert not Task.objects.filter(dossier=dossier, step="consult", done_at__isnull=True).exists()


@pytest.mark.parametrize("fault", ["agency_code", "question", "reply_by"])
def test_a_question_needs_another_unit_words_and_a_time_inside_the_whole(
    world: World, fault: str
) -> None:
    dossier = world.at_stage("IN_PROCESS")
    asked = question(world, world.cast.cuanam.office)
    wrong = {
        "agency_code": code_of(world, world.cast.bode.office),
        "question": " ",
        "reply_by": date(2027, 1, 4),
    }
    with pytest.raises(Invalid) as invalid:
        world.move(dossier, "consult", "hoa", questions=[{**asked, fault: wrong[fault]}])
    assert set(invalid.value.fields) == {f"questions.0.{fault}"}
    assert not Consultation.objects.exists()


# --- financial duty -------------------------------------------------------------------------------


def test_a_financial_duty_stops_the_clock_until_it_is_paid_in_full(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    due = dossier.due_at
    dossier = world.move(dossier, "request_finance", "hoa", **TAX)
    assert (dossier.state, dossier.is_paused) == ("FIN_DUTY", True)
    assert deadlines.clock_of(dossier.ref).pauses[0].kind == "FINANCE"
    world.at = datetime(2026, 11, 26, 9, 0, tzinfo=VIETNAM)
    with pytest.raises(Invalid) as short:
        world.move(dossier, "confirm_finance", "nga", paid=1_499_000, receipt="BL-9")
    assert set(short.value.fields) == {"paid"}
    dossier = world.move(dossier, "confirm_finance", "nga", paid=1_500_000, receipt="BL-9")
    assert (dossier.state, dossier.is_paused) == ("IN_PROCESS", False)
    assert due
    assert dossier.due_at == due + timedelta(days=4)  # two working days stood still
    assert FinanceDuty.objects.get().receipt == "BL-9"
    assert not Task.objects.filter(step="finance", done_at__isnull=True).exists()


def test_what_is_not_paid_is_stopped_with_reason_and_basis(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    dossier = world.move(dossier, "request_finance", "hoa", **TAX)
    with pytest.raises(Invalid):
        world.move(dossier, "stop", "truong", reason="Không nộp", basis="")
    dossier = world.move(dossier, "stop", "truong", reason="Không nộp", basis="Điều 12")
    assert dossier.state == dossier.ended_as == "STOPPED"
    assert not dossier.is_paused
    assert dossier.closed_at == deadlines.clock_of(dossier.ref).finished_at == world.at
    assert not Task.objects.filter(dossier=dossier, done_at__isnull=True).exists()
    assert audit.history_of(dossier.ref)[-1].facts["national"] == 8
    dossier = world.move(dossier, "archive", "hoa")
    assert audit.history_of(dossier.ref)[-1].facts["national"] == 8


# --- supplements ----------------------------------------------------------------------------------


def test_a_second_supplement_needs_a_reason_and_is_judged_late(world: World) -> None:
    dossier = world.at_stage("SUPP_DONE")
    dossier = world.move(dossier, "check_supplement", "hoa")
    with pytest.raises(Conflict, match="trễ hạn"):
        world.move(dossier, "ask_supplement", "hoa", **ASKED)
    dossier = world.move(dossier, "ask_supplement", "hoa", **ASKED, again="Giấy nộp bị hỏng")
    assert [one.again for one in Request.objects.order_by("id")] == ["", "Giấy nộp bị hỏng"]
    view = queries.dossier_view(dossier=dossier, by=world.by("hoa"), at=world.at)
    assert view["judged_late"] is True


def test_where_the_office_says_so_only_the_head_asks_for_a_supplement(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    Setting.objects.create(
        name="supplement_by_head", value=1, valid_from=date(2026, 1, 1), basis="QĐ nội bộ"
    )
    with pytest.raises(Conflict, match="phụ trách phòng"):
        world.move(dossier, "ask_supplement", "hoa", **ASKED)
    assert world.move(dossier, "ask_supplement", "truong", **ASKED).state == "SUPP_REQ"


def test_a_supplement_that_never_came_is_reminded_of_then_ends_with_notice(world: World) -> None:
    dossier = world.at_stage("SUPP_REQ")
    request = Request.objects.get(dossier=dossier)
    assert request.reply_by
    by = system("deadlines")
    assert actions.remind_supplements(at=world.at, by=by) == 0
    assert actions.remind_supplements(at=request.reply_by - timedelta(days=1), by=by) == 1
    assert actions.remind_supplements(at=request.reply_by - timedelta(hours=1), by=by) == 0
    assert actions.expire_supplements(at=request.reply_by + timedelta(hours=1), by=by) == 0
    assert actions.expire_supplements(at=request.reply_by + timedelta(days=5), by=by) == 1
    dossier.refresh_from_db()
    assert dossier.state == "EXPIRED"
    kinds = [entry.kind for entry in audit.history_of(dossier.ref)][-2:]
    assert kinds == ["dossiers.SupplementReminded", "dossiers.SupplementExpired"]


# --- refused, withdrawn ---------------------------------------------------------------------------


def test_a_refusal_goes_the_way_of_a_result_and_its_paper_is_handed_over(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    dossier = world.move(dossier, "refuse_settle", "hoa", reason="Không đủ điều kiện", basis="Đ 9")
    assert dossier.state == "SUBMIT_APPROVAL"
    sha = dossier.result_sha256
    dossier = world.move(dossier, "approve", "quan")
    dossier = world.move(dossier, "number_and_issue", "van")
    assert (dossier.state, dossier.result_sha256) == ("REFUSED", sha)
    assert dossier.completed_at == world.at
    last = audit.history_of(dossier.ref)[-1]
    assert (last.kind, last.facts["national"]) == ("dossiers.SettlementRefused", 8)
    world.move(dossier, "settle_fee", "nga", how="cash", amount=3000, receipt="BL-1")
    dossier = world.move(dossier, "return_result", "nga", how="counter")
    assert (dossier.state, audit.history_of(dossier.ref)[-1].facts["national"]) == ("RETURNED", 8)


def test_a_refusal_that_was_sent_back_never_goes_up_again_as_a_result(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    dossier = world.move(dossier, "refuse_settle", "hoa", reason="Thiếu điều kiện", basis="Điều 9")
    refusal = dossier.result_sha256
    dossier = world.move(dossier, "return_draft", "quan", reason="Xem lại")
    assert (dossier.ended_as, dossier.result_use) == ("", None)
    dossier = world.move(dossier, "submit_approval", "hoa")
    assert dossier.result_sha256 != refusal
    for move, who in (("approve", "quan"), ("number_and_issue", "van")):
        dossier = world.move(dossier, move, who)
    assert dossier.state == "ISSUED"


def test_of_a_withdrawal_and_an_approval_one_wins_and_both_hear_of_it(world: World) -> None:
    dossier = world.at_stage("SUBMIT_APPROVAL")
    dossier = world.move(dossier, "request_withdraw", "nga", reason="Không cần nữa")
    with pytest.raises(Conflict) as late:
        world.move(dossier, "approve", "quan")
    assert late.value.state == "WITHDRAW_REQ"
    assert late.value.winner
    with pytest.raises(Invalid):
        world.move(dossier, "decide_withdraw", "quan", agree=False)
    dossier = world.move(dossier, "decide_withdraw", "quan", agree=False, reason="Sắp có kết quả")
    assert dossier.state == "SUBMIT_APPROVAL"
    dossier = world.move(dossier, "request_withdraw", "nga", reason="Vẫn xin rút")
    dossier = world.move(
        dossier, "decide_withdraw", "quan", agree=True, fees="Hoàn", originals="Trả lại bản chính"
    )
    assert dossier.state == "WITHDRAWN"
    assert Number.objects.get(ref=dossier.ref, kind="result").state == "void"
    sent = [e.facts["national"] for e in audit.history_of(dossier.ref) if "national" in e.facts]
    assert sent[-4:] == [7, 4, 7, 8]


def test_withdrawn_while_the_clock_stood_still_it_stands_still_until_decided(world: World) -> None:
    dossier = world.at_stage("SUPP_REQ")
    dossier = world.move(dossier, "request_withdraw", "nga", reason="Không bổ sung được")
    assert dossier.is_paused
    dossier = world.move(dossier, "decide_withdraw", "quan", agree=False, reason="Chờ thêm")
    assert (dossier.state, dossier.is_paused) == ("SUPP_REQ", True)
    assert world.move(dossier, "receive_supplement", "nga").state == "SUPP_DONE"


# --- apology, correction --------------------------------------------------------------------------


def test_an_apology_promises_a_new_date_once_and_ahead_of_the_old_one(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    before = dossier.due_at
    assert before
    with pytest.raises(NotYourMove):
        world.move(dossier, "apologise", "hoa", **SORRY)
    for wrong in (date(2026, 11, 20), date(2029, 1, 1)):
        with pytest.raises(Invalid):
            world.move(dossier, "apologise", "truong", **{**SORRY, "new_due": wrong})
    dossier = world.move(dossier, "apologise", "truong", **SORRY)
    assert dossier.state == "IN_PROCESS"
    assert local(dossier.due_at) == datetime(2026, 12, 2, 17, tzinfo=VIETNAM)  # type: ignore[arg-type]
    clock = deadlines.clock_of(dossier.ref)
    assert (clock.due_original, clock.due_current) == (before, dossier.due_at)
    assert [change.kind for change in clock.changes] == ["STARTED", "POSTPONED"]
    assert any("xin lỗi" in sentence for sentence in deadlines.explain(ref=dossier.ref))
    assert "apologise" not in access.legal_moves(world.by("truong"), dossier)
    with pytest.raises(Conflict, match="một lần"):
        world.move(dossier, "apologise", "truong", **SORRY)


def test_when_the_date_is_near_or_past_it_is_too_late_to_promise_another(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    assert dossier.due_at
    world.at = local(dossier.due_at) - timedelta(hours=3)
    with pytest.raises(Conflict, match="ít nhất 1 ngày"):
        world.move(dossier, "apologise", "truong", **SORRY)
    world.at = local(dossier.due_at) + timedelta(hours=1)
    with pytest.raises(Conflict, match="quá ngày hẹn"):
        world.move(dossier, "apologise", "truong", **SORRY)


def test_a_pause_after_the_apology_moves_the_new_date(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    dossier = world.move(dossier, "apologise", "truong", **SORRY)
    dossier = world.move(dossier, "request_finance", "hoa", **TAX)
    world.at = datetime(2026, 11, 26, 9, 0, tzinfo=VIETNAM)
    dossier = world.move(dossier, "confirm_finance", "nga", paid=1_500_000, receipt="BL-9")
    # from Wednesday 2 December by two working days
    assert local(dossier.due_at) == datetime(2026, 12, 4, 17, tzinfo=VIETNAM)  # type: ignore[arg-type]


def test_a_wrong_result_is_replaced_and_stays_marked_beside_the_new_one(world: World) -> None:
    dossier = world.at_stage("RETURNED")
    old_use, old_number, completed = dossier.result_use, dossier.result_number, dossier.completed_at
    with pytest.raises(Invalid):
        world.move(dossier, "correct_result", "hoa", **{**WRONG, "basis": ""})
    dossier = world.move(dossier, "correct_result", "hoa", **WRONG)
    assert (dossier.state, dossier.closed_at) == ("CORRECTING", None)
    assert lead(dossier).staff_id == world.cast.people["hoa"].staff
    dossier = world.move(dossier, "draft_result", "hoa", values={"content": "Đúng"})
    assert dossier.state == "CORRECTING"
    dossier = world.move(dossier, "submit_approval", "hoa")
    with pytest.raises(Conflict, match="đã phát hành"):
        world.move(dossier, "request_withdraw", "nga", reason="Thôi")
    dossier = world.move(dossier, "return_draft", "quan", reason="Thiếu dấu")
    assert dossier.state == "CORRECTING"
    dossier = world.move(dossier, "submit_approval", "hoa")
    for move, who in (("approve", "quan"), ("number_and_issue", "van")):
        dossier = world.move(dossier, move, who)
    assert dossier.state == "ISSUED"
    assert dossier.completed_at == completed
    assert dossier.result_number != old_number
    correction = Correction.objects.get(dossier=dossier)
    assert (correction.old_use, correction.new_use) == (old_use, dossier.result_use)
    lan = queries.files_of(dossier, by=world.by("nga"))
    assert [file["id"] for file in lan if file["superseded"]] == [str(old_use)]
    assert world.move(dossier, "return_result", "nga", how="counter").state == "RETURNED"


# --- taken back, handed on, signed for another ----------------------------------------------------


def test_ones_own_last_step_is_taken_back_while_nobody_has_opened_it(world: World) -> None:
    dossier = world.at_stage("TRANSFERRED")
    with pytest.raises((Conflict, NotYourMove)):
        world.move(dossier, "rollback", "hoa")
    assert "rollback" in access.legal_moves(world.by("nga"), dossier)
    dossier = world.move(dossier, "rollback", "nga", reason="Nhầm hồ sơ")
    assert dossier.state == "RECEIVED"
    last = audit.history_of(dossier.ref)[-1]
    assert (last.kind, last.facts["undone"]) == ("dossiers.StepTakenBack", "transfer")
    dossier = world.move(dossier, "transfer", "nga")
    actions.opened(dossier_id=dossier.pk, by=world.by("nga"), at=world.at)
    assert "rollback" in access.legal_moves(world.by("nga"), dossier)
    actions.opened(dossier_id=dossier.pk, by=world.by("hoa"), at=world.at)
    assert "rollback" not in access.legal_moves(world.by("nga"), dossier)
    with pytest.raises(Conflict, match="chưa mở"):
        world.move(dossier, "rollback", "nga")


def test_submission_and_approval_are_taken_back_to_where_they_came_from(world: World) -> None:
    dossier = world.hand_in("nga", **filled(REVIEWED))
    for move, who in (("accept", "nga"), ("transfer", "nga"), ("confirm_receipt", "hoa")):
        dossier = world.move(dossier, move, who)
    dossier = world.move(dossier, "submit_approval", "hoa")
    dossier = world.move(dossier, "rollback", "hoa")
    assert (dossier.state, dossier.result_sha256) == ("IN_PROCESS", "")
    assert lead(dossier).staff_id == world.cast.people["hoa"].staff
    dossier = world.move(dossier, "submit_approval", "hoa")
    sha = dossier.result_sha256
    dossier = world.move(dossier, "submit_approval", "truong")
    dossier = world.move(dossier, "rollback", "truong")
    assert (dossier.state, lead(dossier).duty, dossier.result_sha256) == (
        "SUBMIT_APPROVAL", "head", sha,
    )  # fmt: skip
    dossier = world.move(dossier, "return_draft", "truong", reason="Sửa")
    dossier = world.move(dossier, "rollback", "truong")
    assert (dossier.state, lead(dossier).duty, dossier.result_sha256) == (
        "SUBMIT_APPROVAL", "head", sha,
    )  # fmt: skip
    dossier = world.move(dossier, "submit_approval", "truong")
    dossier = world.move(dossier, "approve", "quan")
    dossier = world.move(dossier, "rollback", "quan")
    assert (dossier.state, lead(dossier).duty) == ("SUBMIT_APPROVAL", "decide")
    assert world.move(dossier, "approve", "quan").state == "APPROVED"


def test_handed_on_it_has_other_holders_and_the_same_state_and_clock(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    dossier = world.move(dossier, "draft_result", "hoa", values={"content": "Nháp"})
    clock, due = deadlines.clock_of(dossier.ref), lead(dossier).due_at
    with pytest.raises(NotYourMove):
        world.move(dossier, "hand_on", "hoa", agency_code="H26.00082", reason="Đúng nơi")
    there = code_of(world, world.cast.cuanam.committee)
    dossier = world.move(dossier, "hand_on", "truong", agency_code=there, reason="Đúng nơi")
    assert dossier.state == "IN_PROCESS"
    assert dossier.competent_agency_id == world.cast.cuanam.committee
    assert deadlines.clock_of(dossier.ref) == clock
    assert (lead(dossier).agency_id, lead(dossier).due_at) == (world.cast.cuanam.office, due)
    assert Number.objects.get(ref=dossier.ref, kind="result").state == "void"
    assert Opinion.objects.filter(dossier=dossier, move="hand_on").exists()
    dossier = world.move(dossier, "submit_approval", "mai")
    assert dossier.result_number


# --- nobody forgotten -----------------------------------------------------------------------------


def test_the_day_begins_with_one_digest_that_reaches_higher_the_later_it_is(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    due = local(dossier.due_at) if dossier.due_at else world.at

    def told(at: datetime) -> set[str]:
        actions.send_digest(at=at)
        names = {person.staff: who for who, person in world.cast.people.items()}
        keys = Message.objects.filter(template="staff_digest", staff__isnull=False, created_at=at)
        return {names[staff] for staff in keys.values_list("staff_id", flat=True)}

    eight = due.replace(hour=8, minute=0)
    assert told(eight.replace(hour=9)) == set()
    assert told(eight - timedelta(days=1)) == {"hoa"}
    assert told(eight) == {"hoa", "truong"}
    assert actions.send_digest(at=eight) == 0
    assert told(eight + timedelta(days=3)) >= {"hoa", "truong", "quan"}
