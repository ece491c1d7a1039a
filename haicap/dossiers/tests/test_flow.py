"""The table of moves: every move tried from every state. No database."""

from __future__ import annotations

import inspect

import pytest

from haicap.dossiers import access, actions, events
from haicap.dossiers.actions.dispatch import VERBS
from haicap.dossiers.flow import FINAL, FLOW, MOVE_WORDS, NATIONAL, NATIONAL_WORDS, OPEN, State
from haicap.dossiers.views import schemas
from haicap.kernel.flow import PREVIOUS, MoveRefused

# The law's table (domain chapter 1.5 and 1.11), written a second time and by hand.
LEGAL = {
    "DRAFT": {"submit": "SUBMITTED"},
    "SUBMITTED": {
        "accept": "RECEIVED",
        "ask_before": "PRE_SUPP",
        "refuse_intake": "INTAKE_REFUSED",
        "cancel": "CANCELLED",
        "reroute": "SUBMITTED",
    },
    "PRE_SUPP": {
        "complete": "SUBMITTED",
        "refuse_intake": "INTAKE_REFUSED",
        "cancel": "CANCELLED",
        "reroute": "PRE_SUPP",
    },
    "INTAKE_REFUSED": {},
    "CANCELLED": {},
    "RECEIVED": {"transfer": "TRANSFERRED", "reroute": "RECEIVED", "settle_fee": "RECEIVED"},
    "TRANSFERRED": {
        "confirm_receipt": "IN_PROCESS",
        "send_back": "RECEIVED",
        "settle_fee": "TRANSFERRED",
    },
    "IN_PROCESS": {
        "assign": "IN_PROCESS",
        "ask_supplement": "SUPP_REQ",
        "draft_result": "IN_PROCESS",
        "submit_approval": "SUBMIT_APPROVAL",
        "settle_fee": "IN_PROCESS",
    },
    "SUPP_REQ": {"receive_supplement": "SUPP_DONE", "settle_fee": "SUPP_REQ"},
    "SUPP_DONE": {"check_supplement": "IN_PROCESS", "settle_fee": "SUPP_DONE"},
    "SUBMIT_APPROVAL": {
        "submit_approval": "SUBMIT_APPROVAL",
        "return_draft": "IN_PROCESS",
        "approve": "APPROVED",
        "settle_fee": "SUBMIT_APPROVAL",
    },
    "APPROVED": {"number_and_issue": "ISSUED", "settle_fee": "APPROVED"},
    "ISSUED": {"return_result": "RETURNED", "settle_fee": "ISSUED"},
    "RETURNED": {},
}
API_WORDS = {
    "submit", "accept", "ask_before", "complete", "refuse_intake", "cancel", "transfer",
    "confirm_receipt", "send_back", "assign", "ask_supplement", "receive_supplement",
    "check_supplement", "submit_approval", "return_draft", "approve", "number_and_issue",
    "return_result",
}  # fmt: skip


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("move", sorted(FLOW.moves))
def test_every_move_from_every_state_is_as_the_law_says(state: str, move: str) -> None:
    if move in LEGAL[state]:
        assert FLOW.target(state=state, move=move, previous=state) == LEGAL[state][move]
        return
    with pytest.raises(MoveRefused) as refused:
        FLOW.target(state=state, move=move, previous=state)
    assert set(refused.value.legal) == set(LEGAL[state])


def test_the_words_of_the_api_are_there_for_ever() -> None:
    assert set(FLOW.moves) >= API_WORDS


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached, edge = {"DRAFT"}, ["DRAFT"]
    while edge:
        for target in LEGAL[edge.pop()].values():
            if target not in reached:
                reached.add(target)
                edge.append(target)
    assert reached == set(State.values)


def test_nothing_moves_after_the_end_and_everything_moves_before() -> None:
    for state in FINAL:
        assert FLOW.open_moves(state) == ()
    for state in OPEN:
        assert FLOW.open_moves(state)


def test_every_state_has_its_national_status() -> None:
    assert set(NATIONAL) == set(State.values)
    assert {status for status in NATIONAL.values() if status} <= set(NATIONAL_WORDS)
    assert NATIONAL["RETURNED"] == 10
    assert NATIONAL["ISSUED"] == 9


def test_every_move_has_a_verb_words_a_right_a_fact_and_a_schema() -> None:
    assert set(VERBS) == set(FLOW.moves) == set(MOVE_WORDS) == set(access.CHARGES)
    for move, verb in VERBS.items():
        assert verb.__name__ == move
        assert getattr(actions, move) is verb
    named = {model.model_fields["move"].annotation.__args__[0] for model in schemas.MOVES}  # type: ignore[union-attr]
    assert named == set(FLOW.moves)
    moved = [
        cls for _, cls in inspect.getmembers(events, inspect.isclass)
        if issubclass(cls, events.Moved) and cls is not events.Moved
    ]  # fmt: skip
    assert len(moved) == len(FLOW.moves)


@pytest.mark.parametrize("model", schemas.MOVES)
def test_the_schema_of_a_move_says_exactly_what_its_verb_takes(
    model: type[schemas.MoveIn],
) -> None:
    move = model.model_fields["move"].annotation.__args__[0]  # type: ignore[union-attr]
    taken = set(inspect.signature(VERBS[move]).parameters)
    taken -= {"dossier_id", "seen_version", "by", "at", "recorded_at"}
    assert set(model.model_fields) - {"move", "happened_at"} == taken


def test_previous_is_only_for_moves_that_leave_the_state() -> None:
    assert {m.name for m in FLOW.moves.values() if m.target == PREVIOUS} == {
        "reroute",
        "settle_fee",
    }
