"""Timed work of payments: one line into a verb."""

from __future__ import annotations

from procrastinate.contrib.django import app

from haicap.kernel import clock
from haicap.payments import actions, gateways, rehearsal


@app.periodic(cron="*/10 * * * *")
@app.task(name="payments.ask_again", queueing_lock="payments.ask_again", queue="soon")
def ask_again(timestamp: int) -> None:
    """Ask the gateway about orders of which it has told nothing."""
    if provider := gateways.open_gateway():
        actions.ask_again(provider=provider, at=clock.now())


__all__ = ["ask_again", "rehearsal"]
