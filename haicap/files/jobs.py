"""Timed work on files: one line into a verb each."""

from __future__ import annotations

from procrastinate.contrib.django import app

from haicap.files import actions
from haicap.kernel import clock
from haicap.kernel.actor import system


@app.periodic(cron="*/20 * * * *")
@app.task(name="files.rescan", queueing_lock="files.rescan", queue="night")
def rescan(timestamp: int) -> None:
    """Give a verdict to what was kept while the scanner did not answer."""
    actions.rescan(by=system("files"), at=clock.now())


@app.periodic(cron="41 2 * * *")
@app.task(name="files.sweep", queueing_lock="files.sweep", queue="night")
def sweep(timestamp: int) -> None:
    """Tidy up what nobody uses."""
    actions.sweep(by=system("files"), at=clock.now())
