"""An issued result is replaced (đính chính): the old one stays, marked and linked, never altered.

The replacement goes the whole way of a result: drafted, frozen, approved, numbered, issued. The
legal clock ended with the first issue; a correction has a small one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.dossiers import typed
from haicap.dossiers.actions import moving, results, tasks
from haicap.dossiers.events import CorrectionOpened
from haicap.dossiers.models import Correction, Dossier
from haicap.dossiers.tuning import tuned
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ERRORS: Final[Mapping[str, StrPromise]] = {
    "typing": gettext_lazy("sai sót khi soạn, đánh máy"),
    "content": gettext_lazy("sai nội dung"),
    "law": gettext_lazy("áp dụng sai quy định"),
    "other": gettext_lazy("sai sót khác"),
}


@transaction.atomic
def correct_result(
    *,
    dossier_id: int,
    error_kind: str,
    reason: str,
    basis: str,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Begin to replace an issued result; it lies again with whom handled it.

    `error_kind`: typing | content | law | other; `reason` what is wrong; `basis` the decision to
    correct. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="correct_result", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    if error_kind not in ERRORS:
        raise Invalid({"error_kind": _("Chọn một loại sai sót trong danh sách.")})
    if dossier.result_use is None:
        raise LookupError("an issued dossier has a result")
    correction = Correction.objects.create(
        dossier=dossier,
        error_kind=error_kind,
        reason=typed.text(reason, field="reason", required=True),
        basis=typed.text(basis, field="basis", required=True),
        opened_at=at,
        opened_by=move.by.person if move.by.is_staff else None,
        due_at=tasks.within_hours(tuned("correction_hours", day=day_of(at)), at=at),
        old_use=dossier.result_use,
        old_sha256=dossier.result_sha256,
        old_number=dossier.result_number,
        old_date=dossier.result_date,
        old_handed=dossier.result_handed,
    )
    tasks.close_open(dossier, outcome="correcting", by=move.by, at=at)
    task = results.back_to_handler(move)
    task.due_at = correction.due_at
    task.save(update_fields=["due_at"])
    dossier.result_number, dossier.result_date, dossier.result_sha256 = "", None, ""
    dossier.result_use = dossier.result_values = dossier.result_handed = None
    dossier.returned_at = dossier.closed_at = None
    move.record(
        CorrectionOpened(**move.said(), correction=correction.pk, kind=error_kind, task=task.pk)
    )
    return move.save(*results.DRAFTED, "result_handed", "returned_at", "closed_at")
