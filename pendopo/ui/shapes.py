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


@dataclass(frozen=True)
class Shape:
    """One region as drawn: its outline and where its label stands."""

    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """A map: its size in its own units and the shapes."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


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
    return Drawing(round((east - west) * shrink * scale + 2 * MARGIN, 1), round((north - south) * scale + 2 * MARGIN, 1), tuple(shapes))


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
