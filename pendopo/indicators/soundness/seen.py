"""What a check sees and says: known points, the surroundings of a delivery, findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..checks import Placed, SeriesKey


class Point(NamedTuple):
    """A known value of a series: microseconds since 1970 UTC, the value, and its quality code."""

    at_us: int
    value: float
    quality: int = 0


class Finding(NamedTuple):
    """A row that a check speaks about; `params` fill the sentence of `code`."""

    row: int
    code: str
    params: dict[str, Any]


@dataclass
class Surroundings:
    """What is known around a delivery: points by series in order of time, and the regions right below a region."""

    known: Mapping[SeriesKey, list[Point]]
    children: Mapping[str, tuple[str, ...]]
    future: frozenset[SeriesKey] = frozenset()  # series of which this delivery also brought rows ahead of the clock
    now_us: int = 0  # when the delivery is judged


Lines = dict[SeriesKey, list[Placed]]
