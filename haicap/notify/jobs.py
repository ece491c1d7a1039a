"""Owed work of notify: one line into a verb each."""

from __future__ import annotations

import json
from datetime import timedelta

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from haicap.kernel import clock
from haicap.notify import actions, simulator


@app.task(name=actions.JOB, retry=RetryStrategy(max_attempts=3, exponential_wait=30))
def deliver(message_id: int) -> None:
    """Carry a message out; what did not get through is owed again by the verb itself."""
    actions.deliver(message_id=message_id, at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="notify.sweep", queueing_lock="notify.sweep", queue="soon")
def sweep(timestamp: int) -> None:
    """Take up messages that were left lying."""
    actions.sweep(at=clock.now())


@app.periodic(cron="41 2 * * *")
@app.task(name="notify.tidy_simulator", queueing_lock="notify.tidy_simulator", queue="night")
def tidy_simulator(timestamp: int) -> None:
    """Forget what the simulator's phones showed long ago."""
    simulator.tidy()


@app.task(name="notify.simulated_report", queue="soon")
def simulated_report(channel: str, name: str, delivered: bool, event: str) -> None:
    """What a provider would tell us, signed as it would."""
    at = clock.now()
    moment = str(int(at.timestamp()))
    state = "delivered" if delivered else "failed"
    told = {"event": event, "id": name, "state": state, "at": at.isoformat()}
    body = json.dumps({"reports": [told]}).encode()
    given = actions.signature(channel=channel, moment=moment, body=body)
    actions.hear(channel=channel, moment=moment, given=given, body=body, at=at)


def _owe_report(channel: str, name: str, delivered: bool, after: float, event: str) -> None:
    simulated_report.configure(schedule_at=clock.now() + timedelta(seconds=after)).defer(
        channel=channel, name=name, delivered=delivered, event=event
    )


simulator.SMS.report = simulator.ZALO.report = _owe_report
