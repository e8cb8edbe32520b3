"""Boundaries as SVG paths: a flat map of a few regions, drawn by the server."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shapely.geometry import shape

WIDTH = 1000.0
MARGIN = 8.0


@dataclass(frozen=True)
class Drawn:
    """One region on the map: its path and where its label stands."""

    code: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """Drawn regions and the size of the ground they stand on."""

    width: float
    height: float
    regions: list[Drawn]

    @property
    def view_box(self) -> str:
        """The SVG attribute."""
        return f"0 0 {self.width:.0f} {self.height:.0f}"


def draw(rows: Iterable[tuple[str, str, dict[str, Any] | None]]) -> Map | None:
    """A map of (code, name, GeoJSON geometry), north up, widths corrected for the latitude; None when no row has a boundary."""
    shapes = [(code, name, shape(boundary)) for code, name, boundary in rows if boundary]
    if not shapes:
        return None
    bounds = [built.bounds for _code, _name, built in shapes]
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, (north - south), 1e-9)

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        return MARGIN + (longitude - west) * squeeze * scale, MARGIN + (north - latitude) * scale

    drawn = []
    for code, name, built in shapes:
        rings = [ring for part in getattr(built, "geoms", [built]) for ring in (part.exterior, *part.interiors)]
        path = "".join(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point[:2]) for point in ring.coords[:-1])) + "Z" for ring in rings
        )
        label = built.representative_point()
        x, y = place(label.x, label.y)
        drawn.append(Drawn(code, name, path, round(x, 1), round(y, 1)))
    width, height = place(east, south)
    return Map(width + MARGIN, height + MARGIN, drawn)
