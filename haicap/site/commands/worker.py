"""`haicap worker`: runs owed reactions and timed jobs until told to stop."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import time

from django.db import connections
from procrastinate import PsycopgConnector
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
    # Not `replace_connector`: a job that records a fact must owe its reactions in the transaction
    # of Django's connection, so the app that the modules know keeps its own connector.
    while True:
        try:
            app.with_connector(connector(options.concurrency)).run_worker(
                name="haicap",
                queues=options.queues.split(",") if options.queues else None,
                concurrency=options.concurrency,
                delete_jobs="successful",
                shutdown_graceful_timeout=STOP_SECONDS,
            )
        except ConnectorException as error:
            log.warning("the database went away, trying again: %s", error.__cause__ or error)
            connections.close_all()
            time.sleep(AGAIN_SECONDS)
        else:
            return 0


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
