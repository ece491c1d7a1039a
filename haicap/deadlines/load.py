"""Loading the published holidays from a file: the first calendar of an installation."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from haicap.deadlines.calendar import Confidence, DayKind, DayRow, Hours, hours

HOLIDAYS: Final = Path(__file__).resolve().parents[1] / "data" / "holidays_vn.csv"
OFFICE_HOURS: Final[Mapping[int, Hours]] = {
    weekday: hours("08:00-12:00,13:00-17:00") for weekday in range(5)
}


def read_rows(path: Path) -> dict[date, DayRow]:
    """The day table of a file: date, name, kind, swapped_with, basis, confidence."""
    with path.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): _row(row) for row in csv.DictReader(file)}


def _row(row: Mapping[str, str]) -> DayRow:
    swapped = row["swapped_with"]
    return DayRow(
        kind=DayKind.WORKING if row["kind"] == "swap_work" else DayKind.OFF,
        name=row["name"],
        basis=row["basis"],
        confidence=Confidence(row["confidence"]),
        swapped_with=date.fromisoformat(swapped) if swapped else None,
    )
