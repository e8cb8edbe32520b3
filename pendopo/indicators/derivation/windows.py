"""Functions along time. A line is period number → cell; what is missing in it was not reported.

A window must be complete: one missing period and there is no value. `coverage` (a fraction) allows gaps before
the period itself; then the value is provisional.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from .exact import EXACT, HUNDRED, ZERO, minus, quotient, times


class Cell(NamedTuple):
    """A value in a period. `quality`: 0 ok, 1 provisional, 2 suspect."""

    value: Decimal
    quality: int = 0


PROVISIONAL, SUSPECT = 1, 2
Line = dict[int, Cell]
Back = Callable[[int], int]
Options = Mapping[str, Any]


class Stretch(NamedTuple):
    """What a window holds: the sum and count of its known values, and their worst quality."""

    total: Decimal
    known: int
    quality: int


def _stretches(line: Line, lo: int, hi: int, back: Back, coverage: float | None) -> Iterator[tuple[int, Stretch]]:
    """For each period of lo…hi its window (back(n), n], where enough of it is known, the period n itself always.

    From running totals, which are exact: the length of the line never shows in a result.
    """
    places = sorted(line)
    totals, provisional, suspect = [ZERO], [0], [0]
    for place in places:
        totals.append(EXACT.add(totals[-1], line[place].value))
        provisional.append(provisional[-1] + (line[place].quality == PROVISIONAL))
        suspect.append(suspect[-1] + (line[place].quality == SUSPECT))
    left = right = 0
    for n in range(lo, hi + 1):
        if n not in line:
            continue
        after = back(n)
        while right < len(places) and places[right] <= n:
            right += 1
        while left < right and places[left] <= after:
            left += 1
        known, wanted = right - left, n - after
        if known and (known == wanted or (coverage is not None and known >= coverage * wanted)):
            doubtful = known < wanted or provisional[right] > provisional[left]
            quality = SUSPECT if suspect[right] > suspect[left] else PROVISIONAL if doubtful else 0
            yield n, Stretch(minus(totals[right], totals[left]), known, quality)


def moving_sum(line: Line, lo: int, hi: int, back: Back, options: Options) -> Line:
    """The sum over the window that ends with each period."""
    return {n: Cell(found.total, found.quality) for n, found in _stretches(line, lo, hi, back, options.get("coverage"))}


def moving_mean(line: Line, lo: int, hi: int, back: Back, options: Options) -> Line:
    """The mean of the known values in the window that ends with each period."""
    answer = {}
    for n, found in _stretches(line, lo, hi, back, options.get("coverage")):
        mean = quotient(found.total, Decimal(found.known))
        if mean is not None:
            answer[n] = Cell(mean, found.quality)
    return answer


def change(line: Line, lo: int, hi: int, back: Back, options: Options) -> Line:
    """The value minus that of one window earlier (the period before, when no window is named)."""
    pairs = ((n, line.get(n), line.get(back(n))) for n in range(lo, hi + 1))
    return {n: Cell(minus(now.value, then.value), max(now.quality, then.quality)) for n, now, then in pairs if now and then}


def percent_change(line: Line, lo: int, hi: int, back: Back, options: Options) -> Line:
    """The change in percent of the earlier value. From zero or below there is no percentage."""
    answer = {}
    for n in range(lo, hi + 1):
        now, then = line.get(n), line.get(back(n))
        if now and then and then.value > 0:
            percent = quotient(times(minus(now.value, then.value), HUNDRED), then.value)
            if percent is not None:
                answer[n] = Cell(percent, max(now.quality, then.quality))
    return answer


def cumulative(line: Line, lo: int, hi: int, back: Back, options: Options) -> Line:
    """The running total since the first report, or since the last reset (`back` then names the period before it).

    After a gap there is none, unless `coverage` allows it.
    """
    if not line:
        return {}
    first = min(line)
    return moving_sum(line, max(lo, first), hi, lambda n: max(back(n), first - 1), options)
