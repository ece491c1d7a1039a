"""Wrong tries of the public look-up, counted so that guessing ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haicap.accounts import public as accounts
from haicap.dossiers.queries import tracking


def wrong_try(*, code: str, at: datetime) -> None:
    """Count one wrong try; the fifth closes the code for an hour, whether it exists or not."""
    accounts.attempt_failed(
        tracking.attempts_key(code),
        at=at,
        limit=tracking.WRONG_TRIES,
        close_for=tracking.CLOSED_FOR,
    )


def look_up(*, code: str, check: str, at: datetime) -> dict[str, Any]:
    """`queries.track` that counts a wrong try at once; for forms that are posted."""
    try:
        return tracking.track(code=code, check=check, at=at)
    except tracking.NothingFound:
        wrong_try(code=code, at=at)
        raise
