"""When a rule fires: one sign a value, and the firings that signs make. Pure: times come with the values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

NONE = timedelta(0)


@dataclass(frozen=True)
class Sign:
    """What a detector says of one value: `hot` begins or carries a firing, `calm` ends it, neither leaves it as it is (hysteresis).

    `size` measures how bad it is (the peak is the value with the largest), `reason` is a sentence.
    """

    hot: bool
    calm: bool
    size: float = 0.0
    reason: str = ""


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


@dataclass
class Episode:
    """What is going on between the first hot value and the calm one."""

    onset: datetime
    fired: datetime | None
    peak: float
    size: float
    reason: str


def firings(detector: Detector, points: Iterable[tuple[datetime, float]], holds: timedelta = NONE) -> list[Firing]:
    """All firings over points in the order of time. A rule that must hold for a while fires at the value that completes it; a value
    that is not hot before that begins anew."""
    found: list[Firing] = []
    episode: Episode | None = None
    for at, value in points:
        sign = detector.see(at, value)
        if sign.hot:
            if episode is None:
                episode = Episode(at, None, value, sign.size, sign.reason)
            elif sign.size > episode.size:
                episode.peak, episode.size, episode.reason = value, sign.size, sign.reason
            if episode.fired is None and at - episode.onset >= holds:
                episode.fired = at
        elif episode is not None and (sign.calm or episode.fired is None):
            if episode.fired is not None:
                found.append(Firing(episode.fired, at, episode.peak, episode.reason))
            episode = None
    if episode is not None and episode.fired is not None:
        found.append(Firing(episode.fired, None, episode.peak, episode.reason))
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
