"""`haicap texts`: bring the English catalogues to the source, or check that none is missing."""

from __future__ import annotations

import argparse
import sys

from haicap.site import texts


def arguments(parser: argparse.ArgumentParser) -> None:
    """--update or --check."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--update", action="store_true", help="thu thập câu chữ vào django.po | collect the texts"
    )
    what.add_argument(
        "--check", action="store_true", help="báo câu còn thiếu tiếng Anh | name what is missing"
    )


def run(options: argparse.Namespace) -> int:
    """1 when the check finds a fault."""
    if options.update:
        for path in texts.update():
            print(path.relative_to(texts.PACKAGE.parent))
        return 0
    found = list(texts.faults())
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0
