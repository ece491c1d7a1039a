"""What the checker says, and what it must know of the city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a place. `part` and `at` lead to the cell; `units` lists agencies."""

    blocks: bool
    part: str
    at: str
    sentence: str
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many agencies a step may fall to, and the names of those with nobody for it."""

    total: int
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """The city as the checker needs it, on the day of publishing. Staffing by (duty, place)."""

    day: date
    agencies: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    staffing: Mapping[tuple[str, str], Staffing] = field(default_factory=dict)


class Said:
    """Findings of one part, collected."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.found: list[Finding] = []

    def wrong(self, at: str, sentence: str, units: tuple[str, ...] = ()) -> None:
        """What must be mended before publishing."""
        self.found.append(Finding(True, self.part, at, sentence, units))

    def doubt(self, at: str, sentence: str, units: tuple[str, ...] = ()) -> None:
        """What should be looked at."""
        self.found.append(Finding(False, self.part, at, sentence, units))
