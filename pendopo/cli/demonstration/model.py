"""The model behind the demonstration: pure functions of a name and a time, so that history and the moving figures always agree.

Nothing is random at run time: the same seed gives the same figures on every machine.
"""

import math
import zlib
from dataclasses import dataclass

SEED = "pendopo-mojokerto"
DAY_S = 86_400.0


def _lattice(key: str, index: int) -> float:
    """A number in [-1, 1) that belongs to a key and a whole number."""
    return zlib.crc32(f"{SEED}:{key}:{index}".encode()) / 2**31 - 1.0


def wander(key: str, t_s: float, scale_s: float) -> float:
    """Smooth wandering in [-1, 1]: values at every multiple of the scale, joined by half cosines."""
    place = t_s / scale_s
    left = math.floor(place)
    weight = (1 - math.cos(math.pi * (place - left))) / 2
    return _lattice(key, left) * (1 - weight) + _lattice(key, left + 1) * weight


@dataclass(frozen=True)
class Shape:
    """How a figure moves: a base, a daily and a yearly swing (with their peaks as fractions), slow and quick wandering; clipped."""

    base: float
    low: float
    high: float
    daily: float = 0.0
    daily_peak: float = 0.45
    yearly: float = 0.0
    yearly_peak: float = 0.08
    slow: float = 0.0
    quick: float = 0.0
    spread: float = 0.0
    slow_scale_s: float = 9 * DAY_S
    quick_scale_s: float = 1800.0

    def at(self, key: str, t_s: float) -> float:
        """The value of the series `key` at `t_s` seconds since 1970, in local time where the hour matters."""
        day, year = t_s / DAY_S % 1, t_s / (365.25 * DAY_S) % 1
        factor = 1 + self.spread * _lattice(key, -1)
        moved = (
            self.base
            + self.daily * math.cos(2 * math.pi * (day - self.daily_peak))
            + self.yearly * math.cos(2 * math.pi * (year - self.yearly_peak))
            + self.slow * wander(key, t_s, self.slow_scale_s)
            + self.quick * wander(f"{key}/quick", t_s, self.quick_scale_s)
        )
        return min(self.high, max(self.low, moved * factor))


def rain(key: str, t_s: float) -> float:
    """Millimetres in an hour: dry most of the time, showers in the afternoons of the wet months (November to April)."""
    wet = max(0.05, 0.5 + 0.5 * math.cos(2 * math.pi * (t_s / (365.25 * DAY_S) % 1 - 0.05)))
    afternoon = max(0.15, math.cos(2 * math.pi * (t_s / DAY_S % 1 - 0.65)))
    chance = wander(key, t_s, 5400.0) * 0.5 + wander(f"{key}/day", t_s, 1.5 * DAY_S) * 0.5
    return round(max(0.0, chance - 0.62 + 0.35 * wet * afternoon) * 90 * wet, 1)


# The post on which the demonstration shows a flood wave: it comes and goes every six hours.
FLOODED, WAVE_S = "Brangkal Sooko", 6 * 3600.0


def river(key: str, t_s: float) -> float:
    """Metres: a base flow by season, and the rain of the last hours upstream; on one post a wave that comes again and again."""
    wet = 0.5 + 0.5 * math.cos(2 * math.pi * (t_s / (365.25 * DAY_S) % 1 - 0.1))
    runoff = sum(rain(f"{key}/upstream", t_s - hour * 3600) * (1 - hour / 8) for hour in range(8))
    wave = 0.55 + 0.45 * (1 - math.cos(2 * math.pi * t_s / WAVE_S)) if key.endswith(FLOODED) else 0.0
    return round(min(7.5, 0.9 + 0.8 * wet + wave + 0.03 * wander(key, t_s, 3600.0) + 0.012 * runoff), 3)
