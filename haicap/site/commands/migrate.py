"""`haicap migrate`: bring the database to the structure of this version."""

from __future__ import annotations

import argparse

from django.conf import settings

from haicap.kernel import clock
from haicap.site import database


def arguments(parser: argparse.ArgumentParser) -> None:
    """--quiet says nothing when there was nothing to do."""
    parser.add_argument("--quiet", action="store_true", help="chỉ nói khi có việc | say less")


def run(options: argparse.Namespace) -> int:
    """Apply what is pending and say how much it was."""
    count = database.bring_up(installation=settings.INSTALLATION, at=clock.now())
    if count or not options.quiet:
        print(f"  đã áp dụng {count} bước nâng cấp | {count} migrations applied", flush=True)
    return 0
