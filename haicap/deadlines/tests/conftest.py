"""The module's English is compiled before its sentences are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = Path(__file__).resolve().parents[1] / "locale" / "en" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    made = ENGLISH.with_suffix(".mo")
    if made.exists() and made.stat().st_mtime_ns >= ENGLISH.stat().st_mtime_ns:
        return
    with ENGLISH.open("rb") as source, made.open("wb") as target:
        write_mo(target, read_po(source, locale="en"))
