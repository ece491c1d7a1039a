"""The city's first board: figures by commune in one statement, and its map as shapes drawn here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from haicap.dossiers.flow import OPEN
from haicap.kernel import clock

_SQL = """
select d.commune_id,
    count(*) filter (where d.state = any(%(open)s) and d.completed_at is null),
    count(*) filter (where d.state = any(%(open)s) and d.completed_at is null
        and not d.is_paused and d.due_at < %(at)s),
    count(*) filter (where d.state = any(%(open)s) and d.completed_at is null
        and not d.is_paused and d.due_at >= %(at)s and d.due_at < %(tomorrow)s),
    count(*) filter (where d.state = 'SUBMITTED'),
    count(*) filter (where d.state = 'ISSUED'),
    count(*) filter (where d.received_at >= %(month)s),
    count(*) filter (where d.received_at >= %(month)s and d.channel = 'online'),
    count(*) filter (where d.completed_at >= %(month)s),
    count(*) filter (where d.completed_at >= %(month)s and d.completed_at <= d.due_at)
from dossiers_dossier d
where d.commune_id is not null
  and (d.state = any(%(open)s) or d.received_at >= %(month)s or d.completed_at >= %(month)s)
group by d.commune_id
"""


@dataclass(frozen=True, slots=True)
class CommuneFigures:
    """How one commune stands now; counts of dossiers, months cut at Vietnamese midnight."""

    commune_id: int
    open: int = 0
    overdue: int = 0
    due_today: int = 0
    to_receive: int = 0
    to_return: int = 0
    received: int = 0
    received_online: int = 0
    completed: int = 0
    completed_in_time: int = 0

    @property
    def overdue_share(self) -> int:
        """Overdue ones in a hundred open ones, rounded."""
        return round(100 * self.overdue / self.open) if self.open else 0

    @property
    def in_time_share(self) -> int | None:
        """Completed in time in a hundred completed this month; None when none was."""
        return round(100 * self.completed_in_time / self.completed) if self.completed else None

    @property
    def level(self) -> int:
        """Step of the map's colour, 0 to 5, by the share of open dossiers that are overdue."""
        share = self.overdue_share
        return sum(share > bound for bound in LEVELS) if self.overdue else 0


LEVELS = (0, 2, 5, 10, 20)


def commune_figures(*, at: datetime) -> dict[int, CommuneFigures]:
    """The present figures of every commune that has any, by territory id. One statement."""
    today = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "open": list(OPEN),
                "at": at,
                "tomorrow": today + timedelta(days=1),
                "month": today.replace(day=1),
            },
        )
        return {row[0]: CommuneFigures(*row) for row in cursor.fetchall()}


def total(figures: Iterable[CommuneFigures]) -> CommuneFigures:
    """The city as the sum of its communes."""
    rows = [
        (f.open, f.overdue, f.due_today, f.to_receive, f.to_return, f.received,
         f.received_online, f.completed, f.completed_in_time)
        for f in figures
    ]  # fmt: skip
    return CommuneFigures(0, *(sum(column) for column in zip(*rows, strict=True)))


@dataclass(frozen=True, slots=True)
class Drawing:
    """Paths of an SVG picture by territory, and its view box."""

    view_box: str
    paths: Mapping[int, str]


WIDTH = 1000.0
Point = tuple[float, float]


def draw(outlines: Mapping[int, Mapping[str, Any]]) -> Drawing:
    """GeoJSON geometries (lon, lat) by territory as SVG paths 1,000 wide, for display."""
    rings = {territory: list(_rings(geometry)) for territory, geometry in outlines.items()}
    points = [point for parts in rings.values() for ring in parts for point in ring]
    if not points:
        return Drawing(view_box="0 0 1000 1000", paths={})
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def spot(point: Point) -> Point:
        return round((point[0] - west) * squeeze * scale, 1), round((north - point[1]) * scale, 1)

    return Drawing(
        view_box=f"-4 -4 {WIDTH + 8:g} {(north - south) * scale + 8:.0f}",
        paths={
            territory: "".join(_path([spot(point) for point in ring]) for ring in parts)
            for territory, parts in rings.items()
        },
    )


def _path(spots: list[Point]) -> str:
    """A closed ring as relative steps: half the bytes of absolute ones."""
    (x, y), *rest = spots
    steps = [f"M{x:g} {y:g}"]
    for nx, ny in rest:
        dx, dy = round(nx - x, 1), round(ny - y, 1)
        if dx or dy:
            steps.append(f"l{dx:g} {dy:g}")
        x, y = nx, ny
    return "".join(steps) + "z"


def _rings(geometry: Mapping[str, Any]) -> Iterable[list[Point]]:
    shapes = geometry["coordinates"]
    for shape in [shapes] if geometry["type"] == "Polygon" else shapes:
        for ring in shape:
            yield [(float(point[0]), float(point[1])) for point in ring]
