"""Many figures at once, a line each: name and place, number with pulse, sparkline."""

from typing import Any

from ..past import change, sparkline
from ..reading import Plan, Reading


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/table.html`: a row for every indicator that exists."""
    rows = []
    for index, (indicator, region) in enumerate(plan.pairs):
        figure = reading.figure(indicator, region)
        rows.append(
            {
                "name": indicator.name,
                "pulse": reading.pulse(figure, indicator, plan.spec.bands_of(indicator.code)),
                "spark": sparkline(plan, reading, index),
                "change": change(plan, reading, index),
            }
        )
    return {"rows": rows}
