"""A map of districts in classes of colour, with names, and a legend with units and "no report". Without boundaries: a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pendopo.indicators.latest import Figure
from pendopo.ui import words
from pendopo.ui.charts import nice_ticks
from pendopo.ui.shapes import Shape, apart

from ..maps import drawing_of
from ..reading import Plan, Reading
from . import ranking

CLASSES = 5


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


def breaks_of(values: Sequence[float], declared: Sequence[float]) -> list[float]:
    """The borders between classes: the declared ones, else round numbers over the range; few different values get a class each."""
    if declared:
        return list(declared)
    different = sorted(set(values))
    if len(different) <= 1:
        return []
    if len(different) <= CLASSES:
        return different[1:]
    ticks = nice_ticks(different[0], different[-1], CLASSES)
    inner = [tick for tick in ticks if different[0] < tick <= different[-1]]
    while len(inner) >= CLASSES:
        inner = inner[1::2]
    return inner


def class_of(value: float | None, breaks: Sequence[float]) -> int:
    """1 for a value below the first border, one more for each border reached; 0 for no report."""
    return 0 if value is None else 1 + sum(value >= border for border in breaks)


def legend_of(breaks: Sequence[float], decimals: int, language: str) -> list[dict[str, Any]]:
    """One line a class: its number and its range in words."""
    texts = [words.number_text(border, decimals, language) for border in breaks]
    if not texts:
        return [{"level": 1, "text": ""}]
    between = [f"{low} – < {high}" for low, high in zip(texts, texts[1:], strict=False)]
    ranges = [f"< {texts[0]}", *between, f"≥ {texts[-1]}"]
    return [{"level": spread(number, len(ranges)), "text": text} for number, text in enumerate(ranges, 1)]


def spread(level: int, count: int) -> int:
    """The colour of a class when there are fewer classes than colours: the extremes stay the extremes."""
    if level == 0 or count <= 1:
        return level and 3
    return 1 + round((level - 1) * (CLASSES - 1) / (count - 1))


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
