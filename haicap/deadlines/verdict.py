"""How it went and how it stands: early, on time or late; colour and words of the time left. Pure.

Colours: an office's habit, all thresholds in Settings. The national verdict: QĐ 766/QĐ-TTg, 2.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from haicap.deadlines.calendar import WorkCalendar
from haicap.deadlines.due import DEFAULTS, Pause, Settings, standing_still
from haicap.kernel.clock import local

# --- judgement ----------------------------------------------------------------------------------


class Verdict(StrEnum):
    """How it went. OPEN and OVERDUE are not finished yet; OVERDUE is never counted as LATE."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    OPEN = "open"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The platform's verdict, exact to the second, and the national index's (QĐ 766, group 2.1)."""

    verdict: Verdict
    national: Verdict


def judge(
    *,
    due: datetime,
    completed_at: datetime | None,
    calendar: WorkCalendar,
    appointed_at: datetime | None = None,
    supplements: Sequence[Pause] = (),
    at: datetime,
) -> Judgement:
    """Whether the thing due at `due` was done early, on time or late; `at`: now or a period's end.

    Early: done on an earlier working day (a day off counts with the next working day). The national
    verdict compares with `appointed_at`, the appointment first printed (`due` when unnamed; without
    an appointment pass arrival plus the longest legal time), and takes the time of answered
    supplement requests off. While the one request is open the time of asking counts; a second one
    makes the dossier late, however it ends (index 766, 2.1).
    """
    end = completed_at or at
    if completed_at is None:
        verdict = Verdict.OVERDUE if end > due else Verdict.OPEN
    elif end > due:
        verdict = Verdict.LATE
    elif calendar.roll(local(end).date()) < local(due).date():
        verdict = Verdict.EARLY
    else:
        verdict = Verdict.ON_TIME
    national = _national(
        end=end,
        finished=completed_at is not None,
        appointed_at=appointed_at or due,
        supplements=supplements,
    )
    return Judgement(verdict, national)


def _national(
    *, end: datetime, finished: bool, appointed_at: datetime, supplements: Sequence[Pause]
) -> Verdict:
    if len(supplements) > 1:
        return Verdict.LATE
    still = [pause.begins_at for pause in supplements if pause.ends_at is None]
    if still and not finished:
        end = still[0]
    answered = [Pause(p.begins_at, min(p.ends_at, end)) for p in supplements if p.ends_at]
    stretches, _open = standing_still(answered, since=min([end, *(p.begins_at for p in answered)]))
    waited = sum((stop - start for start, stop in stretches), timedelta())
    return Verdict.ON_TIME if end - waited <= appointed_at else Verdict.LATE


# --- time left ----------------------------------------------------------------------------------


class Tone(StrEnum):
    """The colour of a warning; the value is the style class."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    GREY = "grey"
    TEAL = "teal"


class Standing(StrEnum):
    """What the number beside the colour says."""

    LEFT = "left"
    TODAY = "today"
    OVERDUE = "overdue"
    PAUSED = "paused"
    DONE_EARLY = "done_early"
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How a thing stands. `working_days` are those still to come (LEFT) or saved (DONE_EARLY).

    `days` are calendar days over (OVERDUE, DONE_LATE); `time` is the plain difference, never
    negative. `stripe`: overdue by more than ten days.
    """

    tone: Tone
    standing: Standing
    working_days: int = 0
    days: int = 0
    time: timedelta = timedelta()
    stripe: bool = False

    @property
    def words(self) -> str:
        """The same, short, in the language now active: còn 3 ngày làm việc, quá hạn 2 ngày."""
        days = self.working_days or self.days
        match self.standing:
            case Standing.LEFT:
                words = ngettext("còn %(days)s ngày làm việc", "còn %(days)s ngày làm việc", days)
            case Standing.TODAY:
                words = _("hôm nay")
            case Standing.OVERDUE if days:
                words = ngettext("quá hạn %(days)s ngày", "quá hạn %(days)s ngày", days)
            case Standing.OVERDUE:
                words = _("quá hạn từ hôm nay")
            case Standing.PAUSED:
                words = _("tạm dừng")
            case Standing.DONE_EARLY:
                words = ngettext(
                    "xong sớm %(days)s ngày làm việc", "xong sớm %(days)s ngày làm việc", days
                )
            case Standing.DONE_ON_TIME:
                words = _("xong đúng hạn")
            case Standing.DONE_LATE if days:
                words = ngettext("xong muộn %(days)s ngày", "xong muộn %(days)s ngày", days)
            case Standing.DONE_LATE:
                words = _("xong muộn trong ngày")
        return words % {"days": days}


def time_left(
    *,
    due: datetime,
    calendar: WorkCalendar,
    started_at: datetime | None = None,
    paused: bool = False,
    completed_at: datetime | None = None,
    settings: Settings = DEFAULTS,
    at: datetime,
) -> TimeLeft:
    """Colour and numbers for something due at `due`, seen at `at`.

    Yellow from 30 % of the working time since `started_at` (where named), or one working day, on.
    """
    seen = completed_at or at
    due_day, seen_day = local(due).date(), local(seen).date()
    if completed_at is None and paused:
        return TimeLeft(Tone.GREY, Standing.PAUSED)
    if seen > due:
        over = (seen_day - due_day).days
        return TimeLeft(
            Tone.RED,
            Standing.OVERDUE if completed_at is None else Standing.DONE_LATE,
            days=over,
            time=seen - due,
            stripe=over > settings.stripe_days,
        )
    days = calendar.working_days_between(seen_day, due_day)
    if completed_at is not None:
        if calendar.roll(seen_day) < due_day:
            return TimeLeft(Tone.TEAL, Standing.DONE_EARLY, days, time=due - seen)
        return TimeLeft(Tone.GREEN, Standing.DONE_ON_TIME, time=due - seen)
    if seen_day == due_day:
        return TimeLeft(Tone.ORANGE, Standing.TODAY, time=due - seen)
    near = days <= settings.yellow_working_days
    if not near and started_at is not None:
        whole = calendar.working_time_between(started_at, due)
        left = calendar.working_time_between(seen, due)
        near = left * 100 <= whole * settings.yellow_percent
    return TimeLeft(Tone.YELLOW if near else Tone.GREEN, Standing.LEFT, days, time=due - seen)
