"""`haicap migrate`: bring the database to the structure of this version."""

from __future__ import annotations

import argparse

from django.conf import settings

from haicap.kernel import clock
from haicap.site import database


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words."""


def run(options: argparse.Namespace) -> int:
    """Apply what is pending and say how much it was."""
    count = database.bring_up(installation=settings.INSTALLATION, at=clock.now())
    print(f"Đã áp dụng {count} bước nâng cấp. | {count} migrations applied.")
    return 0
