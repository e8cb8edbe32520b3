"""Schematic boundaries computed from district centres and areas: no surveyed line is copied.

The outline is a smooth hull around discs of the districts' areas; inside it every district gets its cell of a power diagram
(F. Aurenhammer 1987, "Power diagrams"), whose weights are adjusted until the cells' areas are in proportion to the real ones.
Neighbours meet without gaps, every centre lies near its cell, and the same facts always give the same lines.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from shapely import MultiPolygon, Point, Polygon, affinity, box, set_precision
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from .centres import Centre, centres_below, holes_of

KM_PER_DEGREE = 110.6
ROUNDS = 40
# Kilometres: how far the hull reaches around the discs, how strongly its corners are rounded.
REACH_KM = 1.2
ROUNDING_KM = 4.0
# Coordinates are kept on a grid of about 1 m.
GRID_DEGREES = 0.00001


class Plane:
    """A flat map in km around one latitude; good for the size of a regency."""

    def __init__(self, latitude: float, longitude: float) -> None:
        self.latitude = latitude
        self.longitude = longitude
        self.across = KM_PER_DEGREE * math.cos(math.radians(latitude))

    def to_km(self, centre: Centre) -> tuple[float, float]:
        """Degrees → km east and north of the middle."""
        return (centre.longitude - self.longitude) * self.across, (centre.latitude - self.latitude) * KM_PER_DEGREE

    def to_degrees(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape in km → a shape in degrees (longitude, latitude)."""
        return affinity.affine_transform(shape, [1 / self.across, 0, 0, 1 / KM_PER_DEGREE, self.longitude, self.latitude])


def hull_around(points: Mapping[str, tuple[float, float]], areas: Mapping[str, float]) -> Polygon:
    """A smooth outline around discs of the given areas (km²), scaled to their total area."""
    discs = [Point(points[code]).buffer(math.sqrt(areas[code] / math.pi) + REACH_KM) for code in points]
    hull = unary_union(discs).buffer(ROUNDING_KM).buffer(-2 * ROUNDING_KM).buffer(ROUNDING_KM)
    if isinstance(hull, MultiPolygon):
        hull = hull.convex_hull
    solid = Polygon(hull.exterior)
    factor = math.sqrt(sum(areas.values()) / solid.area)
    scaled = affinity.scale(solid, factor, factor, origin="centroid").simplify(0.08)
    assert isinstance(scaled, Polygon)
    return scaled


def cells_of(points: Mapping[str, tuple[float, float]], areas: Mapping[str, float], hull: Polygon) -> dict[str, Polygon]:
    """The power diagram inside the hull, its weights adjusted towards the areas asked for."""
    weights = dict.fromkeys(points, 0.0)
    cells: dict[str, Polygon] = {}
    for _round in range(ROUNDS):
        cells = {code: power_cell(code, points, weights, hull) for code in points}
        for code, cell in cells.items():
            weights[code] += 0.25 * (areas[code] - cell.area) / math.pi
    return cells


def power_cell(code: str, points: Mapping[str, tuple[float, float]], weights: Mapping[str, float], hull: Polygon) -> Polygon:
    """The part of the hull that belongs to one centre: cut by one half-plane for each other centre."""
    cell: BaseGeometry = hull
    x, y = points[code]
    for other, (ox, oy) in points.items():
        if other == code or cell.is_empty:
            continue
        gap = math.hypot(ox - x, oy - y)
        # The border stands where both powers |p-c|² - w are equal: at `offset` km from this centre towards the other.
        offset = (gap * gap + weights[code] - weights[other]) / (2 * gap)
        cell = cell.intersection(half_plane(x, y, math.atan2(oy - y, ox - x), offset))
    return cell if isinstance(cell, Polygon) else Polygon()


def half_plane(x: float, y: float, angle: float, offset: float) -> Polygon:
    """Everything (within 1,000 km) that lies less than `offset` km away from (x, y) in the direction of `angle`."""
    side = box(offset - 1000, -1000, offset, 1000)
    return affinity.translate(affinity.rotate(side, angle, origin=(0, 0), use_radians=True), x, y)


@cache
def of_regency(regency: str) -> dict[str, dict[str, Any]]:
    """The schematic boundaries of a regency whose district centres are known; the same in every call."""
    return draw(centres_below(regency), holes_of(regency), regency)


def draw(centres: Mapping[str, Centre], holes: Mapping[str, Centre], outline_code: str) -> dict[str, dict[str, Any]]:
    """GeoJSON geometries by code: one for each centre, and the outline (with the holes left open) under `outline_code`."""
    everything = {**centres, **holes}
    middle = Plane(
        sum(centre.latitude for centre in everything.values()) / len(everything),
        sum(centre.longitude for centre in everything.values()) / len(everything),
    )
    points = {code: middle.to_km(centre) for code, centre in everything.items()}
    areas = {code: centre.area_km2 for code, centre in everything.items()}
    cells = cells_of(points, areas, hull_around(points, areas))
    shapes = {code: set_precision(middle.to_degrees(cell), GRID_DEGREES) for code, cell in cells.items()}
    shapes = {code: shape for code, shape in shapes.items() if not shape.is_empty}
    outline = unary_union([shape for code, shape in shapes.items() if code not in holes])
    return {code: rounded(shape) for code, shape in [*shapes.items(), (outline_code, outline)]}


def rounded(shape: BaseGeometry) -> dict[str, Any]:
    """A GeoJSON geometry with five decimals (about 1 m)."""
    return {"type": mapping(shape)["type"], "coordinates": round_all(mapping(shape)["coordinates"])}


def round_all(value: Any) -> Any:
    """Nested coordinates with five decimals."""
    if isinstance(value, int | float):
        return round(float(value), 5)
    return [round_all(part) for part in value]
