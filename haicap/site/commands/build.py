"""`haicap build`: English words, fonts, style sheet, script, and static files of lasting names."""

from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import sys
from pathlib import Path

from haicap.site import assets, running

STAMP = "built.stamp"
# The one htmx we use is part of the built script.
LEFT_OUT = ["django_htmx"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """--force makes everything again."""
    parser.add_argument("--force", action="store_true", help="dựng lại tất cả | make all of it")


def run(options: argparse.Namespace) -> int:
    """Make what has changed. Before Django is set up, since its settings look at what is there."""
    var = running.data_folder()
    try:
        assets.build(var / "built")
    except PermissionError as error:
        print(
            f"Không ghi được {error.filename}: hãy chạy `haicap build` bằng người dùng sở hữu mã"
            " nguồn.\n"
            f"Cannot write {error.filename}: run `haicap build` as the owner of the source.",
            file=sys.stderr,
        )
        return 1
    stamp, wanted = var / STAMP, digest(var / "built")
    manifest = var / "static" / "staticfiles.json"
    made = stamp.read_text() if stamp.exists() and manifest.exists() else ""
    if options.force or made != wanted:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.site.settings")
        importlib.import_module("django").setup()
        collect = importlib.import_module("django.core.management").call_command
        collect("collectstatic", interactive=False, verbosity=0, ignore_patterns=LEFT_OUT)
        stamp.write_text(wanted)
    return 0


def digest(built: Path) -> str:
    """Changes when any file that is served changes, or the packages that make them."""
    package = Path(assets.__file__).resolve().parents[1]
    files = [*built.rglob("*"), *package.glob("*/static/**/*"), package.parent / "requirements.txt"]
    found = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        found.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
