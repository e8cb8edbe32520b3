"""The SQL with which a delivery becomes history: called by actions.take_delivery only, inside its transaction.

Rows travel as arrays and are unpacked by PostgreSQL (`unnest`), which costs less than a row at a time and needs no staging table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection

from .checks import EPOCH, MICROSECOND, Placed, Rejudged, SeriesKey
from .closing.thawing import MAX_AT, thaw, thaw_near

# The channel on which the announcing loop is woken.
WAKE_CHANNEL = "pendopo_observed"

# An empty array: `unnest` fills its column with NULL.
NOTHING = "{}"

_months: set[tuple[int, int]] = set()


def array_text(values: Sequence[Any]) -> str:
    """A PostgreSQL array literal of numbers; None becomes NULL."""
    return "{" + ",".join(map(repr, values)).replace("None", "NULL") + "}"


def prepare_months(rows: Sequence[Placed]) -> None:
    """Creates the monthly partitions that the rows need and this process has not seen. Outside the delivery's transaction."""
    days = {row.at_us // 86_400_000_000 for row in rows}
    months = {((EPOCH + timedelta(days=day)).year, (EPOCH + timedelta(days=day)).month) for day in days} - _months
    with connection.cursor() as cursor:
        for year, month in sorted(months):
            cursor.execute("SELECT indicators_partition(%s::date)", [f"{year:04d}-{month:02d}-01"])
    _months.update(months)


def forget_months() -> None:
    """Empties what this process remembers of partitions."""
    _months.clear()


def series_ids(keys: Mapping[SeriesKey, dict[str, str]]) -> dict[SeriesKey, int]:
    """The ids of the series, created where new (asked twice or by two at once: the same id). Values are the series' dims."""
    if not keys:
        return {}
    order = sorted(keys)
    parameters = [[key[0] for key in order], [key[1] for key in order], [key[2] for key in order], [_json(keys[key]) for key in order]]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO indicators_series (indicator_id, region_id, dims_key, dims)
            SELECT i.id, k.region, k.dims_key, k.dims::jsonb
            FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS k(code, region, dims_key, dims)
            JOIN indicators_indicator i ON i.code = k.code
            ON CONFLICT ON CONSTRAINT series_is_unique DO NOTHING
            """,
            parameters,
        )
    return find_series(order)


def find_series(keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
    """The ids of those series that exist."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.code, s.region_id, s.dims_key, s.id
            FROM unnest(%s::text[], %s::text[], %s::text[]) AS k(code, region, dims_key)
            JOIN indicators_indicator i ON i.code = k.code
            JOIN indicators_series s ON s.indicator_id = i.id AND s.region_id = k.region AND s.dims_key = k.dims_key
            """,
            [[key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys]],
        )
        return {(code, region, dims): pk for code, region, dims, pk in cursor.fetchall()}


def stamp() -> tuple[datetime, int]:
    """The delivery's known_since and its id. From here to commit this transaction holds the clock: keep the way short."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indicators_stamp(), nextval('indicators_delivery_id_seq')")
        known_since, delivery = cursor.fetchone()
    return known_since, delivery


# What a delivery brings, and which of it is already known in the same words. Qualities, notes and deliveries may be empty: then every row
# is of quality 0, without a note, of this delivery.
SAME_SQL = """
WITH input AS MATERIALIZED (
    SELECT t.row, t.series_id, timestamptz 'epoch' + t.us * interval '1 microsecond' AS at, t.value,
        coalesce(t.quality, 0::smallint) AS quality, t.note, coalesce(t.delivery_id, %(delivery)s) AS delivery_id
    FROM unnest(%(series)s::bigint[], %(at)s::bigint[], %(values)s::float8[], %(qualities)s::smallint[], %(notes)s::text[],
                %(deliveries)s::bigint[]) WITH ORDINALITY AS t(series_id, us, value, quality, note, delivery_id, row)
), same AS (
    SELECT i.row FROM input i
    JOIN indicators_latest l ON l.series_id = i.series_id AND i.at <= l.newest
    CROSS JOIN LATERAL (
        SELECT o.value, o.quality, o.note FROM indicators_observation o
        WHERE o.series_id = i.series_id AND o.at = i.at
            AND o.at >= timestamptz 'epoch' + %(from)s * interval '1 microsecond'
            AND o.at <= timestamptz 'epoch' + %(to)s * interval '1 microsecond'
        ORDER BY o.known_since DESC LIMIT 1) k
    WHERE k.value IS NOT DISTINCT FROM i.value AND k.quality = i.quality AND k.note IS NOT DISTINCT FROM i.note
)
"""

KNOWN_SQL = f"{SAME_SQL} SELECT row FROM same"  # noqa: S608 – no text from outside

# One statement: what is already known is left out; the rest is appended; `latest` follows.
STORE_SQL = f"""
{SAME_SQL}, fresh AS (
    SELECT * FROM input i WHERE NOT EXISTS (SELECT 1 FROM same s WHERE s.row = i.row)
), stored AS (
    INSERT INTO indicators_observation (series_id, at, known_since, value, quality, delivery_id, note)
    SELECT series_id, at, %(stamp)s, value, quality, delivery_id, note FROM fresh
), told AS (
    INSERT INTO indicators_latest AS l (series_id, newest, at, value, quality, known_since, delivery_id)
    SELECT DISTINCT ON (series_id) series_id, at, at, value, quality, %(stamp)s, delivery_id FROM fresh WHERE value IS NOT NULL
    ORDER BY series_id, at DESC
    ON CONFLICT (series_id) DO UPDATE SET
        newest = greatest(l.newest, excluded.newest), at = excluded.at, value = excluded.value, quality = excluded.quality,
        known_since = excluded.known_since, delivery_id = excluded.delivery_id
    WHERE l.at IS NULL OR excluded.at >= l.at
)
SELECT row FROM same
"""  # noqa: S608 – no text from outside

# After a retraction: the newest time whose newest row still has a value, if any.
RETRACTED_SQL = """
INSERT INTO indicators_latest AS l (series_id, newest, at, value, quality, known_since, delivery_id)
SELECT t.series_id, timestamptz 'epoch' + t.us * interval '1 microsecond', c.at, c.value, coalesce(c.quality, 0), %(stamp)s, c.delivery_id
FROM (SELECT series_id, max(us) AS us FROM unnest(%(series)s::bigint[], %(at)s::bigint[]) AS u(series_id, us) GROUP BY 1) t
LEFT JOIN LATERAL (
    SELECT o.at, o.value, o.quality, o.delivery_id FROM indicators_observation o
    WHERE o.series_id = t.series_id AND o.value IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM indicators_observation x
        WHERE x.series_id = o.series_id AND x.at = o.at AND x.known_since > o.known_since)
    ORDER BY o.at DESC LIMIT 1
) c ON true
ON CONFLICT (series_id) DO UPDATE SET
    newest = greatest(l.newest, excluded.newest), at = excluded.at, value = excluded.value, quality = excluded.quality,
    known_since = excluded.known_since, delivery_id = excluded.delivery_id
"""


@dataclass(frozen=True)
class Packed:
    """Rows ready for PostgreSQL. Made before the clock is held, because it takes a while."""

    lines: Sequence[Placed]
    series: list[int]
    parameters: dict[str, Any]

    @property
    def earliest(self) -> datetime | None:
        """The earliest time that the rows speak of; None without rows."""
        return EPOCH + self.parameters["from"] * MICROSECOND if self.lines else None

    def rows(self, numbers: Iterable[tuple[int]]) -> set[int]:
        """The senders' numbers of the rows that the SQL counts from 1."""
        return {self.lines[number - 1].row for (number,) in numbers}


def pack(rows: Sequence[Placed], ids: Mapping[SeriesKey, int], rejudged: Sequence[Rejudged] = ()) -> Packed:
    """The rows of a delivery and the known rows that it changes the verdict of (their numbers are negative).

    What they are compared with is brought back from closed months.
    """
    lines = [*rows, *(Placed(-1 - n, change.key, *change[1:5]) for n, change in enumerate(rejudged))]
    series = [ids[line.key] for line in lines]
    times = [line.at_us for line in lines]
    thaw((ids[line.key], at, at) for line in lines for at in (EPOCH + line.at_us * MICROSECOND,))
    qualities = [line.quality for line in lines]
    notes = [line.note for line in lines]
    parameters = {
        "series": array_text(series),
        "at": array_text(times),
        "values": array_text([line.value for line in lines]),
        "qualities": array_text(qualities) if any(qualities) else NOTHING,
        "notes": notes if any(notes) else NOTHING,
        "deliveries": array_text([None] * len(rows) + [change.delivery for change in rejudged]) if rejudged else NOTHING,
        "from": min(times, default=0),
        "to": max(times, default=0),
    }
    return Packed(lines, series, parameters)


def already_known(rows: Sequence[Placed], ids: Mapping[SeriesKey, int]) -> set[int]:
    """The numbers of the rows that are known in the same words; writes nothing."""
    packed = pack(rows, ids)
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_SQL, {**packed.parameters, "delivery": 0})
        return packed.rows(cursor.fetchall())


def store(packed: Packed, *, delivery: int, known_since: datetime) -> set[int]:
    """Appends what is news and keeps `latest`. Returns the numbers of the rows that were already known in the same words."""
    if not packed.lines:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(STORE_SQL, {**packed.parameters, "delivery": delivery, "stamp": known_since})
        same = packed.rows(cursor.fetchall())
        spots = zip(packed.series, packed.lines, strict=True)
        retracted = [(series, line.at_us) for series, line in spots if line.value is None and line.row not in same]
        if retracted:
            parameters = {"series": array_text([series for series, _ in retracted]), "at": array_text([at for _, at in retracted])}
            thaw_near([(series, MAX_AT, MAX_AT) for series, _ in retracted], before=1)
            cursor.execute(RETRACTED_SQL, {**parameters, "stamp": known_since})
        cursor.execute(f"NOTIFY {WAKE_CHANNEL}")
    return same


def _json(dims: dict[str, str]) -> str:
    return msgspec.json.encode(dims).decode()
