"""A gauge: the value on its scale, the judgements as coloured stretches, and the target as a mark."""

import math
from typing import Any

from pendopo.ui import words
from pendopo.ui.charts import nice_ticks

from ..reading import Plan, Reading

# The scale runs clockwise over 240 degrees around (100, 100).
FROM, SWEEP, RADIUS = 150.0, 240.0, 80.0


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/gauge.html`."""
    indicator, region = plan.pairs[0]
    spec = plan.spec
    bands = spec.bands_of(indicator.code)
    figure = reading.figure(indicator, region, spec.dims)
    target = spec.target if spec.indicators[:1] == (indicator.code,) else None
    edges = [edge for band in bands for edge in (band.start, band.end) if edge is not None]
    known = [value for value in (figure.value, target, *edges) if value is not None]
    low = spec.least if spec.least is not None else min(0.0, *known, 0.0)
    high = spec.most if spec.most is not None else 100.0 if indicator.unit == "%" else nice_ticks(low, max([*known, low + 1]))[-1]
    high = high if high > low else low + 1

    def part(value: float) -> float:
        return min(1.0, max(0.0, (value - low) / (high - low)))

    stretches = [
        {"state": band.state, "path": arc(part(low if band.start is None else band.start), part(high if band.end is None else band.end))}
        for band in sorted(bands, key=lambda band: ("well", "attention", "danger").index(band.state))
    ]
    distance = None if figure.value is None or target is None else figure.value - target
    return {
        "pulse": reading.pulse(figure, indicator, bands),
        "track": arc(0.0, 1.0),
        "stretches": stretches,
        "filled": arc(0.0, part(figure.value)) if figure.value is not None else "",
        "old": figure.freshness(reading.now) in ("stale", "silent"),
        "mark": tick(part(target)) if target is not None else "",
        "target": words.number_text(target, indicator.decimals, reading.language) if target is not None else "",
        "distance": words.number_text(abs(distance), indicator.decimals, reading.language) if distance is not None else "",
        "above": distance is not None and distance >= 0,
        "low": words.number_text(low, 0, reading.language),
        "high": words.number_text(high, 0, reading.language),
        "indicator": indicator,
    }


def _spot(part: float, radius: float) -> tuple[float, float]:
    angle = math.radians(FROM + SWEEP * part)
    return 100 + radius * math.cos(angle), 100 + radius * math.sin(angle)


def arc(begin: float, end: float) -> str:
    """The path of a stretch of the scale, from one part of it to another (0 to 1)."""
    (x1, y1), (x2, y2) = _spot(begin, RADIUS), _spot(end, RADIUS)
    large = int((end - begin) * SWEEP > 180)
    return f"M{x1:.2f} {y1:.2f}A{RADIUS:.0f} {RADIUS:.0f} 0 {large} 1 {x2:.2f} {y2:.2f}"


def tick(part: float) -> str:
    """The path of a mark across the scale."""
    (x1, y1), (x2, y2) = _spot(part, RADIUS - 14), _spot(part, RADIUS + 14)
    return f"M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}"
