"""Small lines, one for each region below, all on one scale, so that the eye compares their shapes."""

from datetime import timedelta
from typing import Any

from pendopo.ui import words
from pendopo.ui.charts import thin_pieces

from ..reading import Plan, Reading, Window

WIDTH, HEIGHT = 100.0, 30.0


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/multiples.html`: the first `count` regions in order, and how many did not report."""
    indicator, region = plan.pairs[0]
    figures = sorted(reading.near(indicator, region), key=lambda one: one.value or 0.0, reverse=plan.spec.order == "high")
    read = [(figure, reading.trend(figure, plan, indicator)) for figure in figures[: plan.spec.count]]
    values = [point.value for _figure, trend in read if trend for point in trend[1] if point.value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low == high:
        low, high = low - 1, high + 1
    rows = []
    for figure, trend in read:
        points = [(point.at, point.value) for point in (trend[1] if trend else []) if point.value is not None]
        path = _path(points, trend[0], low, high) if trend else ""
        rows.append({"pulse": reading.pulse(figure, indicator, ()), "path": path})
    missing = len(reading.areas[region]) - len(figures)
    return {
        "pulse": reading.pulse(reading.figure(indicator, region), indicator, ()),
        "rows": rows,
        "others": max(0, len(figures) - plan.spec.count),
        "missing": max(0, missing) if figures else 0,
        "low": words.number_text(low, indicator.decimals, reading.language),
        "high": words.number_text(high, indicator.decimals, reading.language),
        "indicator": indicator,
    }


def _path(points: list[tuple[Any, float]], window: Window, low: float, high: float) -> str:
    length = max((window.until - window.since) / timedelta(seconds=1), 1.0)
    drawn = []
    for piece in thin_pieces(points, window.step_s, 120):
        spots = [
            f"{(at - window.since).total_seconds() / length * WIDTH:.1f} {2 + (high - value) / (high - low) * (HEIGHT - 4):.1f}"
            for at, value in piece
        ]
        drawn.append(f"M{spots[0]}h0.01" if len(spots) == 1 else f"M{'L'.join(spots)}")
    return "".join(drawn)
