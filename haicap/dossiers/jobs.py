"""Timed work of dossiers: one line into a verb each."""

from __future__ import annotations

from procrastinate.contrib.django import app

from haicap.dossiers import actions
from haicap.dossiers.actions import posting
from haicap.kernel import clock
from haicap.kernel.actor import system


@app.periodic(cron="5 * * * *")
@app.task(
    name="dossiers.remind_supplements", queueing_lock="dossiers.remind_supplements", queue="soon"
)
def remind_supplements(timestamp: int) -> None:
    """Tell who has to supplement soon; quiet hours are the messages' own."""
    actions.remind_supplements(by=system("supplements"), at=clock.now())


@app.periodic(cron="35 * * * *")
@app.task(
    name="dossiers.expire_supplements", queueing_lock="dossiers.expire_supplements", queue="soon"
)
def expire_supplements(timestamp: int) -> None:
    """End the dossiers whose supplement did not come, and say so."""
    actions.expire_supplements(by=system("supplements"), at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="dossiers.follow_posts", queueing_lock="dossiers.follow_posts", queue="soon")
def follow_posts(timestamp: int) -> None:
    """Ask the post about every open order."""
    posting.follow_posts(at=clock.now())


@app.periodic(cron="0 * * * *")
@app.task(name="dossiers.send_digest", queueing_lock="dossiers.send_digest", queue="soon")
def send_digest(timestamp: int) -> None:
    """Tell the staff what their day brings, at eight by the Vietnamese clock."""
    actions.send_digest(at=clock.now())
