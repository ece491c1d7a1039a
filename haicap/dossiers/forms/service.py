"""What the pages of ratings and of the post send, read; no saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PARCEL: Final = ("name", "tel", "address", "district", "province", "contents")


def read_faces(posted: Any, questions: Mapping[str, Any]) -> tuple[int | None, dict[str, int]]:
    """(the whole, the answers given): faces that are none are read as 0, for the verb to refuse."""
    overall = posted.get("overall", "")
    answers = {name: _face(posted[name]) for name in questions if posted.get(name)}
    return (_face(overall) if overall else None), answers


def _face(text: str) -> int:
    return int(text) if len(text) == 1 and text in "123" else 0


def read_parcel(posted: Any) -> dict[str, str]:
    """The citizen's side of an order to the post, as typed."""
    return {name: str(posted.get(name, ""))[:1000] for name in PARCEL}
