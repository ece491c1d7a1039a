"""Timed work of accounts: one line into a verb each."""

from __future__ import annotations

from procrastinate.contrib.django import app

from haicap.accounts import actions
from haicap.kernel import clock


@app.periodic(cron="41 2 * * *")
@app.task(name="accounts.forget_old", queueing_lock="accounts.forget_old", queue="night")
def forget_old(timestamp: int) -> None:
    """Drop sessions that ended long ago, and old counts of failures."""
    actions.forget_old(at=clock.now())
