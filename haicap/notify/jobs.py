"""Owed work of notify: one line into a verb."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from haicap.kernel import clock
from haicap.notify import actions


@app.task(
    name=actions.JOB,
    retry=RetryStrategy(
        max_attempts=actions.ATTEMPTS * 2,
        exponential_wait=4,
        retry_exceptions=[actions.NotYet],
    ),
)
def deliver(message_id: int) -> None:
    """Carry a message out; when it does not get through, come back later and later."""
    actions.deliver(message_id=message_id, at=clock.now())
