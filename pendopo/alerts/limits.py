"""Rules of one look: a threshold with hysteresis, rising levels, and a change within a window. Pure."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .logic import CALM, NEITHER, Sign


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
            return CALM
        return CALM if (value <= self.clear if self.above is not None else value >= self.clear) else NEITHER


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
        if self.held < 0 and value < self.levels[0][0]:
            return CALM
        reached = max((index for index, (start, _severity) in enumerate(self.levels) if value >= start), default=-1)
        kept = max((index for index, (start, _severity) in enumerate(self.levels) if value >= start - self.margin), default=-1)
        self.held = max(reached, min(self.held, kept))
        if self.held < 0:
            return CALM
        start, severity = self.levels[self.held]
        return Sign(True, False, value - self.levels[0][0], f"{value:g} has reached {start:g}", severity)


@dataclass
class Change:
    """Hot when the value rose by at least `change` (fell, when it is negative) against any value of the last `window`.

    `change` is in the unit of the value, or with `relative` a share of the earlier value (0.2 = 20 %). Of values in a unit only those are
    remembered that can still be the lowest (for a fall the highest) of the window, so that a value costs the same whatever the window.
    """

    change: float
    window: timedelta
    relative: bool = False
    seen: deque[tuple[datetime, float]] = field(default_factory=deque)

    def see(self, at: datetime, value: float) -> Sign:
        """The sign of one value."""
        while self.seen and at - self.seen[0][0] > self.window:
            self.seen.popleft()
        most = self._most(value)
        self._remember(at, value)
        hot = abs(most) >= abs(self.change) and most * self.change > 0
        if not hot:
            return CALM
        amount = f"{abs(most):.1%}" if self.relative else f"{abs(most):g}"
        return Sign(True, False, abs(most), f"{'rose' if self.change > 0 else 'fell'} by {amount} within {self.window}")

    def _most(self, value: float) -> float:
        """The largest move in the rule's direction."""
        if not self.relative:
            return value - self.seen[0][1] if self.seen else 0.0
        moves = [(value - before) / abs(before) for _at, before in self.seen if before]
        return max(moves, default=0.0) if self.change > 0 else min(moves, default=0.0)

    def _remember(self, at: datetime, value: float) -> None:
        while not self.relative and self.seen and (self.seen[-1][1] - value) * self.change >= 0:
            self.seen.pop()
        self.seen.append((at, value))
