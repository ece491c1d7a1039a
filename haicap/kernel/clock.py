"""The one place where the clock is read. Everything below the edges takes `at` as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, aware, in Vietnamese time."""
    return datetime.now(UTC).astimezone(VIETNAM)


def local(moment: datetime) -> datetime:
    """`moment` on the Vietnamese wall clock."""
    return moment.astimezone(VIETNAM)


def day_of(moment: datetime) -> date:
    """The Vietnamese day on which `moment` lies (periods are cut at local midnight, not UTC's)."""
    return moment.astimezone(VIETNAM).date()
