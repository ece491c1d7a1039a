"""The route of desks (quy trình nội bộ) walked by tasks: which step comes next, on which desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from haicap.catalogue import public as catalogue
from haicap.dossiers import routing
from haicap.dossiers.actions import tasks
from haicap.dossiers.models import Dossier, Task
from haicap.kernel.actor import Duty
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Refusal

AT_DIVISION: Final = frozenset({Duty.HANDLE, Duty.HEAD})
DECIDING: Final = frozenset({Duty.HEAD, Duty.DECIDE})


class NoWay(Refusal):
    """The route of the procedure lacks a step that is needed now."""


def route_of(dossier: Dossier) -> Sequence[catalogue.StepView]:
    """The steps of the version the dossier is pinned to."""
    return catalogue.route_for(dossier.procedure_version_id, dossier.deadline_rule_id)


def first_desk(route: Sequence[catalogue.StepView]) -> catalogue.StepView:
    """The first step after reception. NoWay."""
    return _first(route, after=-1, duties=AT_DIVISION)


def next_for_approval(route: Sequence[catalogue.StepView], *, after: int) -> catalogue.StepView:
    """Where a finished draft goes: a head's review if the route has one, else the leader. NoWay."""
    return _first(route, after=after, duties=DECIDING)


def issuing(route: Sequence[catalogue.StepView]) -> catalogue.StepView:
    """The clerk's step. NoWay."""
    return _first(route, after=-1, duties=frozenset({Duty.ISSUE}))


def handling_after(route: Sequence[catalogue.StepView], *, after: int) -> catalogue.StepView:
    """The next step of a specialist. NoWay."""
    return _first(route, after=after, duties=frozenset({Duty.HANDLE}))


def _first(
    route: Sequence[catalogue.StepView], *, after: int, duties: frozenset[Duty]
) -> catalogue.StepView:
    for step in route:
        if step.position > after and step.duty in duties:
            return step
    raise NoWay(_("Quy trình của thủ tục này thiếu một bước nên hồ sơ chưa đi tiếp được."))


def minutes_at(route: Sequence[catalogue.StepView], step: catalogue.StepView) -> int:
    """Working minutes of a desk: its step and those that follow with the same duty in one place."""
    total = 0
    for other in route:
        if other.position < step.position:
            continue
        if (other.duty, other.place) != (step.duty, step.place):
            break
        total += other.minutes
    return total


def put_on_desk(
    dossier: Dossier,
    step: catalogue.StepView,
    *,
    route: Sequence[catalogue.StepView],
    receiving_id: int,
    competent_id: int,
    at: datetime,
    agency_id: int | None = None,
    post_id: int | None = None,
    staff_id: int | None = None,
) -> Task:
    """Open the lead task of a step; `agency_id` where it is known already."""
    if agency_id is None:
        agency_id = routing.desk_at(
            place=step.place,
            duty=Duty(step.duty),
            receiving_id=receiving_id,
            competent_id=competent_id,
            day=day_of(at),
        ).agency_id
    return tasks.open_task(
        dossier,
        step=step.step,
        position=step.position,
        duty=Duty(step.duty),
        agency_id=agency_id,
        at=at,
        due_at=tasks.within_minutes(minutes_at(route, step), dossier=dossier, at=at),
        post_id=post_id,
        staff_id=staff_id,
    )
