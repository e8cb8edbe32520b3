"""What a formula sees: the lines of its inputs on the grid of the derived indicator. Pure: `reading.py` fills it from the database.

An input in a region is, in this order: its own series there; else, above its level, the roll-up of all regions below it, complete or not at
all. An input of a slower cadence stands with the newest value at or before the beginning of the period.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ..logic import Duration
from .contract import Facts
from .exact import decimal_of, quotient, times, total
from .expressions import LEVELS
from .grid import Grid
from .windows import Cell, Line


class Row(NamedTuple):
    """The newest known row of a series at a time. `quality` as stored (logic.QUALITY_WORDS)."""

    at: datetime
    value: float
    quality: int
    known_since: datetime
    delivery: int


class Place(NamedTuple):
    """Where a value belongs: a region and the key of the extra dimensions ('' without any)."""

    region: str
    dims: str


@dataclass
class World:
    """Rows by indicator and place (oldest first), and the regions below others. `lines` answers on the derived indicator's grid.

    `seen` collects, where it is a dictionary, every row that an answer used: for lineage.
    """

    grid: Grid
    facts: Mapping[str, Facts]
    rows: Mapping[tuple[str, Place], Sequence[Row]]
    regions: Sequence[str]
    seen: dict[tuple[str, Place], set[Row]] | None = None
    _slow: dict[str, bool] = field(default_factory=dict)
    _under: dict[str, set[tuple[str, Place]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code, place in self.rows:
            parts = place.region.split(".")
            for depth in range(1, len(parts) + 1):
                self._under.setdefault(".".join(parts[:depth]), set()).add((code, place))

    def line(self, code: str, place: Place, lo: int, hi: int) -> Line:
        """The input's cells in the periods lo…hi."""
        own = self._rows(code, place)
        if own is not None:
            return self._cells(code, place, own, lo, hi)
        facts = self.facts[code]
        children = self.below(place.region, facts.level)
        if facts.rollup == "none" or not children:
            return {}
        lines = [self.line(code, Place(child, place.dims), lo, hi) for child in children]
        weights: list[Line] = []
        if facts.rollup == "weighted" and facts.weight is not None:
            weights = [self.line(facts.weight, Place(child, place.dims), lo, hi) for child in children]
        answer = {}
        for n in set(lines[0]).intersection(*lines[1:], *weights):
            cell = roll_up(facts.rollup, [line[n] for line in lines], [weight[n].value for weight in weights])
            if cell is not None:
                answer[n] = cell
        return answer

    def span(self, codes: Iterable[str], place: Place) -> tuple[int, int] | None:
        """The first and last period for which any of the (not slower) inputs has a row, here or below."""
        found = self._driving(codes, place)
        if not found:
            return None
        return self.grid.ordinal(min(rows[0].at for rows in found)), self.grid.ordinal(max(rows[-1].at for rows in found))

    def reported(self, codes: Iterable[str], place: Place) -> set[int]:
        """The periods for which any of the (not slower) inputs has a row, here or below."""
        return {self.grid.ordinal(row.at) for rows in self._driving(codes, place) for row in rows}

    def _driving(self, codes: Iterable[str], place: Place) -> list[Sequence[Row]]:
        wanted = {code for code in codes if not self.is_slow(code)}
        return [
            self.rows[code, where]
            for code, where in self._under.get(place.region, ())
            if code in wanted and where.dims in ("", place.dims) and self.rows[code, where]
        ]

    def below(self, region: str, level: str) -> list[str]:
        """The regions of a level below a region, in order of code."""
        dots = LEVELS.index(level)
        return [code for code in self.regions if code.count(".") == dots and code.startswith(f"{region}.")]

    def beside(self, region: str, within: str | None) -> list[str]:
        """The region and its neighbours: all of its level within the named level above it (left out: within its parent)."""
        parts = region.split(".")
        depth = LEVELS.index(within) + 1 if within else len(parts) - 1
        return self.below(".".join(parts[:depth]), LEVELS[len(parts) - 1]) if 0 < depth < len(parts) else [region]

    def is_slow(self, code: str) -> bool:
        """Whether the input comes less often than the derived indicator."""
        if code not in self._slow:
            self._slow[code] = Duration.parse(self.facts[code].every).seconds > self.grid.every.seconds
        return self._slow[code]

    def dims(self, codes: Iterable[str], region: str) -> set[str]:
        """The dimension keys under which the inputs report in the region or below; '' only when none has dimensions."""
        wanted = set(codes)
        keys = {place.dims for code, place in self._under.get(region, ()) if code in wanted}
        return keys - {""} or keys

    def _rows(self, code: str, place: Place) -> Sequence[Row] | None:
        """The rows of the series at the place, else of the series without dimensions."""
        found = self.rows.get((code, place))
        return found if found is not None else self.rows.get((code, Place(place.region, "")))

    def _cells(self, code: str, place: Place, rows: Sequence[Row], lo: int, hi: int) -> Line:
        used: dict[int, Row] = {}
        if self.is_slow(code):
            starts = [row.at for row in rows]
            for n in range(lo, hi + 1):
                before = bisect_right(starts, self.grid.start(n))
                if before:
                    used[n] = rows[before - 1]
        else:
            for row in rows:
                n = self.grid.ordinal(row.at)
                if lo <= n <= hi:
                    used[n] = row  # of several in one period the newest stands
        if self.seen is not None:
            self.seen[code, place] = self.seen.get((code, place), set()).union(used.values())
        return {n: Cell(decimal_of(row.value), min(row.quality, 2)) for n, row in used.items()}


def roll_up(rule: str, cells: Sequence[Cell], weights: Sequence[Decimal]) -> Cell | None:
    """Many regions to one by the indicator's rule, exactly, with the worst quality of them. `last` and `none` give nothing."""
    values = [cell.value for cell in cells]
    value: Decimal | None = None
    if rule == "sum":
        value = total(values)
    elif rule == "mean":
        value = quotient(total(values), Decimal(len(values)))
    elif rule == "max":
        value = max(values)
    elif rule == "min":
        value = min(values)
    elif rule == "weighted":
        whole = total(weights)
        value = quotient(total(map(times, values, weights)), whole) if whole > 0 else None
    return None if value is None else Cell(value, max(cell.quality for cell in cells))
