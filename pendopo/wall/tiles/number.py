"""A number with its pulse, what it was before, and a sparkline."""

from typing import Any

from ..past import change, sparkline
from ..reading import Plan, Reading


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/number.html`."""
    indicator, region = plan.pairs[0]
    figure = reading.figure(indicator, region, plan.spec.dims)
    siblings = reading.own[(indicator.code, region)]
    return {
        "pulse": reading.pulse(figure, indicator, plan.spec.bands_of(indicator.code)),
        "spark": sparkline(plan, reading),
        "change": change(plan, reading),
        "dims": ", ".join(figure.dims.values()),
        "siblings": len(siblings) - 1,
    }
