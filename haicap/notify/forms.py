"""What the pages of messages send, read and cleaned; no saving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any

from django.utils.translation import gettext as _

from haicap.kernel.errors import Invalid

LONGEST: int = 8000


@dataclass(frozen=True, slots=True)
class Choices:
    """By which ways, in which language."""

    channels: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """From when to when, on which channels."""

    begins: time
    ends: time
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """The words of a letter as typed, and the version they were typed over."""

    title: str
    body: str
    line: str
    seen_version: int


def read_choices(posted: Any) -> Choices:
    """The two answers of a citizen."""
    return Choices(
        channels=tuple(way for way in posted.getlist("channels")[:10] if way),
        language=posted.get("language", "")[:10],
    )


def read_quiet(posted: Any) -> Quiet:
    """Hours as 21:00, 21h30 or 7. Invalid names the field."""
    wrong, found = {}, {}
    for field in ("begins", "ends"):
        moment = _hour(posted.get(field, ""))
        if moment is None:
            wrong[field] = _("Xin ghi giờ như 21:00.")
        else:
            found[field] = moment
    if wrong:
        raise Invalid(wrong)
    ways = tuple(way for way in posted.getlist("channels")[:10] if way)
    return Quiet(begins=found["begins"], ends=found["ends"], channels=ways)


def _hour(text: str) -> time | None:
    parts = text.strip().lower().replace("h", ":").rstrip(":").split(":")
    if not 1 <= len(parts) <= 2 or not all(
        part.isascii() and part.isdigit() and len(part) <= 2 for part in parts
    ):
        return None
    hour, minute = int(parts[0]), int(parts[1]) if len(parts) == 2 else 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_words(posted: Any) -> Typed:
    """The words of a letter."""
    seen = posted.get("seen_version", "0")
    return Typed(
        title=posted.get("title", "")[:LONGEST],
        body=posted.get("body", "")[:LONGEST],
        line=posted.get("line", "")[:LONGEST],
        seen_version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
    )
