"""`haicap flow MODULE`: the module's table of states as a Mermaid diagram."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which module."""
    having = sorted(path.parent.name for path in PACKAGE.glob("*/flow.py"))
    parser.add_argument("module", choices=[name for name in having if name != "kernel"])


def run(options: argparse.Namespace) -> int:
    """Print the diagram; it goes as it is into a Markdown file."""
    flow = importlib.import_module(f"haicap.{options.module}.flow")
    print(flow.FLOW.mermaid(words=flow.State.choices))
    return 0
