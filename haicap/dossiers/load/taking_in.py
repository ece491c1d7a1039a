"""Dossiers told at the counter: begun, submitted, received, passed on, handed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.deadlines.load import PastClock
from haicap.dossiers import events, filing
from haicap.dossiers.actions import asking, money, submitting, tasks, walking
from haicap.dossiers.filing import Checked, Filing, PaperIn, PlaceIn, at_counter
from haicap.dossiers.flow import State
from haicap.dossiers.load.acts import AT_COUNTER, Act, Sent
from haicap.dossiers.load.case import Case, NotTold, Telling
from haicap.dossiers.models import (
    Channel,
    DossierSearch,
    Money,
    OtherCode,
    Request,
    TaskRole,
)
from haicap.dossiers.slips.kinds import KINDS, Form
from haicap.files import public as files
from haicap.files.load import PastUse
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.registers.load import PastNumber

OWN_WORDS: Final = "Người nộp tự hủy hồ sơ."


# --- files and drafts -----------------------------------------------------------------------------


def keep(case: Case, act: Act) -> None:
    """files.keep."""
    sent: Sent = act.values["sent"]
    use = PastUse(
        id=sent.file_id,
        sha256=case.samples.result(case.procedure) if sent.result else case.samples.paper,
        ref=files.staged_ref(act.by) if sent.staged else case.dossier.ref,
        slot=sent.slot,
        name=sent.name,
        kind=files.UseKind.ORIGINAL,
        by=act.by,
        at=act.at,
    )
    case.uses[use.id] = use
    case.enter(use.kept(), subject=use.ref, by=act.by, at=act.at)


def start_draft(case: Case, act: Act) -> None:
    """drafts.start_draft."""
    if act.by.person is None:
        raise NotTold("a draft has an applicant")
    code = str(act.values["procedure_code"])
    dossier = case.begin_dossier(
        case.town.rules(code, day_of(act.at)),
        channel=Channel.ONLINE,
        applicant_id=act.by.person,
        at=act.at,
    )
    fact = events.DraftStarted(procedure=code, channel=Channel.ONLINE)
    case.enter(fact, subject=dossier.ref, by=act.by, at=act.at)


def save_draft(case: Case, act: Act) -> None:
    """drafts.save_draft."""
    dossier = case.dossier
    dossier.answers = act.values["answers"]
    dossier.declared = {**dossier.declared, **act.values["declared"]}
    dossier.wants_result = act.values.get("wants_result", dossier.wants_result)
    dossier.version += 1


# --- submission -----------------------------------------------------------------------------------


def hand_in(case: Case, act: Act) -> None:
    """submitting.hand_in, and reception.receive_at_counter."""
    what = _filing(act)
    rules = case.town.rules(what.procedure_code, day_of(act.at))
    applicant = act.people["applicant"].party_id
    case.begin_dossier(rules, channel=what.channel, applicant_id=applicant, at=act.at)
    submit(case, replace(act, move="submit", filing=what))
    if act.move == AT_COUNTER and case.dossier.competent_agency_id is not None:
        accept(case, replace(act, move="accept", values={}))


def _filing(act: Act) -> Filing:
    if act.filing is None:
        raise NotTold("nothing is handed in")
    return at_counter(act.filing) if act.move == AT_COUNTER else act.filing


def submit(case: Case, act: Act) -> None:
    """submitting.submit, of a draft or of what was just begun."""
    move = case.begin(act)
    dossier, town = move.dossier, case.town
    checked = _checked(case, act)
    rules = checked.rules
    _fill(case, act, checked)
    _send(case, act)
    submitting.set_fee(dossier, rules, at=act.at, fee_for=town.fee_for)
    case.attach(checked.file_slots, by=act.by, at=act.at)
    for source, code in checked.other_codes.items():
        row = case.ledger.row(OtherCode, dossier_id=dossier.pk, source=source, code=code)
        case.other_codes.append(row)
    names, numbers = submitting.searched(dossier.declared, subject=dossier.subject)
    case.search = DossierSearch(
        dossier_id=dossier.pk, name_fold=names, numbers=numbers, at=dossier.created_at
    )
    put_on_first_desk(case, act)
    if dossier.owner_id != dossier.applicant_id:
        move.on_behalf(dossier.owner_id)
    move.record(
        events.DossierSubmitted(
            **move.said(),
            channel=dossier.channel,
            source=dossier.source,
            source_code=dossier.source_code,
            support=dossier.support_agency_id,
            helped=dossier.helped_by is not None,
            papers=len(checked.papers),
            fee=dossier.fee_total,
        )
    )
    dossier.code = case.ledger.books.code(
        agency_id=move.receiving(),
        agency_code=town.agencies[move.receiving()].code,
        procedure_code=rules.code,
        at=act.at,
    )
    dossier.submitted_at = act.at
    move.save()


def _checked(case: Case, act: Act) -> Checked:
    """filing.check, of a filing without a fault."""
    filing = _filing(act)
    rules = case.town.rules(filing.procedure_code, day_of(act.at))
    said = {role: one.declared for role, one in act.people.items()}
    place_id, place_at, detail = _place(case, act, filing, rules)
    return Checked(
        rules=rules,
        channel=filing.channel,
        applicant=said["applicant"],
        owner=said.get("owner"),
        representative=said.get("representative"),
        relation=filing.relation,
        helper=filing.helper,
        answers=dict(filing.answers),
        papers=paper_rows(rules, filing.papers, laid=case.attached_slots()),
        file_slots=_slots(filing.papers),
        place_id=place_id,
        place_at=place_at,
        place_detail=detail,
        wants_result=filing.wants_result,
        source=filing.source or "haicap",
        source_code=filing.source_code,
        other_codes=dict(filing.other_codes),
    )


def _fill(case: Case, act: Act, checked: Checked) -> None:
    """submitting._fill."""
    dossier, rules = case.dossier, checked.rules
    dossier.procedure_version_id = rules.version_id
    dossier.form_version_id = rules.form_version_id
    dossier.deadline_rule_id = rules.deadline.id if rules.deadline else None
    dossier.channel = checked.channel
    dossier.source, dossier.source_code = checked.source, checked.source_code
    if "owner" in act.people:
        dossier.owner_id = act.people["owner"].party_id
    if "representative" in act.people:
        dossier.representative_id = act.people["representative"].party_id
    dossier.relation = checked.relation
    dossier.identity_level = act.by.identity_level if act.by.is_citizen else 0
    dossier.declared = filing.snapshot(checked)
    dossier.answers = checked.answers
    dossier.papers = checked.papers
    dossier.subject = submitting.subject_for(rules, checked.answers)
    dossier.place_id, dossier.place_at = checked.place_id, checked.place_at
    dossier.place_detail = checked.place_detail
    dossier.wants_result = checked.wants_result
    dossier.helped_by = submitting.helper_of(dossier, checked, by=act.by)


def _place(
    case: Case, act: Act, what: Filing, rules: catalogue.VersionRules
) -> tuple[int | None, date | None, str]:
    """filing._place, of places that were checked."""
    day = day_of(act.at)
    definition = catalogue.form_definition(rules.form_version_id)
    if definition.get("place", {}).get("rule") == "field":
        said = catalogue.place_of(rules.form_version_id, what.answers)
        if said is None:
            return None, None, ""
        place = PlaceIn(
            code=said["territory"],
            at=date.fromisoformat(said["at"]),
            detail=said.get("detail", ""),
        )
    elif what.place is not None:
        place = what.place
    elif act.by.is_staff and what.channel != Channel.ONLINE and act.by.agency is not None:
        (own,) = case.town.agencies[act.by.agency].territory_ids
        return own, day, ""
    else:
        return None, None, ""
    # A code of another day is the old commune that went to several: nobody knows which.
    today = case.town.communes.get(place.code) if place.at in (None, day) else None
    return today.territory_id if today else None, place.at or day, place.detail


def _send(case: Case, act: Act) -> None:
    """submitting._send and route."""
    dossier, town, by = case.dossier, case.town, act.by
    if by.is_staff and dossier.channel != Channel.ONLINE:
        dossier.receiving_agency_id = by.agency
    else:
        dossier.receiving_agency_id = town.receiving_for(dossier.place_id)
        dossier.support_agency_id = by.agency if by.is_staff else None
    rules = town.rules(dossier.procedure.code, day_of(act.at))
    dossier.competent_agency_id = town.competent_for(rules, dossier.place_id)
    receiving = dossier.receiving_agency_id
    if receiving is None:
        raise NotTold("no counter receives it")
    dossier.commune_id = town.commune_of(dossier.place_id, receiving)


def _slots(papers: Iterable[PaperIn]) -> dict[Any, str]:
    return {paper.file_id: paper.slot for paper in papers if paper.file_id is not None}


def paper_rows(
    rules: catalogue.VersionRules,
    papers: Iterable[PaperIn],
    *,
    laid: Iterable[str],
    had: Iterable[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """filing.check_papers, of papers without a fault; `laid`: slots of files with the dossier."""
    names = {paper.slot: paper.name_vi for paper in rules.papers if paper.kind == "paper"}
    rows: dict[str, dict[str, Any]] = {row["slot"]: {**row, "electronic": 0} for row in had}

    def row(slot: str) -> dict[str, Any]:
        fresh = {"slot": slot, "name": names[slot], "originals": 0, "certified": 0,
                 "photocopies": 0, "electronic": 0, "replaced": False}  # fmt: skip
        return rows.setdefault(slot, fresh)

    for slot in laid:
        if slot in names:
            row(slot)["electronic"] += 1
    for paper in papers:
        found = row(paper.slot)
        found["originals"] += paper.originals
        found["certified"] += paper.certified
        found["photocopies"] += paper.photocopies
        found["replaced"] = found["replaced"] or paper.replaced
        found["electronic"] += paper.file_id is not None
    order = list(names)
    return sorted(rows.values(), key=lambda row: order.index(row["slot"]))


def put_on_first_desk(case: Case, act: Act) -> None:
    """submitting.put_on_first_desk."""
    dossier, town = case.dossier, case.town
    receiving = dossier.receiving_agency_id
    if receiving is None:
        raise NotTold("no counter receives it")
    due = tasks.within_hours(tasks.INTAKE_HOURS, at=act.at, calendar_at=town.calendar_at)
    if dossier.competent_agency_id is not None:
        case.open_task(
            step=tasks.INTAKE, duty=Duty.RECEIVE, agency_id=receiving, at=act.at, due_at=due
        )
        return
    desk = town.coordination_desk(dossier.place_id, receiving)
    case.open_task(
        step=tasks.COORDINATION,
        duty=desk.duty,
        agency_id=desk.agency_id,
        at=act.at,
        due_at=due,
        post_id=desk.holder.post_id if desk.holder else None,
        staff_id=desk.holder.staff_id if desk.holder else None,
    )


# --- before reception -----------------------------------------------------------------------------


def ask(case: Case, move: Telling, *, stage: str, values: Mapping[str, Any]) -> Request:
    """asking.make_request."""
    rule = case.town.rules(move.dossier.procedure.code, day_of(move.at)).deadline
    days = rule.supplement_reply_days if rule is not None else asking.REPLY_DAYS
    request: Request = case.ledger.row(
        Request,
        dossier_id=move.dossier.pk,
        stage=stage,
        items=[dict(item) for item in values["items"]],
        reason=values["reason"],
        basis=values["basis"],
        reply_by=tasks.in_working_days(days, at=move.at, calendar_at=case.town.calendar_at),
        asked_at=move.at,
        asked_by=move.by.person if move.by.is_staff else None,
    )
    case.requests.append(request)
    return request


def number_request(case: Case, request: Request, *, agency_id: int, act: Act) -> None:
    """asking.number_request."""
    ref = f"dossiers.Request:{request.pk}"
    request.number = slip_number(case, ref, agency_id=agency_id, act=act)


def slip_number(
    case: Case, ref: str, *, form: Form = Form.REQUEST, agency_id: int, act: Act
) -> str:
    """asking.slip_number."""
    number = case.ledger.books.give(
        agency_id=agency_id,
        kind=KINDS[form].book,
        ref=ref,
        day=day_of(act.at),
        at=act.at,
    )
    case.numbers.append(number)
    return f"{number.value}/{KINDS[form].symbol}"


def ask_before(case: Case, act: Act) -> None:
    """reception.ask_before."""
    move = case.begin(act)
    request = ask(case, move, stage="before", values=act.values)
    case.close_open(outcome="asked", by=move.by, at=act.at)
    case.open_task(
        step=tasks.WAIT_BEFORE,
        duty=Duty.RECEIVE,
        agency_id=move.receiving(),
        at=act.at,
        due_at=request.reply_by,
    )
    fact = events.CompletionAsked(
        **move.said(),
        request=request.pk,
        items=len(request.items),
        reply_by=asking.day_text(request),
    )
    move.record(fact)
    number_request(case, request, agency_id=move.receiving(), act=act)
    move.save()


def answer(case: Case, act: Act, move: Telling) -> Request:
    """submitting.answer_request and change_content, without new answers."""
    request = next(one for one in case.requests if one.answered_at is None)
    request.answered_at, request.answer = act.at, act.values["note"]
    add_papers(case, act, move)
    return request


def add_papers(case: Case, act: Act, move: Telling) -> None:
    """The papers of an act beside those handed in before."""
    dossier = case.dossier
    papers = act.values.get("papers", ())
    rules = case.town.rules(dossier.procedure.code, day_of(act.at))
    laid = case.attached_slots()
    case.attach(_slots(papers), by=move.by, at=act.at)
    dossier.papers = paper_rows(rules, papers, laid=laid, had=dossier.papers)


def complete(case: Case, act: Act) -> None:
    """submitting.complete."""
    move = case.begin(act)
    request = answer(case, act, move)
    case.close_open(outcome="completed", by=move.by, at=act.at)
    put_on_first_desk(case, act)
    papers = len(act.values["papers"])
    move.record(events.CompletionGiven(**move.said(), request=request.pk, papers=papers))
    move.save()


def _drop_requests(case: Case, act: Act) -> None:
    for request in case.requests:
        if request.answered_at is None:
            request.answered_at = act.at


def cancel(case: Case, act: Act) -> None:
    """submitting.cancel."""
    move = case.begin(act)
    opinion = move.opinion(act.values.get("reason") or OWN_WORDS)
    _drop_requests(case, act)
    case.close_open(outcome="cancelled", by=move.by, at=act.at)
    move.record(events.DossierCancelled(**move.said(), opinion=opinion.pk))
    move.save()


def refuse_intake(case: Case, act: Act) -> None:
    """reception.refuse_intake."""
    move = case.begin(act)
    opinion = move.opinion(asking.with_basis(act.values["reason"], act.values["basis"]))
    _drop_requests(case, act)
    case.close_open(outcome="refused", by=move.by, at=act.at)
    move.record(events.IntakeRefused(**move.said(), opinion=opinion.pk))
    ref = f"dossiers.Opinion:{opinion.pk}"
    slip_number(case, ref, form=Form.REFUSAL, agency_id=move.receiving(), act=act)
    move.save()


def reroute(case: Case, act: Act) -> None:
    """reception.reroute."""
    move = case.begin(act)
    dossier, lead = move.dossier, move.desks.lead
    opinion = move.opinion(act.values["reason"])
    was = dossier.competent_agency_id
    agency = next(
        view for view in case.town.agencies.values() if view.code == act.values["agency_code"]
    )
    dossier.competent_agency_id = agency.id
    if dossier.commune_id is None and len(agency.territory_ids) == 1:
        dossier.commune_id = agency.territory_ids[0]
    if dossier.state == State.SUBMITTED and lead is not None and lead.step == tasks.COORDINATION:
        case.close_open(outcome="rerouted", by=move.by, at=act.at, role=TaskRole.LEAD)
        put_on_first_desk(case, act)
    move.record(events.DossierRerouted(**move.said(), was_competent=was, opinion=opinion.pk))
    move.save()


# --- reception and after --------------------------------------------------------------------------


def accept(case: Case, act: Act) -> None:
    """reception.accept."""
    move = case.begin(act)
    dossier, town = move.dossier, case.town
    add_papers(case, act, move)
    rules = town.rules(dossier.procedure.code, day_of(act.at))
    deadline = rules.deadline
    if deadline is None or dossier.submitted_at is None:
        raise NotTold("nothing to be received")
    received_at = max(act.at, dossier.submitted_at)
    dossier.procedure_version_id, dossier.deadline_rule_id = rules.version_id, deadline.id
    dossier.calendar_id = town.calendar_at(day=day_of(act.at)).id
    submitting.set_fee(dossier, rules, at=act.at, fee_for=town.fee_for)
    case.clock = PastClock(
        ref=dossier.ref,
        received_at=received_at,
        started_at=act.at,
        amount=deadline.amount,
        time_unit=deadlines.TimeUnit(deadline.time_unit),
        policy=deadlines.Policy(deadline.policy),
        calendar_id=dossier.calendar_id,
    )
    dossier.received_at, dossier.due_at = received_at, case.due()
    case.close_open(outcome="accepted", by=move.by, at=act.at)
    case.open_task(
        step=tasks.FORWARD,
        duty=Duty.RECEIVE,
        agency_id=move.receiving(),
        at=act.at,
        due_at=tasks.for_transfer(at=act.at, calendar_at=town.calendar_at),
        post_id=move.by.post if move.by.is_staff else None,
        staff_id=move.by.person if move.by.is_staff else None,
    )
    move.record(
        events.DossierAccepted(
            **move.said(),
            due_at=dossier.due_at.isoformat(),
            procedure_version=dossier.procedure_version_id,
            deadline_rule=dossier.deadline_rule_id,
            fee_rule=dossier.fee_rule_id,
            form_version=dossier.form_version_id,
            calendar=dossier.calendar_id,
            fee=dossier.fee_total,
        )
    )
    if dossier.fee_total:
        told = money.demanded(dossier, moment=town.moment_of(dossier.fee_rule_id))
        case.demand = case.ledger.money.demand(told, at=act.at)
        move.record(case.demand.demanded())
    number = _reception_number(case, act, move)
    dossier.volume, dossier.ordinal = number.volume, number.value
    move.save()


def _reception_number(case: Case, act: Act, move: Telling) -> PastNumber:
    number = case.ledger.books.give(
        agency_id=move.receiving(),
        kind="reception",
        ref=move.dossier.ref,
        day=day_of(act.at),
        at=act.at,
    )
    case.numbers.append(number)
    return number


def transfer(case: Case, act: Act) -> None:
    """reception.transfer."""
    move = case.begin(act)
    step = walking.first_desk(case.route())
    desk = case.town.desk(
        place=step.place,
        duty=Duty(step.duty),
        receiving_id=move.receiving(),
        competent_id=move.competent(),
    )
    if desk is None:
        raise NotTold(f"nobody at {step.place}")
    task = case.open_task(
        step=tasks.CONFIRM,
        position=step.position,
        role=TaskRole.COORDINATE,
        duty=desk.duty,
        agency_id=desk.agency_id,
        at=act.at,
        due_at=tasks.for_transfer(at=act.at, calendar_at=case.town.calendar_at),
    )
    move.record(
        events.DossierTransferred(
            **move.said(),
            from_agency=move.receiving(),
            to_agency=desk.agency_id,
            task=task.pk,
        )
    )
    move.save()


def settle_fee(case: Case, act: Act) -> None:
    """reception.settle_fee."""
    move = case.begin(act)
    dossier, how, till = move.dossier, act.values["how"], case.ledger.money
    if dossier.money != Money.DUE or case.demand is None:
        raise NotTold("nothing is due")
    opinion, amount = None, act.values.get("amount", 0)
    if how == "waived":
        opinion = move.opinion(act.values["reason"])
        dossier.money, dossier.fee_receipt = Money.WAIVED, money.WAIVED_RECEIPT
        move.record(till.waive(case.demand, reason=act.values["reason"], by=move.by, at=act.at))
    elif amount != dossier.fee_total:
        raise NotTold(f"{dossier.fee_total} is due, not {amount}")
    else:
        dossier.money, dossier.fee_receipt = Money.PAID, act.values["receipt"]
        paid = till.pay(
            case.demand, way=how, paper_receipt=dossier.fee_receipt, by=move.by, at=act.at
        )
        move.record(paid)
    move.record(
        events.FeeSettled(
            **move.said(),
            how=how,
            amount=amount,
            receipt=dossier.fee_receipt,
            opinion=opinion.pk if opinion else None,
        )
    )
    move.save()


def return_result(case: Case, act: Act) -> None:
    """reception.return_result."""
    move = case.begin(act)
    dossier, said = move.dossier, act.values
    if dossier.money == Money.DUE:
        raise NotTold("the fee is due")
    if move.by.is_citizen:
        taken = {"how": said["how"], "receiver": "applicant", "name": "", "paper": ""}
    else:
        taken = {
            "how": said["how"],
            "receiver": said.get("receiver", "applicant"),
            "name": said.get("receiver_name", ""),
            "paper": said.get("receiver_paper", ""),
            "tracking": said.get("tracking", ""),
        }
    dossier.result_handed = {
        **taken,
        "note": "",
        "at": act.at.isoformat(),
        "by": move.by.person,
        "by_kind": str(move.by.kind),
    }
    dossier.returned_at = act.at
    case.close_open(outcome="returned", by=move.by, at=act.at)
    move.record(events.ResultReturned(**move.said(), how=said["how"]))
    move.save()
