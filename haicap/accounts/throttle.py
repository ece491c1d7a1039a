"""Slowing down guesses: failures under a key close it for a while, never for ever."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import connection, transaction

from haicap.accounts.models import Attempt

# One statement, so that two guesses at the same moment count as two.
_FAILED = """
insert into accounts_attempt as a (key, count, first_at, last_at, closed_until)
values (%(key)s, 1, %(at)s, %(at)s,
        case when %(limit)s <= 1 then %(at)s::timestamptz + make_interval(secs => %(close)s) end)
on conflict (key) do update set
    count = case when a.last_at < %(at)s::timestamptz - make_interval(secs => %(close)s)
                      or a.closed_until <= %(at)s then 1 else a.count + 1 end,
    first_at = case when a.last_at < %(at)s::timestamptz - make_interval(secs => %(close)s)
                         or a.closed_until <= %(at)s then %(at)s else a.first_at end,
    last_at = %(at)s,
    closed_until = case
        when a.closed_until > %(at)s then a.closed_until
        when (case when a.last_at < %(at)s::timestamptz - make_interval(secs => %(close)s)
                        or a.closed_until <= %(at)s then 1 else a.count + 1 end) >= %(limit)s
        then %(at)s::timestamptz + make_interval(secs => %(close)s) end
returning closed_until
"""


def _stored(key: str) -> str:
    """A key of any length and content as a short one; what was typed is not kept."""
    kind, _, rest = key.partition(":")
    return f"{kind[:24]}:{hashlib.sha256(rest.encode(errors='replace')).hexdigest()[:40]}"


def attempt_failed(key: str, *, at: datetime, limit: int, close_for: timedelta) -> datetime | None:
    """Count one failure under `key` ("sign-in:…"). Returns until when the key is now closed, or
    None.

    `limit` failures, none of them longer than `close_for` after the one before, close it for
    `close_for`. Must not run in a transaction that the failure itself rolls back.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _FAILED,
            {"key": _stored(key), "at": at, "limit": limit, "close": close_for.total_seconds()},
        )
        found: datetime | None = cursor.fetchone()[0]
    return found


def attempts_closed(*keys: str, at: datetime) -> datetime | None:
    """Until when any of the keys is closed; None when all are open."""
    found = Attempt.objects.filter(
        key__in=[_stored(key) for key in keys], closed_until__gt=at
    ).values_list("closed_until", flat=True)
    return max((until for until in found if until), default=None)


@transaction.atomic
def attempts_clear(*keys: str) -> None:
    """Forget the failures under these keys, after a success."""
    Attempt.objects.filter(key__in=[_stored(key) for key in keys]).delete()


def seconds_until(until: datetime, *, at: datetime) -> int:
    """For Retry-After: whole seconds, at least one."""
    return max(1, int((until - at).total_seconds()) + 1)
