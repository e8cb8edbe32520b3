"""The traffic light of goals: how a value is judged against target and limit, and how a branch follows from the goals below it. Pure.

What is missing or late is unknown. Unknown is never green: a branch with an unknown leaf is green only if it would be so whatever the
leaf turns out to be.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Light = Literal["well", "unknown", "attention", "danger"]
# From the best to the worst; what is unknown is worse than well, because it may be.
ORDER: tuple[Light, ...] = ("well", "unknown", "attention", "danger")
SCORE: dict[Light, tuple[float, float]] = {"well": (1, 1), "attention": (0.5, 0.5), "danger": (0, 0), "unknown": (0, 1)}

# A weighted branch is green from this share reached, red below the other.
GREEN_FROM, RED_BELOW = 0.8, 0.5


@dataclass(frozen=True)
class Standing:
    """How a goal stands: its light, and the share reached, between the least and the most that is possible (0 to 1)."""

    light: Light
    low: float
    high: float


def judge(value: float | None, *, target: float, limit: float, rising: bool) -> Light:
    """The light of a leaf: green from the target on, red beyond the limit, amber between; unknown without a value on time."""
    if value is None:
        return "unknown"
    if not rising:
        value, target, limit = -value, -target, -limit
    return "well" if value >= target else "attention" if value >= limit else "danger"


def leaf(light: Light) -> Standing:
    """A leaf's standing: green counts whole, amber half."""
    return Standing(light, *SCORE[light])


def worst(below: Sequence[Standing]) -> Standing:
    """A branch as bad as the worst below it; unknown without anything below."""
    if not below:
        return leaf("unknown")
    light = max((one.light for one in below), key=ORDER.index)
    return Standing(light, min(one.low for one in below), min(one.high for one in below))


def weighted(below: Sequence[tuple[Standing, float]]) -> Standing:
    """A branch by the share of weight reached below it: both ends of what is possible must agree on the light."""
    total = sum(weight for _one, weight in below)
    if total <= 0:
        return leaf("unknown")
    low = sum(one.low * weight for one, weight in below) / total
    high = sum(one.high * weight for one, weight in below) / total
    lights = {_of_share(low), _of_share(high)}
    return Standing(lights.pop() if len(lights) == 1 else "unknown", low, high)


def _of_share(share: float) -> Light:
    share = round(share, 9)
    return "well" if share >= GREEN_FROM else "attention" if share >= RED_BELOW else "danger"


def borders(*, target: float, limit: float, rising: bool) -> list[tuple[Light, float | None, float | None]]:
    """The same rule as bands (light, from, up to) that never overlap: what a browser judges later values by."""
    if rising:
        return [
            ("well", target, None),
            ("attention", limit, math.nextafter(target, -math.inf)),
            ("danger", None, math.nextafter(limit, -math.inf)),
        ]
    return [
        ("well", None, target),
        ("attention", math.nextafter(target, math.inf), limit),
        ("danger", math.nextafter(limit, math.inf), None),
    ]
