"""The newest known row of series, now or as of a moment: of whole indicators, or of the places that somebody names."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from .closing.thawing import MAX_AT, closed_months, thaw, thaw_near
from .logic import Duration, moment_of
from .models import Indicator


class Row(NamedTuple):
    """The newest known row of one series."""

    series: int
    indicator_id: int
    region: str
    dims: dict[str, str]
    dims_key: str
    at: datetime
    value: float
    quality: int
    known_since: datetime
    source: str
    simulated: bool


class Pair(NamedTuple):
    """An indicator in a region; with `below` also in every region under it."""

    indicator: int
    region: str
    below: bool


# Which series are meant: those of whole indicators within regions, or those of pairs.
WITHIN_SQL = "SELECT s.id FROM indicators_series s WHERE s.indicator_id = ANY(%(indicators)s) AND ({regions})"
PAIRS_SQL = """
SELECT s.id FROM unnest(%(own)s::bigint[], %(own_codes)s::text[]) AS w(id, code)
JOIN indicators_series s ON s.indicator_id = w.id AND s.region_id = w.code
UNION
SELECT s.id FROM unnest(%(deep)s::bigint[], %(deep_codes)s::text[]) AS w(id, code)
JOIN indicators_series s ON s.indicator_id = w.id AND s.region_id LIKE w.code || '.%%'
"""

FIELDS = """
s.id, s.indicator_id, s.region_id, s.dims, s.dims_key, (extract(epoch FROM o.at) * 1000000)::bigint, o.value, o.quality,
    (extract(epoch FROM o.known_since) * 1000000)::bigint, src.code, src.simulated
"""
NOW_SQL = """
SELECT {fields}
FROM ({series}) m
JOIN indicators_series s ON s.id = m.id
JOIN indicators_latest o ON o.series_id = s.id AND o.at IS NOT NULL
JOIN indicators_delivery d ON d.id = o.delivery_id
JOIN indicators_source src ON src.id = d.source_id
"""

# The newest word of a series is looked for first where its contract expects it: this many cadences before the moment, and a little after
# it (a clock may be ahead). The newest row there, whatever was known of it last, is the answer unless it was retracted.
NEAR_PERIODS = 4
AHEAD = timedelta(days=1)
NEAR_SQL = """
SELECT {fields}
FROM ({series}) m
JOIN indicators_series s ON s.id = m.id
JOIN unnest(%(every)s::bigint[], %(sinces)s::timestamptz[]) AS i(id, since) ON i.id = s.indicator_id
CROSS JOIN LATERAL (
    SELECT c.at, c.value, c.quality, c.known_since, c.delivery_id FROM indicators_observation c
    WHERE c.series_id = s.id AND c.at >= i.since AND c.at >= %(since)s AND c.at <= %(until)s AND c.known_since <= %(as_of)s
    ORDER BY c.at DESC, c.known_since DESC LIMIT 1
) o
JOIN indicators_delivery d ON d.id = o.delivery_id
JOIN indicators_source src ON src.id = d.source_id
"""

# For the others: walk back from the newest time to the first whose newest row known by then has a value.
FAR_SQL = """
SELECT {fields}
FROM ({series}) m
JOIN indicators_series s ON s.id = m.id AND NOT s.id = ANY(%(found)s)
CROSS JOIN LATERAL (
    SELECT c.at, c.value, c.quality, c.known_since, c.delivery_id FROM indicators_observation c
    WHERE c.series_id = s.id AND c.known_since <= %(as_of)s AND c.value IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM indicators_observation n
        WHERE n.series_id = c.series_id AND n.at = c.at AND n.known_since > c.known_since AND n.known_since <= %(as_of)s)
    ORDER BY c.at DESC LIMIT 1
) o
JOIN indicators_delivery d ON d.id = o.delivery_id
JOIN indicators_source src ON src.id = d.source_id
"""


def rows(indicators: Sequence[Indicator], within: Iterable[str] | None, as_of: datetime | None = None) -> list[Row]:
    """The newest known row of every series of the indicators in the regions and all below them (None = everywhere).

    One query; as of a moment two, the second for series that were silent then.
    """
    parameters: dict[str, Any] = {"indicators": [indicator.pk for indicator in indicators]}
    if within is None:
        regions = "true"
    else:
        parameters["codes"] = sorted(set(within))
        parameters["prefixes"] = [f"{code}.%" for code in parameters["codes"]]
        regions = "s.region_id = ANY(%(codes)s) OR s.region_id LIKE ANY(%(prefixes)s)"
    return _newest(WITHIN_SQL.format(regions=regions), parameters, indicators, as_of)


def rows_of(pairs: Iterable[Pair], indicators: Collection[Indicator], as_of: datetime | None = None) -> list[Row]:
    """The newest known row of every series of the pairs, each once, in as many queries as `rows`. `indicators` are those of the pairs."""
    own, deep = [], []
    for pair in pairs:
        own.append(pair[:2])
        if pair.below:
            deep.append(pair[:2])
    parameters: dict[str, Any] = {}
    for name, some in (("own", own), ("deep", deep)):
        parameters[name], parameters[f"{name}_codes"] = [pk for pk, _code in some], [code for _pk, code in some]
    return _newest(PAIRS_SQL, parameters, indicators, as_of)


def _newest(series: str, parameters: dict[str, Any], indicators: Collection[Indicator], as_of: datetime | None) -> list[Row]:
    if as_of is None:
        return _fetch(NOW_SQL, series, parameters)
    since_of = {one.pk: as_of - timedelta(seconds=Duration.parse(one.every).seconds * NEAR_PERIODS) for one in indicators}
    parameters |= {"as_of": as_of, "every": list(since_of), "sinces": list(since_of.values())}
    parameters |= {"since": min(since_of.values(), default=as_of), "until": as_of + AHEAD}
    every = _indicators_of(series, parameters) if closed_months() else {}
    thaw((one, since_of[indicator], parameters["until"]) for one, indicator in every.items())
    near = [row for row in _fetch(NEAR_SQL, series, parameters) if row.value is not None]
    parameters["found"] = [row.series for row in near]
    thaw_near([(one, MAX_AT, MAX_AT) for one in every.keys() - set(parameters["found"])], before=1, as_of=as_of)
    return near + _fetch(FAR_SQL, series, parameters)


def _indicators_of(series: str, parameters: dict[str, Any]) -> dict[int, int]:
    """The series that are asked for, each with its indicator."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s.id, s.indicator_id FROM ({series}) m JOIN indicators_series s ON s.id = m.id", parameters)  # noqa: S608
        return dict(cursor.fetchall())


def _fetch(sql: str, series: str, parameters: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(fields=FIELDS, series=series), parameters)
        found = cursor.fetchall()
    return [Row(r[0], r[1], r[2], read_dims(r[3]), r[4], moment_of(r[5]), r[6], r[7], moment_of(r[8]), r[9], r[10]) for r in found]


def read_dims(text: str) -> dict[str, str]:
    """A series' dims as a raw query gives them (Django leaves jsonb as text)."""
    return {} if text == "{}" else msgspec.json.decode(text, type=dict[str, str])
