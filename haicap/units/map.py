"""The city drawn: outlines of communes as SVG paths in one box. For display, not for survey."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from haicap.units.models import Level, TerritoryVersion

WIDTH: Final = 1000
_MARGIN: Final = 6

Point = tuple[float, float]  # longitude, latitude
Ring = list[Point]


@dataclass(frozen=True, slots=True)
class Outline:
    """One commune's shape: `d` draws it in the map's view box, (x, y) is a point inside."""

    territory_id: int
    code: str
    full_name: str
    d: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class CityMap:
    """All outlines of a day in one box, a thousand units wide, north up."""

    view_box: str
    outlines: tuple[Outline, ...]


def outlines_at(day: date) -> CityMap:
    """The communes in force on `day`, by code; those without an outline are left out."""
    ids = tuple(
        TerritoryVersion.objects.at(day)
        .filter(level=Level.COMMUNE, outline__isnull=False, lat__isnull=False, lon__isnull=False)
        .order_by("code")
        .values_list("pk", flat=True)
    )
    return _drawn(ids)


@lru_cache(maxsize=4)
def _drawn(version_ids: tuple[int, ...]) -> CityMap:
    rows: list[tuple[Any, ...]] = list(
        TerritoryVersion.objects.filter(pk__in=version_ids)
        .order_by("code")
        .values_list("territory_id", "code", "full_name", "outline", "lon", "lat")
    )
    if not rows:
        return CityMap("0 0 1 1", ())
    shapes = [_rings(row[3]) for row in rows]
    frame = _Frame([point for rings in shapes for ring in rings for point in ring])
    return CityMap(
        frame.view_box,
        tuple(
            Outline(id, code, full_name, frame.path(rings), *frame.place((lon, lat)))
            for (id, code, full_name, _, lon, lat), rings in zip(rows, shapes, strict=True)
        ),
    )


def drawn_alone(geometry: dict[str, Any]) -> tuple[str, str]:
    """One shape filling its own box: (view box, path)."""
    rings = _rings(geometry)
    frame = _Frame([point for ring in rings for point in ring])
    return frame.view_box, frame.path(rings)


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    parts = geometry["coordinates"]
    polygons = parts if geometry["type"] == "MultiPolygon" else [parts]
    return [ring for polygon in polygons for ring in polygon]


class _Frame:
    """From degrees to a box of whole units; a degree of longitude is shortened by the latitude."""

    def __init__(self, points: list[Point]) -> None:
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        self.squeeze = math.cos(math.radians((south + north) / 2))
        self.scale = (WIDTH - 2 * _MARGIN) / ((east - west) * self.squeeze)
        self.west, self.north = west, north
        self.height = math.ceil((north - south) * self.scale) + 2 * _MARGIN

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH} {self.height}"

    def place(self, point: Point) -> tuple[int, int]:
        x = (point[0] - self.west) * self.squeeze * self.scale + _MARGIN
        y = (self.north - point[1]) * self.scale + _MARGIN
        return round(x), round(y)

    def path(self, rings: list[Ring]) -> str:
        """Closed rings in relative steps; points that fall on one unit are drawn once."""
        return "".join(self._ring(ring) for ring in rings)

    def _ring(self, ring: Ring) -> str:
        places = [self.place(point) for point in ring]
        (x, y), steps = places[0], []
        start = f"M{x} {y}"
        for next_x, next_y in places[1:-1]:
            if (next_x, next_y) != (x, y):
                steps.append(f"{next_x - x} {next_y - y}")
                x, y = next_x, next_y
        return f"{start}l{' '.join(steps).replace(' -', '-')}z" if steps else ""
