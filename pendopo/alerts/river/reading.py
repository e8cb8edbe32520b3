"""The SQL of judging: what became known since a stamp, and the last values of series before it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
from django.db import connection, transaction

from pendopo.indicators.closing.thawing import MAX_AT, thaw_near
from pendopo.indicators.derivation.reading import MIN_AT, next_stamp
from pendopo.indicators.newest import read_dims

__all__ = ["MIN_AT", "News", "SeriesFacts", "facts_of", "newest_heard", "news", "next_stamp", "recent", "series_of"]

# By the ranges of stamps (BRIN) over all months at once; what is watched is sorted out by the caller.
# One text for all rows: taking them apart row by row would cost more than judging them.
NEWS_SQL = """
SELECT coalesce(json_agg(json_build_array(o.series_id, (extract(epoch FROM o.at) * 1000000)::bigint, o.value)
    ORDER BY o.known_since, o.at), '[]')::text
FROM indicators_observation o WHERE o.known_since > %s AND o.known_since <= %s
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RECENT_SQL = """
SELECT s.id, o.at, o.value FROM unnest(%(ids)s::bigint[], %(counts)s::int[]) AS s(id, n)
CROSS JOIN LATERAL (
    SELECT x.at, x.value FROM (
        SELECT DISTINCT ON (c.at) c.at, c.value FROM indicators_observation c
        WHERE c.series_id = s.id AND c.known_since <= %(through)s ORDER BY c.at DESC, c.known_since DESC
    ) x WHERE x.value IS NOT NULL LIMIT s.n
) o ORDER BY s.id, o.at
"""


class News(NamedTuple):
    """A row that became known. `value` None is a retraction."""

    series: int
    at: datetime
    value: float | None


class SeriesFacts(NamedTuple):
    """A series: of which indicator, where, and its dims."""

    pk: int
    indicator: int
    region: str
    dims: dict[str, str]


def news(after: datetime, through: datetime) -> list[News]:
    """Every row that became known after one stamp and up to another, in that order."""
    if after >= through:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a month that was never analysed would be read whole
        cursor.execute(NEWS_SQL, [after, through])
        rows = msgspec.json.decode(cursor.fetchone()[0], type=list[tuple[int, int, float | None]])
    return [News(series, EPOCH + timedelta(microseconds=at_us), value) for series, at_us, value in rows]


def facts_of(ids: Iterable[int]) -> list[SeriesFacts]:
    """These series."""
    return _facts("id = ANY(%s)", list(ids))


def series_of(indicators: Iterable[int]) -> list[SeriesFacts]:
    """All series of these indicators."""
    return _facts("indicator_id = ANY(%s)", list(indicators))


def _facts(where: str, values: list[int]) -> list[SeriesFacts]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, indicator_id, region_id, dims FROM indicators_series WHERE {where}", [values])  # noqa: S608
        return [SeriesFacts(pk, indicator, region, read_dims(dims)) for pk, indicator, region, dims in cursor.fetchall()]


def recent(counts: dict[int, int], through: datetime) -> dict[int, list[tuple[datetime, float]]]:
    """The last so many values of each series, as they were known at a stamp, in the order of time."""
    found: dict[int, list[tuple[datetime, float]]] = defaultdict(list)
    if not counts:
        return found
    thaw_near([(series, MAX_AT, MAX_AT) for series in counts], before=max(counts.values()), as_of=through)
    with connection.cursor() as cursor:
        cursor.execute(RECENT_SQL, {"ids": list(counts), "counts": list(counts.values()), "through": through})
        for series, at, value in cursor.fetchall():
            found[series].append((at, value))
    return found


def newest_heard() -> dict[int, datetime | None]:
    """When each source in use was last heard; None for one that never spoke."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, last_heard FROM indicators_source WHERE active")
        return dict(cursor.fetchall())
