"""`haicap check`: format, lint, types, import rules, migrations and translations, one line each."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from haicap.site.running import CLONE

TOOLS = Path(sys.executable).parent
STEPS = {
    "định dạng | format": [str(TOOLS / "ruff"), "format", "--check", "."],
    "lỗi thường gặp | lint": [str(TOOLS / "ruff"), "check", "."],
    "kiểu | types": [str(TOOLS / "mypy")],
    "luật nhập | imports": [str(TOOLS / "lint-imports")],
    "cấu trúc dữ liệu | migrations": [
        *(sys.executable, "-P", "-m", "django"),
        *("makemigrations", "--check", "--dry-run"),
    ],
    "bản dịch | translations": [
        *(sys.executable, "-P", "-m", "haicap.site.commands"),
        *("texts", "--check"),
    ],
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words."""


def run(options: argparse.Namespace) -> int:
    """Run every step even when one fails; 1 when any did."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "haicap.site.settings"}
    environment.setdefault("HAICAP_MODE", "test")
    failed = 0
    for words, command in STEPS.items():
        began = time.monotonic()
        done = subprocess.run(
            command,
            cwd=CLONE,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        verdict = "HỎNG | FAILED" if done.returncode else "đạt | ok"
        print(f"  {time.monotonic() - began:5.1f} s  {words}: {verdict}", flush=True)
        if done.returncode:
            failed += 1
            print(done.stdout.decode(errors="replace"), flush=True)
    return min(failed, 1)
