"""A store of its own for each test of files."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from haicap.files.store import Folder, store


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Folder:
    """An empty folder store, and no scanner."""
    settings.FILES_STORE = str(tmp_path / "files")
    settings.CLAMD = ""
    kept = store()
    assert isinstance(kept, Folder)
    return kept
