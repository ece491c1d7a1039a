"""What holds of every dossier at every moment (domain chapter, annex E), asked of the rows.

Sentences about what is broken; none means that all is well. Tests and long campaigns of random
lives ask after each step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from django.db.models import QuerySet

from haicap.audit import public as audit
from haicap.deadlines import public as deadlines
from haicap.dossiers.flow import FINAL, FLOW, OPEN, State, national_of
from haicap.dossiers.models import (
    Consultation,
    Dossier,
    FinanceDuty,
    Opinion,
    Request,
    Task,
    TaskRole,
    Withdrawal,
)
from haicap.kernel.clock import day_of

# A national status may be followed by these (the portal's table, and annex E, 8): no 10 before 9.
FOLLOWS: Final[Mapping[int, frozenset[int]]] = {
    1: frozenset({2, 3, 5}),
    2: frozenset({4, 7, 8}),
    3: frozenset(),
    4: frozenset({2, 5, 6, 7, 8, 9}),  # 2: sent back to the counter
    5: frozenset({1, 3, 4, 7, 8}),
    6: frozenset({4, 7, 8}),
    7: frozenset({2, 4, 5, 6, 8}),  # not agreed to: where it was
    8: frozenset(),
    9: frozenset({4, 10}),  # 4: a correction
    10: frozenset({4}),
}
_DECIDED: Final = (State.INTAKE_REFUSED, State.CANCELLED, State.STOPPED, State.REFUSED)
_STANDING_STILL: Final = (State.SUPP_REQ, State.FIN_DUTY)


def broken(dossier: Dossier) -> list[str]:
    """Every invariant that this dossier breaks, each as a sentence."""
    parts = (_desks(dossier), _history(dossier), _clock(dossier), _reasons(dossier))
    return [f"{dossier.code}: {sentence}" for part in parts for sentence in part]


def _desks(dossier: Dossier) -> Iterator[str]:
    tasks = Task.objects.filter(dossier=dossier, done_at__isnull=True)
    leads = sum(role == TaskRole.LEAD for role in tasks.values_list("role", flat=True))
    if leads != (1 if dossier.state in OPEN else 0):
        yield f"{leads} open lead tasks in {dossier.state}"
    if dossier.state in FINAL and (tasks.exists() or dossier.closed_at is None):
        yield f"over ({dossier.state}) but not closed"
    waiting = Consultation.objects.filter(
        dossier=dossier, mandatory=True, answered_at__isnull=True, closed_at__isnull=True
    ).count()
    held = dossier.put_aside if dossier.state == State.WITHDRAW_REQ else dossier.state
    if (waiting > 0) != (held == State.CONSULTING):
        yield f"{waiting} replies missing in {dossier.state}"


def _history(dossier: Dossier) -> Iterator[str]:
    moves = [entry for entry in audit.history_of(dossier.ref) if "to_state" in entry.facts]
    if not moves:
        yield "no move in the journal"
        return
    first, last = moves[0].facts, moves[-1].facts
    if first["from_state"] != State.DRAFT:
        yield f"begins in {first['from_state']}"
    if last["to_state"] != dossier.state or last["version"] != dossier.version:
        yield f"the journal ends in {last['to_state']}, version {last['version']}"
    for earlier, later in pairwise(moves):
        if later.facts["from_state"] != earlier.facts["to_state"]:
            yield f"a gap before {later.facts['move']}"
        if later.facts["version"] != earlier.facts["version"] + 1:
            yield f"version jumps at {later.facts['move']}"
        if later.happened_at < earlier.happened_at:
            yield f"time runs back at {later.facts['move']}"
    for entry in moves:
        yield from _one_move(entry)
    yield from _national_order([entry.facts["national"] for entry in moves])


def _one_move(entry: audit.Happening) -> Iterator[str]:
    facts = entry.facts
    move, source, target = facts["move"], facts["from_state"], facts["to_state"]
    if entry.actor_kind == "staff" and not (entry.person and entry.duty and entry.agency):
        yield f"{move} without person, duty and unit"
    if move not in FLOW.open_moves(source):
        yield f"{move} is not legal from {source}"
    elif target not in _targets(move, source):
        yield f"{move} does not lead from {source} to {target}"
    if facts["national"] not in {national_of(target), national_of(target, State.REFUSED), 8}:
        yield f"{target} sent as {facts['national']}"


def _targets(move: str, source: str) -> frozenset[str]:
    """Where a move may lead from there; two of them lead back to where it was before."""
    if move == "rollback":
        return FLOW.states()
    if move == "decide_withdraw":
        return frozenset({State.WITHDRAWN, *FLOW.moves["request_withdraw"].sources})
    known = FLOW.states()
    return frozenset(s for s in known if FLOW.leads_to(move=move, state=s, previous=source))


def _national_order(sent: list[int]) -> Iterator[str]:
    for before, after in pairwise(sent):
        if before != after and after not in FOLLOWS[before]:
            yield f"national status {before} followed by {after}"


def _clock(dossier: Dossier) -> Iterator[str]:
    if dossier.received_at is None:
        return
    clock = deadlines.clock_of(dossier.ref)
    if clock.due_current != dossier.due_at:
        yield "due_at is not the clock's"
    if clock.due_original < dossier.received_at:
        yield "due before reception"
    held = dossier.put_aside if dossier.state == State.WITHDRAW_REQ else dossier.state
    stands = clock.paused_since is not None
    if stands != dossier.is_paused or stands != (held in _STANDING_STILL):
        yield f"the clock {'stands still' if stands else 'runs'} in {dossier.state}"
    ended = dossier.completed_at or (dossier.closed_at if dossier.state in FINAL else None)
    if dossier.state == State.ARCHIVED and dossier.completed_at is None:
        ended = clock.finished_at  # archived later than it ended
    if clock.finished_at != ended:
        yield f"the clock ended {clock.finished_at}, the dossier {ended}"
    yield from _shifts(clock)


def _shifts(clock: Any) -> Iterator[str]:
    """Under RESUME the pauses and the shift are the same, in the unit of the limit; here in working
    days, since the promise was given (or given anew).
    """
    counted = clock.time_unit == deadlines.TimeUnit.WORKING_DAY
    restarted = any(pause.policy == "RESTART" for pause in clock.pauses)
    if not counted or clock.policy != deadlines.Policy.END_OF_DAY or restarted:
        return
    calendar = deadlines.calendar_by_id(clock.calendar_id).calendar
    given: datetime = clock.postponed_to or clock.due_original
    since = clock.postponed_at or clock.started_at
    stood = sum(
        calendar.working_days_between(day_of(pause.begins_at), day_of(pause.ends_at))
        for pause in clock.pauses
        if pause.ends_at is not None and pause.begins_at >= since
    )
    shift = calendar.working_days_between(day_of(given), day_of(clock.due_current))
    if shift != stood:
        yield f"stood still {stood} working days, shifted {shift}"


def _reasons(dossier: Dossier) -> Iterator[str]:
    """National 3, 5, 7 and 8 always carry a reason; 6 an amount."""
    state = dossier.state
    if state in (State.PRE_SUPP, State.SUPP_REQ):
        request = Request.objects.filter(dossier=dossier, answered_at__isnull=True).first()
        if request is None or not request.reason or not request.number:
            yield "asked without reason or number"
    said: Mapping[str, QuerySet[Any]] = {
        **dict.fromkeys(_DECIDED, Opinion.objects.filter(dossier=dossier)),
        **dict.fromkeys(
            (State.WITHDRAW_REQ, State.WITHDRAWN),
            Withdrawal.objects.filter(dossier=dossier).exclude(reason=""),
        ),
    }
    if state in said and not said[state].exists():
        yield f"{state} without a reason"
    owed = FinanceDuty.objects.filter(
        dossier=dossier, paid_at__isnull=True, closed_at__isnull=True
    ).count()
    held = dossier.put_aside if state == State.WITHDRAW_REQ else state
    if owed != (1 if held == State.FIN_DUTY else 0):
        yield f"{owed} open duties in {state}"
