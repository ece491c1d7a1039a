"""The one page that says what follows from what. Facts on the left, reactions on the right."""

from __future__ import annotations

from typing import Any


def wire() -> None:
    """Declare every reaction of the installation."""


def on_app_ready(app: Any) -> None:
    """Called once by the job library when Django is ready."""
    wire()
