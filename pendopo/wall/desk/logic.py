"""When a desk is awake and when an alert that nobody took on goes to a chain. Pure: `now` is an argument."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A browser that is hidden may be held back to one heartbeat a minute: two missed ones, and the desk sleeps.
SLEEPS_AFTER = timedelta(seconds=130)

# By posture: normal, watch (siaga), emergency (tanggap darurat), recovery. How much of a chain's patience is left.
HASTE = {"normal": 1.0, "watch": 0.5, "emergency": 0.25, "recovery": 1.0}


@dataclass(frozen=True)
class Seat:
    """A desk as its last heartbeat left it. `sound`: it said that its alarm can be heard."""

    beat: datetime
    sound: bool
    ended: bool = False

    def is_awake(self, now: datetime) -> bool:
        """Whether somebody there would hear an alarm now."""
        return self.sound and not self.ended and now - self.beat <= SLEEPS_AFTER


def any_awake(seats: Iterable[Seat], now: datetime) -> bool:
    """Whether there is a desk that would hear an alarm."""
    return any(seat.is_awake(now) for seat in seats)


@dataclass(frozen=True)
class Ringing:
    """An alert that fires and that nobody took on, told at a moment. `rank` is that of its severity, 4 the worst."""

    key: str
    told: datetime
    rank: int


@dataclass(frozen=True)
class Watcher:
    """A chain that starts by itself from a rank on, after so much patience at an awake desk."""

    code: str
    rank: int
    patience: timedelta


def due(ringing: Sequence[Ringing], watchers: Sequence[Watcher], *, awake: bool, posture: str, now: datetime) -> list[tuple[str, str]]:
    """(chain, key) of every call-out that must begin: at once without an awake desk, else when the patience has run out."""
    haste = HASTE.get(posture, 1.0)
    return [
        (watcher.code, one.key)
        for one in ringing
        for watcher in watchers
        if one.rank >= watcher.rank and (not awake or now - one.told >= watcher.patience * haste)
    ]
