"""`haicap cast`: who can sign in to the demo, with what, and what they can do."""

from __future__ import annotations

import argparse
from pathlib import Path

from haicap.site import city


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("--to", type=Path, help="ghi vào tệp | write to a file")


def run(options: argparse.Namespace) -> int:
    """Print the table, or keep it."""
    if options.to:
        options.to.write_text(city.cast_table())
    else:
        print(city.cast_table())
    return 0
