"""The regions below in order of a figure, with bars: who is highest, and who did not report."""

from typing import Any

from ..reading import Plan, Reading

# Rows beyond `count` are in the page too, hidden: the island brings them up when they rise. More regions than this stay where they are.
MOST_ROWS = 60


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/ranking.html`: the first `count` rows, the number of the others, and who is missing."""
    indicator, region = plan.pairs[0]
    found = [figure for figure in reading.children(indicator, region) if figure.value is not None]
    depth = region.count(".") + 1
    near = [figure for figure in found if figure.region.count(".") == depth] or found
    near.sort(key=lambda figure: figure.value or 0.0, reverse=plan.spec.order == "high")
    largest = max((abs(figure.value or 0.0) for figure in near), default=0.0)
    shown = near[:MOST_ROWS]
    rows = [
        {
            "rank": rank,
            "name": reading.names.get(figure.region, figure.region),
            "pulse": reading.pulse(figure, indicator, plan.spec.bands_of(indicator.code)),
            "hidden": rank > plan.spec.count,
            "width": f"{abs(figure.value or 0.0) / largest * 100:.2f}" if largest else "0",
        }
        for rank, figure in enumerate(shown, 1)
    ]
    reporting = {figure.region for figure in near}
    missing = [child.name for child in reading.areas[region] if child.code not in reporting] if reporting else []
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
