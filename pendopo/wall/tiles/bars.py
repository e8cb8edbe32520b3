"""Bars over time: one a report, with axes, the judgement of each, and gaps where nothing was reported."""

from typing import Any

from pendopo.indicators.logic import Duration
from pendopo.ui import words
from pendopo.ui.charts import nice_ticks, time_ticks

from ..logic import band_of
from ..reading import Plan, Reading

MOST_BARS = 90
# Where the bars stand in the drawing, in percent of its size: it takes the shape of its tile, and its texts stay as they are.
LEFT, RIGHT, TOP, BOTTOM = 11.0, 99.0, 5.0, 86.0


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/bars.html`. `bars` is empty when nothing was reported in the stretch."""
    indicator, region = plan.pairs[0]
    bands = plan.spec.bands_of(indicator.code)
    figure = reading.figure(indicator, region, plan.spec.dims)
    trend = reading.trend(figure, plan, indicator)
    points = [point for point in (trend[1] if trend else []) if point.value is not None][-MOST_BARS:]
    found: dict[str, Any] = {
        "pulse": reading.pulse(figure, indicator, bands),
        "bars": [],
        "unit": indicator.unit,
        "left": LEFT,
        "right": RIGHT,
    }
    if trend is None or not points:
        return found
    every = Duration.parse(indicator.every).seconds
    since = max(trend[0].since, points[0].at)
    until = max(trend[0].until, points[-1].at)
    length = (until - since).total_seconds() + every
    values = [point.value or 0.0 for point in points]
    ticks = nice_ticks(min(0.0, *values), max(0.0, *values))
    low, high = ticks[0], ticks[-1]
    wide = (RIGHT - LEFT) * every / length

    def y_of(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * (BOTTOM - TOP), 2)

    for point, value in zip(points, values, strict=True):
        held = band_of(bands, value)
        x = LEFT + (point.at - since).total_seconds() / length * (RIGHT - LEFT)
        found["bars"].append(
            {
                "x": round(x + wide * 0.1, 2),
                "width": round(max(0.15, wide * 0.8), 2),
                "y": min(y_of(value), y_of(0.0)),
                "height": round(max(0.5, abs(y_of(value) - y_of(0.0))), 2),
                "state": held.state if held else "",
                "text": f"{words.moment_text(point.at, reading.zone, reading.language)}: "
                f"{words.number_text(value, indicator.decimals, reading.language)} {indicator.unit}",
            }
        )
    found["y_ticks"] = [
        {"at": y_of(tick), "text": words.number_text(tick, 0 if high - low >= 4 else 2, reading.language)} for tick in ticks
    ]
    found["x_ticks"] = [
        {"at": round(LEFT + (at - since).total_seconds() / length * (RIGHT - LEFT), 2), "text": text}
        for at, text in time_ticks(since, until, reading.zone, reading.language)
    ]
    found["ended"] = trend[0].until if trend[0].until < reading.now else None
    return found
