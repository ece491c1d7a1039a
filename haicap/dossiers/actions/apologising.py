"""An apology with a new date (Mẫu 04): once for a dossier, before the promised time passes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.deadlines import public as deadlines
from haicap.dossiers import typed
from haicap.dossiers.actions import moving
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import Apologised
from haicap.dossiers.models import Apology, Dossier
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

REASONS: Final[Mapping[str, StrPromise]] = {
    "internal": gettext_lazy("việc của cơ quan giải quyết"),
    "consulted": gettext_lazy("chờ ý kiến cơ quan phối hợp"),
    "applicant": gettext_lazy("từ phía người nộp hồ sơ"),
    "system": gettext_lazy("sự cố hệ thống"),
    "law": gettext_lazy("thay đổi của pháp luật"),
}
LONGEST: Final = 366  # calendar days a promise may move


@transaction.atomic
def apologise(
    *,
    dossier_id: int,
    new_due: date,
    reason_code: str,
    reason: str,
    basis: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Apologise and promise a new date, signed by a head or leader; once, ahead of the old date.

    The old date stays on record. `reason_code`: internal | consulted | applicant | system | law.
    Invalid by field; Conflict when it is too late for it or was done before.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="apologise", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    if reason_code not in REASONS:
        raise Invalid({"reason_code": _("Chọn một loại lý do trong danh sách.")})
    words = typed.text(reason, field="reason", required=True)
    before = _in_time(move)
    to = _promised(move, new_due, before=before)
    clock = deadlines.postpone(ref=dossier.ref, to=to, basis=words, by=move.by, at=at)
    dossier.due_at, dossier.apologised_at = clock.due_current, at
    apology = Apology.objects.create(
        dossier=dossier,
        reason_code=reason_code,
        reason=words,
        basis=typed.text(basis, field="basis"),
        due_before=before,
        due_after=to,
        at=at,
        signed_by=move.by.person if move.by.is_staff else None,
    )
    move.record(
        Apologised(
            **move.said(),
            apology=apology.pk,
            reason_code=reason_code,
            due_before=before.isoformat(),
            due_at=to.isoformat(),
        )
    )
    return move.save("due_at", "apologised_at")


def _in_time(move: Moving) -> datetime:
    """The date promised so far. Conflict when an apology came before, or comes too late."""
    dossier, at = move.dossier, move.at
    if dossier.due_at is None or dossier.received_at is None:
        raise LookupError("a received dossier has a due time")
    why = ""
    if dossier.apologised_at is not None:
        why = _("Hồ sơ này đã được xin lỗi và hẹn lại một lần.")
    elif at >= dossier.due_at:
        why = _("Đã quá ngày hẹn nên không hẹn lại được nữa.")
    else:
        calendar = deadlines.calendar_at(day=day_of(at)).calendar
        last = day_of(dossier.due_at)
        lead = tuned("apology_lead_days", day=day_of(at))
        long_term = calendar.working_days_between(day_of(dossier.received_at), last) > 1
        if long_term and calendar.working_days_between(day_of(at), last) < lead:
            why = _("Phải xin lỗi và hẹn lại trước ngày hẹn ít nhất %(n)s ngày làm việc.") % {
                "n": lead
            }
    if why:
        raise moving.conflict(dossier, by=move.by, desks=move.desks, why=why)
    return dossier.due_at


def _promised(move: Moving, day: date, *, before: datetime) -> datetime:
    """Closing time of the day; of the next working day where that one is off."""
    if not 0 <= (day - day_of(before)).days <= LONGEST:
        raise Invalid({"new_due": _("Ngày hẹn mới phải sau ngày hẹn cũ, trong vòng một năm.")})
    calendar = deadlines.calendar_at(day=day_of(move.at)).calendar
    to: datetime = calendar.closing(calendar.roll(day))
    if to <= before:
        raise Invalid({"new_due": _("Ngày hẹn mới phải sau ngày hẹn cũ, trong vòng một năm.")})
    return to
