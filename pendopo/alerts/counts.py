"""Rules for counts, as public health uses them: EARS C1-C3 and CUSUM. Pure; one value a period.

Sources: Hutwagner et al. 2003 (EARS: C1, C2 three standard deviations over seven periods, C2 and C3 after a gap of two; C3 adds three
periods); Page 1954 (CUSUM) on values standardised by the periods before.
"""

import statistics
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from .logic import Sign

BASELINE, GAP = 7, 2
C12_LIMIT, C3_LIMIT = 3.0, 2.0
# A baseline of equal counts has no spread; EARS takes this instead.
LEAST_DEVIATION = 0.2


def excess(value: float, before: list[float]) -> float:
    """How many standard deviations of the periods before a value lies above their mean."""
    return (value - statistics.fmean(before)) / max(statistics.stdev(before), LEAST_DEVIATION)


@dataclass
class Ears:
    """`method` is c1, c2 or c3. Silent until the baseline (7 periods, with C2 and C3 two more) is full."""

    method: str
    seen: deque[float] = field(default_factory=lambda: deque(maxlen=BASELINE + GAP))
    c2: deque[float] = field(default_factory=lambda: deque(maxlen=3))

    def see(self, at: datetime, value: float) -> Sign:
        """The sign of one period's count."""
        before = list(self.seen)
        self.seen.append(value)
        if self.method == "c1":
            before = before[-BASELINE:]
        if len(before) < (BASELINE if self.method == "c1" else BASELINE + GAP):
            return Sign(False, True)
        statistic, limit = excess(value, before[:BASELINE]), C12_LIMIT
        if self.method == "c3":
            self.c2.append(statistic)
            statistic, limit = sum(max(0.0, one - 1) for one in self.c2), C3_LIMIT
        hot = statistic > limit
        return Sign(
            hot,
            not hot,
            statistic,
            f"{self.method.upper()} is {statistic:.2f}, above {limit:g}: {value:g} against {BASELINE} periods before",
        )


@dataclass
class Cusum:
    """Adds up how far values lie above their mean (in standard deviations, less `k`); hot above `h`. `window` periods are the baseline.

    The baseline ends where the sum begins to rise, so that a slow rise does not become its own baseline.
    """

    h: float = 5.0
    k: float = 0.5
    window: int = 28
    total: float = 0.0
    seen: deque[float] = field(default_factory=deque)
    held: list[float] = field(default_factory=list)

    def see(self, at: datetime, value: float) -> Sign:
        """The sign of one value."""
        if len(self.seen) < self.window:
            self.seen.append(value)
            return Sign(False, True)
        self.total = max(0.0, self.total + excess(value, list(self.seen)) - self.k)
        if self.total == 0.0:
            self.seen.extend([*self.held, value])
            self.held = []
            while len(self.seen) > self.window:
                self.seen.popleft()
        else:
            self.held.append(value)
        hot = self.total > self.h
        return Sign(hot, not hot, self.total, f"CUSUM is {self.total:.2f}, above {self.h:g}")
