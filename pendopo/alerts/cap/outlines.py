"""From boundaries to what CAP can draw: simple rings without holes. Pure; only official boundaries are ever given to it."""

from collections.abc import Iterator
from typing import Any

from shapely import LinearRing, Polygon, box, make_valid
from shapely.errors import ShapelyError
from shapely.geometry import shape

# About a metre; CAP readers need no more, and rings stay short.
PLACES = 5
# Details below about thirty metres are left out of a warning.
TOLERANCE_DEG = 0.0003
MOST_RINGS = 60

Ring = tuple[tuple[float, float], ...]


def rings(geometry: dict[str, Any] | None) -> tuple[Ring, ...]:
    """Closed rings of (longitude, latitude) that together cover the geometry; a part with a hole is cut through it. () when unreadable."""
    if not geometry:
        return ()
    try:
        area = make_valid(shape(geometry).simplify(TOLERANCE_DEG))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError):
        return ()
    found = [ring for part in _polygons(area) for whole in _without_holes(part) if (ring := _ring(whole))]
    return tuple(found[:MOST_RINGS])


def _polygons(area: Any) -> Iterator[Polygon]:
    for part in getattr(area, "geoms", [area]):
        if isinstance(part, Polygon) and not part.is_empty:
            yield part
        elif hasattr(part, "geoms"):
            yield from _polygons(part)


def _without_holes(part: Polygon) -> Iterator[Polygon]:
    """The polygon itself, or its halves left and right of the middle of its first hole, until no hole is left."""
    if not part.interiors:
        yield part
        return
    west, south, east, north = part.bounds
    middle = Polygon(part.interiors[0]).centroid.x
    for half in (box(west, south, middle, north), box(middle, south, east, north)):
        for piece in _polygons(part.intersection(half)):
            yield from _without_holes(piece)


def _ring(part: Polygon) -> Ring | None:
    points = [(round(x, PLACES), round(y, PLACES)) for x, y, *_ in part.exterior.coords]
    kept = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
    if len(kept) < 4 or kept[0] != kept[-1] or not LinearRing(kept).is_simple:
        return None
    return tuple(kept)
