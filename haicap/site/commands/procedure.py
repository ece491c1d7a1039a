"""`haicap procedure export CODE` and `haicap procedure import FILE`: a procedure as one file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from haicap.catalogue import load as catalogue_load
from haicap.kernel import clock
from haicap.kernel.actor import system
from haicap.kernel.clock import day_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which procedure or file."""
    what = parser.add_subparsers(dest="what", required=True)
    out = what.add_parser("export", help="xuất ra tệp | write the file")
    out.add_argument("code", help="ví dụ 1.001193 | e.g. 1.001193")
    out.add_argument("--version", default="", help="số phiên bản, hoặc draft | number, or draft")
    out.add_argument("--output", type=Path, help="tệp; để trống: màn hình | standard output")
    into = what.add_parser("import", help="nhập thành bản thảo | read in as a draft")
    into.add_argument("file", type=Path)


def run(options: argparse.Namespace) -> int:
    """1 when the checker finds errors in what was read in."""
    if options.what == "export":
        raw = catalogue_load.exported(
            code=options.code, version=options.version, day=day_of(clock.now())
        )
        if options.output:
            options.output.write_bytes(raw)
        else:
            sys.stdout.buffer.write(raw)
        return 0
    told = catalogue_load.imported(path=options.file, by=system("procedure-import"), at=clock.now())
    print(
        f"{told.code}: bản thảo số {told.revision}, chờ người kiểm soát trình và công bố | "
        f"draft at revision {told.revision}, for controllers to submit and publish"
    )
    for finding in told.findings:
        word = "LỖI | ERROR" if finding.blocks else "xem | look"
        print(f"  {word}: {finding.part} {finding.at}: {finding.sentence}", file=sys.stderr)
    return 1 if any(finding.blocks for finding in told.findings) else 0
