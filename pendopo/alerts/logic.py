"""When a rule fires: one sign a value, and the firings that signs make. Pure: times come with the values."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

NONE = timedelta(0)
# How bad something is, where it is more than a number can say.
MOST_SIZE = 1e300


@dataclass(frozen=True)
class Sign:
    """What a detector says of one value: `hot` begins or carries a firing, `calm` ends it, neither leaves it as it is (hysteresis).

    `size` measures how bad it is (the peak is the value with the largest), `reason` is a sentence. `severity` is told by rules with levels.
    """

    hot: bool
    calm: bool
    size: float = 0.0
    reason: str = ""
    severity: str = ""


# What most values say. A sign is never changed, so that all may share one.
CALM, NEITHER = Sign(False, True), Sign(False, False)


@dataclass(frozen=True)
class Firing:
    """From `start` (the rule was met as long as it asks) to `end` (None: still firing). `peak` is the worst value, None for silence."""

    start: datetime
    end: datetime | None
    peak: float | None
    reason: str


class Detector(Protocol):
    """Judges values in the order of time; remembers what it needs."""

    def see(self, at: datetime, value: float) -> Sign:
        """The sign of one value."""


FIRED, ENDED = "fired", "ended"


@dataclass
class Run:
    """One detector over one series, value by value. A rule that must hold for a while (`holds`) fires at the value that completes it; a
    value that is not hot before that begins anew."""

    detector: Detector
    holds: timedelta = NONE
    onset: datetime | None = None
    fired: datetime | None = None
    peak: float | None = None
    sign: Sign = CALM
    worst: Sign = CALM

    def see(self, at: datetime, value: float) -> str:
        """FIRED or ENDED when this value does it, else ''. `peak` and `worst` stay those of the firing just after its end.

        A value with which the rule cannot reckon (far too large) leaves it as it is: it must not stop all other rules.
        """
        try:
            sign = self.detector.see(at, value)
        except ArithmeticError:
            sign = NEITHER
        if sign.hot and not math.isfinite(sign.size):
            sign = replace(sign, size=MOST_SIZE)
        self.sign = sign
        if sign.hot:
            if self.onset is None:
                self.onset, self.peak, self.worst = at, value, sign
            elif sign.size > self.worst.size:
                self.peak, self.worst = value, sign
            if self.fired is None and at - self.onset >= self.holds:
                self.fired = at
                return FIRED
        elif self.onset is not None and (sign.calm or self.fired is None):
            was_fired, self.onset, self.fired = self.fired, None, None
            return ENDED if was_fired is not None else ""
        return ""


def firings(detector: Detector, points: Iterable[tuple[datetime, float]], holds: timedelta = NONE) -> list[Firing]:
    """All firings over points in the order of time."""
    found: list[Firing] = []
    run = Run(detector, holds)
    start: datetime | None = None
    for at, value in points:
        turn = run.see(at, value)
        if turn == FIRED:
            start = at
        elif turn == ENDED and start is not None:
            found.append(Firing(start, at, run.peak, run.worst.reason))
    if run.fired is not None:
        found.append(Firing(run.fired, None, run.peak, run.worst.reason))
    return found


def silences(points: Iterable[tuple[datetime, float]], longest: timedelta, until: datetime | None = None) -> list[Firing]:
    """Where nothing was heard for longer than `longest`: from that moment to the next value, or still at `until`."""
    found: list[Firing] = []
    last: datetime | None = None
    for at, _value in points:
        if last is not None and at - last > longest:
            found.append(Firing(last + longest, at, None, f"nothing heard for {at - last}"))
        last = at
    if last is not None and until is not None and until - last > longest:
        found.append(Firing(last + longest, None, None, f"nothing heard since {last.isoformat()}"))
    return found
