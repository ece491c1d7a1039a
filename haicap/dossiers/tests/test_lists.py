"""The lists of a desk: what lies where, found by anything, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haicap.dossiers import actions, queries
from haicap.dossiers.models import Dossier
from haicap.dossiers.queries import Filters
from haicap.dossiers.tests.world import APPLICANT, MARITAL, World, marital_answers
from haicap.kernel.errors import Invalid


def codes(world: World, who: str, box: str = "waiting", **filters: Any) -> list[str | None]:
    """The codes of a box as somebody sees it."""
    page = queries.listed(box=box, filters=Filters(**filters), by=world.by(who), at=world.at)
    return [row["code"] for row in page.items]


def test_a_dossier_lies_in_the_boxes_of_whom_it_waits_for(world: World) -> None:
    dossier = world.hand_in("nga")
    code = dossier.code
    assert codes(world, "nga") == [code]
    assert codes(world, "minh") == codes(world, "hoa") == codes(world, "quan") == []
    world.move(dossier, "accept", "nga")
    assert codes(world, "nga", "mine") == [code]
    world.move(dossier, "transfer", "nga")
    assert codes(world, "nga") == []
    assert codes(world, "nga", "held") == [code]
    assert codes(world, "hoa") == codes(world, "son") == codes(world, "truong") == [code]
    world.move(dossier, "confirm_receipt", "hoa")
    assert codes(world, "hoa", "mine") == [code]
    assert codes(world, "son") == []
    world.move(dossier, "submit_approval", "hoa")
    assert codes(world, "quan") == [code]
    assert codes(world, "hoa") == []
    assert codes(world, "hoa", "all") == [code]
    world.move(dossier, "approve", "quan")
    assert codes(world, "van") == [code]
    world.move(dossier, "number_and_issue", "van")
    assert codes(world, "nga") == [code]
    assert codes(world, "quan", "done") == [code]


def test_what_waits_for_others_is_held_and_not_waiting(world: World) -> None:
    dossier = world.at_stage("SUPP_REQ")
    assert codes(world, "hoa") == codes(world, "nga") == []
    assert codes(world, "hoa", "held") == codes(world, "nga", "held") == [dossier.code]
    assert codes(world, "hoa", "paused") == [dossier.code]


def test_the_coordinators_box(world: World) -> None:
    elsewhere = marital_answers(place={"elsewhere": "Huế", "detail": "1"})
    dossier = world.hand_in("nga", answers=elsewhere)
    assert codes(world, "dieu", "coordination") == [dossier.code]
    assert codes(world, "dieu") == [dossier.code]
    assert codes(world, "nga", "coordination") == []


def test_late_and_today(world: World) -> None:
    dossier = world.at_stage("IN_PROCESS")
    assert codes(world, "hoa", "today") == codes(world, "hoa", "overdue") == []
    assert codes(world, "hoa", "all", within="later") == [dossier.code]
    due = dossier.due_at
    assert due is not None
    world.at = due - timedelta(hours=2)
    assert codes(world, "hoa", "today") == [dossier.code]
    assert codes(world, "hoa", "waiting", within="today") == [dossier.code]
    world.at = due + timedelta(minutes=1)
    assert codes(world, "hoa", "overdue") == [dossier.code]
    page = queries.listed(box="overdue", by=world.by("hoa"), at=world.at)
    assert page.items[0]["time_left"]["tone"] == "red"
    assert queries.counts(by=world.by("hoa"), at=world.at) == {
        "waiting": 1, "held": 0, "mine": 1, "coordination": 0, "overdue": 1, "today": 0,
        "paused": 0,
    }  # fmt: skip


def test_one_box_finds_by_name_with_slips_by_id_phone_and_other_codes(world: World) -> None:
    person = {
        **APPLICANT,
        "name": "Nguyễn Thị Lan Anh",
        "birth_date": "1990-03-03",
        "sex": "female",
        "identifiers": {"personal_id": "000190000055"},
        "phone": "0100000055",
    }
    wanted = world.hand_in("nga", applicant=person, other_codes={"portal": "DVCQG-2026-777"})
    world.hand_in("nga")
    for q in (
        "nguyễn thị lan anh", "nguyen thi lan anh", "NGUYEN  thi", "Lan Anh", "nguyen thi lan ahn",
        "ngyen thi lan anh", "000190000055", "0100 000 055", "+84 100000055", "0055",
        "DVCQG-2026-777",
    ):  # fmt: skip
        assert codes(world, "nga", "all", q=q) == [wanted.code], q
        assert codes(world, "minh", "all", q=q) == [], q


def test_the_box_finds_by_code_and_its_beginning(world: World) -> None:
    first, second = world.hand_in("nga"), world.hand_in("nga")
    assert first.code
    assert codes(world, "nga", "all", q=first.code.lower()) == [first.code]
    assert codes(world, "nga", "all", q=first.code[:-2]) == [second.code, first.code]
    assert codes(world, "nga", "all", q="  ") == [second.code, first.code]
    for nothing in ("zzzzzz", "%", "_", "' or 1=1 --", "\x00", "a" * 5000):
        assert first.code not in codes(world, "nga", "all", q=nothing) or nothing == "\x00"


def test_filters_narrow(world: World) -> None:
    dossier = world.hand_in("nga")
    assert codes(world, "nga", states=("SUBMITTED",)) == [dossier.code]
    assert codes(world, "nga", states=("RECEIVED",)) == []
    assert codes(world, "nga", procedure=MARITAL) == [dossier.code]
    assert codes(world, "nga", procedure="1.001193") == []
    assert codes(world, "nga", commune=world.cast.bode.territory) == [dossier.code]
    assert codes(world, "nga", commune=world.cast.cuanam.territory) == []
    assert codes(world, "nga", step="intake") == [dossier.code]
    for wrong in ({"states": ("LOST",)}, {"within": "soonish"}):
        with pytest.raises(Invalid):
            codes(world, "nga", **wrong)
    with pytest.raises(Invalid):
        queries.listed(box="bin", by=world.by("nga"), at=world.at)


@pytest.mark.parametrize("box", ["all", "waiting"])
def test_pages_follow_one_another_without_gap_or_double(world: World, box: str) -> None:
    made = [world.hand_in("nga").code for _ in range(7)]
    seen: list[Any] = []
    cursor = None
    while True:
        page = queries.listed(box=box, cursor=cursor, limit=3, by=world.by("nga"), at=world.at)
        seen += [row["code"] for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == (made if box == "waiting" else made[::-1])


@pytest.mark.parametrize("cursor", ["x", "W10", "e30", "WyJ4IiwxXQ", "W251bGwsMV0", "%00", "é"])
def test_a_cursor_of_somebody_elses_making_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(Invalid) as invalid:
        queries.listed(box="all", cursor=cursor, by=world.by("nga"), at=world.at)
    assert set(invalid.value.fields) == {"cursor"}


def test_a_page_is_as_many_statements_for_seven_rows_as_for_one(world: World) -> None:
    world.hand_in("nga")
    by = world.by("nga")
    with CaptureQueriesContext(
        connection,
    ) as one:
        queries.listed(box="waiting", by=by, at=world.at)
    for _ in range(6):
        world.hand_in("nga")
    with CaptureQueriesContext(connection) as seven:
        page = queries.listed(box="waiting", by=by, at=world.at)
    assert len(page.items) == 7
    assert len(seven) <= len(one) <= 6


def test_a_citizens_lists(world: World) -> None:
    huong = world.by("huong")
    draft = actions.start_draft(procedure_code=MARITAL, by=huong, at=world.later())
    dossier = actions.hand_in(
        filing=world.filing(channel="online", applicant=None), by=huong, at=world.later()
    )
    page = queries.listed(box="drafts", by=huong, at=world.at)
    assert [row["uuid"] for row in page.items] == [str(draft.uuid)]
    assert codes(world, "huong", "mine") == codes(world, "huong", "all") == [dossier.code]
    assert codes(world, "huong", "waiting") == []
    assert codes(world, "lan", "all") == []
    view = queries.dossier_view(
        dossier=queries.find(code=str(draft.uuid), by=huong), by=huong, at=world.at
    )
    assert view["moves"] == [{"move": "submit", "words": "Nộp hồ sơ"}]
    assert Dossier.objects.count() == 2
