"""From counters to rates. Pure. A counter that fell has wrapped, unless the device says that it started anew."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

WRAP = {32: 2**32, 64: 2**64}
TICK_S = 0.01  # sysUpTime counts hundredths of a second
UPTIME_WRAP = 2**32
# A 64-bit counter never wraps in a device's life: one that fell was cleared. One of 32 bits wrapped where it went on by less than half
# of its range; a cleared one seems to have gone on by nearly all of it.
MOST_OF_A_WRAP = 0.5
LONGEST_S = 900.0


class Sample(NamedTuple):
    """A counter as read at `at` (seconds), of `bits` bits, and the device's sysUpTime in hundredths of a second."""

    at: float
    value: int
    uptime: int
    bits: int = 64


def restarted(before: Sample, after: Sample) -> bool:
    """Whether the device started anew between the two: its uptime fell, and not because it wrapped after 497 days."""
    if after.uptime >= before.uptime:
        return False
    grown = (after.uptime - before.uptime) % UPTIME_WRAP * TICK_S
    return abs(grown - (after.at - before.at)) > max(5.0, 0.1 * (after.at - before.at))


def rate(before: Sample, after: Sample) -> float | None:
    """Units a second between two samples; None when the two cannot be compared (a restart, a cleared counter, too long ago)."""
    took = after.at - before.at
    if not 0 < took <= LONGEST_S or before.bits != after.bits or restarted(before, after):
        return None
    grown = after.value - before.value
    if grown < 0:
        grown += WRAP[after.bits]
        if after.bits == 64 or grown > MOST_OF_A_WRAP * WRAP[after.bits]:
            return None
    return grown / took


@dataclass
class Reducer:
    """Means of rates over whole periods, so that ten-second samples become one observation a period."""

    period_s: float = 300.0
    sums: dict[tuple[str, ...], tuple[int, float, float]] = field(default_factory=lambda: defaultdict(lambda: (0, 0.0, 0.0)))

    def add(self, key: tuple[str, ...], at: float, value: float, weight_s: float) -> tuple[float, float] | None:
        """Takes a rate that held for `weight_s` seconds up to `at`. Answers (begin, mean) of the period before when a new one begins."""
        slot = int(at // self.period_s)
        kept_slot, total, weight = self.sums[key]
        done = None
        if slot != kept_slot:
            done = (kept_slot * self.period_s, total / weight) if weight else None
            total = weight = 0.0
        self.sums[key] = (slot, total + value * weight_s, weight + weight_s)
        return done
