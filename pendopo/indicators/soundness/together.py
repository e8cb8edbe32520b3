"""Checks over a delivery or beside other figures: a copy of yesterday, a drifting clock, totals, twins and children that disagree."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from ..checks import Placed, SeriesKey
from .asked import COPY_DAYS, DAY_US, Asked
from .seen import Finding, Lines, Point, Surroundings

Values = dict[SeriesKey, dict[int, float]]


def merged(lines: Lines, around: Surroundings) -> Values:
    """All values by series and time: what is known, and over it what this delivery brings."""
    found: Values = {key: {point.at_us: point.value for point in points} for key, points in around.known.items()}
    for key, rows in lines.items():
        line = found.setdefault(key, {})
        for row in rows:
            if row.value is None:
                line.pop(row.at_us, None)
            else:
                line[row.at_us] = row.value
    return found


def copy(code: str, asked: Asked, lines: Lines, values: Values, around: Surroundings) -> Iterator[Finding]:
    """All rows of a day equal those of the day (or period) before, while in the week before more than a third moved from day to day."""
    lag = max(DAY_US, asked.every_us)
    days: dict[int, list[Placed]] = defaultdict(list)
    for key, rows in lines.items():
        if key[0] == code:
            for row in rows:
                days[(row.at_us + asked.offset_us) // lag].append(row)
    for rows in days.values():
        pairs = [(row, values[row.key].get(row.at_us - lag)) for row in rows if row.value is not None]
        known = [(row, earlier) for row, earlier in pairs if earlier is not None]
        if len(known) < (asked.copy or 0) or len(known) < len(rows):
            continue
        if any(row.value != earlier for row, earlier in known) or len({row.value for row, _ in known}) < 3:
            continue
        if _rests(known, values, lag):
            continue
        for row, _ in known:
            yield Finding(row.row, "copy", {"rows": len(known)})


def _rests(known: list[tuple[Placed, float]], values: Values, lag: int) -> bool:
    """Whether most rows stood still from day to day before, too, so that a day without a change says nothing."""
    still = moved = 0
    for days in range(1, COPY_DAYS):
        for row, _ in known:
            later, earlier = (values[row.key].get(row.at_us - number * lag) for number in (days, days + 1))
            if later is not None and earlier is not None:
                still, moved = still + (later == earlier), moved + (later != earlier)
    return 20 * still > 13 * (still + moved)


def clock(code: str, asked: Asked, lines: Lines, values: Values, around: Surroundings) -> Iterator[Finding]:
    """Times that are the zone's offset away from where the line goes on: WIB taken for UTC, or UTC for WIB.

    Ahead: other rows of the line lie in the future, or exactly the offset's hours are missing before a whole day of rows. Behind: a whole
    day of rows speaks again of just the last hours that are known, and differs there or ends the offset before its arrival.
    """
    for key, rows in lines.items():
        if key[0] != code or not asked.offset_us:
            continue
        first = min(row.at_us for row in rows)
        points = around.known.get(key, [])
        earlier = [point.at_us for point in points if point.at_us < first]
        whole = max(row.at_us for row in rows) - first >= DAY_US - asked.every_us and asked.every_us < DAY_US
        shifted = _gap(asked, first, earlier, points) or _again(asked, rows, points, around.now_us) if whole else False
        if shifted or key in around.future or _off_grid(asked, rows, earlier):
            hours = asked.offset_us / 3_600_000_000
            for row in rows:
                if row.value is not None:
                    yield Finding(row.row, "clock", {"hours": f"{hours:g}"})


def _off_grid(asked: Asked, rows: list[Placed], earlier: list[int]) -> bool:
    """Daily and longer: known times stand at one hour of the day, all of these at that hour plus or minus the offset."""
    if asked.every_us < DAY_US or not earlier:
        return False
    usual = earlier[-1] % DAY_US
    if any(at_us % DAY_US != usual for at_us in earlier[-3:]):
        return False
    return {(row.at_us - usual) % DAY_US for row in rows} <= {asked.offset_us % DAY_US, -asked.offset_us % DAY_US}


def _gap(asked: Asked, first: int, earlier: list[int], points: list[Point]) -> bool:
    """Exactly the offset is missing between a steady line and the first row."""
    if len(earlier) < 25 or len(points) > len(earlier):
        return False
    gaps = [b - a for a, b in zip(earlier[-25:], earlier[-24:], strict=False)]
    steady = sum(gap == asked.every_us for gap in gaps) >= 20
    return steady and abs(first - earlier[-1] - asked.every_us - asked.offset_us) < asked.every_us / 2


def _again(asked: Asked, rows: list[Placed], points: list[Point], now_us: int) -> bool:
    """The rows begin the offset before the end of what is known, and go on after it."""
    if not points:
        return False
    known = {point.at_us: point.value for point in points}
    overlap = [row for row in rows if row.at_us in known]
    first, last = min(row.at_us for row in rows), max(row.at_us for row in rows)
    newest = points[-1].at_us
    if last <= newest or abs(newest + asked.every_us - first - asked.offset_us) >= asked.every_us / 2:
        return False
    differ = sum(row.value != known[row.at_us] for row in overlap)
    return 2 * differ > len(overlap) or now_us - last >= asked.offset_us


def total_of(code: str, asked: Asked, lines: Lines, values: Values, around: Surroundings) -> Iterator[Finding]:
    """A running total must grow by exactly the value of its period; where both came together, both are doubted."""
    for key, rows in _of(code, lines):
        daily = values.get((asked.total_of or "", *key[1:]), {})
        parts = {row.at_us: row.row for row in lines.get((asked.total_of or "", *key[1:]), ())}
        for row in rows:
            before, part = values[key].get(row.at_us - asked.every_us), daily.get(row.at_us)
            if row.value is None or before is None or part is None:
                continue
            if abs(row.value - before - part) > 1e-9 * max(abs(row.value), 1.0):
                for number in {row.row, parts.get(row.at_us, row.row)}:
                    yield Finding(number, "total", {"given": row.value, "expected": before + part, "of": asked.total_of})


def agrees(code: str, asked: Asked, lines: Lines, values: Values, around: Surroundings) -> Iterator[Finding]:
    """Two figures of the same thing must agree within a share of the larger one."""
    for key, rows in _of(code, lines):
        other = values.get((asked.agrees_with or "", *key[1:]), {})
        for row in rows:
            twin = other.get(row.at_us)
            if row.value is not None and twin is not None and abs(row.value - twin) > asked.within * max(abs(row.value), abs(twin)):
                yield Finding(row.row, "agrees", {"given": row.value, "other": twin, "with": asked.agrees_with})


def adds_up(code: str, asked: Asked, lines: Lines, values: Values, around: Surroundings) -> Iterator[Finding]:
    """The children of a region, when all have reported, must add up to the region's own figure."""
    told: set[int] = set()
    for key, rows in _of(code, lines):
        for row in rows:
            for parent in (key[1], key[1].rpartition(".")[0]):
                sides = _sides(code, parent, key[2], row.at_us, values, around.children)
                if row.value is None or row.row in told or sides is None:
                    continue
                own, below = sides
                if abs(own - below) > (asked.adds_up or 0.0) * max(abs(own), abs(below)) + 1e-9 * max(abs(own), 1.0):
                    told.add(row.row)
                    yield Finding(row.row, "adds-up", {"given": own, "sum": below, "parent": parent})


def _sides(
    code: str, parent: str, dims: str, at_us: int, values: Values, children: Mapping[str, tuple[str, ...]]
) -> tuple[float, float] | None:
    own = values.get((code, parent, dims), {}).get(at_us)
    below = [values.get((code, child, dims), {}).get(at_us) for child in children.get(parent, ())]
    if own is None or not below:
        return None
    reported = [value for value in below if value is not None]
    return (own, sum(reported)) if len(reported) == len(below) else None


def _of(code: str, lines: Lines) -> Iterator[tuple[SeriesKey, list[Placed]]]:
    return ((key, rows) for key, rows in lines.items() if key[0] == code)


def needed(asked: Mapping[str, Asked], keys: list[SeriesKey], children: Mapping[str, tuple[str, ...]]) -> set[SeriesKey]:
    """The series beside the delivery's own that its checks compare with."""
    found: set[SeriesKey] = set()
    for code, region, dims in keys:
        wants = asked[code]
        found.update((other, region, dims) for other in (wants.total_of, wants.agrees_with) if other)
        if wants.adds_up is not None:
            for parent in (region, region.rpartition(".")[0]):
                found.update((code, child, dims) for child in (parent, *children.get(parent, ())))
    return found
