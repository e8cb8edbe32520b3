"""Rows of closed months, brought back where they are read: called before every read of history, so that its SQL needs to know nothing.

A closed month is a partition of two parts: `_closed` for what its file holds, `_late` for what became known after it was closed. Reading a
series in a closed month first copies the series' rows from the file into `_closed`, once; `actions.sweep` empties it when nobody asked for
a while. Both parts together are history, `as_of` included, and the file alone is the record of the first.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from . import parquet
from .models import ClosedMonth

# How old this process's list of closed months may be, and its word that it uses one: far less than the pause before a month is swept.
FRESH_S = 60.0
SWEPT_AFTER = timedelta(hours=1)
# How many series are copied in one transaction, and how many of them are in memory at a time: a month of minutes has 44,640 rows.
SERIES_AT_A_TIME, SERIES_IN_MEMORY = 5000, 50
MIN_AT, MAX_AT = datetime(1800, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)

Window = tuple[int, datetime, datetime]


class _Memory:
    """What this process knows of closed months: the first moment of each → its name, oldest first."""

    months: dict[date, datetime] = {}
    read_at: float | None = None
    touched: dict[date, float] = {}


def forget() -> None:
    """Empties what this process remembers: after closing, and for tests."""
    _Memory.months, _Memory.read_at, _Memory.touched = {}, None, {}


def first_moment(month: date) -> datetime:
    """Where a month begins: partitions are cut in UTC."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def next_month(month: date) -> date:
    """The month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def part(month: date, name: str) -> str:
    """The table of one part of a closed month: `closed` or `late`."""
    return f"indicators_observation_{month:%Y_%m}_{name}"


def closed_months() -> list[date]:
    """Every closed month, oldest first. What was closed within the last minute is still in its place."""
    if _Memory.read_at is None or time.monotonic() - _Memory.read_at > FRESH_S:
        _Memory.months = {month: first_moment(month) for month in ClosedMonth.objects.values_list("month", flat=True)}
        _Memory.read_at = time.monotonic()
    return list(_Memory.months)


def thaw(windows: Iterable[Window]) -> None:
    """Brings back what the closed months hold of these series between two moments (both inclusive)."""
    months = closed_months()
    if not months:
        return
    wanted: dict[date, set[int]] = defaultdict(set)
    limits = [(month, first_moment(month), first_moment(next_month(month))) for month in months]
    newest = limits[-1][2]
    for series, since, until in windows:
        if since >= newest:
            continue
        for month, first, end in limits:
            if since < end and until >= first:
                wanted[month].add(series)
    if wanted:
        _bring_back(wanted)


# In order, so that two readers never wait for each other.
TOUCH_SQL = """
WITH stale AS (
    SELECT month FROM indicators_closedmonth WHERE month = ANY(%(months)s) AND used < %(before)s ORDER BY month FOR UPDATE)
UPDATE indicators_closedmonth c SET used = %(now)s FROM stale WHERE c.month = stale.month
"""

COLD_SQL = """
SELECT c.month, a.series FROM unnest(%(months)s::date[], %(series)s::bigint[]) AS a(month, series)
JOIN indicators_closedmonth c ON c.month = a.month AND NOT c.whole
WHERE NOT EXISTS (SELECT 1 FROM indicators_thawed t WHERE t.month = a.month AND t.series_id = a.series)
"""


def _cold(wanted: dict[date, set[int]]) -> dict[date, set[int]]:
    """Which of these series are not back yet. First it is told that the months are in use, so that none is swept meanwhile."""
    now = time.monotonic()
    stale = [month for month in wanted if now - _Memory.touched.get(month, -1e9) > FRESH_S]
    if stale:
        moment = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(TOUCH_SQL, {"months": stale, "now": moment, "before": moment - timedelta(seconds=FRESH_S)})
        _Memory.touched.update(dict.fromkeys(stale, now))
    pairs = [(month, series) for month, many in wanted.items() for series in many]
    found: dict[date, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(COLD_SQL, {"months": [month for month, _ in pairs], "series": [series for _, series in pairs]})
        for month, series in cursor.fetchall():
            found[month].add(series)
    return found


def _bring_back(wanted: dict[date, set[int]]) -> None:
    cold = _cold(wanted)
    if not cold:
        return
    for month in sorted(cold):
        order = sorted(cold[month])
        for at in range(0, len(order), SERIES_AT_A_TIME):
            some = order[at : at + SERIES_AT_A_TIME]
            try:
                _copy(month, some)
            except Rewritten:
                _copy(month, some)


class Rewritten(Exception):
    """The month's file was written anew meanwhile, without rows that were forgotten: read again."""


@transaction.atomic
def _copy(month: date, series: Sequence[int]) -> None:
    """The series that nobody else brings back now: whoever notes one first copies it, the others wait for that. Raises Rewritten."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO indicators_thawed (month, series_id) SELECT %s, unnest(%s::bigint[]) ON CONFLICT DO NOTHING RETURNING series_id",
            [month, list(series)],
        )
        ours = [row[0] for row in cursor.fetchall()]
        if not ours:
            return
        file = _file_of(month)
        with cursor.copy(
            f"COPY {part(month, 'closed')} (series_id, at, known_since, value, quality, delivery_id, note) FROM STDIN"
        ) as copy:
            for at in range(0, len(ours), SERIES_IN_MEMORY):
                copy.write(parquet.copy_text(settings.FILES_DIR / file, ours[at : at + SERIES_IN_MEMORY]))
        # The table is ours until the commit: nobody can write the file anew from here on.
        if _file_of(month) != file:
            raise Rewritten


def _file_of(month: date) -> str:
    return ClosedMonth.objects.values_list("file", flat=True).get(pk=month)


# Which series have fewer than `count` times with a value, as known at a moment, on one side of a time and up to a limit.
NEEDY_SQL = """
SELECT t.ord FROM unnest(%(series)s::bigint[], %(from)s::timestamptz[], %(to)s::timestamptz[]) WITH ORDINALITY AS t(id, first, last, ord)
WHERE (SELECT count(*) FROM (
    SELECT 1 FROM (
        SELECT DISTINCT ON (o.at) o.value FROM indicators_observation o
        WHERE o.series_id = t.id AND o.at >= t.first AND o.at <= t.last AND o.known_since <= %(as_of)s
        ORDER BY o.at {direction}, o.known_since DESC) k
    WHERE k.value IS NOT NULL LIMIT %(count)s) n) < %(count)s
"""


def thaw_near(windows: Sequence[Window], *, before: int = 0, after: int = 0, as_of: datetime | None = None) -> None:
    """Brings back so much that history holds `before` values before each series' window and `after` behind it, and all within.

    The months nearest to the window come first; it stops where enough is known, or nothing older (newer) is.
    """
    if not closed_months():
        return
    thaw(windows)
    if before:
        _reach({(series, low) for series, low, _high in windows}, before, as_of or MAX_AT, back=True)
    if after:
        _reach({(series, high) for series, _low, high in windows}, after, as_of or MAX_AT, back=False)


def hides(low: datetime, high: datetime) -> bool:
    """Whether some closed month lies between two moments: what is read there may not be all."""
    months = closed_months()
    if not months or first_moment(next_month(months[-1])) <= low:
        return False
    return any(first_moment(month) < high and first_moment(next_month(month)) > low for month in months)


Edge = tuple[int, datetime]


def _reach(edges: set[Edge], count: int, as_of: datetime, *, back: bool) -> None:
    months = closed_months()[:: -1 if back else 1]
    wanted: dict[date, set[Edge]] = {}
    for month in months:
        far = first_moment(month if back else next_month(month))
        reached = {edge for edge in edges if (edge[1] > far if back else edge[1] < far)}
        if reached and not wanted:  # most find enough before the first closed month
            enough = reached - _needy(reached, first_moment(next_month(month) if back else month), count, as_of, back=back)
            edges, reached = edges - enough, reached - enough
        if reached:
            wanted[month] = reached
    cold = _cold({month: {series for series, _ in found} for month, found in wanted.items()}) if wanted else {}
    for month in months:
        if month in cold:
            limit = first_moment(next_month(month) if back else month)
            needy = _needy({edge for edge in wanted[month] if edge[0] in cold[month]}, limit, count, as_of, back=back)
            if needy:
                _bring_back({month: {series for series, _ in needy}})


def _needy(edges: set[Edge], limit: datetime, count: int, as_of: datetime, *, back: bool) -> set[Edge]:
    """Those whose values between the edge and the limit are not enough. The edge itself is never counted."""
    if not edges:
        return set()
    least, order = timedelta(microseconds=1), sorted(edges)
    low = [limit if back else edge + least for _, edge in order]
    high = [edge - least if back else limit - least for _, edge in order]
    parameters: dict[str, Any] = {"series": [series for series, _ in order], "from": low, "to": high, "as_of": as_of, "count": count}
    with connection.cursor() as cursor:
        cursor.execute(NEEDY_SQL.format(direction="DESC" if back else "ASC"), parameters)
        return {order[row - 1] for (row,) in cursor.fetchall()}
