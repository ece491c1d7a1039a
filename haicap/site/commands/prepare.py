"""`haicap prepare`: everything a start needs, in one process that then gives its memory back."""

from __future__ import annotations

import argparse

from haicap.site import running
from haicap.site.commands.front import COMMANDS, perform


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words."""


def run(options: argparse.Namespace) -> int:
    """Build, migrate, load the city where there is none, and write down the cast."""
    steps = {
        "build": [],
        "migrate": ["--quiet"],
        "load-city": ["--if-empty"],
        "cast": ["--to", str(running.data_folder() / "cast.txt")],
    }
    for word, words in steps.items():
        if status := perform(word, COMMANDS[word], words):
            return status
    return 0
