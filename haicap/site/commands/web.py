"""`haicap web`: the web processes, behind a reverse proxy in production."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from pathlib import Path

from django.conf import settings
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

STOP_SECONDS = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen and with how many processes."""
    parser.add_argument("--host", default=os.environ.get("HAICAP_HOST") or "127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("HAICAP_PORT") or 8000))
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument(
        "--threads", type=int, default=2, help="luồng trên mỗi tiến trình | threads per process"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop; a worker that dies is replaced."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        print(
            "Chưa có tệp tĩnh: hãy chạy `haicap build` trước.\n"
            "There are no static files: run `haicap build` first.",
            file=sys.stderr,
        )
        return 1
    # Loaded before the processes fork, so that they share its memory.
    importlib.import_module("haicap.site.wsgi")
    importlib.import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    Server(
        "haicap.site.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        http=HTTPModes.auto,
        websockets=False,
        backpressure=256,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.info,
    ).serve()
    return 0
