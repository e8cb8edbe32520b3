"""What history knows beside the rows of a delivery: the values just before and just after each, for the soft checks.

Two ways: row by row where a series brings a few rows, and one range of history where it brings many (a file sent again, a late month).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from .checks import EPOCH, MICROSECOND, Neighbours, Placed, SeriesKey
from .closing.thawing import MAX_AT, MIN_AT, hides, thaw, thaw_near
from .steps import KnownRow
from .storing import array_text

# From so many rows of one series on, its history is read as a range.
MANY = 8
# A range is cut where nothing was sent for so long, so that two rows a year apart do not read the year between them.
GAP_US = 31 * 86_400 * 1_000_000

NEIGHBOURS_SQL = """
SELECT i.row, p.at, p.value, n.at, n.value, n.quality, n.note, n.delivery_id
FROM unnest(%(rows)s::int[], %(series)s::bigint[], %(at)s::bigint[]) AS t(row, series_id, us)
CROSS JOIN LATERAL (SELECT t.row, t.series_id, timestamptz 'epoch' + t.us * interval '1 microsecond' AS at) i
LEFT JOIN indicators_latest l ON l.series_id = i.series_id
LEFT JOIN LATERAL (
    SELECT l.at, l.value WHERE l.at < i.at
    UNION ALL
    SELECT c.at, c.value FROM (
        SELECT o.at, o.value FROM indicators_observation o
        WHERE l.at >= i.at AND o.series_id = i.series_id AND o.at < i.at AND o.value IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM indicators_observation x
            WHERE x.series_id = o.series_id AND x.at = o.at AND x.known_since > o.known_since)
        ORDER BY o.at DESC LIMIT 1) c
) p ON true
LEFT JOIN LATERAL (
    SELECT o.at, o.value, o.quality, o.note, o.delivery_id FROM indicators_observation o
    WHERE l.at > i.at AND o.series_id = i.series_id AND o.at > i.at AND o.value IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM indicators_observation x
        WHERE x.series_id = o.series_id AND x.at = o.at AND x.known_since > o.known_since)
    ORDER BY o.at LIMIT 1
) n ON true
"""

# The newest known word of every time in a range of a series that reaches into what is known.
RANGE_SQL = """
SELECT r.run, k.at, k.value, k.quality, k.note, k.delivery_id
FROM unnest(%(runs)s::int[], %(series)s::bigint[], %(low)s::bigint[], %(high)s::bigint[]) AS t(run, series_id, low, high)
CROSS JOIN LATERAL (SELECT t.run, t.series_id, timestamptz 'epoch' + t.low * interval '1 microsecond' AS low,
    timestamptz 'epoch' + t.high * interval '1 microsecond' AS high) r
JOIN indicators_latest l ON l.series_id = r.series_id AND l.newest >= r.low
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (o.at) o.at, o.value, o.quality, o.note, o.delivery_id FROM indicators_observation o
    WHERE o.series_id = r.series_id AND o.at >= r.low AND o.at <= r.high ORDER BY o.at, o.known_since DESC
) k
WHERE k.value IS NOT NULL
ORDER BY r.run, k.at
"""


# The newest known rows with a value from three before the first time to three after the last.
LINES_SQL = """
SELECT t.series_id, k.at, k.value, k.quality, k.note, k.delivery_id
FROM unnest(%(series)s::bigint[], %(low)s::bigint[], %(high)s::bigint[]) AS t(series_id, low_us, high_us)
CROSS JOIN LATERAL (SELECT t.series_id AS id, timestamptz 'epoch' + t.low_us * interval '1 microsecond' AS low,
    timestamptz 'epoch' + t.high_us * interval '1 microsecond' AS high) r
CROSS JOIN LATERAL (
    (SELECT * FROM (SELECT DISTINCT ON (o.at) o.at, o.value, o.quality, o.note, o.delivery_id FROM indicators_observation o
        WHERE o.series_id = r.id AND o.at < r.low ORDER BY o.at DESC, o.known_since DESC) b WHERE b.value IS NOT NULL LIMIT 3)
    UNION ALL
    (SELECT * FROM (SELECT DISTINCT ON (o.at) o.at, o.value, o.quality, o.note, o.delivery_id FROM indicators_observation o
        WHERE o.series_id = r.id AND o.at >= r.low AND o.at <= r.high ORDER BY o.at, o.known_since DESC) w WHERE w.value IS NOT NULL)
    UNION ALL
    (SELECT * FROM (SELECT DISTINCT ON (o.at) o.at, o.value, o.quality, o.note, o.delivery_id FROM indicators_observation o
        WHERE o.series_id = r.id AND o.at > r.high ORDER BY o.at, o.known_since DESC) a WHERE a.value IS NOT NULL LIMIT 3)
) k
ORDER BY t.series_id, k.at
"""


def neighbours(rows: Sequence[Placed], ids: Mapping[SeriesKey, int]) -> dict[int, Neighbours]:
    """What history knows just before and just after each row, by row number."""
    runs, single = _runs(rows)
    found = _one_by_one([*single, *(row for run in runs for row in (run[0], run[-1]))], ids)
    known = _in_ranges(runs, ids)
    for number, run in enumerate(runs):
        first, last, between = found[run[0].row], found[run[-1].row], known[number]
        times = [word.at_us for word in between]
        for row in run:
            found[row.row] = _beside(row.at_us, times, between, first, last)
    return found


def _runs(rows: Sequence[Placed]) -> tuple[list[list[Placed]], list[Placed]]:
    """Rows of series that bring many, each run in order of time and without a long gap; and all others."""
    by_series: dict[SeriesKey, list[Placed]] = defaultdict(list)
    for row in rows:
        by_series[row.key].append(row)
    runs: list[list[Placed]] = []
    single: list[Placed] = []
    for line in by_series.values():
        if len(line) < MANY:
            single.extend(line)
            continue
        line.sort(key=lambda row: row.at_us)
        run = [line[0]]
        for row in line[1:]:
            if row.at_us - run[-1].at_us > GAP_US:
                runs.append(run)
                run = []
            run.append(row)
        runs.append(run)
    return runs, single


def _beside(at_us: int, times: list[int], between: list[KnownRow], first: Neighbours, last: Neighbours) -> Neighbours:
    """A row's neighbours within the range, or beyond its ends those of its first and last row."""
    left, right = bisect_left(times, at_us) - 1, bisect_right(times, at_us)
    before = (between[left].at_us, between[left].value) if left >= 0 else (first.before_us, first.before)
    if right < len(between):
        after = between[right]
        return Neighbours(*before, after.at_us, after.value, after.quality, after.note, after.delivery)
    return Neighbours(*before, last.after_us, last.after, last.after_quality, last.after_note, last.after_delivery)


def _in_ranges(runs: Sequence[list[Placed]], ids: Mapping[SeriesKey, int]) -> dict[int, list[KnownRow]]:
    found: dict[int, list[KnownRow]] = {number: [] for number in range(len(runs))}
    if not runs:
        return found
    parameters = {
        "runs": array_text(range(len(runs))),
        "series": array_text([ids[run[0].key] for run in runs]),
        "low": array_text([run[0].at_us for run in runs]),
        "high": array_text([run[-1].at_us for run in runs]),
    }
    thaw((ids[run[0].key], EPOCH + run[0].at_us * MICROSECOND, EPOCH + run[-1].at_us * MICROSECOND) for run in runs)
    with connection.cursor() as cursor:
        cursor.execute(RANGE_SQL, parameters)
        for number, at, value, quality, note, delivery in cursor.fetchall():
            found[number].append(KnownRow(us_of(at), value, quality, note, delivery))
    return found


def lines(rows: Sequence[Placed], wanted: Collection[SeriesKey], ids: Mapping[SeriesKey, int]) -> dict[SeriesKey, list[KnownRow]]:
    """The known line around the rows of each wanted series, in order of time; empty where nothing is known."""
    spans: dict[SeriesKey, tuple[int, int]] = {}
    for row in rows:
        if row.key in wanted:
            first, last = spans.get(row.key, (row.at_us, row.at_us))
            spans[row.key] = min(first, row.at_us), max(last, row.at_us)
    found: dict[SeriesKey, list[KnownRow]] = {key: [] for key in spans}
    key_of = {ids[key]: key for key in spans}
    thaw_near([(ids[key], EPOCH + low * MICROSECOND, EPOCH + high * MICROSECOND) for key, (low, high) in spans.items()], before=3, after=3)
    parameters = {
        "series": array_text(list(key_of)),
        "low": array_text([low for low, _ in spans.values()]),
        "high": array_text([high for _, high in spans.values()]),
    }
    with connection.cursor() as cursor:
        cursor.execute(LINES_SQL, parameters)
        for series, at, *rest in cursor:
            found[key_of[series]].append(KnownRow(us_of(at), *rest))
    return found


def _one_by_one(rows: Sequence[Placed], ids: Mapping[SeriesKey, int]) -> dict[int, Neighbours]:
    """The neighbours of each row. Where a closed month lies between, it is asked again with what is brought back."""
    found = _asked(rows, ids)
    hidden = [row for row in rows if _hidden(EPOCH + row.at_us * MICROSECOND, found[row.row])]
    if hidden:
        spots = [(ids[row.key], at, at) for row in hidden for at in (EPOCH + row.at_us * MICROSECOND,)]
        thaw_near(spots, before=1, after=1)
        found.update(_asked(hidden, ids))
    return found


def _hidden(at: datetime, known: Neighbours) -> bool:
    before = MIN_AT if known.before_us is None else EPOCH + known.before_us * MICROSECOND
    after = MAX_AT if known.after_us is None else EPOCH + known.after_us * MICROSECOND
    return hides(before, at) or hides(at, after)


def _asked(rows: Sequence[Placed], ids: Mapping[SeriesKey, int]) -> dict[int, Neighbours]:
    if not rows:
        return {}
    parameters: dict[str, Any] = {
        "rows": array_text([row.row for row in rows]),
        "series": array_text([ids[row.key] for row in rows]),
        "at": array_text([row.at_us for row in rows]),
    }
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBOURS_SQL, parameters)
        return {r[0]: Neighbours(_us(r[1]), r[2], _us(r[3]), r[4], r[5] if r[5] is not None else 0, r[6], r[7]) for r in cursor.fetchall()}


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else us_of(moment)


def us_of(moment: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (moment.astimezone(UTC) - EPOCH) // MICROSECOND
