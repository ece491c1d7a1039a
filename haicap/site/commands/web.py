"""`haicap web`: the web processes, behind a reverse proxy in production."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from django.conf import settings

from haicap.site.processes import web_command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen and with how many processes."""
    parser.add_argument("--host", default=os.environ.get("HAICAP_HOST") or "127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("HAICAP_PORT") or 8000))
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument(
        "--threads", type=int, default=2, help="luồng trên mỗi tiến trình | threads per process"
    )


def run(options: argparse.Namespace) -> int:
    """Become granian, which serves until told to stop and replaces a worker that dies."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        print(
            "Chưa có tệp tĩnh: hãy chạy `haicap build` trước.\n"
            "There are no static files: run `haicap build` first.",
            file=sys.stderr,
        )
        return 1
    command = web_command(
        host=options.host, port=options.port, workers=options.workers, threads=options.threads
    )
    sys.stdout.flush()
    return os.execv(command[0], command)  # noqa: S606
