"""The effective reproduction number Rt by Cori, Ferguson, Fraser, Cauchemez (2013), Am J Epidemiol 178(9):1505-1512.

Days are counted from 1. Cases of day t come from a Poisson law with mean R · Λ(t), where Λ(t) = Σ w(s) · I(t−s) and w is the serial
interval. With a gamma prior on R (shape 1, scale 5: mean 5, standard deviation 5) the posterior of a window is a gamma law, too:
shape = 1 + Σ I(t), scale = 1 / (1/5 + Σ Λ(t)), summed over the window. The cases of
day 1 have nobody before them: they count as brought in from outside.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import gammainc, gammaincinv

PRIOR_SHAPE = 1.0
PRIOR_SCALE = 5.0
# How far the chances of a serial interval may be from 1 together, as rounded tables are.
SUM_TOLERANCE = 0.01


class WrongInput(ValueError):
    """A sentence that says what to write instead."""


@dataclass(frozen=True)
class Estimate:
    """Rt over the days `t_start` to `t_end` (both included, counted from 1): mean, standard deviation and quantiles; no unit."""

    t_start: int
    t_end: int
    mean: float
    sd: float
    q025: float
    median: float
    q975: float


def serial_interval(mean: float, sd: float, days: int) -> list[float]:
    """The chance that the second case follows the first by 0, 1, … `days` − 1 days: a gamma law shifted by one day, cut into days.

    `mean` (over 1) and `sd` (over 0) are in days. Source: appendix 11 of Cori et al. (2013).
    """
    if not 1 < mean < math.inf:
        raise WrongInput(f"The mean of the serial interval must be more than 1 day; {mean:g} is not.")
    if not 0 < sd < math.inf:
        raise WrongInput(f"The standard deviation of the serial interval must be more than 0 days; {sd:g} is not.")
    shape, scale = ((mean - 1) / sd) ** 2, sd**2 / (mean - 1)

    def below(day: int, of: float) -> float:
        return float(gammainc(of, day / scale)) if day > 0 else 0.0

    def chance(day: int) -> float:
        whole = day * below(day, shape) + (day - 2) * below(day - 2, shape) - 2 * (day - 1) * below(day - 1, shape)
        shifted = 2 * below(day - 1, shape + 1) - below(day - 2, shape + 1) - below(day, shape + 1)
        return max(0.0, whole + shape * scale * shifted)

    return [chance(day) for day in range(days)]


def check_interval(chances: Sequence[float]) -> None:
    """Refuses chances that are no serial interval: day 0 first and 0, none negative, together 1."""
    if not chances:
        raise WrongInput("The serial interval is empty: give one chance a day, day 0 first.")
    if chances[0] != 0:
        raise WrongInput(f"The first chance belongs to day 0 and must be 0; it is {chances[0]:g}.")
    if min(chances) < 0:
        raise WrongInput("A chance of the serial interval is below 0.")
    if abs(sum(chances) - 1) > SUM_TOLERANCE:
        raise WrongInput(f"The chances of the serial interval must make 1 together; they make {sum(chances):.4g}.")


def infectiousness(cases: Sequence[float], chances: Sequence[float]) -> list[float]:
    """Λ for every day: what the earlier cases can still pass on. Day 1 has nobody before it: 0."""
    reach = len(chances)
    return [sum(chances[back] * cases[day - back] for back in range(1, min(day, reach - 1) + 1)) for day in range(len(cases))]


def reproduction(cases: Sequence[float], chances: Sequence[float], window: int) -> list[Estimate]:
    """Rt of every window of `window` days, the first one from day 2.

    `cases` are new cases a day, `chances` the serial interval from day 0.
    """
    if window < 1:
        raise WrongInput(f"The window must be at least 1 day; {window} is not.")
    if len(cases) < window + 1:
        raise WrongInput(f"A window of {window} days needs at least {window + 1} days of cases; there are {len(cases)}.")
    pressure = infectiousness(cases, chances)
    return [_posterior(cases, pressure, first, first + window - 1) for first in range(2, len(cases) - window + 2)]


def _posterior(cases: Sequence[float], pressure: Sequence[float], first: int, last: int) -> Estimate:
    shape = PRIOR_SHAPE + sum(cases[first - 1 : last])
    scale = 1 / (1 / PRIOR_SCALE + sum(pressure[first - 1 : last]))
    low, middle, high = (float(gammaincinv(shape, chance)) * scale for chance in (0.025, 0.5, 0.975))
    return Estimate(first, last, shape * scale, shape**0.5 * scale, low, middle, high)
