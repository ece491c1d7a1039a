"""At the division: take it in or send it back, assign it, ask for a supplement and go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.catalogue import public as catalogue
from haicap.deadlines import public as deadlines
from haicap.dossiers import typed
from haicap.dossiers.actions import asking, moving, submitting, tasks, walking
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import (
    DossierAssigned,
    ReceiptConfirmed,
    SupplementAsked,
    SupplementChecked,
    SupplementReceived,
    TransferSentBack,
)
from haicap.dossiers.filing import PaperIn
from haicap.dossiers.models import Dossier, Request, Task, TaskRole
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid

SUPPLEMENT_WITHIN: Final = 3  # working days from reception (domain chapter 1.3, step 7)


@transaction.atomic
def confirm_receipt(
    *,
    dossier_id: int,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The desk has it now, and answers for it. A specialist who takes it in handles it."""
    move = moving.begin(
        dossier_id=dossier_id, move="confirm_receipt", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier, handed = move.dossier, _waiting(move)
    sender = move.lead()
    route = walking.route_of(dossier)
    step = next(step for step in route if step.position == handed.position)
    tasks.close_open(dossier, outcome="confirmed", by=move.by, at=at)
    own = move.by.is_staff and move.by.duty == step.duty
    task = walking.put_on_desk(
        dossier, step, route=route, receiving_id=move.receiving(), competent_id=move.competent(),
        agency_id=handed.agency_id, at=at,
        post_id=move.by.post if own else None, staff_id=move.by.person if own else None,
    )  # fmt: skip
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(
        ReceiptConfirmed(
            **move.said(),
            from_agency=sender.agency_id,
            to_agency=handed.agency_id,
            task=task.pk,
        )
    )
    return move.save()


@transaction.atomic
def send_back(
    *,
    dossier_id: int,
    reason: str,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Not taken in: the counter, which still holds it, reads why."""
    move = moving.begin(
        dossier_id=dossier_id, move="send_back", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    handed, sender = _waiting(move), move.lead()
    opinion = move.opinion(typed.text(reason, field="reason", required=True))
    tasks.close_task(handed, outcome="sent_back", by=move.by, at=at)
    sender.due_at = tasks.for_transfer(at=at)
    sender.save(update_fields=["due_at"])
    move.record(
        TransferSentBack(
            **move.said(),
            from_agency=handed.agency_id,
            to_agency=sender.agency_id,
            opinion=opinion.pk,
        )
    )
    return move.save()


def _waiting(move: Moving) -> Task:
    if move.desks.waiting is None:
        raise LookupError("a transferred dossier waits on a desk")
    return move.desks.waiting


def assignable(dossier: Dossier, *, at: datetime) -> list[accounts.HolderView]:
    """Whom the head may give it to: who handles in the agency where it lies."""
    lead = (
        Task.objects.filter(dossier=dossier, role=TaskRole.LEAD, done_at__isnull=True)
        .order_by("id")
        .first()
    )
    if lead is None:
        return []
    return accounts.holders_of(agency_ids=[lead.agency_id], duty=Duty.HANDLE, day=day_of(at))


@transaction.atomic
def assign(
    *,
    dossier_id: int,
    staff_id: int,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Give it to a specialist of the division, or to another one. Invalid at staff_id."""
    move = moving.begin(
        dossier_id=dossier_id, move="assign", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier, lead = move.dossier, move.lead()
    holder = next((one for one in assignable(dossier, at=at) if one.staff_id == staff_id), None)
    if holder is None:
        raise Invalid({"staff_id": _("Người này không thụ lý hồ sơ ở phòng đang giữ hồ sơ.")})
    was_staff = lead.staff_id
    if lead.duty == Duty.HANDLE:
        lead.staff_id, lead.post_id = holder.staff_id, holder.post_id
        lead.opened_at = None  # by whom it is given to now
        lead.save(update_fields=["staff", "post", "opened_at"])
        task = lead
    else:
        tasks.close_task(lead, outcome="assigned", by=move.by, at=at)
        route = walking.route_of(dossier)
        task = walking.put_on_desk(
            dossier, walking.handling_after(route, after=lead.position), route=route,
            receiving_id=move.receiving(), competent_id=move.competent(),
            agency_id=lead.agency_id, at=at, post_id=holder.post_id, staff_id=holder.staff_id,
        )  # fmt: skip
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(
        DossierAssigned(
            **move.said(),
            task=task.pk,
            staff=holder.staff_id,
            post=holder.post_id,
            was_staff=was_staff,
        )
    )
    return move.save()


@transaction.atomic
def ask_supplement(
    *,
    dossier_id: int,
    items: Sequence[Mapping[str, Any]],
    reason: str,
    basis: str = "",
    reply_by: date | None = None,
    again: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Ask for a supplement (Mẫu 02): the clock stands still until it comes.

    As often as the procedure's rule allows (once, as a rule); once more only with a reason in
    `again`, and then the figures judge the dossier late (index 766, 2.1). Later than three working
    days after reception only with a legal `basis`. Invalid by field; Conflict when it was asked
    before and `again` says nothing.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="ask_supplement", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    rule, asked = _may_still_ask(move, basis=basis, again=again)
    request = asking.make_request(
        move, stage="during", items=items, reason=reason, basis=basis, reply_by=reply_by,
        again=again if asked >= rule.supplement_max else "",
    )  # fmt: skip
    deadlines.pause(
        ref=dossier.ref,
        kind="SUPPLEMENT",
        basis=request.basis or request.reason,
        document=f"dossiers.Request:{request.pk}",
        policy=rule.supplement_policy,
        by=move.by,
        at=at,
    )
    dossier.is_paused = True
    tasks.open_task(
        dossier, step=tasks.SUPPLEMENT, role=TaskRole.COORDINATE, duty=Duty.RECEIVE,
        agency_id=move.receiving(), at=at, due_at=request.reply_by,
    )  # fmt: skip
    move.record(
        SupplementAsked(
            **move.said(),
            request=request.pk,
            items=len(request.items),
            count=asked + 1,
            reply_by=asking.day_text(request),
        )
    )
    asking.number_request(request, agency_id=move.competent(), at=at)
    return move.save("is_paused")


def _may_still_ask(move: Moving, *, basis: str, again: str) -> tuple[catalogue.DeadlineRule, int]:
    """The rule the dossier is pinned to, and how often a supplement was asked for before."""
    dossier = move.dossier
    rule = dossier.deadline_rule
    if rule is None or dossier.received_at is None:
        raise LookupError("a received dossier is pinned to a time limit")
    asked = Request.objects.filter(dossier=dossier, stage="during").count()
    if asked >= rule.supplement_max and not typed.text(again, field="again"):
        raise moving.conflict(
            dossier, by=move.by, desks=move.desks,
            why=_(
                "Chỉ được yêu cầu bổ sung %(n)s lần và hồ sơ này đã yêu cầu đủ số lần; muốn yêu"
                " cầu thêm phải nêu lý do và hồ sơ bị tính là trễ hạn."
            )
            % {"n": rule.supplement_max},
        )  # fmt: skip
    by_head = tuned("supplement_by_head", day=day_of(move.at))
    if by_head and move.by.is_staff and move.by.duty is not Duty.HEAD:
        raise moving.conflict(
            dossier, by=move.by, desks=move.desks,
            why=_("Yêu cầu bổ sung phải do phụ trách phòng gửi."),
        )  # fmt: skip
    late = tasks.working_days_since(dossier.received_at, at=move.at) > SUPPLEMENT_WITHIN
    if late and not typed.text(basis, field="basis"):
        raise Invalid(
            {
                "basis": _("Đã quá %(n)s ngày làm việc từ khi tiếp nhận; cần ghi căn cứ.")
                % {"n": SUPPLEMENT_WITHIN}
            }
        )
    return rule, asked


@transaction.atomic
def receive_supplement(
    *,
    dossier_id: int,
    note: str = "",
    answers: Mapping[str, Any] | None = None,
    papers: Sequence[PaperIn] = (),
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The supplement is there: the clock goes on, by the rule the dossier is pinned to.

    A late answer is taken and marked as late: only a decision ends a dossier. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="receive_supplement", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    request = submitting.answer_request(move, note=note)
    rules = catalogue.rules_by_ids(
        dossier.procedure_version_id,
        dossier.form_version_id,
        dossier.deadline_rule_id,
        dossier.fee_rule_id,
    )
    submitting.change_content(dossier, rules, answers=answers, papers=papers, by=move.by, at=at)
    clock = deadlines.resume(ref=dossier.ref, by=move.by, at=at)
    dossier.due_at, dossier.is_paused = clock.due_current, False
    dossier.calendar_id = clock.calendar_id
    tasks.close_open(dossier, outcome="supplemented", by=move.by, at=at, step=tasks.SUPPLEMENT)
    tasks.desk_goes_on(move.lead(), dossier, since=request.asked_at, at=at)
    late = request.reply_by is not None and at > request.reply_by
    move.record(
        SupplementReceived(
            **move.said(),
            request=request.pk,
            papers=len(papers),
            late=late,
            due_at=clock.due_current.isoformat(),
        )
    )
    return move.save(
        "answers", "papers", "subject", "place", "place_at", "place_detail", "due_at",
        "is_paused", "calendar",
    )  # fmt: skip


@transaction.atomic
def check_supplement(
    *,
    dossier_id: int,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The specialist has looked at the supplement and goes on."""
    move = moving.begin(
        dossier_id=dossier_id, move="check_supplement", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    request = Request.objects.filter(dossier=move.dossier, stage="during").order_by("-id").first()
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(SupplementChecked(**move.said(), request=request.pk if request else None))
    return move.save()
