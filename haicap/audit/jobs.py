"""Timed and owed work of the journal: one line into a verb each."""

from __future__ import annotations

from typing import Any

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from haicap.audit import actions
from haicap.kernel import clock


@app.task(
    name=actions.JOB,
    retry=RetryStrategy(max_attempts=12, exponential_wait=3),
)
def react(entries: list[int], reaction: str) -> None:
    """Carry out an owed reaction for a batch of entries; each is done at most once."""
    for entry_id in entries:
        actions.carry_out(entry_id=entry_id, reaction=reaction, at=clock.now())


@app.periodic(cron="17 2 * * *")
@app.task(name="audit.make_months", queueing_lock="audit.make_months", queue="night")
def make_months(timestamp: int) -> None:
    """Have next months' partitions ready."""
    actions.make_months(day=clock.now().date())


@app.periodic(cron="* * * * *")
@app.task(name="audit.retry_stalled", queueing_lock="audit.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Take up again what a killed worker left behind."""
    manager: Any = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=30):
        await manager.retry_job(job)
