"""Rating the service: by the applicant, once, after the result; never a condition for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.audit import public as audit
from haicap.dossiers import access, typed
from haicap.dossiers.access import NotYours
from haicap.dossiers.actions import moving
from haicap.dossiers.events import DossierRated
from haicap.dossiers.models import Dossier, Face, Rating, Task
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.errors import Invalid, NotAllowed, Refusal

# What is asked besides the whole; none must be answered.
QUESTIONS: Final = {
    "attitude": gettext_lazy("Thái độ của cán bộ"),
    "guidance": gettext_lazy("Hướng dẫn dễ hiểu"),
    "time": gettext_lazy("Thời gian so với hẹn"),
}


class NotYourRating(NotAllowed):
    """Only the applicant rates."""


class NotYetReturned(Refusal):
    """The result has not been returned: nothing to rate yet."""


class AlreadyRated(Refusal):
    """One dossier is rated once."""


@transaction.atomic
def rate(
    *,
    dossier_id: int,
    overall: int | None,
    answers: Mapping[str, Any],
    comment: str = "",
    by: Actor,
    at: datetime,
) -> Rating:
    """Keep what the applicant thinks: 3 very satisfied, 2 satisfied, 1 not; of the whole and of
    any of QUESTIONS. NotYours, NotYourRating, NotYetReturned, AlreadyRated, Invalid.
    """
    dossier = moving.locked(dossier_id)
    if not access.sees(by, dossier):
        raise NotYours(_("Không tìm thấy hồ sơ này."))
    if not by.is_citizen or by.person != dossier.applicant_id:
        raise NotYourRating(_("Chỉ người nộp hồ sơ mới đánh giá được."))
    if dossier.returned_at is None:
        raise NotYetReturned(_("Hồ sơ chưa trả kết quả nên chưa đánh giá được."))
    given = _faces(overall, answers)
    receiver, handler = served_by(dossier)
    made_id = _insert(
        dossier, given, typed.text(comment, field="comment", limit=1000), receiver, handler, at=at
    )
    if made_id is None:
        raise AlreadyRated(_("Ông bà đã đánh giá hồ sơ này rồi. Cảm ơn ông bà."))
    audit.record(
        DossierRated(rating=made_id, overall=given["overall"], receiver=receiver, handler=handler),
        subject=dossier.ref,
        by=by,
        at=at,
    )
    return Rating.objects.get(pk=made_id)


def _faces(overall: int | None, answers: Mapping[str, Any]) -> dict[str, int]:
    """The faces given, by question; the whole under "overall"."""
    unknown = set(answers) - set(QUESTIONS)
    if unknown:
        raise Invalid({"answers": _("Không có câu hỏi này.")})
    given = {"overall": overall, **answers}
    wrong = {
        name: _("Xin chọn một trong ba mặt.")
        for name, face in given.items()
        if isinstance(face, bool) or face not in Face.values
    }
    if wrong:
        raise Invalid(wrong)
    return {name: int(face) for name, face in given.items() if face is not None}


def served_by(dossier: Dossier) -> tuple[int | None, int | None]:
    """Who took it in at the counter, and the last who handled it."""
    found: dict[str, int] = {}
    rows = Task.objects.filter(dossier=dossier, done_by__isnull=False, role="lead")
    for duty, staff in rows.order_by("done_at", "id").values_list("duty", "done_by"):
        if staff is not None and (duty != Duty.RECEIVE or "receiver" not in found):
            found["receiver" if duty == Duty.RECEIVE else duty] = staff
    return found.get("receiver"), found.get(Duty.HANDLE)


def _insert(
    dossier: Dossier,
    given: Mapping[str, int],
    comment: str,
    receiver: int | None,
    handler: int | None,
    *,
    at: datetime,
) -> int | None:
    answers = json.dumps({name: face for name, face in given.items() if name != "overall"})
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into dossiers_rating (dossier_id, party_id, overall, answers, comment,"
            " receiver_id, handler_id, at) values (%s, %s, %s, %s::jsonb, %s, %s, %s, %s)"
            " on conflict (dossier_id) do nothing returning id",
            [
                dossier.pk, dossier.applicant_id, given["overall"], answers, comment, receiver,
                handler, at,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
    return None if row is None else int(row[0])
