"""`haicap web`: the web processes, behind a reverse proxy in production."""

from __future__ import annotations

import argparse
import errno
import os
import socket
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


def taken(host: str, port: int) -> bool:
    """Whether somebody listens there. The server's processes share their port, so that it would
    share it with a stranger as well.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def run(options: argparse.Namespace) -> int:
    """Become granian, which serves until told to stop and replaces a worker that dies."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        print(
            "Chưa có tệp tĩnh: hãy chạy `haicap build` trước.\n"
            "There are no static files: run `haicap build` first.",
            file=sys.stderr,
        )
        return 1
    if taken(options.host, options.port):
        print(
            f"Cổng {options.port} đang có chương trình khác dùng: hãy dừng nó hoặc đổi"
            " HAICAP_PORT.\n"
            f"Port {options.port} is taken: stop what uses it, or choose another HAICAP_PORT.",
            file=sys.stderr,
        )
        return 1
    command = web_command(
        host=options.host, port=options.port, workers=options.workers, threads=options.threads
    )
    sys.stdout.flush()
    return os.execv(command[0], command)  # noqa: S606
