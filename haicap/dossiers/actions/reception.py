"""At the counter: receive, ask to complete, refuse, pass on; take the fee, hand over the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.dossiers import routing, typed
from haicap.dossiers.actions import asking, money, moving, submitting, tasks, walking
from haicap.dossiers.events import (
    CompletionAsked,
    DossierAccepted,
    DossierRerouted,
    DossierTransferred,
    IntakeRefused,
    ResultReturned,
)
from haicap.dossiers.filing import Filing, NotOpen, PaperIn, at_counter
from haicap.dossiers.flow import State
from haicap.dossiers.models import Dossier, Handing, Money, Request, TaskRole
from haicap.dossiers.slips.kinds import Form
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing
from haicap.registers import public as registers
from haicap.units import public as units

RECEPTION_BOOK: Final = "reception"
DECIDING_KINDS: Final = frozenset({"commune_committee", "department", "city_committee"})


@transaction.atomic
def receive_at_counter(
    *,
    filing: Filing,
    code: str | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """A walk-in in one go: submitted and received, with code, due time and place in the book.

    Where it is not known who decides, it is submitted only and lies with a coordinator.
    """
    dossier = submitting.hand_in(
        filing=at_counter(filing), code=code, by=by, at=at, recorded_at=recorded_at
    )
    if dossier.competent_agency_id is None:
        return dossier
    return accept(dossier_id=dossier.pk, by=by, at=at, recorded_at=recorded_at)


@transaction.atomic
def accept(
    *,
    dossier_id: int,
    papers: Sequence[PaperIn] = (),
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Valid reception: rules pinned, clock started, number of the reception book given.

    `papers` are counted at the counter now, beside what was handed in. Invalid by field when a
    required paper is missing; NotOpen when the procedure or its time limit is not in force today.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="accept", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier, day = move.dossier, day_of(at)
    if dossier.competent_agency_id is None or dossier.receiving_agency_id is None:
        raise moving.conflict(
            dossier, by=by, desks=move.desks,
            why=_("Hồ sơ chưa xác định được cơ quan giải quyết, đang chờ điều phối."),
        )  # fmt: skip
    rules = _rules_today(dossier, at=at)
    submitting.change_content(dossier, rules, answers=None, papers=papers, by=move.by, at=at)
    _pin(dossier, rules, by=move.by, at=at)
    tasks.close_open(dossier, outcome="accepted", by=move.by, at=at)
    tasks.open_task(
        dossier,
        step=tasks.FORWARD,
        duty=Duty.RECEIVE,
        agency_id=dossier.receiving_agency_id,
        at=at,
        due_at=tasks.for_transfer(at=at),
        post_id=move.by.post if move.by.is_staff else None,
        staff_id=move.by.person if move.by.is_staff else None,
    )
    _record_acceptance(move)
    money.demand(dossier, by=move.by, at=at)
    number = registers.next_number(
        agency_id=dossier.receiving_agency_id,
        kind=RECEPTION_BOOK,
        ref=dossier.ref,
        day=day,
        at=at,
    )
    dossier.volume, dossier.ordinal = number.volume, number.value
    return move.save(
        "papers", "procedure_version", "deadline_rule", "fee_rule", "calendar", "fee_total",
        "fee_lines", "money", "received_at", "due_at", "volume", "ordinal",
    )  # fmt: skip


def _rules_today(dossier: Dossier, *, at: datetime) -> catalogue.VersionRules:
    try:
        rules = catalogue.version_at(dossier.procedure.code, day=day_of(at))
    except Missing as missing:
        raise NotOpen(_("Thủ tục này không còn hiệu lực nên không tiếp nhận được.")) from missing
    if rules.deadline is None:
        raise NotOpen(_("Thủ tục này chưa rõ thời hạn giải quyết nên chưa tiếp nhận được."))
    return rules


def _pin(dossier: Dossier, rules: catalogue.VersionRules, *, by: Actor, at: datetime) -> None:
    """From now on these rules hold for the dossier, whatever the catalogue says later.

    The form stays the one that was filled in.
    """
    deadline = rules.deadline
    if deadline is None:
        raise LookupError("a dossier is pinned to a time limit")
    # Clocks of two machines differ by moments: nothing is received before it was handed in.
    received_at = max(at, dossier.submitted_at or at)
    calendar = deadlines.calendar_at(day=day_of(at))
    dossier.procedure_version_id = rules.version_id
    dossier.deadline_rule_id = deadline.id
    dossier.calendar_id = calendar.id
    submitting.set_fee(dossier, rules, at=at)
    clock = deadlines.start_clock(
        ref=dossier.ref,
        received_at=received_at,
        amount=deadline.amount,
        time_unit=deadline.time_unit,
        policy=deadline.policy,
        calendar_id=calendar.id,
        by=by,
        at=at,
    )
    dossier.received_at, dossier.due_at = received_at, clock.due_current


def _record_acceptance(move: moving.Moving) -> None:
    dossier = move.dossier
    if dossier.due_at is None or dossier.deadline_rule_id is None or dossier.calendar_id is None:
        raise LookupError("an accepted dossier is pinned")
    move.record(
        DossierAccepted(
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


@transaction.atomic
def ask_before(
    *,
    dossier_id: int,
    items: Sequence[Mapping[str, Any]],
    reason: str,
    basis: str = "",
    reply_by: date | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Ask the applicant to complete the dossier before reception (Mẫu 02). Invalid by field.

    `items`: [{"paper": slot or "", "fault": …, "todo": …}], at least one.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="ask_before", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    request = asking.make_request(
        move, stage="before", items=items, reason=reason, basis=basis, reply_by=reply_by
    )
    tasks.close_open(dossier, outcome="asked", by=move.by, at=at)
    tasks.open_task(
        dossier,
        step=tasks.WAIT_BEFORE,
        duty=Duty.RECEIVE,
        agency_id=move.receiving(),
        at=at,
        due_at=request.reply_by,
    )
    move.record(
        CompletionAsked(
            **move.said(),
            request=request.pk,
            items=len(request.items),
            reply_by=asking.day_text(request),
        )
    )
    asking.number_request(request, agency_id=move.receiving(), at=at)
    return move.save()


@transaction.atomic
def refuse_intake(
    *,
    dossier_id: int,
    reason: str,
    basis: str,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Do not receive (Mẫu 03): reason and legal basis in plain words, both required."""
    move = moving.begin(
        dossier_id=dossier_id, move="refuse_intake", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    opinion = move.opinion(asking.with_basis(reason, basis))
    Request.objects.filter(dossier=move.dossier, answered_at__isnull=True).update(answered_at=at)
    tasks.close_open(move.dossier, outcome="refused", by=move.by, at=at)
    move.record(IntakeRefused(**move.said(), opinion=opinion.pk))
    asking.slip_number(
        form=Form.REFUSAL, ref=f"dossiers.Opinion:{opinion.pk}", agency_id=move.receiving(), at=at
    )
    return move.save()


@transaction.atomic
def reroute(
    *,
    dossier_id: int,
    agency_code: str,
    reason: str,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """A coordinator says who decides; a dossier that waited for this goes to its counter."""
    move = moving.begin(
        dossier_id=dossier_id, move="reroute", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    opinion = move.opinion(typed.text(reason, field="reason", required=True))
    was = dossier.competent_agency_id
    agency = deciding_agency(agency_code, at=at)
    dossier.competent_agency_id = agency.id
    if dossier.commune_id is None and len(agency.territory_ids) == 1:
        dossier.commune_id = agency.territory_ids[0]
    lead = move.desks.lead
    if dossier.state == State.SUBMITTED and lead is not None and lead.step == tasks.COORDINATION:
        tasks.close_task(lead, outcome="rerouted", by=move.by, at=at)
        submitting.put_on_first_desk(dossier, at=at)
    move.record(DossierRerouted(**move.said(), was_competent=was, opinion=opinion.pk))
    return move.save("competent_agency", "commune")


def deciding_agency(code: str, *, at: datetime) -> units.AgencyView:
    """The committee or department of this code. Invalid at agency_code."""
    try:
        agency = units.agency(
            code=typed.text(code, field="agency_code", required=True, limit=30), day=day_of(at)
        )
    except Missing as missing:
        raise Invalid({"agency_code": str(missing)}) from missing
    if agency.kind not in DECIDING_KINDS:
        raise Invalid(
            {
                "agency_code": _("%(agency)s không phải cơ quan có thẩm quyền giải quyết.")
                % {"agency": agency.short_name}
            }
        )
    return agency


@transaction.atomic
def transfer(
    *,
    dossier_id: int,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Hand over to the desk that handles it. The sender keeps it until the receipt is confirmed."""
    move = moving.begin(
        dossier_id=dossier_id, move="transfer", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    step = walking.first_desk(walking.route_of(dossier))
    desk = routing.desk_at(
        place=step.place,
        duty=Duty(step.duty),
        receiving_id=move.receiving(),
        competent_id=move.competent(),
        day=day_of(at),
    )
    task = tasks.open_task(
        dossier,
        step=tasks.CONFIRM,
        position=step.position,
        role=TaskRole.COORDINATE,
        duty=desk.duty,
        agency_id=desk.agency_id,
        at=at,
        due_at=tasks.for_transfer(at=at),
    )
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(
        DossierTransferred(
            **move.said(),
            from_agency=move.receiving(),
            to_agency=desk.agency_id,
            task=task.pk,
        )
    )
    return move.save()


@transaction.atomic
def return_result(
    *,
    dossier_id: int,
    how: str,
    receiver: str = "",
    receiver_name: str = "",
    receiver_paper: str = "",
    tracking: str = "",
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Hand over the result and keep the evidence: who took it, how, against which paper.

    `how`: electronic | counter | post; `receiver`: applicant | owner | representative | other. A
    citizen takes only the electronic result. Conflict while the fee is due; Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="return_result", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    money.follow_payments(dossier)
    if dossier.money in Money.owing():
        unpaid = moving.conflict(
            dossier, by=by, desks=move.desks,
            why=_("Hồ sơ còn %(total)s đồng phí, lệ phí chưa thu.")
            % {"total": money.left(dossier)},
        )  # fmt: skip
        unpaid.unpaid = money.left(dossier)
        raise unpaid
    dossier.result_handed = {
        **_receiver(move, how, receiver, receiver_name, receiver_paper, tracking),
        "note": typed.text(note, field="note"),
        "at": at.isoformat(),
        "by": move.by.person,
        "by_kind": str(move.by.kind),
    }
    dossier.returned_at = at
    tasks.close_open(dossier, outcome="returned", by=move.by, at=at)
    move.record(ResultReturned(**move.said(), how=how))
    return move.save("result_handed", "returned_at")


def _receiver(
    move: moving.Moving, how: str, receiver: str, name: str, paper: str, tracking: str
) -> dict[str, str]:
    dossier = move.dossier
    if how not in Handing.values:
        raise Invalid({"how": _("Chọn bản điện tử, tại quầy hoặc qua bưu chính.")})
    if move.by.is_citizen:
        if how != Handing.ELECTRONIC:
            raise Invalid({"how": _("Ông/bà tự nhận được bản điện tử thôi.")})
        roles = {
            dossier.representative_id: "representative",
            dossier.owner_id: "owner",
            dossier.applicant_id: "applicant",  # who is several of them took it as the applicant
        }
        return {"how": how, "receiver": roles[move.by.person], "name": "", "paper": ""}
    receiver = receiver or "applicant"
    if receiver not in {"applicant", "owner", "representative", "other"}:
        raise Invalid({"receiver": _("Chọn người nhận: người nộp, chủ hồ sơ, người khác.")})
    if receiver == "representative" and dossier.representative_id is None:
        raise Invalid({"receiver": _("Hồ sơ này không có người được ủy quyền.")})
    other = receiver == "other"
    return {
        "how": how,
        "receiver": receiver,
        "name": typed.text(name, field="receiver_name", required=other, limit=typed.LINE),
        "paper": typed.text(
            paper, field="receiver_paper", required=other and how == "counter", limit=typed.LINE
        ),
        "tracking": typed.text(tracking, field="tracking", required=how == Handing.POST, limit=60),
    }
