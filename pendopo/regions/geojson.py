"""Reading boundaries from a GeoJSON file: which feature is which region, which geometry is fit to be kept, and a light copy for screens."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from .logic import LEVELS, is_code, level_of

# Where files keep the code, most telling name first; capitals do not matter. The feature's own `id` is the last resort.
CODE_PROPERTIES = ("kode_kemendagri", "kemendagri", "kode_wilayah", "kode", "kd_wilayah", "code", "region")
NAME_PROPERTIES = ("nama", "name", "wadmkc", "wadmkk", "namobj")

# A copy for the screen leaves out details smaller than this.
TOLERANCE_M = 100
METRES_PER_DEGREE = 111_000
# No region of Indonesia lies outside of these degrees; latitude and longitude swapped always does.
WEST, SOUTH, EAST, NORTH = 94.0, -12.0, 142.0, 7.0


class Unreadable(ValueError):
    """The file as a whole cannot be used; the message is a sentence for people."""


@dataclass(frozen=True)
class Shape:
    """One region's boundary: the geometry as the file has it, ready to be kept."""

    code: str
    geometry: BaseGeometry
    original: dict[str, Any]
    digest: str


@dataclass
class Reading:
    """What a file holds: shapes by code, and a sentence for every feature that is refused."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def read(text: str | bytes, code_property: str = "", bps: Mapping[str, str] | None = None, repair: bool = False) -> Reading:
    """Reads a FeatureCollection. With `bps` (BPS code → Kemendagri code) the file's codes are BPS codes. Raises `Unreadable`."""
    features = features_of(text)
    where = code_property or code_property_of(features, bps)
    reading = Reading()
    seen: dict[str, int] = {}
    for number, feature in enumerate(features, start=1):
        raw = value_of(feature, where)
        label = f"{number} ({raw or name_of(feature) or '?'})"
        code = bps.get(raw, "") if bps is not None else raw
        if not is_code(code):
            reading.refused.append(why_no_code(label, raw, bps is not None))
            continue
        if code in seen:
            reading.refused.append(
                _("Feature %(label)s: code %(code)s stands in the file twice (first as feature %(first)s).")
                % {"label": label, "code": code, "first": seen[code]}
            )
            reading.shapes.pop(code, None)
            continue
        seen[code] = number
        taken = shape_of(code, feature.get("geometry"), repair)
        if isinstance(taken, str):
            reading.refused.append(_("Feature %(label)s: %(why)s") % {"label": label, "why": taken})
        else:
            reading.shapes[code] = taken
    return reading


def features_of(text: str | bytes) -> list[dict[str, Any]]:
    """The features of the file, or `Unreadable`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The file is not JSON: %(error)s.") % {"error": error}) from error
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection" or not isinstance(data.get("features"), list):
        raise Unreadable(_("The file is not a GeoJSON FeatureCollection."))
    features = [feature for feature in data["features"] if isinstance(feature, dict)]
    if not features:
        raise Unreadable(_("The file holds no feature."))
    crs = json.dumps(data.get("crs", ""))
    if data.get("crs") and "CRS84" not in crs and "4326" not in crs:
        raise Unreadable(_("The file is not in WGS 84 degrees (longitude, latitude). Export it again as EPSG:4326."))
    return features


def code_property_of(features: list[dict[str, Any]], bps: Mapping[str, str] | None) -> str:
    """The name of the property that holds the codes: the first known name whose values look like codes; '' = the feature's id."""
    names = [name for name in (features[0].get("properties") or {}) if isinstance(name, str)]
    ranked = sorted(names, key=lambda name: rank_of(name, bps is not None))
    for name in ranked:
        values = [value_of(feature, name) for feature in features[:20]]
        if any(value in bps if bps is not None else is_code(value) for value in values):
            return name
    if any(is_code(value_of(feature, "")) for feature in features[:20]):
        return ""
    named = [name for name in ranked if rank_of(name, bps is not None) < len(CODE_PROPERTIES)]
    if named:
        return named[0]
    raise Unreadable(
        _("No property of the features holds Kemendagri codes with dots (35.16.01). Name it with --property, or use --bps for BPS codes.")
    )


def rank_of(name: str, bps: bool) -> int:
    """How well a property's name fits; smaller is better."""
    low = name.lower()
    if bps and "bps" in low:
        return -1
    return CODE_PROPERTIES.index(low) if low in CODE_PROPERTIES else len(CODE_PROPERTIES)


def value_of(feature: dict[str, Any], name: str) -> str:
    """The code as the file writes it, as text."""
    value = (feature.get("properties") or {}).get(name) if name else feature.get("id")
    return str(value).strip() if isinstance(value, str | int) else ""


def name_of(feature: dict[str, Any]) -> str:
    """The name of the feature, for sentences."""
    properties = feature.get("properties") or {}
    return next((str(value) for key, value in properties.items() if str(key).lower() in NAME_PROPERTIES and value), "")


def why_no_code(label: str, raw: str, bps: bool) -> str:
    """The sentence for a feature whose code cannot be used."""
    if not raw:
        return _("Feature %(label)s has no code.") % {"label": label}
    if bps:
        return _("Feature %(label)s: BPS code %(code)s is not in the mapping table.") % {"label": label, "code": raw}
    return _("Feature %(label)s: %(code)s is not a Kemendagri code with dots, such as 35.16.01.") % {"label": label, "code": raw}


def shape_of(code: str, geometry: Any, repair: bool) -> Shape | str:
    """The geometry, or the reason why it is refused."""
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        return _("the boundary of %(code)s is not a Polygon or MultiPolygon.") % {"code": code}
    try:
        built = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        return _("the boundary of %(code)s cannot be read: %(error)s.") % {"code": code, "error": error}
    if built.is_empty:
        return _("the boundary of %(code)s is empty.") % {"code": code}
    west, south, east, north = built.bounds
    if not (west >= WEST and east <= EAST and south >= SOUTH and north <= NORTH):
        return _("the boundary of %(code)s lies outside of Indonesia; are longitude and latitude swapped?") % {"code": code}
    if not built.is_valid and repair:
        built = polygons_of(shapely.make_valid(built))
    if not built.is_valid or built.is_empty:
        why = shapely.is_valid_reason(built)
        return _("the geometry of %(code)s is invalid (%(why)s). Repair it, or import with --repair.") % {"code": code, "why": why}
    original = mapping(built)
    canonical = json.dumps(original, separators=(",", ":"))
    return Shape(code, built, json.loads(canonical), hashlib.sha256(canonical.encode()).hexdigest())


def polygons_of(built: BaseGeometry) -> BaseGeometry:
    """Only the areas of a repaired geometry: stray lines and points fall away."""
    parts = [part for part in getattr(built, "geoms", [built]) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts)


def light(shapes: Mapping[str, Shape]) -> dict[str, dict[str, Any]]:
    """Copies for the screen, five decimals, details below `TOLERANCE_M` left out; each level of regions by itself."""
    drawn: dict[str, dict[str, Any]] = {}
    for level in LEVELS:
        drawn |= light_level({code: taken for code, taken in shapes.items() if level_of(code) == level})
    return drawn


def light_level(shapes: Mapping[str, Shape]) -> dict[str, dict[str, Any]]:
    """Neighbours are simplified together, so that their common lines stay common; where shapes overlap, each one by itself."""
    originals = [taken.geometry for taken in shapes.values()]
    if not originals:
        return {}
    tolerance = TOLERANCE_M / METRES_PER_DEGREE
    together = shapely.coverage_is_valid(originals)
    copies = shapely.coverage_simplify(originals, tolerance) if together else shapely.simplify(originals, tolerance / 2)
    return {code: as_geojson(copy, original) for code, copy, original in zip(shapes, copies, originals, strict=True)}


def as_geojson(copy: BaseGeometry, original: BaseGeometry) -> dict[str, Any]:
    """GeoJSON with five decimals (about 1 m); the original where rounding or simplifying would break or empty the shape."""
    rounded = shapely.set_precision(copy, 0.00001)
    kept = rounded if rounded.is_valid and not rounded.is_empty and rounded.geom_type in {"Polygon", "MultiPolygon"} else original
    drawn: dict[str, Any] = json.loads(json.dumps(mapping(kept)))
    return drawn
