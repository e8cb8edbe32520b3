"""Lines over time, with axes, units, gaps as gaps, and thresholds. The server draws them; the island pd-trend goes on live."""

from typing import Any

from django.utils.html import json_script

from pendopo.indicators.logic import Duration, dims_key
from pendopo.ui.charts import chart, with_gaps

from ..reading import Plan, Reading


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/trend.html`. `data` is what the island draws from."""
    lines, series, legend = [], [], []
    window, step_s = None, 0.0
    for number, (indicator, region) in enumerate(plan.pairs, 1):
        figure = reading.figure(indicator, region, plan.spec.dims)
        trend = reading.trend(figure, plan, indicator)
        if trend is None:
            continue
        points = [(point.at, point.value) for point in trend[1] if point.value is not None]
        seconds = Duration.parse(indicator.every).seconds
        if window is None or trend[0].until > window.until:
            window = trend[0]
        step_s = max(step_s, trend[0].step_s)
        lines.append(points)
        legend.append(
            {"number": number, "name": indicator.name, "pulse": reading.pulse(figure, indicator, plan.spec.bands_of(indicator.code))}
        )
        series.append(
            {
                "indicator": indicator.code,
                "region": region,
                "dims": dims_key(figure.dims),
                "name": indicator.name,
                "decimals": indicator.decimals,
                "every": seconds,
                "points": [[int(at.timestamp()), value] for at, value in with_gaps(points, trend[0].step_s)],
            }
        )
    limits = _thresholds(plan, reading)
    drawn = None
    if window is not None:
        drawn = chart(
            lines,
            since=window.since,
            until=window.until,
            every_s=step_s,
            thresholds=limits,
            zone=reading.zone,
            language=reading.language,
        )
    unit = plan.indicators[0].unit if len({one.unit for one in plan.indicators}) == 1 else ""
    return {
        "chart": drawn,
        "ended": window.until if window is not None and window.until < reading.now else None,
        "legend": legend,
        "unit": unit,
        "place": reading.names.get(plan.regions[0], plan.regions[0]),
        "data_script": json_script(
            {
                "unit": unit,
                "language": reading.language,
                "zone": reading.zone.key,
                "since": int(window.since.timestamp()) if window else 0,
                "until": int(window.until.timestamp()) if window else 0,
                "thresholds": limits,
                "series": series,
            }
        ),
    }


def _thresholds(plan: Plan, reading: Reading) -> list[tuple[float, str, str]]:
    """The lines across the chart: where the bands of the first indicator begin."""
    bands = plan.spec.bands_of(plan.indicators[0].code)
    return [(band.start, band.word.say(reading.language), band.state) for band in bands if band.start is not None]
