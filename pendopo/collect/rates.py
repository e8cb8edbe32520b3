"""From counters to rates. Pure. A counter that fell has wrapped, unless the device says that it started anew."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

WRAP = {32: 2**32, 64: 2**64}
TICK_S = 0.01  # sysUpTime counts hundredths of a second
UPTIME_WRAP = 2**32
# A 64-bit counter never wraps in a device's life: one that fell was cleared. One of 32 bits wrapped where it went on by less than half
# of its range; a cleared one seems to have gone on by nearly all of it.
MOST_OF_A_WRAP = 0.5
LONGEST_S = 900.0


class Reading(NamedTuple):
    """When a device was read: `at` in seconds, and its sysUpTime in hundredths of a second."""

    at: float
    uptime: int


def restarted(before: Reading, after: Reading) -> bool:
    """Whether the device started anew between the two: its uptime fell, and not because it wrapped after 497 days."""
    if after.uptime >= before.uptime:
        return False
    grown = (after.uptime - before.uptime) % UPTIME_WRAP * TICK_S
    return abs(grown - (after.at - before.at)) > max(5.0, 0.1 * (after.at - before.at))


def seconds_between(before: Reading, after: Reading) -> float | None:
    """Seconds between two readings of a device; None when their counters cannot be compared (a restart, too long ago)."""
    took = after.at - before.at
    return None if not 0 < took <= LONGEST_S or restarted(before, after) else took


def growth(before: int, after: int, bits: int) -> int | None:
    """By how much a counter of 32 or 64 bits grew; None when it was cleared."""
    grown = after - before
    if grown < 0:
        grown += WRAP[bits]
        if bits == 64 or grown > MOST_OF_A_WRAP * WRAP[bits]:
            return None
    return grown


@dataclass
class Reducer:
    """Means of a device's rates over whole periods, so that ten-second samples become one observation a period."""

    period_s: float = 300.0
    slot: int = 0
    sums: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def add(self, at: float, held_s: float, rates: Iterable[tuple[tuple[str, str], float]]) -> list[tuple[tuple[str, str], float, float]]:
        """Takes rates that held for `held_s` seconds up to `at`. Answers (key, begin, mean) of the period before when a new one begins."""
        done = []
        if (slot := int(at // self.period_s)) != self.slot:
            done = [(key, self.slot * self.period_s, total / held) for key, (total, held) in self.sums.items()]
            self.slot, self.sums = slot, {}
        sums = self.sums
        for key, value in rates:
            total, held = sums.get(key, (0.0, 0.0))
            sums[key] = (total + value * held_s, held + held_s)
        return done
