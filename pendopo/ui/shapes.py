"""From boundaries (GeoJSON, lon and lat) to the paths of an SVG map. Pure: no database."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.ops import polylabel

# The longer side of a drawing in its own units; outlines are simplified to a third of a unit, finer than a 4K wall shows.
SIZE = 1000.0
TOLERANCE = 0.7
MARGIN = 6.0
# A label: the mean width of a letter and the height of its two lines, in the letters' size; and how often labels are moved apart.
LETTER = 0.56
LINES = 2.2
ROUNDS = 40


@dataclass(frozen=True)
class Shape:
    """One region as drawn: its outline and where its label stands."""

    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """A map: its size in its own units, the shapes, and how lon and lat become its units."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    west: float
    north: float
    x_scale: float
    y_scale: float

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a point of the earth stands on the drawing, in its units; it may lie outside."""
        return MARGIN + (lon - self.west) * self.x_scale, MARGIN + (self.north - lat) * self.y_scale


def draw(boundaries: Mapping[str, Any]) -> Drawing | None:
    """The drawing of regions by code; None when no boundary can be read. Longitudes are shrunk to the middle latitude."""
    read = {code: found for code, geometry in boundaries.items() if (found := _read(geometry)) is not None}
    if not read:
        return None
    bounds = [area.bounds for area in read.values()]
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (SIZE - 2 * MARGIN) / max((east - west) * shrink, north - south, 1e-9)

    def place(lon: float, lat: float) -> tuple[float, float]:
        return MARGIN + (lon - west) * shrink * scale, MARGIN + (north - lat) * scale

    shapes = []
    for code, area in sorted(read.items()):
        outline = [[place(*point[:2]) for point in ring] for ring in _rings(area.simplify(TOLERANCE / scale))]
        label = place(*_label(area))
        shapes.append(Shape(code, "".join(_path(ring) for ring in outline), round(label[0], 1), round(label[1], 1)))
    width, height = round((east - west) * shrink * scale + 2 * MARGIN, 1), round((north - south) * scale + 2 * MARGIN, 1)
    return Drawing(width, height, tuple(shapes), west, north, shrink * scale, scale)


def apart(labels: Sequence[tuple[float, float, str]], size: float) -> list[tuple[float, float]]:
    """Where labels of two lines stand so that none covers another: each pair that touches moves apart along its shorter way.

    Takes the wished middle (units of the drawing) and the text of each, and the letters' size in the same units. Small moves, few rounds: a
    label stays near its region, and where there is no room at all the rest of an overlap stays.
    """
    spots = [[x, y] for x, y, _ in labels]
    widths = [len(text) * size * LETTER for _, _, text in labels]
    for _round in range(ROUNDS):
        moved = False
        for one in range(len(spots)):
            for other in range(one):
                across = (widths[one] + widths[other]) / 2 - abs(spots[one][0] - spots[other][0])
                down = LINES * size - abs(spots[one][1] - spots[other][1])
                if across <= 0 or down <= 0:
                    continue
                axis, step = (0, across) if across < down else (1, down)
                sign = 1 if spots[one][axis] >= spots[other][axis] else -1
                spots[one][axis] += sign * step / 2
                spots[other][axis] -= sign * step / 2
                moved = True
        if not moved:
            break
    return [(round(x, 1), round(y, 1)) for x, y in spots]


def _read(geometry: Any) -> MultiPolygon | Polygon | None:
    if not geometry:
        return None
    try:
        area = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return area if isinstance(area, MultiPolygon | Polygon) and not area.is_empty else None


def _parts(area: MultiPolygon | Polygon) -> list[Polygon]:
    return list(area.geoms) if isinstance(area, MultiPolygon) else [area]


def _rings(area: Any) -> list[Sequence[Any]]:
    return [list(ring.coords) for part in _parts(area) for ring in (part.exterior, *part.interiors) if len(ring.coords) > 3]


def _label(area: MultiPolygon | Polygon) -> tuple[float, float]:
    largest = max(_parts(area), key=lambda part: part.area)
    try:
        spot = polylabel(largest, tolerance=max(largest.length / 200, 1e-6))
    except (ShapelyError, ValueError):
        spot = largest.representative_point()
    return spot.x, spot.y


def _path(ring: Sequence[tuple[float, float]]) -> str:
    steps = [f"{x:.1f} {y:.1f}" for x, y in ring[:-1]]
    return f"M{'L'.join(steps)}Z"
