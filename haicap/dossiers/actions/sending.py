"""A result to be fetched at another counter: it goes there, and that counter hands it over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.accounts import public as accounts
from haicap.dossiers import typed
from haicap.dossiers.actions import moving, tasks
from haicap.dossiers.events import ResultSent
from haicap.dossiers.models import Dossier
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Invalid, Missing
from haicap.units import public as units

COUNTERS: Final = frozenset({"service_point", "branch", "centre"})


@transaction.atomic
def send_result(
    *,
    dossier_id: int,
    agency_code: str,
    note: str = "",
    seen_version: int | None = None,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
) -> Dossier:
    """The counter where the paper lies sends it to another, where the citizen wants to fetch it.

    From now on that counter holds it, sees the dossier and hands the result over; the counter that
    sent it does no more. Invalid at agency_code for what is no counter with anybody at it.
    """
    move = moving.begin(
        dossier_id=dossier_id, move="send_result", seen_version=seen_version, by=by, at=at,
        recorded_at=recorded_at,
    )  # fmt: skip
    held = move.lead()
    counter = _counter(agency_code, at=at)
    if counter.id == held.agency_id:
        raise Invalid({"agency_code": _("Kết quả đang ở quầy này rồi.")})
    if words := typed.text(note, field="note"):
        move.opinion(words)
    tasks.close_task(held, outcome="sent", by=move.by, at=at)
    task = tasks.open_task(
        move.dossier, step=tasks.RETURN, duty=Duty.RECEIVE, agency_id=counter.id, at=at,
        due_at=held.due_at,
    )  # fmt: skip
    move.record(
        ResultSent(**move.said(), from_agency=held.agency_id, to_agency=counter.id, task=task.pk)
    )
    return move.save()


def _counter(code: str, *, at: datetime) -> units.AgencyView:
    day = day_of(at)
    wanted = typed.text(code, field="agency_code", required=True, limit=30)
    try:
        agency = units.agency(code=wanted, day=day)
    except Missing as missing:
        raise Invalid({"agency_code": str(missing)}) from missing
    staffed = accounts.holders_of(agency_ids=[agency.id], duty=Duty.RECEIVE, day=day)
    if agency.kind not in COUNTERS or not staffed:
        raise Invalid(
            {
                "agency_code": _("%(agency)s không phải quầy tiếp nhận và trả kết quả.")
                % {"agency": agency.short_name}
            }
        )
    return agency
