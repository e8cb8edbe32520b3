"""Charts as plain SVG, drawn by the server: sparklines, and lines with axes, units, gaps and thresholds. Pure.

A gap in the reports is a gap in the line: two points further apart than 1.5 cadences are not joined.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from . import words

Points = Sequence[tuple[datetime, float]]

MOST_POINTS = 600
SPARK_SIZE = (100.0, 30.0)
CHART_SIZE = (800.0, 300.0)
LEFT, RIGHT, TOP, BOTTOM = 64.0, 12.0, 12.0, 30.0


@dataclass(frozen=True)
class Spark:
    """A sparkline in a box of 100 × 30: the line, the area under it, and its last point (None when it does not reach the end)."""

    line: str
    area: str
    end: tuple[float, float] | None


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    text: str


@dataclass(frozen=True)
class Threshold:
    """A horizontal line with its word and state."""

    y: float
    word: str
    state: str


@dataclass(frozen=True)
class Chart:
    """A chart in a box of 800 × 300."""

    lines: tuple[str, ...]
    dots: tuple[tuple[tuple[float, float], ...], ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    thresholds: tuple[Threshold, ...]
    left: float = LEFT
    right: float = CHART_SIZE[0] - RIGHT
    top: float = TOP
    bottom: float = CHART_SIZE[1] - BOTTOM


def thin(points: Points, most: int = MOST_POINTS) -> list[tuple[datetime, float]]:
    """Fewer points with every peak kept: the least and the greatest of each stretch."""
    if len(points) <= most:
        return list(points)
    stretch = math.ceil(len(points) / (most / 2))
    kept: list[tuple[datetime, float]] = []
    for start in range(0, len(points), stretch):
        part = points[start : start + stretch]
        kept.extend(sorted({min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])}))
    return kept


def pieces(points: Points, every_s: float) -> list[list[tuple[datetime, float]]]:
    """The points in stretches without a gap."""
    found: list[list[tuple[datetime, float]]] = []
    widest = timedelta(seconds=every_s * 1.5)
    for point in points:
        if found and point[0] - found[-1][-1][0] <= widest:
            found[-1].append(point)
        else:
            found.append([point])
    return found


def thin_pieces(points: Points, every_s: float, most: int = MOST_POINTS) -> list[list[tuple[datetime, float]]]:
    """The stretches without a gap, each with fewer points: what is left out of a long history is no gap."""
    found = pieces(points, every_s)
    return [thin(piece, max(4, most * len(piece) // len(points))) for piece in found]


def with_gaps(points: Points, every_s: float, most: int = MOST_POINTS) -> list[tuple[datetime, float | None]]:
    """The points of a line as one list, each gap as a point without a value one cadence behind the last before it."""
    found: list[tuple[datetime, float | None]] = []
    for piece in thin_pieces(points, every_s, most):
        if found:
            found.append((found[-1][0] + timedelta(seconds=every_s), None))
        found.extend(piece)
    return found


def spark(points: Points, since: datetime, until: datetime, every_s: float) -> Spark | None:
    """A sparkline; None with fewer than two points."""
    if len(points) < 2:
        return None
    low, high = min(v for _at, v in points), max(v for _at, v in points)
    if low == high:
        low, high = low - 1, high + 1
    width, height = SPARK_SIZE
    length = max((until - since).total_seconds(), 1.0)

    def place(at: datetime, value: float) -> tuple[float, float]:
        return (at - since).total_seconds() / length * width, 2 + (high - value) / (high - low) * (height - 4)

    drawn = [[place(*point) for point in piece] for piece in thin_pieces(points, every_s)]
    line = "".join(_polyline(piece) for piece in drawn)
    area = "".join(f"{_polyline(p)}L{p[-1][0]:.2f} {height:.0f}L{p[0][0]:.2f} {height:.0f}Z" for p in drawn if len(p) > 1)
    return Spark(line, area, drawn[-1][-1])


def _polyline(piece: Sequence[tuple[float, float]]) -> str:
    first, *rest = [f"{x:.2f} {y:.2f}" for x, y in piece]
    return f"M{first}L{'L'.join(rest)}" if rest else f"M{first}h0.01"


def nice_ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers that span from low to high: steps of 1, 2 or 5 times a power of ten."""
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        high = low + 1
    rough = (high - low) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.floor(low / step)
    return [round((first + index) * step, 12) for index in range(math.ceil(high / step) - first + 1)]


def chart(
    lines: Sequence[Points],
    *,
    since: datetime,
    until: datetime,
    every_s: float,
    thresholds: Sequence[tuple[float, str, str]] = (),
    zone: ZoneInfo,
    language: str,
) -> Chart | None:
    """A chart of one or several lines; None when there is nothing to draw. `thresholds` are (value, word, state)."""
    values = [value for points in lines for _at, value in points]
    if not values:
        return None
    inside = [level for level, _word, _state in thresholds if level <= max(values) * 1.6 or level <= max(values) + 1]
    low, high = min([*values, *inside]), max([*values, *inside])
    if low > 0 and low < (high - low) * 2:
        low = 0.0
    ticks = nice_ticks(low, high)
    low, high = ticks[0], ticks[-1]
    length = max((until - since).total_seconds(), 1.0)
    width, height = CHART_SIZE[0] - LEFT - RIGHT, CHART_SIZE[1] - TOP - BOTTOM

    def x_of(at: datetime) -> float:
        return LEFT + (at - since).total_seconds() / length * width

    def y_of(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * height, 2)

    decimals = 0 if ticks[1] - ticks[0] >= 1 else min(6, math.ceil(-math.log10(ticks[1] - ticks[0])))
    drawn = [[[(x_of(at), y_of(v)) for at, v in piece] for piece in thin_pieces(points, every_s)] for points in lines]
    return Chart(
        lines=tuple("".join(_polyline(piece) for piece in one) for one in drawn),
        dots=tuple(tuple(piece[0] for piece in one if len(piece) == 1) for one in drawn),
        x_ticks=tuple(Tick(round(x_of(at), 1), text) for at, text in time_ticks(since, until, zone, language)),
        y_ticks=tuple(Tick(y_of(value), words.number_text(value, decimals, language)) for value in ticks),
        thresholds=tuple(Threshold(y_of(level), word, state) for level, word, state in thresholds if low <= level <= high),
    )


# (the span up to which the step is used, the step): hours, days and months that people count in.
STEPS_H = ((8, 1), (16, 3), (40, 6), (80, 12), (8 * 24, 24), (20 * 24, 72), (50 * 24, 168))


def time_ticks(since: datetime, until: datetime, zone: ZoneInfo, language: str) -> list[tuple[datetime, str]]:
    """Moments to mark on a time axis, on round hours, days or months of the zone, and their words."""
    hours = (until - since).total_seconds() / 3600
    local = since.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    step = next((step for limit, step in STEPS_H if hours <= limit), None)
    found: list[tuple[datetime, str]] = []
    if step is None:
        return _month_ticks(midnight, since, until, hours, language)
    moment = midnight
    while moment <= until:
        if moment >= since:
            hour = f"{moment:%H.%M}" if language == "id" else f"{moment:%H:%M}"
            day = f"{moment.day} {words.MONTHS_SHORT[language][moment.month - 1]}"
            found.append((moment, day if moment.hour == 0 else hour))
        moment += timedelta(hours=step)
    return found


def _month_ticks(midnight: datetime, since: datetime, until: datetime, hours: float, language: str) -> list[tuple[datetime, str]]:
    months = max(1, math.ceil(hours / (24 * 30.4) / 6))
    step = next((size for size in (1, 2, 3, 6, 12, 24, 60, 120) if size >= months), 240)
    count = midnight.year * 12 + midnight.month - 1
    count -= count % step
    found: list[tuple[datetime, str]] = []
    while True:
        moment = midnight.replace(year=count // 12, month=count % 12 + 1, day=1)
        if moment > until:
            return found
        if moment >= since:
            name = words.MONTHS_SHORT[language][moment.month - 1]
            found.append((moment, str(moment.year) if step >= 12 else f"{name} {moment.year}"))
        count += step
