"""At the counter: reception with everything pinned, requests before it, refusal, fee, return."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from haicap.audit import public as audit
from haicap.catalogue.models import DeadlineRule, FeeRule, PaperRule, ProcedureVersion
from haicap.deadlines import public as deadlines
from haicap.dossiers import actions
from haicap.dossiers.actions import Conflict
from haicap.dossiers.filing import NotOpen, PaperIn
from haicap.dossiers.models import Dossier, Opinion, Request, Task
from haicap.dossiers.slips import gathering
from haicap.dossiers.tests.world import ASKED, BIRTH, MARITAL, World, birth_answers
from haicap.kernel.clock import VIETNAM, local
from haicap.kernel.errors import Invalid
from haicap.registers.models import Number


def lead(dossier: Dossier) -> Task:
    """The one open lead task."""
    return Task.objects.get(dossier=dossier, role="lead", done_at__isnull=True)


def test_reception_pins_everything_and_starts_the_clock(world: World) -> None:
    dossier = world.at_stage("RECEIVED")
    assert dossier.received_at == world.at
    assert dossier.deadline_rule.procedure.code == MARITAL  # type: ignore[union-attr]
    assert dossier.calendar_id
    assert dossier.fee_total == 3000
    assert dossier.money == "due"
    clock = deadlines.clock_of(dossier.ref)
    assert clock.due_original == dossier.due_at
    # Monday 23/11/2026, three working days; the 24th is a holiday
    assert local(dossier.due_at) == datetime(2026, 11, 27, 17, tzinfo=VIETNAM)
    task = lead(dossier)
    assert (task.step, task.staff_id) == ("forward", world.cast.people["nga"].staff)
    assert local(task.due_at).hour == 17  # type: ignore[arg-type]


def test_after_three_a_dossier_goes_on_in_the_first_hour_of_the_next_working_day(
    world: World,
) -> None:
    dossier = world.hand_in("nga")
    world.at = world.at.replace(hour=15, minute=29)
    dossier = world.move(dossier, "accept", "nga")
    assert local(lead(dossier).due_at) == datetime(2026, 11, 25, 9, tzinfo=VIETNAM)  # type: ignore[arg-type]


def test_a_later_rule_leaves_a_received_dossier_as_it_was(world: World) -> None:
    """Invariant 15: time, fee and form of a pinned dossier never move with the catalogue."""
    dossier = world.at_stage("RECEIVED")
    before = Dossier.objects.values().get(pk=dossier.pk)
    today = world.at.date()
    for model in (DeadlineRule, FeeRule):
        old = model.objects.get(procedure__code=MARITAL, period__contains=today)
        fields = {f.name: getattr(old, f.name) for f in model._meta.fields if f.name != "id"}
        old.period = DateRange(old.period.lower, today)
        old.save()
        fields["period"] = DateRange(today, None)
        if model is DeadlineRule:
            fields |= {"amount": 30, "supplement_max": 0}
        else:
            fields["scheme"] = {"lines": [{"kind": "flat", "name_vi": "Khác", "amount": 90000}]}
        model.objects.create(**fields)
    assert Dossier.objects.values().get(pk=dossier.pk) == before
    dossier = world.move(dossier, "transfer", "nga")
    dossier = world.move(dossier, "confirm_receipt", "hoa")
    dossier = world.move(dossier, "ask_supplement", "hoa", **ASKED)  # the old rule allows one
    world.at += timedelta(days=1)
    dossier = world.move(dossier, "receive_supplement", "nga")
    clock = deadlines.clock_of(dossier.ref)
    assert (clock.amount, clock.time_unit) == (3, "WORKING_DAY")
    assert dossier.fee_total == 3000
    new = world.move(world.hand_in("nga"), "accept", "nga")
    assert new.fee_total == 90000
    assert new.deadline_rule.amount == 30  # type: ignore[union-attr]


def test_the_book_has_no_hole_even_after_refusals(world: World) -> None:
    for n in range(1, 4):
        dossier = world.hand_in("nga")
        assert world.move(dossier, "accept", "nga").ordinal == n
        with pytest.raises(Conflict):
            world.move(dossier, "accept", "nga")
        closed = world.hand_in("nga")
        DeadlineRule.objects.filter(procedure__code=MARITAL).update(
            period=DateRange(date(2020, 1, 1), date(2020, 1, 2))
        )
        with pytest.raises(NotOpen):
            world.move(closed, "accept", "nga")
        DeadlineRule.objects.filter(procedure__code=MARITAL).update(
            period=DateRange(date(2025, 7, 1), None)
        )
    values = Number.objects.filter(book__kind="reception").values_list("value", flat=True)
    assert sorted(values) == [1, 2, 3]


def test_papers_are_counted_at_reception_and_missing_ones_refused(world: World) -> None:
    replaced = [PaperIn(slot="giay-chung-sinh", replaced=True)]
    dossier = world.hand_in("nga", procedure_code=BIRTH, answers=birth_answers(), papers=replaced)
    PaperRule.objects.filter(version__procedure__code=BIRTH, slot="giay-ket-hon").update(
        required=True
    )
    with pytest.raises(Invalid) as invalid:
        world.move(dossier, "accept", "nga")
    assert set(invalid.value.fields) == {"papers.giay-ket-hon"}
    papers = [PaperIn(slot="giay-ket-hon", originals=1, photocopies=2)]
    dossier = world.move(dossier, "accept", "nga", papers=papers)
    row = next(row for row in dossier.papers if row["slot"] == "giay-ket-hon")
    assert (row["originals"], row["photocopies"]) == (1, 2)


def test_a_procedure_that_ended_meanwhile_is_not_received(world: World) -> None:
    dossier = world.hand_in("nga")
    ProcedureVersion.objects.filter(procedure__code=MARITAL).update(
        period=DateRange(date(2025, 7, 1), world.at.date())
    )
    with pytest.raises(NotOpen, match="không còn hiệu lực"):
        world.move(dossier, "accept", "nga")


def test_a_request_before_reception_and_its_answer(world: World) -> None:
    dossier = world.hand_in("nga")
    with pytest.raises(Invalid):
        world.move(dossier, "ask_before", "nga", items=[], reason="x")
    with pytest.raises(Invalid) as invalid:
        world.move(dossier, "ask_before", "nga", items=[{"todo": ""}], reason="")
    assert set(invalid.value.fields) == {"items.0.todo"}
    dossier = world.move(dossier, "ask_before", "nga", **ASKED)
    request = Request.objects.get(dossier=dossier)
    assert (request.stage, request.number) == ("before", "1/HDHS")
    assert request.reply_by is not None
    assert lead(dossier).step == "wait_before"
    assert lead(dossier).due_at == request.reply_by
    assert dossier.received_at is None
    dossier = world.move(dossier, "complete", "nga", note="Đã bổ sung")
    assert dossier.state == "SUBMITTED"
    request.refresh_from_db()
    assert request.answer == "Đã bổ sung"
    assert lead(dossier).step == "intake"
    code = dossier.code
    assert world.move(dossier, "accept", "nga").code == code


@pytest.mark.parametrize("days", [0, -3, 4000])
def test_a_reply_day_lies_ahead_and_in_reach(world: World, days: int) -> None:
    dossier = world.hand_in("nga")
    day = world.at.date() + timedelta(days=days)
    with pytest.raises(Invalid) as invalid:
        world.move(dossier, "ask_before", "nga", **ASKED, reply_by=day)
    assert set(invalid.value.fields) == {"reply_by"}


def test_completing_may_change_the_form_and_with_it_who_decides(world: World) -> None:
    from haicap.dossiers.tests.world import marital_answers

    dossier = world.move(world.hand_in("nga"), "ask_before", "nga", **ASKED)
    dossier = world.move(
        dossier, "complete", "nga", answers=marital_answers(code="00082", fee_group="ho-ngheo")
    )
    assert dossier.competent_agency_id == world.cast.cuanam.committee
    assert (dossier.fee_total, dossier.money) == (0, "waived")


def test_a_refusal_says_why_and_on_what_ground(world: World) -> None:
    dossier = world.hand_in("nga")
    with pytest.raises(Invalid) as invalid:
        world.move(dossier, "refuse_intake", "nga", reason="Không thuộc thẩm quyền", basis=" ")
    assert set(invalid.value.fields) == {"basis"}
    dossier = world.move(
        dossier, "refuse_intake", "nga", reason="Không thuộc thẩm quyền", basis="Điều 7"
    )
    assert Opinion.objects.get(dossier=dossier).text == "Không thuộc thẩm quyền\nCăn cứ: Điều 7"
    assert dossier.closed_at == world.at
    assert not Task.objects.filter(dossier=dossier, done_at__isnull=True).exists()


def test_the_sender_answers_for_it_until_the_receipt_is_confirmed(world: World) -> None:
    dossier = world.at_stage("TRANSFERRED")
    assert lead(dossier).agency_id == world.cast.cuanam.point
    waiting = Task.objects.get(dossier=dossier, step="confirm", done_at__isnull=True)
    assert (waiting.agency_id, waiting.role) == (world.cast.bode.office, "coordinate")
    dossier = world.move(dossier, "send_back", "truong", reason="Không phải việc của phòng")
    assert dossier.state == "RECEIVED"
    assert lead(dossier).step == "forward"
    dossier = world.move(
        dossier, "reroute", "dieu", agency_code="H26.00082", reason="Nơi thường trú cũ"
    )
    assert dossier.competent_agency_id == world.cast.cuanam.committee
    dossier = world.move(dossier, "transfer", "nga")
    dossier = world.move(dossier, "confirm_receipt", "mai")
    assert lead(dossier).agency_id == world.cast.cuanam.office
    assert lead(dossier).staff_id == world.cast.people["mai"].staff


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"agency_code": "H26.xxxxx"}, "agency_code"),
        ({"agency_code": "H26.900.00118"}, "agency_code"),  # a service point decides nothing
        ({"agency_code": ""}, "agency_code"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_coordinator_names_a_body_that_decides_and_says_why(
    world: World, more: dict[str, Any], field: str
) -> None:
    dossier = world.hand_in("nga")
    given = {"agency_code": "H26.00082", "reason": "x", **more}
    with pytest.raises(Invalid) as invalid:
        world.move(dossier, "reroute", "dieu", **given)
    assert set(invalid.value.fields) == {field}


def test_a_result_is_not_returned_while_the_fee_is_due(world: World) -> None:
    dossier = world.at_stage("ISSUED")
    with pytest.raises(Conflict, match="3000 đồng"):
        world.move(dossier, "return_result", "nga", how="counter")
    for wrong, field in (
        ({"how": "cash", "amount": 2999, "receipt": "1"}, "amount"),
        ({"how": "cash", "amount": 3000, "receipt": "x" * 61}, "receipt"),
        ({"how": "shells", "amount": 3000, "receipt": "1"}, "how"),
        ({"how": "waived"}, "reason"),
    ):
        with pytest.raises(Invalid) as invalid:
            world.move(dossier, "settle_fee", "nga", **wrong)
        assert set(invalid.value.fields) == {field}
    dossier = world.move(dossier, "settle_fee", "nga", how="waived", reason="Hộ nghèo")
    assert dossier.money == "waived"
    with pytest.raises(Conflict):
        world.move(dossier, "settle_fee", "nga", how="waived", reason="Hộ nghèo")
    world.move(dossier, "return_result", "nga", how="counter")


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"how": "pigeon"}, {"how"}),
        ({"how": "post"}, {"tracking"}),
        ({"how": "counter", "receiver": "other"}, {"receiver_name"}),
        ({"how": "counter", "receiver": "other", "receiver_name": "Lê A"}, {"receiver_paper"}),
        ({"how": "counter", "receiver": "representative"}, {"receiver"}),
        ({"how": "counter", "receiver": "neighbour"}, {"receiver"}),
    ],
)
def test_the_return_needs_its_evidence(
    world: World, more: dict[str, Any], fields: set[str]
) -> None:
    dossier = world.at_stage("ISSUED")
    dossier = world.move(dossier, "settle_fee", "nga", how="cash", amount=3000, receipt="BL 1")
    with pytest.raises(Invalid) as invalid:
        world.move(dossier, "return_result", "nga", **more)
    assert set(invalid.value.fields) == fields


def test_a_citizen_takes_the_electronic_result_himself(world: World) -> None:
    huong = world.by("huong")
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None), by=huong, at=world.later()
    )
    for move, who in (
        ("accept", "minh"),
        ("transfer", "minh"),
        ("confirm_receipt", "hoa"),
        ("submit_approval", "hoa"),
        ("approve", "quan"),
        ("number_and_issue", "van"),
    ):
        dossier = world.move(dossier, move, who)
    with pytest.raises(Conflict):
        world.move(dossier, "return_result", "huong", how="electronic")
    dossier = world.move(dossier, "settle_fee", "minh", how="transfer", amount=3000, receipt="CK 9")
    with pytest.raises(Invalid):
        world.move(dossier, "return_result", "huong", how="counter")
    dossier = world.move(dossier, "return_result", "huong", how="electronic")
    assert dossier.result_handed
    assert dossier.result_handed["receiver"] == "applicant"
    assert audit.history_of(dossier.ref)[-1].actor_kind == "citizen"


def test_the_receipt_says_what_was_promised_first(world: World) -> None:
    dossier = world.at_stage("SUPP_REQ")
    promised = dossier.due_at
    world.at += timedelta(days=2)
    dossier = world.move(dossier, "receive_supplement", "nga")
    assert dossier.due_at
    assert promised
    assert dossier.due_at > promised
    data = gathering.receipt(Dossier.objects.get(pk=dossier.pk))
    assert data.due_at == promised
    assert data.receiver == "Lý Thị Nga"
    assert (data.volume, data.ordinal) == (1, 1)
    assert data.head.superior == "Trung tâm Phục vụ hành chính công"
    assert data.head.agency == "Chi nhánh số 4"
    assert data.head.number == "1/TNHS"
    with pytest.raises(gathering.NoReceiptYet):
        gathering.receipt(world.hand_in("nga"))
