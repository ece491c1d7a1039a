"""Quiet hours: until when a message waits so that it wakes nobody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from haicap.kernel.clock import VIETNAM, local
from haicap.notify.models import Channel


@dataclass(frozen=True, slots=True)
class Hours:
    """From `begins` to `ends` of the Vietnamese day, over midnight if need be. Equal: never."""

    begins: time
    ends: time
    channels: Collection[str]

    def held_until(self, channel: str, at: datetime) -> datetime | None:
        """The end of the quiet hours `at` lies in; None when it may go out now."""
        if channel not in self.channels or self.begins == self.ends:
            return None
        here = local(at)
        now = here.time().replace(tzinfo=None)
        if self.begins < self.ends:
            quiet, wait = self.begins <= now < self.ends, 0
        else:
            quiet, wait = now >= self.begins or now < self.ends, int(now >= self.begins)
        if not quiet:
            return None
        return datetime.combine(here.date() + timedelta(days=wait), self.ends, tzinfo=VIETNAM)


# Nobody's phone rings at night for a dossier; a letter in a mailbox wakes nobody.
SHIPPED = Hours(begins=time(21), ends=time(7), channels=(Channel.SMS, Channel.ZALO))
