"""`haicap doctor`: look at the machine and the installation, and say what to do."""

from __future__ import annotations

import argparse

from haicap.kernel import clock
from haicap.site.doctor import Level, examine

SIGNS = {Level.OK: "  tốt ", Level.WARN: "  lưu ý", Level.BAD: "  HỎNG"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words."""


def run(options: argparse.Namespace) -> int:
    """1 when something does not work."""
    worst = 0
    for finding in examine(at=clock.now()):
        print(f"{SIGNS[finding.level]}  {finding.what}", flush=True)
        if finding.remedy:
            print(f"          → {finding.remedy}", flush=True)
        worst |= finding.level is Level.BAD
    return int(worst)
