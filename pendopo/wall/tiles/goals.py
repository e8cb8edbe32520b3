"""The tree of goals, or a part of it: each with its owner, target, light, and the figure behind it."""

from typing import Any

from ..goals import Node, tree
from ..reading import Plan, Reading


def nodes_of(reading: Reading, top: str = "") -> list[Node]:
    """The goals of a page that was read, as trees. A figure that is late or absent judges nothing."""
    read: dict[int, tuple[Any, Any]] = {}
    for goal, plan in reading.aims:
        if not plan.pairs:
            continue
        indicator, region = plan.pairs[0]
        figure = reading.figure(indicator, region)
        pulse = reading.pulse(figure, indicator, () if figure.partial else plan.spec.bands)
        read[goal.pk] = (None if pulse.is_old or figure.partial else figure.value, pulse)
    return tree(reading.goals, read, reading.language, top)


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/goals.html`."""
    return {"nodes": nodes_of(reading, plan.spec.goal), "today": reading.now.astimezone(reading.zone).date()}
