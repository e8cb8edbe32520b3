"""The regions below, or the series of a dimension, in order of a figure, with bars: who is highest, and who did not report."""

from datetime import timedelta
from typing import Any

from pendopo.indicators.latest import Figure
from pendopo.indicators.logic import Duration
from pendopo.indicators.models import Indicator

from ..reading import Plan, Reading

# Rows beyond `count` are in the page too, hidden: the island brings them up when they rise. More regions than this stay where they are.
MOST_ROWS = 60


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/ranking.html`: the first `count` rows, the number of the others, and who is missing."""
    indicator, region = plan.pairs[0]
    by = plan.spec.by
    near = series_by(by, indicator, region, reading) if by else reading.near(indicator, region)
    if plan.spec.order == "name":
        near.sort(key=lambda figure: figure.dims[by])
    else:
        near.sort(key=lambda figure: figure.value or 0.0, reverse=plan.spec.order == "high")
    largest = max((abs(figure.value or 0.0) for figure in near), default=0.0)
    shown = near[:MOST_ROWS]
    rows = [
        {
            "rank": rank,
            "name": figure.dims[by] if by else reading.names.get(figure.region, figure.region),
            "pulse": reading.pulse(figure, indicator, plan.spec.bands_of(indicator.code)),
            "hidden": rank > plan.spec.count,
            "width": f"{abs(figure.value or 0.0) / largest * 100:.2f}" if largest else "0",
        }
        for rank, figure in enumerate(shown, 1)
    ]
    reporting = {figure.region for figure in near}
    missing = [child.name for child in reading.areas[region] if child.code not in reporting] if reporting and not by else []
    return {
        "pulse": reading.pulse(reading.figure(indicator, region), indicator, ()),
        "rows": rows,
        "others": len(near) - plan.spec.count,
        "order": plan.spec.order,
        "count": plan.spec.count,
        "missing": len(missing),
        "missing_names": ", ".join(missing[:6]),
        "indicator": indicator,
    }


def series_by(name: str, indicator: Indicator, region: str, reading: Reading) -> list[Figure]:
    """The figures of a region that a dimension tells apart, as of its newest report: a series that was not in that one is over."""
    found = [one for one in reading.own[(indicator.code, region)] if name in one.dims and one.value is not None and one.at is not None]
    newest = max((one.at for one in found if one.at is not None), default=None)
    if newest is None:
        return []
    since = newest - timedelta(seconds=Duration.parse(indicator.every).seconds)
    return [one for one in found if one.at is not None and one.at > since]
