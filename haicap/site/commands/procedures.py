"""`haicap import-procedures FILE`: procedures.json, our catalogue.jsonl, or national records."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from haicap.catalogue import load as catalogue_load
from haicap.kernel import clock
from haicap.kernel.actor import system


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which file."""
    parser.add_argument("file", type=Path)


def run(options: argparse.Namespace) -> int:
    """Import what can be read; 1 when records were left out, each named."""
    report = catalogue_load.import_file(
        path=options.file, by=system("import-procedures"), at=clock.now()
    )
    print(
        f"{report.created} mới, {report.followed} đổi, {report.unchanged} giữ nguyên, "
        f"{len(report.refused)} không nhận | {report.created} new, {report.followed} changed, "
        f"{report.unchanged} unchanged, {len(report.refused)} refused"
    )
    for sentence in report.refused:
        print(f"  {sentence}", file=sys.stderr)
    return 1 if report.refused else 0
