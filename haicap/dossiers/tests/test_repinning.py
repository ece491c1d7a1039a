"""Running dossiers follow a new version only by this verb: seen first, with a reason, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from django.test import Client
from pytest_django import Settings

from haicap.accounts.models import Reach
from haicap.accounts.tests.cast import add_person
from haicap.audit import public as audit
from haicap.catalogue import actions as catalogue_actions
from haicap.catalogue.models import ProcedureVersion
from haicap.dossiers.actions.repinning import (
    AlreadyUndone,
    NothingToMove,
    repin,
    undo_repin,
)
from haicap.dossiers.models import Dossier, Repinning, Task
from haicap.dossiers.queries.repinning import fits, running, target_of
from haicap.dossiers.tests.world import MARITAL, World
from haicap.kernel import clock
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(world: World) -> World:
    world.cast.people["soat2"] = add_person(
        login="soat2",
        name="Vũ Thị Rà",
        agency=world.cast.centre,
        title="Kiểm soát",
        duties=[(Duty.CATALOGUE, Reach.ALL)],
    )
    return world


def publish(world: World, change: Callable[[Any], Any]) -> int:
    """The next version of MARITAL, from today on."""
    soat, other = world.by("soat"), world.by("soat2")
    given: dict[str, Any] = {"code": MARITAL, "revision": None, "at": world.at}
    catalogue_actions.start_draft(code=MARITAL, by=soat, at=world.at)
    catalogue_actions.edit_draft(part="route", change=change, by=soat, **given)
    catalogue_actions.submit_draft(by=soat, **given)
    day: date = day_of(world.at)
    return catalogue_actions.publish_draft(valid_from=day, by=other, **given).number


def reviewed(file: Any) -> Any:
    """The route with a review by the head put before the signature."""
    route = list(file.route)
    deciding = next(n for n, step in enumerate(route) if step.duty == "decide")
    review = msgspec.structs.replace(
        route[deciding], step="review", duty="head", place="division:vp", minutes=10
    )
    shorter = [msgspec.structs.replace(step, minutes=step.minutes - 10) for step in route]
    return msgspec.structs.replace(file, route=[*shorter[:deciding], review, *shorter[deciding:]])


def test_a_new_version_moves_no_dossier_by_itself(city: World) -> None:
    dossier = city.at_stage("IN_PROCESS")
    before = dossier.procedure_version_id
    publish(city, reviewed)
    dossier.refresh_from_db()
    assert dossier.procedure_version_id == before
    city.move(dossier, "submit_approval", "hoa")
    assert Task.objects.filter(dossier=dossier, done_at=None).get().duty == "decide"


def test_moved_dossiers_go_the_new_way_and_keep_their_day(city: World) -> None:
    dossier, decided = city.at_stage("IN_PROCESS"), city.at_stage("SUBMIT_APPROVAL")
    due, form, fee = dossier.due_at, dossier.form_version_id, dossier.fee_rule_id
    number = publish(city, reviewed)
    by = city.by("soat")
    batch = repin(code=MARITAL, number=number, reason="Luật mới đòi xem lại", by=by, at=city.at)
    assert [row[0] for row in batch.moved] == [dossier.pk]
    dossier.refresh_from_db()
    assert dossier.procedure_version_id == batch.target_id
    assert (dossier.due_at, dossier.form_version_id, dossier.fee_rule_id) == (due, form, fee)
    decided.refresh_from_db()
    assert decided.procedure_version_id != batch.target_id
    city.move(dossier, "submit_approval", "hoa")
    assert Task.objects.filter(dossier=dossier, done_at=None).get().duty == "head"
    kinds = [one.kind.rpartition(".")[2] for one in audit.history_of(dossier.ref)]
    assert "DossierRepinned" in kinds


def test_a_move_is_undone_as_far_as_the_dossiers_are_still_there(city: World) -> None:
    first, second = city.at_stage("IN_PROCESS"), city.at_stage("RECEIVED")
    before = {one.pk: one.procedure_version_id for one in (first, second)}
    places = dict(Task.objects.filter(done_at=None).values_list("dossier", "position"))
    number = publish(city, reviewed)
    batch = repin(
        code=MARITAL, number=number, reason="Thử quy trình", by=city.by("soat"), at=city.at
    )
    city.move(first, "submit_approval", "hoa")
    assert len(batch.moved) == 2
    assert undo_repin(code=MARITAL, batch_id=batch.pk, by=city.by("soat2"), at=city.at) == 1
    now = dict(Dossier.objects.values_list("pk", "procedure_version_id"))
    assert now[second.pk] == before[second.pk]
    assert now[first.pk] == batch.target_id  # its draft lies before the head already
    assert Task.objects.get(dossier=second, done_at=None).position == places[second.pk]
    with pytest.raises(AlreadyUndone):
        undo_repin(code=MARITAL, batch_id=batch.pk, by=city.by("soat"), at=city.at)


def test_a_dossier_whose_desk_is_gone_stays_and_says_why(city: World) -> None:
    dossier = city.at_stage("IN_PROCESS")

    def renamed(file: Any) -> Any:
        steps = [
            msgspec.structs.replace(step, step="tham-tra") if step.duty == "handle" else step
            for step in file.route
        ]
        return msgspec.structs.replace(file, route=steps)

    number = publish(city, renamed)
    target = target_of(MARITAL, number)
    (found,) = fits(running(target), {dossier.pk: target.pk})
    assert "bản kia không có bước này" in found.reason
    with pytest.raises(NothingToMove):
        repin(code=MARITAL, number=number, reason="Thử quy trình", by=city.by("soat"), at=city.at)
    assert not Repinning.objects.exists()


def test_only_the_duty_moves_and_only_with_a_reason(city: World) -> None:
    city.at_stage("IN_PROCESS")
    number = publish(city, reviewed)
    for who in ("minh", "quan", "tam"):
        with pytest.raises(NotAllowed):
            repin(code=MARITAL, number=number, reason="Thử quy", by=city.by(who), at=city.at)
    with pytest.raises(Invalid):
        repin(code=MARITAL, number=number, reason=" ", by=city.by("soat"), at=city.at)


def test_the_page_shows_first_and_moves_then(
    city: World, own_urls: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = "haicap.site.urls"
    monkeypatch.setattr(clock, "now", city.later)
    dossier = city.at_stage("IN_PROCESS")
    number = publish(city, reviewed)
    client = city.cast.client("soat")
    address = f"/kiem-soat/chuyen-phien-ban/{MARITAL}/"
    page = client.get(address).content.decode()
    assert str(dossier.code) in page
    assert "Trần Văn An" not in page
    assert client.post(address, {"to": number, "reason": ""}).status_code == 422
    assert client.post(address, {"to": number, "reason": "Luật mới"}).status_code == 302
    page = client.get(address).content.decode()
    assert "chuyển 1 hồ sơ sang phiên bản 2" in page
    batch = Repinning.objects.get()
    assert client.post(address, {"batch": batch.pk}).status_code == 302
    assert "Đã hoàn lại lúc" in client.get(address).content.decode()
    first = ProcedureVersion.objects.get(procedure__code=MARITAL, number=1)
    assert Dossier.objects.get(pk=dossier.pk).procedure_version_id == first.pk
    assert city.cast.client("minh").get(address).status_code == 403


def test_the_same_through_the_api(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", city.later)
    dossier = city.at_stage("IN_PROCESS")
    number = publish(city, reviewed)
    address = f"/api/v1/procedures/{MARITAL}/repinnings"

    def asked(method: str, path: str, body: Any = None, who: str = "soat") -> Any:
        return Client().generic(
            method,
            address + path,
            json.dumps(body) if body else "",
            "application/json",
            headers={"Authorization": f"Bearer {city.cast.token(who)}"},
        )

    told = asked("GET", f"/preview?to={number}").json()
    assert (told["going"], told["items"][0]["code"]) == (1, dossier.code)
    body = {"to": number, "reason": "Luật mới", "codes": [dossier.code]}
    assert asked("POST", "", body, who="minh").status_code == 403
    moved = asked("POST", "", body).json()
    assert (moved["to"], moved["moved"]) == (number, 1)
    assert asked("POST", "", body).status_code == 409
    assert asked("POST", f"/{moved['id']}/undo").json()["moved"] == 1
    assert asked("POST", f"/{moved['id']}/undo").status_code == 409
    assert asked("POST", f"/{10**30}/undo").status_code == 404
