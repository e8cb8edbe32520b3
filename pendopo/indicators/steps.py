"""The soft check `step`: a value further than the step from the one before it (in time, not in arrival) is suspect.

The way back is not: after a spike, a value that agrees with the one before the spike is believed. A verdict depends on the value and the
three before it alone, so history ends the same in whatever order the rows arrive; known rows whose verdict changes are written anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .checks import FLAG, UNFLAG, Neighbours, Placed, Rejudged, SeriesKey

DEPTH = 3  # values before a row that its verdict depends on


class KnownRow(NamedTuple):
    """The newest known row of a series and time, with a value."""

    at_us: int
    value: float
    quality: int
    note: str | None
    delivery: int


def jumps(values: Sequence[float], index: int, step: float) -> bool:
    """Whether the value at the index is suspect: it jumps, and it is not the way back from a spike.

    A way back lies within the step of the value before the spike, whose own neighbour jumped and was no way back itself: so a line that
    goes on springing between two values stays suspect.
    """
    return _far(values, index, 1, step) and not _back(values, index, step)


def _far(values: Sequence[float], index: int, by: int, step: float) -> bool:
    return index >= by and abs(values[index] - values[index - by]) > step


def _back(values: Sequence[float], index: int, step: float) -> bool:
    if index < 2 or not _far(values, index - 1, 1, step) or _far(values, index, 2, step):
        return False
    return not (index >= DEPTH and _far(values, index - 2, 1, step) and not _far(values, index - 1, 2, step))


def disturbed(rows: Iterable[Placed], step_of: Mapping[str, float], beside: Mapping[int, Neighbours]) -> set[SeriesKey]:
    """The series whose lines must be looked at: a row jumps, or known rows stand after it. All others are clean."""
    by_series: dict[SeriesKey, list[Placed]] = {}
    for row in rows:
        if row.key[0] in step_of:
            by_series.setdefault(row.key, []).append(row)
    return {key for key, line in by_series.items() if _moves(sorted(line, key=lambda row: row.at_us), step_of[key[0]], beside)}


def _moves(line: Sequence[Placed], step: float, beside: Mapping[int, Neighbours]) -> bool:
    last = beside[line[0].row].before
    for row in line:
        if beside[row.row].after_us is not None:
            return True
        if row.value is None:
            continue
        if last is not None and abs(row.value - last) > step:
            return True
        last = row.value
    return False


def judge_steps(
    rows: Iterable[Placed], step_of: Mapping[str, float], known: Mapping[SeriesKey, Sequence[KnownRow]]
) -> tuple[dict[int, int], list[Rejudged]]:
    """The new quality of each suspect row by row number, and the known rows whose verdict changes.

    `known` holds the lines of the disturbed series in order of time, from three values before the first row to three after the last; series
    without a line there have nothing suspect.
    """
    flagged: dict[int, int] = {}
    rejudged: list[Rejudged] = []
    by_series: dict[SeriesKey, dict[int, Placed]] = {}
    for row in rows:
        if row.key in known:
            by_series.setdefault(row.key, {})[row.at_us] = row
    for key, sent in by_series.items():
        step, line = step_of[key[0]], known[key]
        before = _verdicts([(row.at_us, row.value) for row in line], step)
        left = [(row.at_us, row.value) for row in line if row.at_us not in sent]
        fresh = [(row.at_us, row.value) for row in sent.values() if row.value is not None]
        after = _verdicts(sorted(left + fresh), step)
        flagged.update({row.row: FLAG[row.quality] for at_us, row in sent.items() if after.get(at_us)})
        first = min(sent)
        for old in line:
            if old.at_us > first and old.at_us not in sent and before[old.at_us] != after[old.at_us]:
                plain = UNFLAG.get(old.quality, old.quality)
                quality = FLAG[plain] if after[old.at_us] else plain
                if quality != old.quality:
                    rejudged.append(Rejudged(key, old.at_us, old.value, quality, old.note, old.delivery))
    return flagged, rejudged


def _verdicts(line: Sequence[tuple[int, float]], step: float) -> dict[int, bool]:
    values = [value for _, value in line]
    return {at_us: jumps(values, index, step) for index, (at_us, _) in enumerate(line)}
