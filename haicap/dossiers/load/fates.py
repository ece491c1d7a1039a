"""What becomes of a dossier: how it is handed in, which turns it takes, where it is found today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from haicap.dossiers.flow import FLOW, State
from haicap.dossiers.load.quota import SEEDED, Share
from haicap.dossiers.models import Channel

S = State
CANCEL, REFUSE, BEFORE = "cancel", "refuse_intake", "ask_before"
SENT_BACK, BY_HEAD, SUPPLEMENT = "send_back", "assign", "ask_supplement"
RETURNED, DRAFT_FIRST, REVIEW_RETURNED = "return_draft", "draft_result", "head_returns"
ELSEWHERE, HELPED, FOR_ANOTHER, UNKNOWN = "elsewhere", "helped", "for_another", "unknown"
REROUTED, AT_ONCE, NO_DRAFT, AGENT = "reroute", "at_once", "no_draft", "agent"
WAIVED, COMPLETED, BY_POST = "waived", "complete", "by_post"

# Steps that are no move of flow.py themselves: the same move, made by somebody else.
MOVE_OF: Final[Mapping[str, str]] = {
    "review": "submit_approval",
    "head_returns": "return_draft",
    "submit_again": "submit_approval",
}
# How likely each turn is, of a hundred dossiers, by the way they came.
LIKELY: Final[Mapping[str, Mapping[str, float]]] = {
    Channel.COUNTER: {
        CANCEL: 0.3, REFUSE: 0.6, BEFORE: 0.8, ELSEWHERE: 11.5, FOR_ANOTHER: 6, UNKNOWN: 0.35,
        REROUTED: 60, AT_ONCE: 88, AGENT: 1.5,
    },
    Channel.ONLINE: {
        CANCEL: 1.2, REFUSE: 1.5, BEFORE: 5, HELPED: 5, FOR_ANOTHER: 5, NO_DRAFT: 12,
    },
    Channel.POST: {REFUSE: 2, BEFORE: 6, AT_ONCE: 30},
}  # fmt: skip
ON_THE_WAY: Final[Mapping[str, float]] = {
    SENT_BACK: 1.2, BY_HEAD: 18, SUPPLEMENT: 5, RETURNED: 3, REVIEW_RETURNED: 4, DRAFT_FIRST: 15,
    WAIVED: 1, COMPLETED: 75,
}  # fmt: skip
# Of a hundred dossiers of the last month: found today in a state that others only pass.
FOUND: Final = 2.4
FOUND_IN: Final[Mapping[State, float]] = {
    S.SUBMITTED: 10, S.PRE_SUPP: 16, S.RECEIVED: 8, S.TRANSFERRED: 14, S.IN_PROCESS: 8,
    S.SUPP_REQ: 14, S.SUPP_DONE: 10, S.SUBMIT_APPROVAL: 12, S.APPROVED: 8,
}  # fmt: skip
# … and those that lie somewhere past their time, where nothing is slower than elsewhere.
LATE: Final = 0.3
LATE_IN: Final[Mapping[State, float]] = {
    S.TRANSFERRED: 10, S.IN_PROCESS: 55, S.SUBMIT_APPROVAL: 25, S.APPROVED: 10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one dossier. `stop`: the state in which it lies today; None: as it comes."""

    channel: str
    turns: frozenset[str]
    stop: State | None = None
    late: bool = False

    def has(self, turn: str) -> bool:
        """Whether it takes this turn."""
        return turn in self.turns


# The first dossiers of the seeded commune show every state and every turn: where it lies today,
# and how it came there.
SHOWN: Final[Sequence[tuple[State | None, tuple[str, ...]]]] = (
    (S.SUBMITTED, ()),
    (S.PRE_SUPP, (BEFORE,)),
    (S.TRANSFERRED, ()),
    (S.IN_PROCESS, (BY_HEAD,)),
    (S.SUPP_REQ, (SUPPLEMENT,)),
    (S.SUBMIT_APPROVAL, (DRAFT_FIRST,)),
    (S.ISSUED, (SENT_BACK,)),
    (S.RETURNED, (FOR_ANOTHER,)),
    (None, (REFUSE,)),
    (None, (CANCEL,)),
    (S.RECEIVED, ()),
    (S.SUPP_DONE, (SUPPLEMENT,)),
    (S.APPROVED, (RETURNED,)),
    (S.RETURNED, (SUPPLEMENT, REVIEW_RETURNED)),
    (S.RETURNED, (BEFORE, COMPLETED)),
    (S.RETURNED, (WAIVED,)),
    (S.RETURNED, (RETURNED, BY_HEAD)),
    (None, (BEFORE, CANCEL)),
    (None, (BEFORE, REFUSE)),
)
SHOWN_BY: Final[Mapping[str, Sequence[tuple[State | None, tuple[str, ...]]]]] = {
    Channel.ONLINE: ((S.RETURNED, (HELPED,)), (S.RETURNED, (NO_DRAFT,)), *SHOWN),
    Channel.COUNTER: (
        (S.RETURNED, (ELSEWHERE,)),
        (S.SUBMITTED, (UNKNOWN,)),
        (S.RETURNED, (UNKNOWN, REROUTED)),
        (S.RETURNED, (AGENT,)),
        (S.RETURNED, (BY_POST,)),
        *SHOWN,
    ),
}


def fate_of(chance: Random, *, share: Share, slowness: float) -> Fate:
    """The fate of a dossier; the seeded commune's first ones are SHOWN."""
    channel = Channel.ONLINE if share.online else Channel.COUNTER
    shown = SHOWN_BY[channel]
    first = share.month == 0 and share.commune == SEEDED and share.nth_of_way < len(shown)
    stop, wanted = shown[share.nth_of_way] if first else (None, ())
    if BY_POST in wanted or (not first and not share.online and chance.random() < 0.05):
        channel = Channel.POST
    likely = {**LIKELY[channel], **ON_THE_WAY}
    turns = frozenset(turn for turn, percent in likely.items() if chance.random() * 100 < percent)
    if first:
        return Fate(channel, frozenset(wanted) | (turns & {AT_ONCE, DRAFT_FIRST}), stop)
    if share.month == 0 and chance.random() * 100 < LATE * slowness:
        stop = _one(chance, LATE_IN)
        return Fate(channel, _fit(turns, stop), stop, late=True)
    if share.month == 0 and chance.random() * 100 < FOUND:
        stop = _one(chance, FOUND_IN)
        return Fate(channel, _fit(turns, stop), stop)
    return Fate(channel, turns)


def _one(chance: Random, weights: Mapping[State, float]) -> State:
    return chance.choices(list(weights), list(weights.values()))[0]


def _fit(turns: frozenset[str], stop: State) -> frozenset[str]:
    """The turns with those that lead to `stop`, without those that lead away from it."""
    away = {CANCEL, REFUSE, UNKNOWN}
    if stop is S.PRE_SUPP:
        return (turns - away - {COMPLETED}) | {BEFORE}
    if stop in (S.SUPP_REQ, S.SUPP_DONE):
        return (turns - away - {BEFORE}) | {SUPPLEMENT}
    return turns - away - {BEFORE, SUPPLEMENT}


def path_of(fate: Fate, *, reviewed: bool, collect_at: str) -> list[str]:
    """The steps of a dossier in order, as far as its fate leads. `reviewed`: by a head;
    `collect_at`: when the fee is taken, reception | return, empty when nothing is due.
    """
    steps = _intake(fate)
    if steps[-1] in (CANCEL, REFUSE, BEFORE) or (fate.has(UNKNOWN) and not fate.has(REROUTED)):
        return steps
    if collect_at == "reception" and fate.channel != Channel.ONLINE:
        steps.append("settle_fee")
    steps.append("transfer")
    if fate.has(SENT_BACK):
        steps += [SENT_BACK, "transfer"]
    steps.append("confirm_receipt")
    if fate.has(BY_HEAD):
        steps.append(BY_HEAD)
    if fate.has(SUPPLEMENT):
        steps += [SUPPLEMENT, "receive_supplement", "check_supplement"]
    if collect_at == "reception" and fate.channel == Channel.ONLINE:
        steps.append("settle_fee")
    if fate.has(DRAFT_FIRST):
        steps.append(DRAFT_FIRST)
    steps += _deciding(fate, reviewed=reviewed)
    steps += ["approve", "number_and_issue"]
    if collect_at == "return":
        steps.append("settle_fee")
    steps.append("return_result")
    return _cut(steps, fate)


def _intake(fate: Fate) -> list[str]:
    steps = ["submit"]
    if fate.has(UNKNOWN):
        return [*steps, REROUTED, "accept"] if fate.has(REROUTED) else steps
    if fate.has(BEFORE):
        steps.append(BEFORE)
        if fate.has(CANCEL) or fate.has(REFUSE):
            return [*steps, CANCEL if fate.has(CANCEL) else REFUSE]
        if not fate.has(COMPLETED):
            return steps
        steps.append(COMPLETED)
    elif fate.has(CANCEL) or fate.has(REFUSE):
        return [*steps, CANCEL if fate.has(CANCEL) else REFUSE]
    return [*steps, "accept"]


def _deciding(fate: Fate, *, reviewed: bool) -> list[str]:
    steps = ["submit_approval"]
    if reviewed and fate.has(REVIEW_RETURNED):
        steps += [REVIEW_RETURNED, "submit_again"]
    if reviewed:
        steps.append("review")
    if fate.has(RETURNED):
        steps += [RETURNED, "submit_again", *(["review"] if reviewed else [])]
    return steps


def _cut(steps: list[str], fate: Fate) -> list[str]:
    """The steps up to the one that leads into the state in which the dossier lies today."""
    if fate.stop is None:
        return steps
    state, last = str(S.DRAFT), len(steps)
    for place, step in enumerate(steps):
        move = MOVE_OF.get(step, step)
        state = FLOW.target(state=state, move=move, previous=state)
        if state == fate.stop:
            last = place + 1
            if move != "confirm_receipt":  # it may lie with the specialist or before
                break
    return steps[:last]
