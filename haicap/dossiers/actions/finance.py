"""Financial duties (nghĩa vụ tài chính: thuế, lệ phí trước bạ, tiền sử dụng đất).

While the applicant has to pay, the clock stands still (domain chapter 1.3, step 9); when it is paid
in full, it goes on. Fees of the procedure itself are another thing (`settle_fee`).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.deadlines import public as deadlines
from haicap.dossiers import typed
from haicap.dossiers.actions import moving, tasks
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import FinanceAsked, FinanceConfirmed
from haicap.dossiers.models import Dossier, FinanceDuty, TaskRole
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import VIETNAM, day_of
from haicap.kernel.errors import Invalid

LARGEST: Final = 10**13  # đồng
LONGEST_TERM: Final = 365


@transaction.atomic
def request_finance(
    *,
    dossier_id: int,
    amount: int,
    purpose: str,
    basis: str,
    notice: str = "",
    pay_by: date | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Ask the applicant to meet a financial duty first: the clock stands still until it is met.

    `amount` in đồng; `purpose` what is paid; `basis` the legal ground; `notice` the number of the
    tax notice. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="request_finance", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    if not 0 < amount <= LARGEST:
        raise Invalid({"amount": _("Số tiền phải là một số dương, tính bằng đồng.")})
    duty = FinanceDuty.objects.create(
        dossier=dossier,
        amount=amount,
        purpose=typed.text(purpose, field="purpose", required=True, limit=typed.LINE),
        basis=typed.text(basis, field="basis", required=True),
        notice=typed.text(notice, field="notice", limit=60),
        asked_at=at,
        asked_by=move.by.person if move.by.is_staff else None,
        pay_by=_pay_by(move, pay_by),
    )
    deadlines.pause(
        ref=dossier.ref, kind="FINANCE", basis=duty.basis,
        document=f"dossiers.FinanceDuty:{duty.pk}", by=move.by, at=at,
    )  # fmt: skip
    dossier.is_paused = True
    tasks.open_task(
        dossier, step=tasks.FINANCE, role=TaskRole.COORDINATE, duty=Duty.RECEIVE,
        agency_id=move.receiving(), at=at, due_at=duty.pay_by,
    )  # fmt: skip
    move.record(
        FinanceAsked(
            **move.said(),
            duty_row=duty.pk,
            amount=amount,
            pay_by=duty.pay_by.isoformat() if duty.pay_by else "",
        )
    )
    return move.save("is_paused")


def _pay_by(move: Moving, day: date | None) -> datetime:
    if day is None:
        day = day_of(move.at) + timedelta(days=tuned("finance_days", day=day_of(move.at)))
    if not 0 < (day - day_of(move.at)).days <= LONGEST_TERM:
        raise Invalid({"pay_by": _("Ngày hẹn phải sau hôm nay và trong vòng một năm.")})
    return datetime.combine(day, time(17), VIETNAM)


@transaction.atomic
def confirm_finance(
    *,
    dossier_id: int,
    paid: int,
    receipt: str,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The duty is met: the clock goes on. `paid` must reach what is owed; `receipt` is the proof.

    By the counter, the specialist, or the platform on a notice of the tax office. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="confirm_finance", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    duty = FinanceDuty.objects.get(dossier=dossier, paid_at__isnull=True, closed_at__isnull=True)
    if not duty.amount <= paid <= LARGEST:
        raise Invalid(
            {"paid": _("Cần nộp đủ %(total)s đồng mới xác nhận được.") % {"total": duty.amount}}
        )
    duty.paid, duty.paid_at = paid, at
    duty.receipt = typed.text(receipt, field="receipt", required=True, limit=60)
    duty.confirmed_by = move.by.person if move.by.is_staff else None
    duty.save(update_fields=["paid", "paid_at", "receipt", "confirmed_by"])
    clock = deadlines.resume(ref=dossier.ref, by=move.by, at=at)
    dossier.due_at, dossier.is_paused = clock.due_current, False
    dossier.calendar_id = clock.calendar_id
    tasks.close_open(dossier, outcome="paid", by=move.by, at=at, step=tasks.FINANCE)
    tasks.desk_goes_on(move.lead(), dossier, since=duty.asked_at, at=at)
    if words := typed.text(note, field="note"):
        move.opinion(words)
    move.record(
        FinanceConfirmed(
            **move.said(),
            duty_row=duty.pk,
            amount=duty.amount,
            paid=paid,
            receipt=duty.receipt,
            due_at=clock.due_current.isoformat(),
        )
    )
    return move.save("due_at", "is_paused", "calendar")
