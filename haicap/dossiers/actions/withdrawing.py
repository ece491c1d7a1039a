"""The applicant asks to have a dossier back; the unit decides (domain chapter 1.3, step 14)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.dossiers import typed
from haicap.dossiers.actions import ending, moving, tasks
from haicap.dossiers.events import DossierWithdrawn, WithdrawAsked, WithdrawRefused
from haicap.dossiers.flow import State
from haicap.dossiers.models import Dossier, TaskRole, Withdrawal
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of


@transaction.atomic
def request_withdraw(
    *,
    dossier_id: int,
    reason: str,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Ask for it back, before the result is issued: nothing else happens to it until decided.

    The clock is left as it is, on or standing still. By one of the three named on it, or the
    counter for them. Invalid without a reason; Conflict when the result was issued meanwhile.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="request_withdraw", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    if dossier.completed_at is not None:
        raise moving.conflict(
            dossier, by=move.by, desks=move.desks, why=_("Kết quả đã phát hành nên không rút được.")
        )
    asked = Withdrawal.objects.create(
        dossier=dossier,
        reason=typed.text(reason, field="reason", required=True),
        from_state=move.before,
        asked_at=at,
        asked_by_kind=str(move.by.kind),
        asked_by=move.by.person,
    )
    dossier.put_aside = move.before
    tasks.open_task(
        dossier, step=tasks.WITHDRAWAL, role=TaskRole.COORDINATE, duty=Duty.DECIDE,
        agency_id=move.competent(), at=at,
        due_at=tasks.within_hours(tuned("withdraw_hours", day=day_of(at)), at=at),
    )  # fmt: skip
    move.record(WithdrawAsked(**move.said(), withdrawal=asked.pk))
    return move.save("put_aside")


@transaction.atomic
def decide_withdraw(
    *,
    dossier_id: int,
    agree: bool,
    reason: str = "",
    fees: str = "",
    originals: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Agree: the dossier ends WITHDRAWN (Mẫu 05), saying what becomes of fees and originals.

    Or not, with a reason: it goes on where it was. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="decide_withdraw", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    asked = Withdrawal.objects.get(dossier=dossier, decided_at__isnull=True)
    asked.decision = typed.text(reason, field="reason", required=not agree)
    asked.fees = typed.text(fees, field="fees")
    asked.originals = typed.text(originals, field="originals")
    asked.agreed, asked.decided_at = agree, at
    asked.decided_by = move.by.person if move.by.is_staff else None
    asked.save(
        update_fields=["decision", "fees", "originals", "agreed", "decided_at", "decided_by"]
    )
    if agree:
        ending.close_case(move, ended_as=State.WITHDRAWN, outcome="withdrawn", why=asked.reason)
        move.record(DossierWithdrawn(**move.said(), withdrawal=asked.pk))
        return move.save(*ending.CLOSED)
    move.lead_to(dossier.put_aside, previous=dossier.put_aside)
    dossier.put_aside = ""
    tasks.close_open(dossier, outcome="not_agreed", by=move.by, at=at, step=tasks.WITHDRAWAL)
    move.record(WithdrawRefused(**move.said(), withdrawal=asked.pk))
    return move.save("put_aside")
