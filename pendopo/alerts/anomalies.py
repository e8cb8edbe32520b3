"""Anomalies: a value further from what is usual than nearly all before it. Robust, seasonal, one value at a time. Pure.

Two measures run side by side: the distance to the median of the same time in earlier seasons (once two have passed), and to the median
of all values. A value is an anomaly when a distance is more than `sensitivity` robust standard deviations (half the width from the
10th to the 90th percentile ÷ 1.2816, as for a normal distribution) *and* larger than 99.9 % of the distances before it: what happens
every week is no news. An anomaly ends when a day's length without one has passed (the season).
"""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .logic import Sign

DECILES_TO_SIGMA = 2 * 1.2816
RECORD = 0.999
# Distances before a measure speaks: a season's worth, but not more than this.
ENOUGH = 300
LEAST = 30
SEASONS = 2
# Two values are of the same time of a season when they differ by at most this share of it.
SAME = 1 / 200
# No spread is smaller than this share of the values' usual range and of their median.
OF_RANGE, OF_MEDIAN = 0.02, 0.01
# How many values are remembered.
MEMORY = 20_000


@dataclass
class Measure:
    """The distances of one measure, signed and absolute, in order of size."""

    signed: list[float] = field(default_factory=list)
    absolute: list[float] = field(default_factory=list)

    def surprise(self, distance: float, least: float, enough: int) -> float:
        """In robust standard deviations; 0 when it is no record, or too little is known."""
        if len(self.signed) < enough:
            return 0.0
        if abs(distance) <= max(share(self.absolute, RECORD), least):
            return 0.0
        spread = (share(self.signed, 0.9) - share(self.signed, 0.1)) / DECILES_TO_SIGMA
        return abs(distance - share(self.signed, 0.5)) / max(spread, least)

    def add(self, distance: float) -> None:
        """Remembers one."""
        insort(self.signed, distance)
        insort(self.absolute, abs(distance))


def share(ordered: list[float], part: float) -> float:
    """The value below which a part of an ordered list lies."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@dataclass
class Anomaly:
    """`season` is the length of what repeats (a day), `sensitivity` how many robust standard deviations are too many."""

    season: timedelta = timedelta(days=1)
    sensitivity: float = 6.0
    times: list[datetime] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    ordered: list[float] = field(default_factory=list)
    seasonal: Measure = field(default_factory=Measure)
    plain: Measure = field(default_factory=Measure)
    last: datetime | None = None

    def see(self, at: datetime, value: float) -> Sign:
        """The sign of one value."""
        surprise, usual = self._judge(at, value)
        insort(self.ordered, value)
        self.times.append(at)
        self.values.append(value)
        if len(self.values) > MEMORY:
            self._forget()
        if surprise > self.sensitivity:
            self.last = at
            return Sign(True, False, surprise, f"{value:g} where about {usual:g} is usual: {surprise:.1f} robust standard deviations away")
        return Sign(False, self.last is None or at - self.last > self.season)

    def _judge(self, at: datetime, value: float) -> tuple[float, float]:
        """How surprising a value is, and what was usual; the distances are remembered."""
        if not self.values:
            return 0.0, value
        middle = share(self.ordered, 0.5)
        spread = share(self.ordered, 0.99) - share(self.ordered, 0.01)
        least = max(OF_RANGE * spread, OF_MEDIAN * abs(middle), 1e-9)
        a_season = bisect_right(self.times, self.times[0] + self.season)
        enough = max(LEAST, min(ENOUGH, a_season))
        found = (self.plain.surprise(value - middle, least, enough), middle)
        self.plain.add(value - middle)
        same = self._same_time(at)
        if same is not None:
            found = max(found, (self.seasonal.surprise(value - same, least, enough), same))
            self.seasonal.add(value - same)
        return found

    def _same_time(self, at: datetime) -> float | None:
        """The median of the same time in all earlier seasons; None before there are enough."""
        near, seasons = self.season * SAME, 0
        found: list[float] = []
        moment = at - self.season
        while moment >= self.times[0]:
            low, high = bisect_left(self.times, moment - near), bisect_right(self.times, moment + near)
            found.extend(self.values[low:high])
            seasons += high > low
            moment -= self.season
        return share(sorted(found), 0.5) if seasons >= SEASONS else None

    def _forget(self) -> None:
        """Keeps the newer half of what is remembered; distances are learnt anew from it."""
        times, values = self.times[MEMORY // 2 :], self.values[MEMORY // 2 :]
        self.times, self.values, self.ordered = times, values, sorted(values)
        self.seasonal.signed, self.plain.signed = self.seasonal.signed[::2], self.plain.signed[::2]
        self.seasonal.absolute, self.plain.absolute = self.seasonal.absolute[::2], self.plain.absolute[::2]
