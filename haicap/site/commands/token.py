"""`haicap token WHO`: an API token of somebody of the demo's cast."""

from __future__ import annotations

import argparse

from haicap.accounts import load as accounts_load
from haicap.kernel import clock


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whose, and whether its clock is believed."""
    parser.add_argument("who", help="tiepnhan.bode, phochutich.bode:2, lan …")
    parser.add_argument(
        "--device",
        action="store_true",
        help="thiết bị tin cậy: được ghi happened_at | a trusted device: may give happened_at",
    )


def run(options: argparse.Namespace) -> int:
    """Print the token and nothing else, so that a script can take it."""
    print(accounts_load.token_for_cast(options.who, at=clock.now(), trusted_device=options.device))
    return 0
