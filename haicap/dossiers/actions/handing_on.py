"""Handing on to another agency: other holders, the same dossier, state and clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.dossiers import routing, typed
from haicap.dossiers.actions import moving, reception, results, tasks, walking
from haicap.dossiers.actions.moving import Moving
from haicap.dossiers.events import DossierHandedOn
from haicap.dossiers.models import Dossier, TaskRole
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid


@transaction.atomic
def hand_on(
    *,
    dossier_id: int,
    agency_code: str,
    reason: str,
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """Another agency decides and holds it from now on, at the same step, with the same due times.

    Pauses, questions to other units and what was asked of the citizen stay as they are; a draft in
    the old agency's name does not, and its number is void. NobodyThere; Invalid by field.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="hand_on", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    dossier = move.dossier
    opinion = move.opinion(typed.text(reason, field="reason", required=True))
    agency = reception.deciding_agency(agency_code, at=at)
    was = move.competent()
    if agency.id == was:
        raise Invalid({"agency_code": _("Cơ quan này đang giải quyết hồ sơ rồi.")})
    from_agency = move.lead().agency_id
    results.give_up_number(move, reason=opinion.text)
    dossier.competent_agency_id = agency.id
    to_agency = _other_desk(move)
    move.record(
        DossierHandedOn(
            **move.said(),
            was_competent=was,
            from_agency=from_agency,
            to_agency=to_agency,
            opinion=opinion.pk,
        )
    )
    return move.save("competent_agency", *results.DRAFTED)


def _other_desk(move: Moving) -> int:
    """Put it on the same desk of the other agency; what lies at the counter stays there."""
    dossier, held = move.dossier, move.desks.waiting or move.lead()
    if held.step != tasks.CONFIRM and Duty(held.duty) not in walking.AT_DIVISION:
        return held.agency_id
    step = next(s for s in walking.route_of(dossier) if s.position == held.position)
    desk = routing.desk_at(
        place=step.place, duty=Duty(held.duty), receiving_id=move.receiving(),
        competent_id=move.competent(), day=day_of(move.at),
    )  # fmt: skip
    tasks.close_task(held, outcome="handed_on", by=move.by, at=move.at)
    tasks.open_task(
        dossier, step=held.step, position=held.position, role=TaskRole(held.role), duty=desk.duty,
        agency_id=desk.agency_id, at=move.at, due_at=held.due_at,
    )  # fmt: skip
    return desk.agency_id
