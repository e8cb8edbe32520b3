"""Capacity and availability from samples: percentiles, shares, the day when a line is full, time reached within working hours. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

FULL = 0.8
# A forecast needs so many days, and says nothing beyond this horizon.
FEWEST_DAYS, HORIZON_DAYS = 7, 3650
# A sample of presence stands for so long; after that nothing is known until the next.
HOLD = timedelta(minutes=6)

UP = 0.5

Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Stretch:
    """A thing was reached, or not, from one moment to another; as so many samples said."""

    begin: datetime
    end: datetime
    up: bool
    samples: int = 0


def percentile_95(values: Iterable[float]) -> float | None:
    """The usual one of billing: the highest 5 % of samples are left out, the highest that stays is the value. None without samples."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * 0.95) - 1)] if ordered else None


@dataclass(frozen=True)
class Percentiles:
    """Both conventions in bit/s: `separate`: the larger of the percentiles of both directions; `combined`: that of the larger direction."""

    separate: float | None
    combined: float | None


def percentiles(inward: Sequence[tuple[datetime, float]], outward: Sequence[tuple[datetime, float]]) -> Percentiles:
    """From five-minute means of both directions."""
    each = [value for value in (percentile_95(v for _at, v in inward), percentile_95(v for _at, v in outward)) if value is not None]
    larger = dict(inward)
    for at, value in outward:
        larger[at] = max(value, larger.get(at, value))
    return Percentiles(max(each) if each else None, percentile_95(larger.values()))


def full_on(days: Sequence[tuple[date, float]], capacity: float, *, share: float = FULL) -> date | None:
    """The day on which the daily figure reaches a share of the capacity, by the median of all slopes (Theil-Sen).

    None when it does not grow, when there are under seven days, or when it is over ten years off. The last day itself when it is reached.
    """
    if len(days) < FEWEST_DAYS or capacity <= 0:
        return None
    points = [((day - days[0][0]).days, value) for day, value in days]
    slope = median((b[1] - a[1]) / (b[0] - a[0]) for place, a in enumerate(points) for b in points[place + 1 :] if b[0] != a[0])
    start = median(value - slope * day for day, value in points)
    last = points[-1][0]
    if start + slope * last >= share * capacity:
        return days[-1][0]
    if slope <= 0:
        return None
    left = (share * capacity - start) / slope - last
    return days[-1][0] + timedelta(days=math.ceil(left)) if left <= HORIZON_DAYS else None


def cut_out(whole: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """Intervals without the holes."""
    left = sorted(whole)
    for begin, end in sorted(holes):
        left = [part for a, b in left for part in ((a, min(b, begin)), (max(a, end), b)) if part[0] < part[1]]
    return left


@dataclass(frozen=True)
class Availability:
    """Seconds within what counts. `share` is reached ÷ (reached + not reached); what was not measured is neither, and is told."""

    reached_s: float
    lost_s: float
    unknown_s: float
    outages: tuple[Interval, ...] = ()

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None when nothing was measured."""
        known = self.reached_s + self.lost_s
        return self.reached_s / known if known else None


def stretches(samples: Sequence[tuple[datetime, float]], *, hold: timedelta = HOLD) -> list[Stretch]:
    """From samples in order. A sample stands until the next, but no longer than `hold`."""
    found: list[Stretch] = []
    for place, (at, value) in enumerate(samples):
        end = min(samples[place + 1][0] if place + 1 < len(samples) else at + hold, at + hold)
        if found and found[-1].end == at and found[-1].up == (value >= UP):
            found[-1] = Stretch(found[-1].begin, end, found[-1].up)
        else:
            found.append(Stretch(at, end, value >= UP))
    return found


def availability(known: Iterable[Stretch], counted: Sequence[Interval]) -> Availability:
    """How long a thing was reached within what counts."""
    sums = {True: 0.0, False: 0.0}
    outages: list[Interval] = []
    for one in known:
        seconds = sum(max(0.0, (min(one.end, b) - max(one.begin, a)).total_seconds()) for a, b in counted if a < one.end and one.begin < b)
        sums[one.up] += seconds
        if seconds and not one.up:
            outages.append((one.begin, one.end))
    total = sum((b - a).total_seconds() for a, b in counted)
    return Availability(sums[True], sums[False], max(0.0, total - sums[True] - sums[False]), tuple(outages))
