"""The table of moves: every move tried from every state. No database."""

from __future__ import annotations

import inspect

import pytest

from haicap.dossiers import access, actions, events
from haicap.dossiers.actions.dispatch import VERBS
from haicap.dossiers.flow import (
    FINAL,
    FLOW,
    MOVE_WORDS,
    NATIONAL,
    NATIONAL_WORDS,
    OPEN,
    State,
    national_of,
)
from haicap.dossiers.views import schemas
from haicap.kernel.flow import PREVIOUS, MoveRefused

# The law's table (domain chapter 1.5 and 1.11), written a second time and by hand.
KEEPS = {
    "apologise",
    "hand_on",
    "send_result",
    "rollback",
    "settle_fee",
    "reroute",
    "draft_result",
    "assign",
}
UNDECIDED = {
    "stop": "STOPPED", "request_withdraw": "WITHDRAW_REQ", "hand_on": "", "settle_fee": "",
}  # fmt: skip
LEGAL: dict[str, dict[str, str]] = {
    "DRAFT": {"submit": "SUBMITTED"},
    "SUBMITTED": {
        "accept": "RECEIVED",
        "ask_before": "PRE_SUPP",
        "refuse_intake": "INTAKE_REFUSED",
        "cancel": "CANCELLED",
        "reroute": "",
    },
    "PRE_SUPP": {
        "complete": "SUBMITTED",
        "refuse_intake": "INTAKE_REFUSED",
        "cancel": "CANCELLED",
        "reroute": "",
        "expire": "EXPIRED",
    },
    "INTAKE_REFUSED": {},
    "CANCELLED": {},
    "RECEIVED": {"transfer": "TRANSFERRED", "reroute": "", "apologise": "", **UNDECIDED},
    "TRANSFERRED": {
        "confirm_receipt": "IN_PROCESS",
        "send_back": "RECEIVED",
        "apologise": "",
        "rollback": "",
        **UNDECIDED,
    },
    "IN_PROCESS": {
        "assign": "",
        "ask_supplement": "SUPP_REQ",
        "consult": "CONSULTING",
        "reply_consult": "IN_PROCESS",
        "withdraw_consult": "IN_PROCESS",
        "request_finance": "FIN_DUTY",
        "draft_result": "",
        "submit_approval": "SUBMIT_APPROVAL",
        "refuse_settle": "SUBMIT_APPROVAL",
        "apologise": "",
        "rollback": "",
        **UNDECIDED,
    },
    "CONSULTING": {
        "consult": "CONSULTING",
        "reply_consult": "IN_PROCESS",
        "withdraw_consult": "IN_PROCESS",
        "apologise": "",
        **UNDECIDED,
    },
    "SUPP_REQ": {"receive_supplement": "SUPP_DONE", "expire": "EXPIRED", **UNDECIDED},
    "SUPP_DONE": {"check_supplement": "IN_PROCESS", "apologise": "", **UNDECIDED},
    "FIN_DUTY": {"confirm_finance": "IN_PROCESS", **UNDECIDED},
    "SUBMIT_APPROVAL": {
        "submit_approval": "SUBMIT_APPROVAL",
        "return_draft": "IN_PROCESS",
        "approve": "APPROVED",
        "request_withdraw": "WITHDRAW_REQ",
        "apologise": "",
        "rollback": "",
        "settle_fee": "",
    },
    "APPROVED": {
        "number_and_issue": "ISSUED",
        "request_withdraw": "WITHDRAW_REQ",
        "apologise": "",
        "rollback": "",
        "settle_fee": "",
    },
    "ISSUED": {
        "return_result": "RETURNED",
        "correct_result": "CORRECTING",
        "settle_fee": "",
        "send_result": "",
    },
    "RETURNED": {"correct_result": "CORRECTING", "archive": "ARCHIVED"},
    "REFUSED": {
        "return_result": "RETURNED",
        "archive": "ARCHIVED",
        "settle_fee": "",
        "send_result": "",
    },
    "WITHDRAW_REQ": {"decide_withdraw": "WITHDRAWN"},
    "WITHDRAWN": {"archive": "ARCHIVED"},
    "STOPPED": {"archive": "ARCHIVED"},
    "EXPIRED": {"archive": "ARCHIVED"},
    "CORRECTING": {"draft_result": "", "submit_approval": "SUBMIT_APPROVAL"},
    "ARCHIVED": {},
}
# Where a move may lead instead, as its verb finds.
INSTEAD = {
    "consult": {"IN_PROCESS"},
    "reply_consult": {"CONSULTING"},
    "withdraw_consult": {"CONSULTING"},
    "return_draft": {"CORRECTING"},
    "number_and_issue": {"REFUSED"},
    "decide_withdraw": {PREVIOUS},
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
        target = FLOW.target(state=state, move=move, previous=state)
        assert target == (LEGAL[state][move] or state)
        assert set(FLOW.moves[move].others) == INSTEAD.get(move, set())
        return
    with pytest.raises(MoveRefused) as refused:
        FLOW.target(state=state, move=move, previous=state)
    assert set(refused.value.legal) == set(LEGAL[state])


def test_the_words_of_the_api_are_there_for_ever() -> None:
    assert set(FLOW.moves) >= API_WORDS


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached, edge = {"DRAFT"}, ["DRAFT"]
    while edge:
        legal = LEGAL[edge.pop()]
        others = {other for move in legal for other in INSTEAD.get(move, set())}
        for target in {*legal.values(), *others} - {"", PREVIOUS}:
            if target not in reached:
                reached.add(target)
                edge.append(target)
    assert reached == set(State.values)


def test_after_the_end_it_is_corrected_or_archived_and_before_everything_moves() -> None:
    for state in FINAL:
        assert set(FLOW.open_moves(state)) <= {"correct_result", "archive"}
    for state in OPEN:
        assert FLOW.open_moves(state)


def test_every_state_has_its_national_status() -> None:
    assert set(NATIONAL) == set(State.values)
    assert {status for status in NATIONAL.values() if status} <= set(NATIONAL_WORDS)
    assert NATIONAL["RETURNED"] == 10
    assert NATIONAL["ISSUED"] == 9


def test_what_ended_without_a_result_is_never_returned_in_the_national_sense() -> None:
    assert national_of("RETURNED") == national_of("ARCHIVED") == 10
    assert national_of("RETURNED", "REFUSED") == 8
    assert national_of("SUBMIT_APPROVAL", "REFUSED") == 4
    for ended_as in ("REFUSED", "WITHDRAWN", "STOPPED", "EXPIRED"):
        assert national_of("ARCHIVED", ended_as) == national_of(ended_as) == 8


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
    # Three moves end in more than one way, and each way is a fact of its own.
    assert len(moved) == len(FLOW.moves) + 3


@pytest.mark.parametrize("model", schemas.MOVES)
def test_the_schema_of_a_move_says_exactly_what_its_verb_takes(
    model: type[schemas.MoveIn],
) -> None:
    move = model.model_fields["move"].annotation.__args__[0]  # type: ignore[union-attr]
    taken = set(inspect.signature(VERBS[move]).parameters)
    taken -= {"dossier_id", "seen_version", "by", "at", "recorded_at", "code"}
    assert set(model.model_fields) - {"move", "happened_at"} == taken


def test_previous_is_only_for_moves_that_leave_the_state() -> None:
    found = {m.name for m in FLOW.moves.values() if m.target == PREVIOUS}
    assert found == KEEPS - {"assign"}
