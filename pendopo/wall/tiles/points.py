"""A map of points: each series at its own place (`lat` and `lon` of its dims), or at the middle of its region."""

from typing import Any

from pendopo.indicators.latest import Figure
from pendopo.ui import words
from pendopo.ui.shapes import Drawing

from ..logic import band_of
from ..maps import drawing_of
from ..reading import Plan, Reading

MOST_POINTS = 300
LEAST_RADIUS, MOST_RADIUS = 9.0, 30.0


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/points.html`. Without boundaries: a list, which also stands beside the map for readers of screens."""
    indicator, region = plan.pairs[0]
    bands = plan.spec.bands_of(indicator.code)
    drawing = drawing_of(region, reading.areas[region])
    figures = [figure for figure in reading.below[indicator.code] if figure.region.startswith(region) and figure.value is not None]
    placed = [figure for figure in figures if _dims_place(figure)] or [figure for figure in figures if figure.region != region] or figures
    largest = max((abs(figure.value or 0.0) for figure in placed), default=0.0)
    points = []
    for figure in sorted(placed, key=lambda one: -abs(one.value or 0.0))[:MOST_POINTS]:
        spot = _spot(figure, drawing)
        old = figure.freshness(reading.now) in ("stale", "silent")
        held = None if old else band_of(bands, figure.value)
        name = ", ".join(text for key, text in figure.dims.items() if key not in ("lat", "lon"))
        place = reading.names.get(figure.region, figure.region)
        number = words.number_text(figure.value, indicator.decimals, reading.language)
        age = words.age_text((reading.now - figure.at).total_seconds(), reading.language) if figure.at else ""
        points.append(
            {
                "x": spot[0] if spot else None,
                "y": spot[1] if spot else None,
                "radius": round(
                    LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * (abs(figure.value or 0.0) / largest if largest else 0) ** 0.5, 1
                ),
                "state": "old" if old else held.state if held else "",
                "word": held.word.say(reading.language) if held else "",
                "name": f"{name} ({place})" if name else place,
                "number": number,
                "value": f"{number} {indicator.unit}".strip(),
                "age": age,
            }
        )
    return {
        "pulse": reading.pulse(reading.figure(indicator, region), indicator, bands),
        "drawing": drawing,
        "points": points,
        "beyond": sum(point["x"] is None for point in points),
        "indicator": indicator,
    }


def _dims_place(figure: Figure) -> tuple[float, float] | None:
    try:
        lon, lat = float(figure.dims["lon"]), float(figure.dims["lat"])
    except (KeyError, ValueError):
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _spot(figure: Figure, drawing: Drawing | None) -> tuple[float, float] | None:
    """Where it stands on the drawing; None for what lies outside it or has no place."""
    if drawing is None:
        return None
    place = _dims_place(figure)
    if place is not None:
        x, y = drawing.place(*place)
        return (x, y) if 0 <= x <= drawing.width and 0 <= y <= drawing.height else None
    return next(((shape.x, shape.y) for shape in drawing.shapes if shape.code == figure.region), None)
