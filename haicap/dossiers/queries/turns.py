"""The other turns of a dossier as its page and the API show them: its clock, who was asked, what is
owed, withdrawals, the apology, corrections.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haicap.accounts import public as accounts
from haicap.deadlines import public as deadlines
from haicap.dossiers.models import (
    Apology,
    Consultation,
    Correction,
    Dossier,
    FinanceDuty,
    Stance,
    Withdrawal,
)
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.units import public as units


def turns_of(dossier: Dossier, *, by: Actor) -> dict[str, Any]:
    """All of them; to a citizen without what units write to each other."""
    staff = by.is_staff
    received = dossier.received_at is not None
    return {
        "clock": clock_of(dossier),
        "consultations": _consultations(dossier, whole=staff) if received else [],
        "finance": _finance(dossier) if received else [],
        "withdrawals": _withdrawals(dossier) if received else [],
        "apology": _apology(dossier),
        "corrections": _corrections(dossier) if dossier.completed_at is not None else [],
    }


def clock_of(dossier: Dossier) -> dict[str, Any] | None:
    """What was promised first, what holds now, every stop and every change with its basis."""
    if dossier.received_at is None:
        return None
    clock = deadlines.clock_of(dossier.ref)
    return {
        "due_original": clock.due_original,
        "due_current": clock.due_current,
        "paused_since": clock.paused_since,
        "finished_at": clock.finished_at,
        "amount": clock.amount,
        "time_unit": str(clock.time_unit),
        "policy": str(clock.policy),
        "calendar_version": deadlines.calendar_by_id(clock.calendar_id).number,
        "pauses": [
            {
                "kind": pause.kind,
                "begins_at": pause.begins_at,
                "ends_at": pause.ends_at,
                "policy": str(pause.policy),
                "basis": pause.basis,
                "document": pause.document,
            }
            for pause in clock.pauses
        ],
        "changes": [
            {
                "at": change.at,
                "due_before": change.due_before,
                "due_after": change.due_after,
                "basis": change.basis,
                "kind": change.kind,
            }
            for change in clock.changes
        ],
    }


def _consultations(dossier: Dossier, *, whole: bool) -> list[dict[str, Any]]:
    rows = list(Consultation.objects.filter(dossier=dossier).order_by("id"))
    if not rows:
        return []
    names = units.agency_names([row.agency_id for row in rows], day=day_of(rows[-1].asked_at))
    staff = _names(row.answered_by for row in rows) if whole else {}
    return [
        {
            "id": row.pk,
            "agency": names.get(row.agency_id, ""),
            "question": row.question if whole else "",
            "mandatory": row.mandatory,
            "asked_at": row.asked_at,
            "due_at": row.due_at,
            "answered_at": row.answered_at,
            "answered_by": staff.get(row.answered_by or 0, ""),
            "stance": row.stance,
            "stance_words": str(Stance(row.stance).label) if row.stance else "",
            "answer": row.answer if whole else "",
            "late": bool(row.due_at and row.answered_at and row.answered_at > row.due_at),
            "closed_at": row.closed_at,
            "closed_why": row.closed_why if whole else "",
        }
        for row in rows
    ]


def _names(ids: Any) -> Mapping[int, str]:
    return accounts.staff_names({one for one in ids if one is not None})


def _finance(dossier: Dossier) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "amount": row.amount,
            "purpose": row.purpose,
            "basis": row.basis,
            "notice": row.notice,
            "asked_at": row.asked_at,
            "pay_by": row.pay_by,
            "paid_at": row.paid_at,
            "paid": row.paid,
            "receipt": row.receipt,
            "closed_at": row.closed_at,
        }
        for row in FinanceDuty.objects.filter(dossier=dossier).order_by("id")
    ]


def _withdrawals(dossier: Dossier) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "reason": row.reason,
            "from_state": row.from_state,
            "asked_at": row.asked_at,
            "asked_by": row.asked_by_kind,
            "decided_at": row.decided_at,
            "agreed": row.agreed,
            "decision": row.decision,
            "fees": row.fees,
            "originals": row.originals,
        }
        for row in Withdrawal.objects.filter(dossier=dossier).order_by("id")
    ]


def _apology(dossier: Dossier) -> dict[str, Any] | None:
    if dossier.apologised_at is None:
        return None
    row = Apology.objects.get(dossier=dossier)
    return {
        "at": row.at,
        "reason_code": row.reason_code,
        "reason": row.reason,
        "basis": row.basis,
        "due_before": row.due_before,
        "due_after": row.due_after,
    }


def _corrections(dossier: Dossier) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "error_kind": row.error_kind,
            "reason": row.reason,
            "basis": row.basis,
            "opened_at": row.opened_at,
            "closed_at": row.closed_at,
            "old_number": row.old_number,
            "old_date": row.old_date,
            "old_file_id": str(row.old_use),
            "old_sha256": row.old_sha256,
            "new_file_id": str(row.new_use) if row.new_use else None,
        }
        for row in Correction.objects.filter(dossier=dossier).order_by("id")
    ]


def superseded(dossier: Dossier) -> set[str]:
    """Files that were results once and are replaced, or are being replaced."""
    if dossier.completed_at is None:
        return set()
    rows = Correction.objects.filter(dossier=dossier).values_list("old_use", flat=True)
    return {str(use) for use in rows}
