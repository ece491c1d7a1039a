"""`haicap worker`: runs owed reactions and timed jobs until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from dataclasses import dataclass

from django.db import OperationalError, connections
from procrastinate import PsycopgConnector
from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

from haicap.site.doctor import WORKER

log = logging.getLogger(__name__)

STOP_SECONDS = 10
AGAIN_SECONDS = 3
IDLE_SECONDS = 60  # an unused connection costs the server megabytes


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which lanes, and how many jobs at once."""
    parser.add_argument("--concurrency", type=int, default=10)
    parser.add_argument(
        "--queues", default="", help="people,soon,night; trống: tất cả | empty: all of them"
    )


def run(options: argparse.Namespace) -> int:
    """Work until told to stop; a job that does not end in time is taken up again later."""
    # A job runs in a thread with a connection of its own.
    pool = connections["default"].settings_dict["OPTIONS"].get("pool")
    if isinstance(pool, dict):
        pool["max_size"] = max(pool["max_size"], options.concurrency)
        pool["min_size"], pool["max_idle"] = 0, IDLE_SECONDS
    signals = Signals()
    while not signals.came:
        try:
            asyncio.run(work(options, signals))
        except (ConnectorException, OperationalError) as error:
            log.warning("the database went away: %s", error.__cause__ or error)
        if not signals.came:
            # It also ends quietly, when what it watches breaks: only a signal is a reason to end.
            connections["default"].close_pool()  # type: ignore[attr-defined]
            log.warning("working again in %s seconds", AGAIN_SECONDS)
            time.sleep(AGAIN_SECONDS)
    return 0


@dataclass(slots=True)
class Signals:
    """Whether we were told to stop."""

    came: bool = False


async def work(options: argparse.Namespace, signals: Signals) -> None:
    """Work until told to stop, then end what is begun; or until the database goes away."""
    # Not `replace_connector`: a job that records a fact must owe its reactions in the transaction
    # of Django's connection, so the app that the modules know keeps its own connector.
    ours = app.with_connector(connector(options.concurrency))
    how: WorkerOptions = {
        "name": "haicap",
        "concurrency": options.concurrency,
        "delete_jobs": "successful",
        "shutdown_graceful_timeout": STOP_SECONDS,
        "install_signal_handlers": False,
    }
    if options.queues:
        how["queues"] = options.queues.split(",")
    async with ours.open_async():
        working = asyncio.create_task(ours.run_worker_async(**how))

        def stop() -> None:
            signals.came = True
            working.cancel()

        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop)
        with contextlib.suppress(asyncio.CancelledError):
            await working


def connector(concurrency: int) -> PsycopgConnector:
    """Its connections carry a name, by which `haicap doctor` sees that this process lives."""
    return PsycopgConnector(
        kwargs={
            **connector_params("default"),
            "application_name": f"{WORKER} {os.getpid()}@{socket.gethostname()}",
        },
        min_size=1,
        max_size=concurrency,
        max_idle=IDLE_SECONDS,
    )
