"""`haicap load-city`: the facts of the city, and for the demo its people and dossiers."""

from __future__ import annotations

import argparse
import os
import sys

from django.conf import settings

from haicap.kernel import clock
from haicap.site import city


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many dossiers, or facts only."""
    parser.add_argument(
        "--if-empty", action="store_true", help="chỉ khi chưa có gì | only where there is none"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--dossiers",
        type=int,
        default=int(os.environ.get("HAICAP_DOSSIERS") or city.DOSSIERS),
        help="số hồ sơ mẫu | number of demo dossiers (%(default)s)",
    )
    what.add_argument(
        "--facts",
        action="store_true",
        help="chỉ đơn vị, cơ quan, lịch, thủ tục | units, agencies, calendar, procedures only",
    )


def run(options: argparse.Namespace) -> int:
    """Load what is not there. People are fictitious, so an installation in production has none."""
    at = clock.now()
    if options.if_empty and not city.is_empty(at=at):
        return 0
    if not options.facts and not settings.DEMO:
        print(
            "Bản vận hành không nhận người hư cấu: dùng `haicap load-city --facts`.\n"
            "Production takes no fictitious people: use `haicap load-city --facts`.",
            file=sys.stderr,
        )
        return 1
    city.load(
        people=not options.facts,
        dossiers=0 if options.facts else options.dossiers,
        at=at,
        say=lambda vietnamese, english: print(f"  {vietnamese} | {english}", flush=True),
    )
    return 0
