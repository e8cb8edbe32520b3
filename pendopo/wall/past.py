"""The recent past of a tile's figures: sparklines, and how a value differs from the one before."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from pendopo.indicators.history import Point
from pendopo.indicators.latest import Figure
from pendopo.indicators.logic import Duration
from pendopo.indicators.trends import NEWEST_CADENCES
from pendopo.ui import words
from pendopo.ui.charts import Spark, spark

from .brief.ranking import NEVER_BEFORE, NOTABLE, times_usual
from .reading import Plan, Reading


def sparkline(plan: Plan, reading: Reading, index: int = 0) -> Spark | None:
    """The sparkline of one of the tile's figures; None where there is too little to draw."""
    indicator, region = plan.pairs[index]
    trend = reading.trend(reading.figure(indicator, region, plan.spec.dims), plan, indicator)
    if trend is None:
        return None
    window, points = trend
    drawn = [(point.at, point.value) for point in points if point.value is not None]
    return spark(drawn, window.since, window.until, window.step_s)


def change(plan: Plan, reading: Reading, index: int = 0) -> dict[str, Any] | None:
    """How the newest value differs from the one before: `direction` (up, down, level), the amount in words, since when, and
    how unusual that is: `times` its usual size, `notable` the same in words from NOTABLE on, `first` when it never moved before."""
    indicator, region = plan.pairs[index]
    figure = reading.figure(indicator, region, plan.spec.dims)
    trend = reading.trend(figure, plan, indicator)
    if trend is None or figure.value is None or figure.at is None or figure.partial:
        return None
    rows_since = figure.at - timedelta(seconds=Duration.parse(indicator.every).seconds * NEWEST_CADENCES)
    earlier = [point for point in trend[1] if rows_since <= point.at < figure.at and _comparable(point, figure)]
    if not earlier or earlier[-1].value is None:
        return None
    before = earlier[-1].value
    amount = figure.value - before
    # A change too small for the shown decimals is none: "down 0.00" says nothing.
    shown = round(amount, indicator.decimals)
    times = times_usual(amount, [b.value - a.value for a, b in pairwise(earlier) if a.value is not None and b.value is not None])
    return {
        "direction": "up" if shown > 0 else "down" if shown < 0 else "level",
        "amount": words.number_text(abs(amount), indicator.decimals, reading.language),
        "relative": amount / abs(before) if before else None,
        "times": times,
        "notable": words.number_text(times, 0 if times >= 10 else 1, reading.language) if times and NOTABLE <= times < NEVER_BEFORE else "",
        "first": times == NEVER_BEFORE,
        "since": words.span_text((figure.at - earlier[-1].at).total_seconds(), reading.language),
    }


def _comparable(point: Point, figure: Figure) -> bool:
    """Only roll-ups of equally many regions are compared: one more report is no rise."""
    return point.value is not None and (figure.expected == 1 or point.reporting == figure.reporting)
