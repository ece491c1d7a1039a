"""`haicap add-staff LOGIN NAME`: the first account of an installation, which makes the others."""

from __future__ import annotations

import argparse

from haicap.accounts import load as accounts_load
from haicap.kernel import clock
from haicap.kernel.actor import system


def arguments(parser: argparse.ArgumentParser) -> None:
    """Sign-in name and full name."""
    parser.add_argument("login")
    parser.add_argument("name")


def run(options: argparse.Namespace) -> int:
    """Make the account and print its one-time code."""
    code = accounts_load.first_account(
        login=options.login, full_name=options.name, by=system("add-staff"), at=clock.now()
    )
    print(f"Mã đăng nhập lần đầu của {options.login}: {code}")
    print(f"The one-time code of {options.login}: {code}")
    return 0
