"""Every due time in words: from when it counts, how much, what was skipped or worked, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import get_language, gettext, gettext_noop, ngettext, override
from django.utils.translation import gettext as _

from haicap.deadlines.calendar import DayKind, DayRow, WorkCalendar
from haicap.deadlines.due import Due, Policy, Shift, TimeUnit
from haicap.kernel.clock import local
from haicap.kernel.vietnamese import date_words, due_words, hour_words, moment_words

# Names of days are data; those of the law are known here so that English has words for them.
DAY_NAMES = (
    gettext_noop("Tết Dương lịch"),
    gettext_noop("Tết Nguyên đán"),
    gettext_noop("Giỗ Tổ Hùng Vương"),
    gettext_noop("Ngày Chiến thắng"),
    gettext_noop("Ngày Quốc tế Lao động"),
    gettext_noop("Quốc khánh"),
    gettext_noop("Ngày Văn hóa Việt Nam"),
    gettext_noop("Nghỉ hoán đổi"),
    gettext_noop("Làm bù"),
    gettext_noop("nghỉ bù"),
    gettext_noop("ngày liền kề"),
    gettext_noop("10/3 âm lịch"),
    gettext_noop("28 tháng Chạp"),
    gettext_noop("29 tháng Chạp"),
    gettext_noop("30 tháng Chạp"),
    gettext_noop("mùng 1"),
    gettext_noop("mùng 2"),
    gettext_noop("mùng 3"),
    gettext_noop("mùng 4"),
    gettext_noop("mùng 5"),
)
_DAYS_NAMED = 12  # of a longer row of days only the number is told
_COUNTED_IN_DAYS = (TimeUnit.DAY, TimeUnit.MONTH)


@dataclass(frozen=True, slots=True)
class PromisedAnew:
    """A new date, promised with an apology at `at`; `due_now` is what holds after later pauses."""

    at: datetime
    to: datetime
    due_now: datetime


def sentences(
    *,
    due: Due,
    calendar: WorkCalendar,
    promised: PromisedAnew | None = None,
    language: str = "vi",
) -> tuple[str, ...]:
    """The due time explained step by step, in Vietnamese or English, in the order of counting.

    `calendar` must be the one `due` was computed with. Each item is one or two whole sentences.
    """
    with override(language):
        return tuple(
            sentence
            for part in (
                _beginning(due, calendar),
                _limit(due),
                _days_skipped(due, calendar),
                _days_made_up(due, calendar),
                _pauses(due),
                _rolled(due, calendar),
                _unsure(due, calendar),
                _result(due) if promised is None else _promised_anew(due, promised),
            )
            for sentence in part
        )


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "vi"


def _moment(moment: datetime) -> str:
    return moment_words(moment, lang=_language())


def _day(day: date) -> str:
    return date_words(day, lang=_language())


def _name(row: DayRow) -> str:
    """The name of a day; a remark in brackets is translated apart."""
    name, bracket, remark = row.name.partition(" (")
    translated = gettext(name) if name else ""
    return f"{translated} ({gettext(remark[:-1])})" if bracket else translated


# --- from when, how much ------------------------------------------------------------------------


def _beginning(due: Due, calendar: WorkCalendar) -> Iterator[str]:
    yield _("Nhận lúc %(moment)s.") % {"moment": _moment(due.received_at)}
    if due.restarted:
        yield _("Thời hạn tính lại từ đầu khi có đủ hồ sơ, lúc %(moment)s.") % {
            "moment": _moment(due.counted_from)
        }
    arrival = _arrival(due)
    if arrival != due.counted_from:
        yield _("Sau khi tạm dừng, tính lại từ lúc đi tiếp: %(moment)s.") % {
            "moment": _moment(arrival)
        }
    if due.starts_at != arrival:
        yield _why_closed(arrival, calendar)
        yield _("Bắt đầu tính từ giờ mở cửa tiếp theo: %(moment)s.") % {
            "moment": _moment(due.starts_at)
        }


def _arrival(due: Due) -> datetime:
    """The moment whose next opening is `due.starts_at`."""
    if due.time_unit in (TimeUnit.SAME_DAY, TimeUnit.IMMEDIATE) and due.shifts:
        return due.shifts[-1].ends_at
    return due.counted_from


def _why_closed(moment: datetime, calendar: WorkCalendar) -> str:
    day = local(moment).date()
    if calendar.is_working(day):
        return _("Lúc đó ngoài giờ làm việc.")
    row = calendar.rows.get(day)
    if row is not None:
        return _("Hôm đó là ngày nghỉ: %(name)s.") % {"name": _name(row)}
    return _("Hôm đó là ngày nghỉ hằng tuần.")


def _limit(due: Due) -> Iterator[str]:
    if due.time_unit is TimeUnit.SAME_DAY:
        yield _same_day(due)
    elif due.time_unit is TimeUnit.IMMEDIATE:
        yield _("Giải quyết ngay, chậm nhất là cuối buổi làm việc.")
    elif due.time_unit in _COUNTED_IN_DAYS:
        yield _limit_of_days(due) % {"amount": due.amount}
    else:
        yield _limit_of_work(due) % {
            "amount": due.amount,
            "each": due.settings.hours_per_day,
            "hours": due.amount * due.settings.hours_per_day,
        }


def _limit_of_days(due: Due) -> str:
    if due.time_unit is TimeUnit.DAY:
        return ngettext(
            "Thời hạn: %(amount)s ngày, tính cả ngày nghỉ, không tính ngày bắt đầu "
            "(Bộ luật Dân sự, Điều 147).",
            "Thời hạn: %(amount)s ngày, tính cả ngày nghỉ, không tính ngày bắt đầu "
            "(Bộ luật Dân sự, Điều 147).",
            due.amount,
        )
    return ngettext(
        "Thời hạn: %(amount)s tháng, đến ngày cùng số của tháng cuối, "
        "không có thì ngày cuối tháng (Bộ luật Dân sự, Điều 148).",
        "Thời hạn: %(amount)s tháng, đến ngày cùng số của tháng cuối, "
        "không có thì ngày cuối tháng (Bộ luật Dân sự, Điều 148).",
        due.amount,
    )


def _limit_of_work(due: Due) -> str:
    if due.time_unit is TimeUnit.MINUTE:
        return ngettext(
            "Thời hạn: %(amount)s phút làm việc.",
            "Thời hạn: %(amount)s phút làm việc.",
            due.amount,
        )
    if due.time_unit is TimeUnit.HOUR:
        return ngettext(
            "Thời hạn: %(amount)s giờ làm việc.",
            "Thời hạn: %(amount)s giờ làm việc.",
            due.amount,
        )
    if due.policy is Policy.CLOCK_HOURS:
        return ngettext(
            "Thời hạn: %(amount)s ngày làm việc, mỗi ngày %(each)s giờ, là %(hours)s giờ làm việc.",
            "Thời hạn: %(amount)s ngày làm việc, mỗi ngày %(each)s giờ, là %(hours)s giờ làm việc.",
            due.amount,
        )
    return ngettext(
        "Thời hạn: %(amount)s ngày làm việc, không tính ngày bắt đầu (Bộ luật Dân sự, Điều 147).",
        "Thời hạn: %(amount)s ngày làm việc, không tính ngày bắt đầu (Bộ luật Dân sự, Điều 147).",
        due.amount,
    )


def _same_day(due: Due) -> str:
    cutoff = datetime.combine(due.starts_at, due.settings.cutoff, tzinfo=due.starts_at.tzinfo)
    numbers = {"hour": hour_words(cutoff, lang=_language())}
    if due.last_day == due.starts_at.date():
        return _("Trả kết quả trong ngày, vì bắt đầu tính trước %(hour)s.") % numbers
    return (
        _("Bắt đầu tính từ %(hour)s trở đi, nên trả kết quả trong ngày làm việc tiếp theo.")
        % numbers
    )


# --- the days between ---------------------------------------------------------------------------


def _skips_days(due: Due) -> bool:
    return due.time_unit not in _COUNTED_IN_DAYS


def _days_skipped(due: Due, calendar: WorkCalendar) -> Iterator[str]:
    """Rest days and holidays up to the due day, which a limit in working time does not count."""
    if not _skips_days(due):
        return
    start, end = local(_arrival(due)).date(), due.due_at.date()
    rest = [
        day
        for day in (start + timedelta(days=n) for n in range(1, (end - start).days))
        if day not in calendar.rows and not calendar.is_working(day)
    ]
    if rest:
        yield _rest_days(rest)
    for day, row in calendar.exceptions(start, end):
        if row.kind is DayKind.OFF:
            yield _("Không tính %(day)s: %(name)s.") % {"day": _day(day), "name": _name(row)}


def _rest_days(days: list[date]) -> str:
    numbers = {
        "count": len(days),
        "days": ", ".join(f"{day.day:02d}/{day.month:02d}" for day in days),
    }
    if len(days) > _DAYS_NAMED:
        words = ngettext(
            "Không tính %(count)s ngày nghỉ hằng tuần.",
            "Không tính %(count)s ngày nghỉ hằng tuần.",
            len(days),
        )
    else:
        words = ngettext(
            "Không tính %(count)s ngày nghỉ hằng tuần: %(days)s.",
            "Không tính %(count)s ngày nghỉ hằng tuần: %(days)s.",
            len(days),
        )
    return words % numbers


def _days_made_up(due: Due, calendar: WorkCalendar) -> Iterator[str]:
    if not _skips_days(due):
        return
    for day, row in calendar.exceptions(due.starts_at.date(), due.due_at.date()):
        if row.kind is DayKind.WORKING and row.swapped_with is not None:
            yield _("Có tính %(day)s: làm bù cho %(other)s.") % {
                "day": _day(day),
                "other": _day(row.swapped_with),
            }
        elif row.kind is DayKind.WORKING:
            yield _("Có tính %(day)s: ngày làm bù.") % {"day": _day(day)}


# --- pauses, rolling, doubt, result -------------------------------------------------------------


def _pauses(due: Due) -> Iterator[str]:
    for shift in due.shifts:
        yield _("Tạm dừng từ %(begin)s đến %(end)s.") % {
            "begin": _moment(shift.begins_at),
            "end": _moment(shift.ends_at),
        }
        yield _effect(due, shift)
    if due.paused_since is not None:
        yield _("Đang tạm dừng từ %(moment)s, hạn sẽ lùi khi đi tiếp.") % {
            "moment": _moment(due.paused_since)
        }


def _effect(due: Due, shift: Shift) -> str:
    if due.time_unit in (TimeUnit.SAME_DAY, TimeUnit.IMMEDIATE):
        return _("Hạn được tính lại từ lúc đi tiếp.")
    if due.time_unit in _COUNTED_IN_DAYS:
        words = ngettext("Hạn lùi %(days)s ngày.", "Hạn lùi %(days)s ngày.", shift.days)
        return words % {"days": shift.days}
    if due.time_unit is TimeUnit.WORKING_DAY and due.policy is Policy.END_OF_DAY:
        words = ngettext(
            "Hạn lùi %(days)s ngày làm việc.", "Hạn lùi %(days)s ngày làm việc.", shift.days
        )
        return words % {"days": shift.days}
    hours, seconds = divmod(int(shift.time.total_seconds()), 3600)
    return _("Hạn lùi %(hours)s giờ %(minutes)s phút làm việc.") % {
        "hours": hours,
        "minutes": f"{seconds // 60:02d}",
    }


def _rolled(due: Due, calendar: WorkCalendar) -> Iterator[str]:
    if due.last_day is None or due.last_day == due.due_at.date():
        return
    row = calendar.rows.get(due.last_day)
    yield _(
        "Ngày cuối là %(day)s, ngày nghỉ: %(name)s, nên chuyển sang ngày làm việc tiếp theo "
        "(Bộ luật Dân sự, Điều 148)."
    ) % {"day": _day(due.last_day), "name": _("nghỉ hằng tuần") if row is None else _name(row)}


def _unsure(due: Due, calendar: WorkCalendar) -> Iterator[str]:
    # A limit in days meets the table only where it ends; one in working time meets it all the way.
    first = due.last_day if due.time_unit in _COUNTED_IN_DAYS else None
    start = (first or local(_arrival(due)).date()) - timedelta(days=1)
    for day, row in calendar.exceptions(start, due.due_at.date()):
        if row.unsure:
            yield _(
                "Chưa chắc: %(day)s, %(name)s, còn chờ thông báo chính thức nên hạn có thể đổi."
            ) % {
                "day": _day(day),
                "name": _name(row),
            }


def _promised_anew(due: Due, promised: PromisedAnew) -> Iterator[str]:
    lang = _language()
    yield _("Lúc %(moment)s cơ quan xin lỗi và hẹn lại đến %(due)s.") % {
        "moment": _moment(promised.at),
        "due": due_words(promised.to, lang=lang),
    }
    if promised.due_now != promised.to:
        yield _("Sau đó thời hạn có lúc tạm dừng nên hạn hẹn lại lùi theo.")
    yield _("Hạn trả kết quả: %(moment)s.") % {"moment": due_words(promised.due_now, lang=lang)}


def _result(due: Due) -> Iterator[str]:
    yield _("Hạn trả kết quả: %(moment)s.") % {"moment": due_words(due.due_at, lang=_language())}
