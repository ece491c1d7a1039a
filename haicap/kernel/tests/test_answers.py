"""The API's JSON: every moment in one form, wherever it came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from haicap.kernel.answers import json_bytes, told_text
from haicap.kernel.clock import VIETNAM


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    words: str


def test_moments_of_every_zone_and_depth_are_told_in_vietnamese_time() -> None:
    utc = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    kept = [{"at": utc}, Line(utc.astimezone(VIETNAM), "a"), (utc,)]
    assert json.loads(json_bytes({"items": kept, "day": date(2026, 11, 23), "n": 1.5})) == {
        "items": [
            {"at": "2026-11-23T09:00:00+07:00"},
            {"at": "2026-11-23T09:00:00+07:00", "words": "a"},
            ["2026-11-23T09:00:00+07:00"],
        ],
        "day": "2026-11-23",
        "n": 1.5,
    }


def test_a_moment_kept_as_text_is_told_alike_and_other_texts_are_left() -> None:
    assert told_text("2026-11-23T02:00:00+00:00") == "2026-11-23T09:00:00+07:00"
    assert told_text("2026-11-23T02:00:00Z") == "2026-11-23T09:00:00+07:00"
    for text in ("", "2026-11-23", "2026-11-23T02:00:00", "sáng thứ Hai"):
        assert told_text(text) == text
