"""Tasks: opening, closing, how long a desk has. An open dossier has one open lead task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from haicap.deadlines import public as deadlines
from haicap.dossiers.models import Dossier, Task, TaskRole
from haicap.kernel.actor import Actor, Duty
from haicap.kernel.clock import day_of

INTAKE: Final = "intake"
COORDINATION: Final = "coordination"
WAIT_BEFORE: Final = "wait_before"
FORWARD: Final = "forward"
CONFIRM: Final = "confirm"
SUPPLEMENT: Final = "supplement"
RETURN: Final = "return"
FINANCE: Final = "finance"
WITHDRAWAL: Final = "withdrawal"
# Where the calendar of a day is read; a load of many dossiers reads each day's only once.
CalendarAt = Callable[..., Any]
INTAKE_HOURS: Final = 8  # domain chapter 1.3, step 2: an online dossier is checked within these


def open_task(
    dossier: Dossier,
    *,
    step: str,
    duty: Duty,
    agency_id: int,
    at: datetime,
    due_at: datetime | None,
    role: TaskRole = TaskRole.LEAD,
    position: int = 0,
    post_id: int | None = None,
    staff_id: int | None = None,
) -> Task:
    """Put the dossier on a desk; `post_id` and `staff_id` are the person it is given to."""
    return Task.objects.create(
        dossier=dossier,
        step=step,
        position=position,
        role=role,
        duty=duty,
        agency_id=agency_id,
        post_id=post_id,
        staff_id=staff_id,
        created_at=at,
        due_at=due_at,
    )


def close_task(task: Task, *, outcome: str, by: Actor, at: datetime) -> None:
    """The desk is done with it."""
    task.done_at = at
    task.done_by = by.person if by.is_staff else None
    task.outcome = outcome
    task.save(update_fields=["done_at", "done_by", "outcome"])


def close_open(
    dossier: Dossier, *, outcome: str, by: Actor, at: datetime, step: str = ""
) -> list[Task]:
    """Close what is open, all of it or only tasks of one step; returns them."""
    found = Task.objects.filter(dossier=dossier, done_at__isnull=True).order_by("id")
    if step:
        found = found.filter(step=step)
    tasks = list(found)
    for task in tasks:
        close_task(task, outcome=outcome, by=by, at=at)
    return tasks


def within_minutes(
    minutes: int,
    *,
    dossier: Dossier,
    at: datetime,
    calendar_at: CalendarAt = deadlines.calendar_at,
) -> datetime:
    """When a desk with so many working minutes from `at` must be done; never after the whole."""
    step = _due(max(1, minutes), deadlines.TimeUnit.MINUTE, at, calendar_at)
    return min(step, dossier.due_at) if dossier.due_at is not None else step


def within_hours(
    hours: int, *, at: datetime, calendar_at: CalendarAt = deadlines.calendar_at
) -> datetime:
    """The same for hours, with no dossier's due time above it."""
    return _due(hours, deadlines.TimeUnit.HOUR, at, calendar_at)


def for_transfer(*, at: datetime, calendar_at: CalendarAt = deadlines.calendar_at) -> datetime:
    """A dossier goes on the same working day; received from 15:00 on, in the first working hour of
    the next (domain chapter 1.3, step 5).
    """
    closing = _due(1, deadlines.TimeUnit.SAME_DAY, at, calendar_at)
    half_day_over = _due(1, deadlines.TimeUnit.IMMEDIATE, at, calendar_at)
    if day_of(closing) == day_of(half_day_over):
        return closing
    return _due(1, deadlines.TimeUnit.HOUR, half_day_over, calendar_at)


def in_working_days(
    days: int, *, at: datetime, calendar_at: CalendarAt = deadlines.calendar_at
) -> datetime:
    """Closing time of the n-th working day after `at`."""
    return _due(days, deadlines.TimeUnit.WORKING_DAY, at, calendar_at)


def working_days_since(moment: datetime, *, at: datetime) -> int:
    """Working days d with day of `moment` < d <= day of `at`."""
    calendar = deadlines.calendar_at(day=day_of(at)).calendar
    return calendar.working_days_between(day_of(moment), day_of(at))


def _due(amount: int, unit: deadlines.TimeUnit, at: datetime, calendar_at: CalendarAt) -> datetime:
    return deadlines.due_at(
        received_at=at,
        amount=amount,
        time_unit=unit,
        policy=deadlines.Policy.END_OF_DAY,
        calendar=calendar_at(day=day_of(at)).calendar,
    ).due_at


def shifted(
    due: datetime,
    *,
    begins_at: datetime,
    ends_at: datetime,
    calendar_at: CalendarAt = deadlines.calendar_at,
) -> datetime:
    """`due` moved by the working time between two moments."""
    calendar = calendar_at(day=day_of(ends_at)).calendar
    stood = calendar.working_time_between(begins_at, ends_at)
    moved: datetime = calendar.add_working_time(due, stood)
    return moved


def desk_goes_on(lead: Task, dossier: Dossier, *, since: datetime, at: datetime) -> None:
    """The desk gets the working time back that the dossier stood still."""
    if lead.due_at is None:
        return
    lead.due_at = shifted(lead.due_at, begins_at=since, ends_at=at)
    if dossier.due_at is not None:
        lead.due_at = min(lead.due_at, dossier.due_at)
    lead.save(update_fields=["due_at"])
