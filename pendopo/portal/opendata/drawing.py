"""The pictures of a dataset's page: its line for the whole government and the map of its regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from pendopo.indicators.logic import Duration
from pendopo.indicators.trends import Line, trends
from pendopo.regions.models import BoundaryKind, Region
from pendopo.ui import words
from pendopo.ui.charts import Chart, chart
from pendopo.ui.shades import breaks_of, class_of, legend_of, spread
from pendopo.ui.shapes import Drawing, apart, draw

from .reading import Dataset

PERIODS_SHOWN = 120
LEAST_ON_A_MAP = 2


@dataclass(frozen=True)
class Area:
    """One region of the map: its outline, its class (0 = no value), and its value in words."""

    name: str
    path: str
    x: float
    y: float
    level: int
    value: str


@dataclass(frozen=True)
class Map:
    """The map with its legend."""

    drawing: Drawing
    areas: tuple[Area, ...]
    legend: list[dict[str, Any]]
    schematic: bool
    label_size: float


def line_of(dataset: Dataset, region: str, now: datetime, language: str) -> Chart | None:
    """The figure of the region over the last periods; None when there is nothing to draw."""
    every_s = Duration.parse(dataset.indicator.every).seconds
    until = dataset.newest or now
    since = until - timedelta(seconds=every_s * PERIODS_SHOWN)
    found = trends([Line(dataset.indicator, region, since, until)])[0]
    points = [(point.at, point.value) for point in found if point.value is not None]
    if len(points) < LEAST_ON_A_MAP:
        return None
    return chart([points], since=points[0][0], until=points[-1][0], every_s=every_s, zone=ZoneInfo(settings.TIME_ZONE), language=language)


def map_of(dataset: Dataset, found: Sequence[dict[str, Any]], region: str, language: str) -> Map | None:
    """The newest value of each region right below this one; None unless two of them report and most have a boundary."""
    values: dict[str, float] = {line["region"]: line["value"] for line in found if line["value"] is not None and not line["dims"]}
    children = list(Region.objects.filter(parent=region).order_by("code"))
    bounded = {child.code: child.boundary for child in children if child.boundary_kind != BoundaryKind.NONE}
    told = [values[child.code] for child in children if child.code in values]
    drawing = draw(bounded) if len(told) >= LEAST_ON_A_MAP and 2 * len(bounded) >= len(children) else None
    if drawing is None:
        return None
    names = {child.code: child.name for child in children}
    breaks, decimals = breaks_of(told, ()), dataset.indicator.decimals
    size = round(min(34.0, max(13.0, 125.0 / len(drawing.shapes) ** 0.5)), 1)
    spots = apart([(shape.x, shape.y, names[shape.code]) for shape in drawing.shapes], size)
    areas = tuple(
        Area(
            names[shape.code],
            shape.path,
            *spot,
            spread(class_of(values.get(shape.code), breaks), len(breaks) + 1),
            words.number_text(values.get(shape.code), decimals, language),
        )
        for shape, spot in zip(drawing.shapes, spots, strict=True)
    )
    schematic = any(child.boundary_kind == BoundaryKind.SCHEMATIC for child in children)
    return Map(drawing, areas, legend_of(breaks, decimals, language), schematic, size)
