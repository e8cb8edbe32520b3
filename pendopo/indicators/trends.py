"""The recent past of many figures at once: what a board draws. Two queries, however many lines are asked for; a few more where long
lines are drawn of hours or days.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q

from .closing.thawing import MAX_AT, thaw
from .history import Point
from .logic import QUALITY_WORDS, Duration, Part, moment_of, roll_up
from .models import Indicator, Series
from .periods.actions import wanted
from .periods.pieces import both
from .periods.reading import GRAINS, next_start, split, start_of

# A line of more cadences than this may be drawn of hours; of more hours than this, of days. Its newest cadences are always rows.
ROWS_AT_MOST, HOURS_AT_MOST, NEWEST_CADENCES = 600, 1500, 90


@dataclass(frozen=True)
class Line:
    """One line asked for: an indicator in a region between two moments (`since` inclusive, `until` inclusive).

    `dims` picks the series; None takes the one without dims, or the first. `expected` is how many regions a roll-up should hold.
    `coarse` allows a long line to be made of hours or days: of the least and the greatest of each (`peaks`), or of the `last`.
    """

    indicator: Indicator
    region: str
    since: datetime
    until: datetime
    dims: dict[str, str] | None = None
    expected: int = 1
    coarse: Literal["", "peaks", "last"] = ""

    @property
    def grain(self) -> str:
        """Of what its older part is made: `hour`, `day`, or '' for rows."""
        length, kept = self.until - self.since, wanted(self.indicator)
        forgotten = self.indicator.raw_since is not None and self.since < self.indicator.raw_since
        if not self.coarse or (length <= self.cadence * ROWS_AT_MOST and not forgotten):
            return ""
        if kept.hours and length <= timedelta(hours=HOURS_AT_MOST):
            return "hour"
        return "day" if kept.days else ""

    @property
    def cadence(self) -> timedelta:
        """How far apart its reports are."""
        return timedelta(seconds=Duration.parse(self.indicator.every).seconds)

    @property
    def step_s(self) -> float:
        """How far apart its points are, in seconds: two that are further apart have a gap between them."""
        return float(GRAINS[self.grain].seconds) if self.grain else self.cadence.total_seconds()

    @property
    def rows_since(self) -> datetime:
        """From where on it is made of rows."""
        if not self.grain:
            return self.since
        newest = start_of(self.grain, self.until - self.cadence * NEWEST_CADENCES)
        return min(max(newest, self.indicator.raw_since or newest), self.until)


class _Row(NamedTuple):
    """A row, or an hour or day: then `value` is its mean."""

    at: datetime
    value: float
    quality: int
    low: float
    high: float
    last: float


@dataclass
class _Found:
    own: list[Series] = field(default_factory=list)
    below: list[Series] = field(default_factory=list)


ROWS_SQL = """
SELECT s.id, (extract(epoch FROM o.at) * 1000000)::bigint, o.value, o.quality, o.value, o.value, o.value
FROM unnest(%(ids)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[]) AS s(id, since, until)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (x.at) x.at, x.value, x.quality FROM indicators_observation x
    WHERE x.series_id = s.id AND x.at >= s.since AND x.at <= s.until AND x.known_since <= %(as_of)s
    ORDER BY x.at, x.known_since DESC
) o
WHERE o.value IS NOT NULL ORDER BY s.id, o.at
"""
# The parts of a day that is kept in part, and of one that holds a moment up to which was asked, are one again.
PIECES_SQL = """
SELECT p.series_id, (extract(epoch FROM p.at) * 1000000)::bigint, sum(p.total) / sum(p.n), max(p.quality), min(p.low), max(p.high),
    (array_agg(p.last ORDER BY p.at DESC))[1]
FROM ({pieces}) p WHERE p.total IS NOT NULL GROUP BY 1, p.at ORDER BY 1, p.at
"""


def trends(lines: Sequence[Line], *, as_of: datetime | None = None) -> list[list[Point]]:
    """The points of every line, in the order asked: the region's own series, or the roll-up of those below it, period by period."""
    if not lines:
        return []
    chosen = [_chosen(line, found) for line, found in zip(lines, _series(lines), strict=True)]
    windows: dict[tuple[str, int], tuple[Series, datetime, datetime]] = {}
    for line, used in zip(lines, chosen, strict=True):
        parts = [("", line.rows_since, line.until)]
        if line.grain and _whole_since(line) < line.rows_since:
            parts.append((line.grain, _whole_since(line), line.rows_since))
        for one in used:
            for grain, since, until in parts:
                _one, first, end = windows.get((grain, one.pk), (one, since, until))
                windows[grain, one.pk] = (one, min(since, first), max(until, end))
    read = {grain: _read(grain, [w for (of, _pk), w in windows.items() if of == grain], as_of or MAX_AT) for grain in ("", *GRAINS)}
    return [_points(line, used, read) for line, used in zip(lines, chosen, strict=True)]


def _whole_since(line: Line) -> datetime:
    """The first hour or day that lies within the line."""
    return line.since if start_of(line.grain, line.since) == line.since else next_start(line.grain, line.since)


def _series(lines: Sequence[Line]) -> list[_Found]:
    places = {(line.indicator.pk, line.region) for line in lines}
    wanted = reduce(or_, (Q(indicator=pk) & (Q(region_id=code) | Q(region__code__startswith=f"{code}.")) for pk, code in places))
    by_indicator: dict[int, list[Series]] = defaultdict(list)
    for one in Series.objects.filter(wanted).order_by("region_id", "dims_key"):
        by_indicator[one.indicator_id].append(one)
    answer = []
    for line in lines:
        found = _Found()
        for one in by_indicator[line.indicator.pk]:
            if one.region_id == line.region:
                found.own.append(one)
            elif one.region_id.startswith(f"{line.region}."):
                found.below.append(one)
        answer.append(found)
    return answer


def _chosen(line: Line, found: _Found) -> list[Series]:
    if found.own:
        if line.dims is None:
            return found.own[:1]
        return [one for one in found.own if one.dims == line.dims][:1]
    if line.indicator.rollup in ("none", "weighted"):
        return []
    return [one for one in found.below if line.dims is None or one.dims == line.dims]


def _read(grain: str, windows: Sequence[tuple[Series, datetime, datetime]], as_of: datetime) -> dict[int, list[_Row]]:
    rows: dict[int, list[_Row]] = defaultdict(list)
    if not windows:
        return rows
    parameters: dict[str, Any] = {"as_of": as_of, "zone": settings.TIME_ZONE}
    if grain:
        parts = split(windows, grain, as_of)
        thaw(parts.raw)
        parameters |= parts.parameters()
    else:
        thaw((one.pk, since, until) for one, since, until in windows)
        parameters["ids"] = [one.pk for one, _since, _until in windows]
        parameters |= {"sinces": [since for _one, since, _until in windows], "untils": [until for _one, _since, until in windows]}
    with connection.cursor() as cursor:
        cursor.execute(PIECES_SQL.format(pieces=both(grain)) if grain else ROWS_SQL, parameters)
        for pk, at, *values in cursor.fetchall():
            rows[pk].append(_Row(moment_of(at), *values))
    return rows


def _rows_of(line: Line, series: Series, read: dict[str, dict[int, list[_Row]]]) -> tuple[list[_Row], list[_Row]]:
    """The hours or days of a line's older part, and the rows of the rest."""
    rows_since = line.rows_since
    held = read[line.grain][series.pk] if line.grain else []
    return (
        [row for row in held if line.since <= row.at < rows_since],
        [row for row in read[""][series.pk] if rows_since <= row.at <= line.until],
    )


def _points(line: Line, used: Sequence[Series], read: dict[str, dict[int, list[_Row]]]) -> list[Point]:
    if len(used) == 1 and used[0].region_id == line.region:
        older, rows = _rows_of(line, used[0], read)
        return [Point(at, value, QUALITY_WORDS[q], 1, 1) for at, value, q, *_ends in (*_drawn(line, older), *rows)]
    every, zone = Duration.parse(line.indicator.every), ZoneInfo(settings.TIME_ZONE)
    periods: dict[datetime, dict[str, _Row]] = defaultdict(dict)
    for one in used:
        older, rows = _rows_of(line, one, read)
        for row in older:
            periods[row.at][one.region_id] = row._replace(value=_shared(line, row))
        for row in rows:
            periods[every.period_start(row.at, zone)][one.region_id] = row
    answer = []
    for start, group in sorted(periods.items()):
        value = roll_up(line.indicator.rollup, [Part(row.value, row.at) for row in group.values()])
        quality = max(row.quality for row in group.values())
        answer.append(Point(start, value, QUALITY_WORDS[quality], len(group), max(line.expected, len(group))))
    return answer


def _drawn(line: Line, older: Iterable[_Row]) -> list[_Row]:
    """What is drawn of hours or days: the last value of each, or its least and its greatest, so that no peak is lost."""
    answer = []
    half = timedelta(seconds=line.step_s / 2)
    for row in older:
        if line.coarse == "last":
            answer.append(row._replace(value=row.last))
            continue
        answer.append(row._replace(value=row.low))
        if row.low != row.high:
            answer.append(row._replace(at=row.at + half, value=row.high))
    return answer


def _shared(line: Line, row: _Row) -> float:
    """What an hour or day of one region gives to a roll-up."""
    if line.coarse == "last":
        return row.last
    return {"max": row.high, "min": row.low}.get(line.indicator.rollup, row.value)
