"""Timed work of dossiers: one line into a verb each."""

from __future__ import annotations

from procrastinate.contrib.django import app

from haicap.dossiers.actions import posting
from haicap.kernel import clock


@app.periodic(cron="*/5 * * * *")
@app.task(name="dossiers.follow_posts", queueing_lock="dossiers.follow_posts", queue="soon")
def follow_posts(timestamp: int) -> None:
    """Ask the post about every open order."""
    posting.follow_posts(at=clock.now())
