"""Checks of one line of figures: a running total that falls, a slip of scale, a value out of season, a stuck sensor.

They look back only (a running total also at the next known value), so a file read in parts gives the same verdicts as the whole.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ..checks import Placed
from .asked import CYCLE_US, PHASES, RECENT, SUSPECT, Asked
from .seen import Point

MAD_TO_SIGMA = 1.4826  # the median absolute deviation of a normal distribution times this is its standard deviation
ENOUGH = 8  # fewer values before a row say nothing about what is usual
LN10 = math.log(10)
POWERS = (1, 2, 3, -1, -2, -3)
LONGEST_RUN = 600
WEEK = 7
NEAR = 0.5  # a factor of 1.65 around a power of ten


@dataclass
class Sight:
    """A row and what stands around it: all values before it, and the next known one after it."""

    asked: Asked
    row: Placed
    value: float
    line: Sequence[Point]
    after: Point | None
    same: float | None  # what is known for this very time

    def phase_values(self) -> list[float]:
        """The newest values before the row at the same hour of day or of week, in the government's zone."""
        asked = self.asked
        if asked.season is None:
            return []
        cycle = CYCLE_US[asked.season]
        slots = max(1, cycle // asked.every_us)
        if slots == 1:
            return []
        wanted = self._slot(self.row.at_us, cycle)
        found: list[float] = []
        for point in reversed(self.line):
            if self._slot(point.at_us, cycle) == wanted:
                found.append(point.value)
                if len(found) == PHASES:
                    break
        return found

    def _slot(self, at_us: int, cycle: int) -> int:
        return ((at_us + self.asked.offset_us) % cycle) // self.asked.every_us

    def recent(self) -> list[float]:
        """The values right before the row."""
        return [point.value for point in self.line[-RECENT:]]


def monotonic(sight: Sight) -> dict[str, Any] | None:
    """A running total must not fall, neither to this value nor after it. Suspect values are no reference."""
    if sight.same == sight.value:
        return None
    before = next((point for point in reversed(sight.line) if point.quality < SUSPECT), None)
    if before is not None and sight.value < before.value:
        return {"given": sight.value, "known": before.value}
    after = sight.after
    if after is not None and after.quality < SUSPECT and sight.value > after.value:
        return {"given": sight.value, "known": after.value}
    return None


def scale(sight: Sight) -> dict[str, Any] | None:
    """A value that is a power of ten away from what is usual: a wrong unit, a decimal comma read as a thousands mark.

    In logarithms: further from the median than 4 robust standard deviations and a factor of 5, and near ×10, ×100 or ×1000. It must be so
    beside the last week of values, beside the last 30 and, with `season`, beside those at the same hour or weekday: so neither growth nor
    a quiet hour is taken for a slip. Small counts spread by twice the root of their size.
    """
    if sight.value <= 0:
        return None
    recent = sight.recent()
    sides = [recent[-WEEK:]] if sight.asked.monotonic else [recent[-WEEK:], recent]
    phase = sight.phase_values()
    if len(phase) >= ENOUGH:
        sides.append(phase)
    offs = [_off(sight.value, values) for values in sides]
    if not all(offs) or (min(offs) < 0 < max(offs)):
        return None
    power = min(POWERS, key=lambda power: abs(offs[0] - power * LN10))
    if abs(offs[0] - power * LN10) > NEAR:
        return None
    usual = median(value for value in recent[-WEEK:] if value > 0)
    return {"given": sight.value, "usual": usual, "factor": f"×{10**power}" if power > 0 else f"÷{10**-power}"}


def _off(given: float, values: Sequence[float]) -> float:
    """How far the value is from the median of these, in logarithms; 0 when not far enough, or when there is too little to tell."""
    logs = [math.log(value) for value in values if value > 0]
    if len(logs) < WEEK or len(logs) < 0.7 * len(values):
        return 0.0
    usual = median(logs)
    counted = all(value == int(value) for value in (given, *values))
    spread = 2 / math.sqrt(min(given, math.exp(usual))) if counted else 0.0
    sigma = max(0.02, spread, MAD_TO_SIGMA * median(abs(log - usual) for log in logs))
    off = math.log(given) - usual
    return off if abs(off) >= max(math.log(5), 4 * sigma) else 0.0


def season(sight: Sight) -> dict[str, Any] | None:
    """A value far from those at the same hour or weekday: more than `sensitivity` robust standard deviations from their median.

    The deviation is at least that between neighbours in time and 2 % of the median, so that a quiet line is not over-read.
    """
    values = sight.phase_values()
    if len(values) < ENOUGH:
        return None
    usual = median(values)
    recent = sight.recent()
    moves = [abs(b - a) for a, b in zip(recent, recent[1:], strict=False)]
    spread = median(abs(value - usual) for value in values)
    sigma = max(MAD_TO_SIGMA * spread, median(moves) if moves else 0.0, 0.02 * abs(usual))
    if sigma == 0 or abs(sight.value - usual) <= sight.asked.sensitivity * sigma:
        return None
    return {"given": sight.value, "usual": usual}


def stuck(sight: Sight) -> dict[str, Any] | None:
    """The same value `stuck` times in a row, where the line before the run normally moves and does not often come to rest at this value."""
    wanted = sight.asked.stuck or 0
    start = len(sight.line)  # where the run begins
    while start and len(sight.line) - start < LONGEST_RUN and sight.line[start - 1].value == sight.value:
        start -= 1
    run = len(sight.line) - start + 1
    if run < wanted:
        return None
    earlier = sight.line[max(0, start - RECENT) : start]
    if run > wanted and sight.line[-1].quality >= SUSPECT:
        return {"given": sight.value, "times": run}  # the run goes on
    if len(earlier) <= ENOUGH:
        return None
    rests = sum(a.value == b.value for a, b in zip(earlier, earlier[1:], strict=False))
    if rests > 0.5 * (len(earlier) - 1) or sum(point.value == sight.value for point in earlier) >= 0.2 * len(earlier):
        return None
    return {"given": sight.value, "times": run}
