"""Every write of the module: clocks started, stopped, let go on, ended; calendars published.

A clock's verbs run inside the transaction of the verb that moves its thing (a dossier is accepted,
a supplement asked): that verb decides who may, and its fact in the journal tells what happened. The
pauses and each change of the due time are rows of the clock's own, which only grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.audit import public as audit
from haicap.deadlines import access
from haicap.deadlines.calendar import DayRow, Hours, YearNotCovered
from haicap.deadlines.due import AfterPause, Policy, TimeUnit, due_at
from haicap.deadlines.events import CalendarPublished
from haicap.deadlines.models import Calendar, Clock, DueChange, Pause
from haicap.deadlines.queries import (
    CITY_CALENDAR,
    CalendarView,
    ClockView,
    NoClock,
    calendar_at,
    calendar_by_id,
    due_now_of,
    pauses_of,
    view_of,
)
from haicap.kernel.actor import Actor
from haicap.kernel.clock import day_of
from haicap.kernel.errors import Refusal

STARTED = "Nhận hồ sơ"


class PauseKind(StrEnum):
    """Why a clock may stand still. Waiting for a signature or an outage of ours is no reason."""

    SUPPLEMENT = "SUPPLEMENT"
    FINANCE = "FINANCE"
    WITHDRAWAL = "WITHDRAWAL"
    COURT = "COURT"
    FORCE_MAJEURE = "FORCE_MAJEURE"


class ClockRefused(Refusal):
    """The clock cannot do that now: it runs already, stands still, or has ended."""


class BadCalendar(Refusal):
    """A calendar that cannot be counted with."""

    status = 422


# --- clocks -------------------------------------------------------------------------------------


@transaction.atomic
def start_clock(
    *,
    ref: str,
    received_at: datetime,
    amount: int,
    time_unit: str,
    policy: str,
    calendar_id: int,
    by: Actor,
    at: datetime,
) -> ClockView:
    """Start the legal time of `ref` from its arrival; the calendar version is pinned.

    One clock for one thing, ever: ClockRefused when there is one. BadLimit, YearNotCovered.
    """
    unit, counting = TimeUnit(time_unit), Policy(policy)
    due = due_at(
        received_at=received_at,
        amount=amount,
        time_unit=unit,
        policy=counting,
        calendar=calendar_by_id(calendar_id).calendar,
    ).due_at
    clock, new = Clock.objects.get_or_create(
        ref=ref,
        defaults={
            "calendar_id": calendar_id,
            "started_at": received_at,
            "amount": amount,
            "time_unit": unit.value,
            "policy": counting.value,
            "due_original": due,
            "due_current": due,
        },
    )
    if not new:
        raise ClockRefused(_("Thời hạn của hồ sơ này đã bắt đầu tính rồi."))
    DueChange.objects.create(clock=clock, at=at, due_before=None, due_after=due, basis=STARTED)
    return view_of(clock)


@transaction.atomic
def pause(
    *,
    ref: str,
    kind: str,
    basis: str,
    document: str = "",
    policy: str = AfterPause.RESUME,
    by: Actor,
    at: datetime,
) -> ClockView:
    """Stop the clock of `ref` at `at`. `policy` says how it will go on: RESUME or RESTART.

    `basis` (the legal ground) must be named; `document` is the ref of the notice. The due time
    stays as it is until the clock goes on. ClockRefused when it stands still or has ended.
    """
    reason, going_on = PauseKind(kind), AfterPause(policy)
    clock = _locked(ref)
    if clock.paused_since is not None:
        raise ClockRefused(_("Thời hạn của hồ sơ này đang tạm dừng rồi."))
    if clock.finished_at is not None:
        raise ClockRefused(_("Thời hạn của hồ sơ này đã kết thúc."))
    if at < clock.started_at:
        raise ClockRefused(_("Không thể tạm dừng trước khi thời hạn bắt đầu."))
    if not basis.strip():
        raise ClockRefused(_("Cần nêu căn cứ tạm dừng thời hạn."))
    Pause.objects.create(
        clock=clock,
        kind=reason.value,
        begins_at=at,
        policy=going_on.value,
        basis=basis,
        document=document,
        decided_by=by.person,
    )
    clock.paused_since = at
    clock.save(update_fields=["paused_since"])
    return view_of(clock, pauses=pauses_of(clock))


@transaction.atomic
def resume(*, ref: str, by: Actor, at: datetime) -> ClockView:
    """Let the clock of `ref` go on at `at`: the due time shifts, or starts again after a RESTART.

    When the pinned calendar does not reach far enough any more, the version that holds now is
    pinned instead. ClockRefused when it does not stand still; YearNotCovered when none reaches.
    """
    clock = _locked(ref)
    if clock.paused_since is None:
        raise ClockRefused(_("Thời hạn của hồ sơ này không tạm dừng."))
    _go_on(clock, at=at)
    return view_of(clock, pauses=pauses_of(clock))


@transaction.atomic
def finish(*, ref: str, by: Actor, at: datetime) -> ClockView:
    """End the clock of `ref`: its thing is done, refused or withdrawn. An open pause ends too."""
    clock = _locked(ref)
    if clock.finished_at is not None:
        raise ClockRefused(_("Thời hạn của hồ sơ này đã kết thúc."))
    if at < clock.started_at:
        raise ClockRefused(_("Thời hạn không thể kết thúc trước khi bắt đầu."))
    if clock.paused_since is not None:
        _go_on(clock, at=at)
    clock.finished_at = at
    clock.save(update_fields=["finished_at"])
    return view_of(clock, pauses=pauses_of(clock))


@transaction.atomic
def postpone(*, ref: str, to: datetime, basis: str, by: Actor, at: datetime) -> ClockView:
    """Promise a new date for `ref`: once, before the old one passes, later than the old one.

    Pauses that follow move the new date. ClockRefused.
    """
    clock = _locked(ref)
    if clock.finished_at is not None:
        raise ClockRefused(_("Thời hạn của hồ sơ này đã kết thúc."))
    if clock.paused_since is not None:
        raise ClockRefused(_("Thời hạn của hồ sơ này đang tạm dừng rồi."))
    if clock.postponed_at is not None:
        raise ClockRefused(_("Hồ sơ này đã được hẹn lại một lần."))
    if at >= clock.due_current:
        raise ClockRefused(_("Đã quá ngày hẹn nên không hẹn lại được nữa."))
    if to <= clock.due_current:
        raise ClockRefused(_("Ngày hẹn mới phải sau ngày hẹn cũ."))
    if not basis.strip():
        raise ClockRefused(_("Cần nêu lý do hẹn lại."))
    DueChange.objects.create(
        clock=clock, at=at, due_before=clock.due_current, due_after=to, basis=basis
    )
    clock.postponed_at, clock.postponed_to, clock.due_current = at, to, to
    clock.save(update_fields=["postponed_at", "postponed_to", "due_current"])
    return view_of(clock, pauses=pauses_of(clock))


def _locked(ref: str) -> Clock:
    clock = Clock.objects.select_for_update(of=("self",)).filter(ref=ref).first()
    if clock is None:
        raise NoClock(_("Chưa có thời hạn nào được tính."))
    return clock


def _go_on(clock: Clock, *, at: datetime) -> None:
    """End the open pause and write down where the due time went."""
    standing = Pause.objects.get(clock=clock, ends_at__isnull=True)
    if at < standing.begins_at:
        raise ClockRefused(_("Thời hạn không thể đi tiếp trước khi tạm dừng."))
    standing.ends_at = at
    standing.save(update_fields=["ends_at"])
    due = _due_now(clock, at=at)
    if due != clock.due_current:
        DueChange.objects.create(
            clock=clock,
            at=at,
            due_before=clock.due_current,
            due_after=due,
            basis=standing.basis,
            pause=standing,
        )
    clock.due_current, clock.paused_since = due, None
    clock.save(update_fields=["due_current", "paused_since", "calendar"])


def _due_now(clock: Clock, *, at: datetime) -> datetime:
    seen = view_of(clock, pauses=pauses_of(clock))
    try:
        return due_now_of(seen, calendar=calendar_by_id(clock.calendar_id).calendar)
    except YearNotCovered:
        # A pause may carry a clock past the years its calendar knew: only then the version changes.
        newer = calendar_at(day=day_of(at))
        due = due_now_of(seen, calendar=newer.calendar)
        clock.calendar_id = newer.id
        return due


# --- calendars ----------------------------------------------------------------------------------


@transaction.atomic
def publish_calendar(
    *,
    hours: Mapping[int, Hours],
    rows: Mapping[date, DayRow],
    valid_from: date,
    name: str = CITY_CALENDAR,
    by: Actor,
    at: datetime,
) -> CalendarView:
    """Publish the next version of the calendar; clocks that run keep theirs.

    Years with rows are covered, others refused later. BadCalendar when nothing could be counted.
    """
    by = access.require_publishing(by)
    years = sorted({day.year for day in rows})
    if not years or not any(hours.values()):
        raise BadCalendar(_("Lịch làm việc cần có giờ làm việc và ngày nghỉ của ít nhất một năm."))
    if not set(hours) <= set(range(7)):
        raise BadCalendar(_("Ngày trong tuần phải từ thứ Hai đến Chủ Nhật."))
    latest = Calendar.objects.select_for_update().filter(name=name).order_by("-number").first()
    if latest is not None and not set(latest.years) <= set(years):
        # Lists show clocks of every version by the newest: a year must not vanish from it.
        raise BadCalendar(_("Lịch mới phải gồm cả các năm của lịch đang dùng."))
    calendar = Calendar.objects.create(
        name=name,
        number=latest.number + 1 if latest else 1,
        hours=hours_json(hours),
        days=rows_json(rows),
        years=years,
        valid_from=valid_from,
        published_at=at,
    )
    audit.record(
        CalendarPublished(
            calendar=calendar.pk,
            number=calendar.number,
            years=tuple(years),
            valid_from=valid_from.isoformat(),
        ),
        subject=f"deadlines.Calendar:{calendar.pk}",
        by=by,
        at=at,
    )
    return calendar_by_id(calendar.pk)


def hours_json(hours: Mapping[int, Hours]) -> dict[str, list[list[str]]]:
    """Hours as they are stored: {"0": [["08:00", "12:00"], …]}."""
    return {
        str(weekday): [[_clock_text(edge) for edge in span] for span in spans]
        for weekday, spans in sorted(hours.items())
    }


def _clock_text(tick: int) -> str:
    minutes = tick // 60_000_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def rows_json(rows: Mapping[date, DayRow]) -> dict[str, dict[str, Any]]:
    """The day table as it is stored, by ISO date."""
    return {
        day.isoformat(): {
            "kind": row.kind.value,
            "name": row.name,
            "basis": row.basis,
            "confidence": row.confidence.value,
            **({"swapped_with": row.swapped_with.isoformat()} if row.swapped_with else {}),
        }
        for day, row in sorted(rows.items())
    }
