"""Rules of one look: a threshold with hysteresis, rising levels, and a change within a window. Pure."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .logic import Sign


@dataclass
class Threshold:
    """Hot above `above` or below `below`; calm when back within `clear` (the threshold itself when there is none)."""

    above: float | None = None
    below: float | None = None
    clear: float | None = None

    def see(self, at: datetime, value: float) -> Sign:
        """The sign of one value."""
        if self.above is not None and value > self.above:
            return Sign(True, False, value - self.above, f"{value:g} is above {self.above:g}")
        if self.below is not None and value < self.below:
            return Sign(True, False, self.below - value, f"{value:g} is below {self.below:g}")
        if self.clear is None:
            return Sign(False, True)
        return Sign(False, value <= self.clear if self.above is not None else value >= self.clear)


@dataclass
class Levels:
    """Rising levels, each with its severity: hot from the lowest on. `levels` are (from, severity) in rising order.

    A level ends when the value is more than `margin` below it, so that waves at a level do not ring again and again.
    """

    levels: tuple[tuple[float, str], ...]
    margin: float = 0.0
    held: int = -1

    def see(self, at: datetime, value: float) -> Sign:
        """The sign of one value."""
        reached = max((index for index, (start, _severity) in enumerate(self.levels) if value >= start), default=-1)
        kept = max((index for index, (start, _severity) in enumerate(self.levels) if value >= start - self.margin), default=-1)
        self.held = max(reached, min(self.held, kept))
        if self.held < 0:
            return Sign(False, True)
        start, severity = self.levels[self.held]
        return Sign(True, False, value - self.levels[0][0], f"{value:g} has reached {start:g}", severity)


@dataclass
class Change:
    """Hot when the value rose by at least `change` (fell, when it is negative) against any value of the last `window`.

    `change` is in the unit of the value, or with `relative` a share of the earlier value (0.2 = 20 %).
    """

    change: float
    window: timedelta
    relative: bool = False
    seen: deque[tuple[datetime, float]] = field(default_factory=deque)

    def see(self, at: datetime, value: float) -> Sign:
        """The sign of one value."""
        while self.seen and at - self.seen[0][0] > self.window:
            self.seen.popleft()
        moves = [move for _, before in self.seen if (move := self._move(before, value)) is not None]
        self.seen.append((at, value))
        most = max(moves, default=0.0) if self.change > 0 else min(moves, default=0.0)
        hot = abs(most) >= abs(self.change) and most * self.change > 0
        amount = f"{abs(most):.1%}" if self.relative else f"{abs(most):g}"
        return Sign(hot, not hot, abs(most), f"{'rose' if self.change > 0 else 'fell'} by {amount} within {self.window}")

    def _move(self, before: float, value: float) -> float | None:
        if not self.relative:
            return value - before
        return (value - before) / abs(before) if before else None
