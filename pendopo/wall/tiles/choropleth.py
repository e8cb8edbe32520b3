"""A map of districts in classes of colour, with names, and a legend with units and "no report". Without boundaries: a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pendopo.indicators.latest import Figure
from pendopo.ui import words
from pendopo.ui.shades import breaks_of, class_of, legend_of, spread
from pendopo.ui.shapes import Shape, apart

from ..maps import drawing_of
from ..reading import Plan, Reading
from . import ranking


@dataclass(frozen=True)
class Area:
    """One region as the map shows it. `level` is its class from 1 up, 0 = no report."""

    code: str
    name: str
    path: str
    x: float
    y: float
    level: int
    value: str
    number: str
    at: str
    known: str
    old: bool
    simulated: bool


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/choropleth.html`, or of the ranking when the regions have no boundaries."""
    indicator, region = plan.pairs[0]
    children = reading.areas[region]
    drawing = drawing_of(region, children)
    if drawing is None:
        return {**ranking.build(plan, reading), "without_map": True}
    figures = {figure.region: figure for figure in reading.children(indicator, region)}
    breaks = breaks_of([f.value for f in figures.values() if f.value is not None], plan.spec.breaks)
    decimals = indicator.decimals
    names = {child.code: child.name for child in children}
    size = round(min(34.0, max(13.0, 125.0 / len(drawing.shapes) ** 0.5)), 1)
    spots = apart([(shape.x, shape.y, names[shape.code]) for shape in drawing.shapes], size)
    areas = [
        _area(shape, spot, names[shape.code], figures.get(shape.code), breaks, decimals, reading)
        for shape, spot in zip(drawing.shapes, spots, strict=True)
    ]
    kinds = {child.kind for child in children}
    return {
        "pulse": reading.pulse(reading.figure(indicator, region), indicator, ()),
        "drawing": drawing,
        "areas": areas,
        "legend": legend_of(breaks, decimals, reading.language),
        "breaks_text": " ".join(repr(border) for border in breaks),
        "colours_text": " ".join(str(spread(number, len(breaks) + 1)) for number in range(1, len(breaks) + 2)),
        "old": any(area.old for area in areas),
        "missing": sum(area.level == 0 for area in areas),
        "schematic": "schematic" in kinds,
        "indicator": indicator,
        "label_size": size,
    }


def _area(
    shape: Shape, spot: tuple[float, float], name: str, figure: Figure | None, breaks: Sequence[float], decimals: int, reading: Reading
) -> Area:
    value = figure.value if figure else None
    level = spread(class_of(value, breaks), len(breaks) + 1)
    return Area(
        code=shape.code,
        name=name,
        path=shape.path,
        x=spot[0],
        y=spot[1],
        level=level,
        value=words.number_text(value, decimals, reading.language),
        number="" if value is None else repr(value),
        at=figure.at.isoformat() if figure and figure.at else "",
        known=figure.known_since.isoformat() if figure and figure.known_since else "",
        old=figure is not None and figure.freshness(reading.now) in ("stale", "silent"),
        simulated=bool(figure and figure.simulated),
    )
