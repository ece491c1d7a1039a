"""Random lives of dossiers: whatever is done in whatever order, the invariants hold (annex E)."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from haicap.audit import public as audit
from haicap.deadlines import public as deadlines
from haicap.dossiers import access
from haicap.dossiers.actions import Conflict
from haicap.dossiers.flow import FINAL, FLOW, OPEN
from haicap.dossiers.models import (
    Consultation,
    Dossier,
    FinanceDuty,
    Opinion,
    Request,
    Task,
    Withdrawal,
)
from haicap.dossiers.tests.world import ASKED, REVIEWED, World, filled
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid
from haicap.registers.models import Number

PEOPLE = ("nga", "hoa", "son", "truong", "quan", "van", "dieu")
VALUES: dict[str, dict[str, Any]] = {
    "ask_before": ASKED,
    "ask_supplement": {**ASKED, "basis": "Điều 8"},
    "refuse_intake": {"reason": "Sai nơi nộp", "basis": "Điều 7"},
    "cancel": {"reason": "Người nộp xin rút"},
    "send_back": {"reason": "Không phải việc của phòng"},
    "return_draft": {"reason": "Sửa lại"},
    "reroute": {"agency_code": "H26.00118", "reason": "Nơi thường trú"},
    "return_result": {"how": "counter"},
    "settle_fee": {"how": "waived", "reason": "Hộ nghèo"},
}
# A national status may be followed by these (the table of the portal).
FOLLOWS = {1: {2, 3, 5}, 2: {4}, 3: set(), 4: {2, 5, 9}, 5: {1, 3, 4}, 9: {10}, 10: set()}


QUIET: dict[str, Any] = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],  # to shrink a whole life takes minutes
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@pytest.mark.slow
@settings(max_examples=5, derandomize=True, **QUIET)
@given(data=st.data())
def test_any_life_keeps_the_invariants(world: World, data: st.DataObject) -> None:
    live(world, data)


@pytest.mark.long
@settings(max_examples=300, **QUIET)
@given(data=st.data())
def test_hundreds_of_lives_keep_the_invariants(world: World, data: st.DataObject) -> None:
    live(world, data)


def live(world: World, data: st.DataObject) -> None:
    """One life, drawn move by move from what is legal for anybody."""
    actors = {who: world.by(who) for who in PEOPLE}
    more = filled(REVIEWED) if data.draw(st.booleans(), label="reviewed") else {}
    dossier = world.hand_in("nga", **more)
    for _step in range(data.draw(st.integers(4, 22), label="moves")):
        desks = access.desks_of(dossier)
        choices = [
            (who, move)
            for who in PEOPLE
            for move in access.legal_moves(actors[who], dossier, desks=desks)
            if move not in {"cancel", "refuse_intake"} or data.draw(st.integers(0, 9)) == 0
        ]
        if not choices:
            break
        who, move = data.draw(st.sampled_from(choices), label="move")
        values = dict(VALUES.get(move, {}))
        if move == "assign":
            values["staff_id"] = world.cast.people["son"].staff
        world.at += timedelta(minutes=data.draw(st.integers(1, 400), label="minutes"))
        try:
            dossier = world.move(dossier, move, who, **values)
        except (Conflict, Invalid):
            dossier = Dossier.objects.select_related("procedure").get(pk=dossier.pk)
    check_all()


def check_all() -> None:
    """Every dossier there is keeps every invariant."""
    dossiers = list(Dossier.objects.order_by("id"))
    codes = [dossier.code for dossier in dossiers]
    assert len(set(codes)) == len(codes)
    for dossier in dossiers:
        check_desks(dossier)
        check_history(dossier)
        check_clock(dossier)
        check_reasons(dossier)
    for kind in ("reception", "result", "guidance", "refusal"):
        books: dict[int, list[int]] = {}
        for book, value in Number.objects.filter(kind=kind).values_list("book_id", "value"):
            books.setdefault(book, []).append(value)
        for values in books.values():
            assert sorted(values) == list(range(1, len(values) + 1))


def check_desks(dossier: Dossier) -> None:
    leads = Task.objects.filter(dossier=dossier, role="lead", done_at__isnull=True).count()
    assert leads == (1 if dossier.state in OPEN else 0), dossier.state
    if dossier.state in FINAL:
        assert dossier.closed_at
        assert not Task.objects.filter(dossier=dossier, done_at__isnull=True).exists()


def check_history(dossier: Dossier) -> None:
    moves = [e for e in audit.history_of(dossier.ref) if "to_state" in e.facts]
    assert moves[0].facts["from_state"] == "DRAFT"
    assert moves[-1].facts["to_state"] == dossier.state
    assert moves[-1].facts["version"] == dossier.version
    for earlier, later in pairwise(moves):
        assert later.facts["from_state"] == earlier.facts["to_state"]
        assert later.facts["version"] == earlier.facts["version"] + 1
        assert later.happened_at >= earlier.happened_at
    for entry in moves:
        assert entry.person
        assert entry.duty
        assert entry.agency
        source = entry.facts["from_state"]
        target = FLOW.target(state=source, move=entry.facts["move"], previous=source)
        assert target == entry.facts["to_state"]
        assert NATIONAL[target] == entry.facts["national"]
    sent = [entry.facts["national"] for entry in moves]
    for before, after in pairwise(sent):
        assert before == after or after in FOLLOWS[before], sent


def check_clock(dossier: Dossier) -> None:
    if dossier.received_at is None:
        return
    clock = deadlines.clock_of(dossier.ref)
    assert clock.due_current == dossier.due_at
    assert clock.due_original >= dossier.received_at
    assert (clock.paused_since is not None) == dossier.is_paused == (dossier.state == "SUPP_REQ")
    assert clock.finished_at == dossier.completed_at
    calendar = deadlines.calendar_by_id(clock.calendar_id).calendar
    stood = sum(
        calendar.working_days_between(day_of(pause.begins_at), day_of(pause.ends_at))
        for pause in clock.pauses
        if pause.ends_at is not None
    )
    shift = calendar.working_days_between(day_of(clock.due_original), day_of(clock.due_current))
    assert shift == stood


def check_reasons(dossier: Dossier) -> None:
    if dossier.state in {"PRE_SUPP", "SUPP_REQ"}:
        request = Request.objects.get(dossier=dossier, answered_at__isnull=True)
        assert request.reason
        assert request.number
    if dossier.state in {"INTAKE_REFUSED", "CANCELLED"}:
        assert Opinion.objects.filter(dossier=dossier).exists()
