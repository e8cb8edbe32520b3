"""The recent past of many figures at once: what a board draws. Two queries, however many lines are asked for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q

from .closing.thawing import thaw
from .history import MAX_AT, Point
from .logic import QUALITY_WORDS, Duration, Part, moment_of, roll_up
from .models import Indicator, Series


@dataclass(frozen=True)
class Line:
    """One line asked for: an indicator in a region between two moments (`since` inclusive, `until` inclusive).

    `dims` picks the series; None takes the one without dims, or the first. `expected` is how many regions a roll-up should hold.
    """

    indicator: Indicator
    region: str
    since: datetime
    until: datetime
    dims: dict[str, str] | None = None
    expected: int = 1


@dataclass
class _Found:
    own: list[Series] = field(default_factory=list)
    below: list[Series] = field(default_factory=list)


SQL = """
SELECT s.id, (extract(epoch FROM o.at) * 1000000)::bigint, o.value, o.quality
FROM unnest(%(ids)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[]) AS s(id, since, until)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (x.at) x.at, x.value, x.quality FROM indicators_observation x
    WHERE x.series_id = s.id AND x.at >= s.since AND x.at <= s.until AND x.known_since <= %(as_of)s
    ORDER BY x.at, x.known_since DESC
) o
WHERE o.value IS NOT NULL ORDER BY s.id, o.at
"""


def trends(lines: Sequence[Line], *, as_of: datetime | None = None) -> list[list[Point]]:
    """The points of every line, in the order asked: the region's own series, or the roll-up of those below it, period by period."""
    if not lines:
        return []
    series = _series(lines)
    windows: dict[int, tuple[datetime, datetime]] = {}
    chosen: list[list[Series]] = []
    for line, found in zip(lines, series, strict=True):
        used = _chosen(line, found)
        chosen.append(used)
        for one in used:
            since, until = windows.get(one.pk, (line.since, line.until))
            windows[one.pk] = (min(since, line.since), max(until, line.until))
    read = _read(windows, as_of)
    return [_points(line, used, read) for line, used in zip(lines, chosen, strict=True)]


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


def _read(windows: dict[int, tuple[datetime, datetime]], as_of: datetime | None) -> dict[int, list[tuple[datetime, float, int]]]:
    rows: dict[int, list[tuple[datetime, float, int]]] = defaultdict(list)
    if not windows:
        return rows
    parameters: dict[str, Any] = {
        "ids": list(windows),
        "sinces": [since for since, _until in windows.values()],
        "untils": [until for _since, until in windows.values()],
        "as_of": as_of or MAX_AT,
    }
    thaw((pk, since, until) for pk, (since, until) in windows.items())
    with connection.cursor() as cursor:
        cursor.execute(SQL, parameters)
        for pk, at, value, quality in cursor.fetchall():
            rows[pk].append((moment_of(at), value, quality))
    return rows


def _points(line: Line, used: Sequence[Series], read: dict[int, list[tuple[datetime, float, int]]]) -> list[Point]:
    if len(used) == 1 and used[0].region_id == line.region:
        return [Point(at, value, QUALITY_WORDS[q], 1, 1) for at, value, q in read[used[0].pk] if line.since <= at <= line.until]
    every, zone = Duration.parse(line.indicator.every), ZoneInfo(settings.TIME_ZONE)
    periods: dict[datetime, dict[str, tuple[datetime, float, int]]] = defaultdict(dict)
    for one in used:
        for row in read[one.pk]:
            if line.since <= row[0] <= line.until:
                periods[every.period_start(row[0], zone)][one.region_id] = row
    answer = []
    for start, group in sorted(periods.items()):
        value = roll_up(line.indicator.rollup, [Part(row[1], row[0]) for row in group.values()])
        quality = max(row[2] for row in group.values())
        answer.append(Point(start, value, QUALITY_WORDS[quality], len(group), max(line.expected, len(group))))
    return answer
