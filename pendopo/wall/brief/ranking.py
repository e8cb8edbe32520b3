"""How unusual a change is: its size against the size that changes of this figure usually have. Pure."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from statistics import fmean, median

# With fewer earlier changes nobody knows what is usual.
LEAST_STEPS = 5
# The most that is said, and what ranks above it: a figure that never moved before and moves now.
MOST = 99.0
NEVER_BEFORE = 100.0
# A change is called unusual from so many times its usual size on.
NOTABLE = 2.0
# A brief that could not be sent within this time of its hour is not sent any more: the next one is near.
PATIENCE = timedelta(hours=6)
# Deliveries stamped before the moment are committed by then: the brief of a moment is final.
SETTLED = timedelta(seconds=5)


def times_usual(change: float, earlier: Sequence[float]) -> float | None:
    """The size of a change in units of the usual one: the median size of the earlier changes, which a single leap does not move; their mean
    where most of them are 0. None when too few are known."""
    sizes = [abs(step) for step in earlier]
    if len(sizes) < LEAST_STEPS:
        return None
    usual = median(sizes) or fmean(sizes)
    if usual == 0:
        return NEVER_BEFORE if change else 0.0
    return min(abs(change) / usual, MOST)


def weight(times: float | None, relative: float | None) -> float:
    """What orders changes of different figures: how unusual; where that is not known, the part of the value it is, which ranks below
    anything unusual."""
    if times is not None:
        return times
    return min(abs(relative or 0.0), 1.0)


def due_moment(at: time, days: Sequence[int], now: datetime, wished: datetime) -> datetime | None:
    """The moment (in the zone of `now`) for which a brief is due and not too late, of today or yesterday; None when there is none.

    `days` are ISO weekdays, Monday 1. A wish that was made after a day's moment begins with the next day.
    """
    for day in (now.date(), now.date() - timedelta(days=1)):
        moment = datetime.combine(day, at, now.tzinfo)
        if day.isoweekday() in days and moment + SETTLED <= now < moment + PATIENCE and wished <= moment:
            return moment
    return None
