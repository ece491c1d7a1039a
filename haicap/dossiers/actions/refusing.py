"""Refusing to settle (không giải quyết): a text with reason and basis, signed and issued.

It goes the way of a result: frozen, reviewed, approved, numbered; only its end is REFUSED.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from haicap.dossiers.actions import asking, consulting, moving, results, tasks
from haicap.dossiers.events import RefusalSubmitted
from haicap.dossiers.flow import State
from haicap.dossiers.models import Dossier
from haicap.kernel.actor import Actor

# On the paper, which is Vietnamese whatever the reader's language.
TITLE: Final = "Thông báo không giải quyết hồ sơ"
OPENING: Final = "Sau khi xem xét hồ sơ, cơ quan giải quyết thông báo không giải quyết hồ sơ này."
CONTENT: Final = "Lý do: {reason}"
CLOSED: Final = "Đã trình văn bản không giải quyết."


@transaction.atomic
def refuse_settle(
    *,
    dossier_id: int,
    reason: str,
    basis: str,
    file_id: UUID | None = None,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Submit a refusal for approval: its text is made from reason and basis, or taken as a PDF.

    Approved and issued as a result is; the citizen then gets the paper. Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="refuse_settle", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier, lead = move.dossier, move.lead()
    results.on_own_desk(move)
    opinion = move.opinion(asking.with_basis(reason, basis))
    dossier.ended_as = State.REFUSED
    values = {
        "title": TITLE,
        "opening": OPENING,
        "content": CONTENT.format(reason=reason.strip()),
        "basis": basis.strip(),
    }
    results.freeze(move, file_id=file_id, values=values)
    consulting.close_questions(dossier, why=CLOSED, by=move.by, at=at)
    tasks.close_task(lead, outcome="submitted", by=move.by, at=at)
    task = results.send_up(move, after=lead.position)
    move.record(
        RefusalSubmitted(
            **move.said(),
            opinion=opinion.pk,
            sha256=dossier.result_sha256,
            task=task.pk,
            to_agency=task.agency_id,
        )
    )
    return move.save(*results.DRAFTED, "ended_as")
