"""The other turns on the pages: pressed by staff, seen and asked for by citizens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from haicap.accounts.models import PostDuty
from haicap.accounts.tests.cast import AT
from haicap.dossiers import actions, queries
from haicap.dossiers.models import Consultation, Dossier, Request, Task
from haicap.dossiers.tests.world import World, marital_answers
from haicap.kernel import clock
from haicap.units import public as units

NOW = AT + timedelta(hours=2)


@pytest.fixture(autouse=True)
def the_pages(own_urls: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages, on the day of the cast."""
    settings.ROOT_URLCONF = "haicap.site.urls"
    monkeypatch.setattr(clock, "now", lambda: NOW)


def page_of(world: World, who: str, dossier: Dossier) -> str:
    page = world.cast.client(who).get(reverse("dossiers:one", args=[dossier.code]))
    assert page.status_code == 200
    return str(page.content.decode())


def press(world: World, who: str, dossier: Dossier, name: str, **data: Any) -> Any:
    address = reverse("dossiers:move", args=[dossier.code, name])
    dossier.refresh_from_db()
    return world.cast.client(who).post(address, {"version": dossier.version, **data})


def test_a_unit_is_asked_and_answers_on_the_page(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    asked = units.agency(world.cast.cuanam.office, day=world.at.date()).code
    form = {"unit_1": asked, "question": "Có vướng mắc không?", "mandatory": "yes"}
    wrong = press(world, "hoa", dossier, "consult", **{**form, "unit_1": "không có"})
    assert wrong.status_code == 422
    assert "Chọn một đơn vị trong danh sách." in wrong.content.decode()
    assert press(world, "hoa", dossier, "consult", **form).status_code == 302
    html = page_of(world, "hoa", dossier)
    assert "chưa trả lời" in html
    assert "chờ ý kiến của" in html
    assert 'id="reply_consult"' in page_of(world, "mai", dossier)
    answer = {"stance": "agree", "answer": "Không vướng mắc"}
    assert press(world, "mai", dossier, "reply_consult", **answer).status_code == 302
    assert Consultation.objects.get().stance == "agree"
    assert "Không vướng mắc" in page_of(world, "hoa", dossier)


def test_the_page_explains_the_clock_with_every_change_and_its_ground(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    sorry = {"new_due": "02/12/2026", "reason_code": "internal", "reason": "Cần xác minh thêm"}
    assert press(world, "truong", dossier, "apologise", **sorry).status_code == 302
    html = page_of(world, "hoa", dossier)
    for words in ("Hẹn lần đầu", "Hẹn hiện nay", "xin lỗi và hẹn lại", "Cần xác minh thêm"):
        assert words in html


def test_whoever_has_it_on_the_desk_opens_it_by_looking(world: World) -> None:
    dossier = world.at_stage("TRANSFERRED")
    assert 'id="rollback"' in page_of(world, "nga", dossier)
    page_of(world, "hoa", dossier)
    assert 'id="rollback"' not in page_of(world, "nga", dossier)
    assert press(world, "nga", dossier, "rollback").status_code == 409


def test_a_citizen_asks_for_the_dossier_back_and_reads_what_was_decided(world: World) -> None:
    dossier = world.hand_in("huong", channel="online", answers=marital_answers())
    dossier = world.move(dossier, "accept", _counter_of(world, dossier))
    huong = world.cast.client("huong")
    address = reverse("dossiers:withdraw", args=[dossier.code])
    assert address in huong.get(reverse("dossiers:mine_one", args=[dossier.code])).content.decode()
    assert huong.get(address).status_code == 200
    assert huong.post(address, {"reason": ""}).status_code == 422
    assert huong.post(address, {"reason": "Không cần nữa"}).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == "WITHDRAW_REQ"
    again = huong.post(address, {"reason": "Lần nữa"})
    assert again.status_code == 409
    actions.decide_withdraw(
        dossier_id=dossier.pk, agree=True, fees="Hoàn lại", by=world.by("quan"), at=world.later()
    )
    told = huong.get(reverse("dossiers:mine_one", args=[dossier.code])).content.decode()
    assert "Hồ sơ đã được rút" in told
    assert "Hoàn lại" in told


def _counter_of(world: World, dossier: Dossier) -> str:
    return "minh" if dossier.receiving_agency_id == world.cast.bode.point else "nga"


def test_what_would_lie_still_is_shown_to_who_coordinates(world: World) -> None:
    late = world.at_stage("SUPP_REQ")
    Request.objects.filter(dossier=late).update(reply_by=world.at - timedelta(days=1))
    without = world.at_stage("SUBMIT_APPROVAL")
    PostDuty.objects.filter(post=world.cast.people["quan"].post, duty="decide").delete()
    away = world.at_stage("IN_PROCESS")
    Task.objects.filter(dossier=away, done_at__isnull=True).update(
        staff=world.cast.people["van"].staff
    )
    found = {one.kind: one for one in queries.forgotten(by=world.by("dieu"), at=world.at)}
    told = {kind: [row["code"] for row in one.rows] for kind, one in found.items()}
    assert told["supplement_passed"] == [late.code]
    assert told["no_reader"] == [without.code]
    assert told["away"] == [away.code]
    assert told["no_owner"] == told["no_due"] == []
    page = world.cast.client("dieu").get(reverse("dossiers:forgotten"))
    assert page.status_code == 200
    for dossier in (late, without, away):
        assert str(dossier.code) in page.content.decode()
