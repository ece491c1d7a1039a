"""Dossiers told at the division: taken in, assigned, asked about, drafted, decided, issued."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any
from uuid import UUID

from haicap.deadlines.load import AfterPause, PastPause
from haicap.dossiers import events
from haicap.dossiers.actions import asking, tasks, walking
from haicap.dossiers.actions.results import RESULT
from haicap.dossiers.flow import State
from haicap.dossiers.load import taking_in
from haicap.dossiers.load.acts import Act
from haicap.dossiers.load.case import Case, NotTold, Telling, close_task
from haicap.dossiers.models import Task, TaskRole
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.registers.load import RESERVED


def _waiting(move: Telling) -> Task:
    if move.desks.waiting is None:
        raise NotTold("no desk waits")
    return move.desks.waiting


def confirm_receipt(case: Case, act: Act) -> None:
    """processing.confirm_receipt."""
    move = case.begin(act)
    handed, sender = _waiting(move), move.lead()
    step = next(step for step in case.route() if step.position == handed.position)
    case.close_open(outcome="confirmed", by=move.by, at=act.at)
    own = move.by.is_staff and move.by.duty == step.duty
    task = case.put_on_desk(
        step,
        move=move,
        agency_id=handed.agency_id,
        post_id=move.by.post if own else None,
        staff_id=move.by.person if own else None,
    )
    move.record(
        events.ReceiptConfirmed(
            **move.said(),
            from_agency=sender.agency_id,
            to_agency=handed.agency_id,
            task=task.pk,
        )
    )
    move.save()


def send_back(case: Case, act: Act) -> None:
    """processing.send_back."""
    move = case.begin(act)
    handed, sender = _waiting(move), move.lead()
    opinion = move.opinion(act.values["reason"])
    close_task(handed, outcome="sent_back", by=move.by, at=act.at)
    sender.due_at = tasks.for_transfer(at=act.at, calendar_at=case.town.calendar_at)
    move.record(
        events.TransferSentBack(
            **move.said(),
            from_agency=handed.agency_id,
            to_agency=sender.agency_id,
            opinion=opinion.pk,
        )
    )
    move.save()


def assign(case: Case, act: Act) -> None:
    """processing.assign."""
    move = case.begin(act)
    lead = move.lead()
    holder = next(
        one
        for one in case.town.holders(lead.agency_id, Duty.HANDLE)
        if one.staff_id == act.values["staff_id"]
    )
    was_staff, task = lead.staff_id, lead
    if lead.duty == Duty.HANDLE:
        lead.staff_id, lead.post_id = holder.staff_id, holder.post_id
    else:
        close_task(lead, outcome="assigned", by=move.by, at=act.at)
        task = case.put_on_desk(
            walking.handling_after(case.route(), after=lead.position),
            move=move,
            agency_id=lead.agency_id,
            post_id=holder.post_id,
            staff_id=holder.staff_id,
        )
    _note(move, act)
    move.record(
        events.DossierAssigned(
            **move.said(),
            task=task.pk,
            staff=holder.staff_id,
            post=holder.post_id,
            was_staff=was_staff,
        )
    )
    move.save()


def _note(move: Telling, act: Act) -> None:
    if act.values.get("note"):
        move.opinion(act.values["note"])


# --- supplements ----------------------------------------------------------------------------------


def ask_supplement(case: Case, act: Act) -> None:
    """processing.ask_supplement."""
    move = case.begin(act)
    rule = case.pinned().deadline
    asked = sum(one.stage == "during" for one in case.requests)
    if rule is None or case.clock is None or asked >= rule.supplement_max:
        raise NotTold("no supplement may be asked for")
    request = taking_in.ask(case, move, stage="during", values=act.values)
    stop = PastPause(
        kind="SUPPLEMENT",
        begins_at=act.at,
        basis=request.basis or request.reason,
        policy=AfterPause(rule.supplement_policy),
        document=f"dossiers.Request:{request.pk}",
        decided_by=move.by.person,
    )
    case.clock = replace(case.clock, pauses=(*case.clock.pauses, stop))
    move.dossier.is_paused = True
    case.open_task(
        step=tasks.SUPPLEMENT,
        role=TaskRole.COORDINATE,
        duty=Duty.RECEIVE,
        agency_id=move.receiving(),
        at=act.at,
        due_at=request.reply_by,
    )
    move.record(
        events.SupplementAsked(
            **move.said(),
            request=request.pk,
            items=len(request.items),
            count=asked + 1,
            reply_by=asking.day_text(request),
        )
    )
    taking_in.number_request(case, request, agency_id=move.competent(), act=act)
    move.save()


def receive_supplement(case: Case, act: Act) -> None:
    """processing.receive_supplement."""
    move = case.begin(act)
    dossier, clock = move.dossier, case.clock
    if clock is None:
        raise NotTold("no clock stands still")
    request = taking_in.answer(case, act, move)
    standing = replace(clock.pauses[-1], ends_at=act.at)
    case.clock = replace(clock, pauses=(*clock.pauses[:-1], standing))
    due = case.due()
    dossier.due_at, dossier.is_paused = due, False
    case.close_open(outcome="supplemented", by=move.by, at=act.at, role=TaskRole.COORDINATE)
    lead = move.lead()
    if lead.due_at is not None:
        shifted = tasks.shifted(
            lead.due_at,
            begins_at=request.asked_at,
            ends_at=act.at,
            calendar_at=case.town.calendar_at,
        )
        lead.due_at = min(shifted, due)
    move.record(
        events.SupplementReceived(
            **move.said(),
            request=request.pk,
            papers=len(act.values["papers"]),
            late=request.reply_by is not None and act.at > request.reply_by,
            due_at=due.isoformat(),
        )
    )
    move.save()


def check_supplement(case: Case, act: Act) -> None:
    """processing.check_supplement."""
    move = case.begin(act)
    asked = [one.pk for one in case.requests if one.stage == "during"]
    move.record(events.SupplementChecked(**move.said(), request=asked[-1] if asked else None))
    move.save()


# --- towards the result ---------------------------------------------------------------------------


def draft_result(case: Case, act: Act) -> None:
    """deciding.draft_result, with a file that was sent."""
    move = case.begin(act)
    file_id = act.values["file_id"]
    _lay(case, move, file_id)
    move.record(events.ResultDrafted(**move.said(), file=str(file_id), made="upload"))
    move.save()


def _lay(case: Case, move: Telling, file_id: UUID) -> None:
    """The number is reserved, the file laid to the dossier, as deciding does it."""
    dossier, day = move.dossier, day_of(move.at)
    if not dossier.result_number:
        number = case.ledger.books.give(
            agency_id=move.competent(),
            kind=RESULT,
            ref=dossier.ref,
            day=day,
            at=move.at,
            state=RESERVED,
        )
        case.numbers.append(number)
        dossier.result_number = case.town.number_text(dossier, number.value)
        dossier.result_date = day
    case.attach({file_id: RESULT}, by=move.by, at=move.at)
    dossier.result_use, dossier.result_values = file_id, None


def submit_approval(case: Case, act: Act) -> None:
    """deciding.submit_approval: by the specialist, then by the head who reviews."""
    move = case.begin(act)
    dossier, lead = move.dossier, move.lead()
    if move.before != State.SUBMIT_APPROVAL:
        if "file_id" in act.values:
            _lay(case, move, act.values["file_id"])
        if dossier.result_use is None:
            raise NotTold("there is no draft")
        dossier.result_sha256 = case.uses[dossier.result_use].sha256
    close_task(lead, outcome="submitted", by=move.by, at=act.at)
    step = walking.next_for_approval(case.route(), after=lead.position)
    task = case.put_on_desk(step, move=move)
    _note(move, act)
    move.record(
        events.SubmittedForApproval(
            **move.said(), sha256=dossier.result_sha256, task=task.pk, to_agency=task.agency_id
        )
    )
    move.save()


def return_draft(case: Case, act: Act) -> None:
    """deciding.return_draft."""
    move = case.begin(act)
    lead = move.lead()
    opinion = move.opinion(act.values["reason"])
    close_task(lead, outcome="returned", by=move.by, at=act.at)
    last = [task for task in case.tasks if task.duty == Duty.HANDLE and task.role == "lead"][-1]
    step = next(step for step in case.route() if step.position == last.position)
    task = case.put_on_desk(
        step,
        move=move,
        agency_id=last.agency_id,
        post_id=last.post_id,
        staff_id=last.staff_id,
    )
    move.dossier.result_sha256 = ""
    move.record(events.DraftReturned(**move.said(), opinion=opinion.pk, task=task.pk))
    move.save()


def approve(case: Case, act: Act) -> None:
    """deciding.approve."""
    move = case.begin(act)
    dossier, lead = move.dossier, move.lead()
    if lead.duty != Duty.DECIDE:
        raise NotTold("a head reviews it")
    dossier.result_signed = False
    close_task(lead, outcome="approved", by=move.by, at=act.at)
    case.put_on_desk(walking.issuing(case.route()), move=move)
    move.record(
        events.DossierApproved(
            **move.said(), sha256=dossier.result_sha256, signed=dossier.result_signed
        )
    )
    move.save()


def number_and_issue(case: Case, act: Act) -> None:
    """deciding.number_and_issue."""
    move = case.begin(act)
    dossier = move.dossier
    if case.clock is None or dossier.due_at is None:
        raise NotTold("no clock runs")
    case.clock = replace(case.clock, finished_at=act.at)
    dossier.completed_at = act.at
    case.close_open(outcome="issued", by=move.by, at=act.at)
    case.open_task(
        step=tasks.RETURN,
        duty=Duty.RECEIVE,
        agency_id=move.receiving(),
        at=act.at,
        due_at=dossier.due_at,
    )
    due_at = dossier.due_at.astimezone(UTC)  # as the verb reads it back
    move.record(
        events.ResultIssued(**move.said(), sha256=dossier.result_sha256, due_at=due_at.isoformat())
    )
    number = next(one for one in case.numbers if one.kind == RESULT)
    number.confirm(at=act.at)
    move.save()


TOLD: dict[str, Any] = {
    "keep": taking_in.keep,
    "start_draft": taking_in.start_draft,
    "save_draft": taking_in.save_draft,
    "hand_in": taking_in.hand_in,
    "receive_at_counter": taking_in.hand_in,
    "submit": taking_in.submit,
    "accept": taking_in.accept,
    "ask_before": taking_in.ask_before,
    "complete": taking_in.complete,
    "cancel": taking_in.cancel,
    "refuse_intake": taking_in.refuse_intake,
    "reroute": taking_in.reroute,
    "transfer": taking_in.transfer,
    "settle_fee": taking_in.settle_fee,
    "return_result": taking_in.return_result,
    "confirm_receipt": confirm_receipt,
    "send_back": send_back,
    "assign": assign,
    "ask_supplement": ask_supplement,
    "receive_supplement": receive_supplement,
    "check_supplement": check_supplement,
    "draft_result": draft_result,
    "submit_approval": submit_approval,
    "return_draft": return_draft,
    "approve": approve,
    "number_and_issue": number_and_issue,
}
