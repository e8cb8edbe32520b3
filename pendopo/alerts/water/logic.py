"""What water does: its level, how fast it rises, when it reaches the next level, and when it is downstream. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

# The rise is read over the last hours; a slower one than this (unit an hour) reaches nothing.
WINDOW = timedelta(hours=3)
LEAST_RISE = 0.005
# A forecast by a straight line says nothing beyond this.
FARTHEST = timedelta(hours=24)

Points = Sequence[tuple[datetime, float]]


def level_of(value: float | None, levels: Sequence[tuple[int, float]]) -> int | None:
    """The Siaga that a value has reached; None below all, or without a value. `levels` rise."""
    return next((siaga for siaga, start in reversed(levels) if value is not None and value >= start), None)


def rate_of_rise(points: Points, window: timedelta = WINDOW) -> float | None:
    """Units an hour: the slope of the least-squares line over the last hours up to the newest value. None with fewer than two values."""
    if not points:
        return None
    newest = points[-1][0]
    near = [((at - newest).total_seconds() / 3600, value) for at, value in points if newest - at <= window]
    if len(near) < 2:
        return None
    middle_t, middle_v = sum(t for t, _v in near) / len(near), sum(v for _t, v in near) / len(near)
    spread = sum((t - middle_t) ** 2 for t, _v in near)
    return sum((t - middle_t) * (v - middle_v) for t, v in near) / spread if spread else None


def next_level(value: float | None, rate: float | None, levels: Sequence[tuple[int, float]]) -> tuple[int, timedelta | None] | None:
    """The next Siaga above a value, and after how long it is reached at this rate (None: not within a day). None above all."""
    following = next(((siaga, start) for siaga, start in levels if value is not None and value < start), None)
    if following is None or value is None:
        return None
    siaga, start = following
    if rate is None or rate < LEAST_RISE:
        return siaga, None
    hours = (start - value) / rate
    return siaga, timedelta(hours=hours) if hours <= FARTHEST.total_seconds() / 3600 else None


def arrivals(start: int, reaches: Mapping[int, Sequence[tuple[int, int]]]) -> dict[int, int]:
    """Minutes until water of a station is at each one below it, by the quickest way. `reaches`: station → (next station, minutes)."""
    found: dict[int, int] = {start: 0}
    waiting = [start]
    while waiting:
        waiting.sort(key=lambda one: found[one], reverse=True)
        here = waiting.pop()
        for below, minutes in reaches.get(here, ()):
            total = found[here] + minutes
            if total < found.get(below, total + 1):
                found[below] = total
                waiting.append(below)
    del found[start]
    return found
