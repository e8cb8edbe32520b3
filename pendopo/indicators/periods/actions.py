"""The verbs of hours and days: `follow` takes in what became known, `build` makes those of an indicator anew, `bring_up` does what is due.

An hour or day is always made whole from the rows that are known, never changed by a difference; so doing it again changes nothing, and a
correction, a retraction or a late row need no thought of their own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from ..closing.thawing import MAX_AT, MIN_AT, thaw
from ..derivation.reading import next_stamp
from ..logic import Duration
from ..models import Indicator, Series
from .models import KeptPeriods, PeriodsPosition
from .pieces import COLUMNS, FROM_HOURS, from_rows
from .reading import columns, next_start, start_of

# Held while hours and days are made, so that two work processes never do the same.
LOCK = 0x70657269
# An indicator that reports at most half as often as this has hours or days: else they would be as many as the rows.
HOURS_FROM_S, DAYS_FROM_S = 1800, 43_200
SERIES_AT_A_TIME = 100

CHANGES = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", ")[2:])
KEEP_SQL = """
INSERT INTO indicators_{grain} ({columns}) {source} ON CONFLICT (series_id, at) DO UPDATE SET {changes}
"""

Windows = Sequence[tuple[int, datetime, datetime]]


class Grains(NamedTuple):
    """Which periods of an indicator are kept."""

    hours: bool
    days: bool


def wanted(indicator: Indicator) -> Grains:
    """Which hours and days an indicator should have: by its cadence; days also where rows are, or were, forgotten."""
    every = Duration.parse(indicator.every).seconds
    return Grains(every <= HOURS_FROM_S, every <= DAYS_FROM_S or bool(indicator.keep) or indicator.raw_since is not None)


def bring_up() -> bool:
    """Takes in what became known, then builds one indicator that lacks its hours or days. Whether there is more to do at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
        try:
            behind = follow()
            lacking = _lacking()
            if lacking is not None:
                build(lacking)
            return behind or lacking is not None
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def catch_up() -> None:
    """Takes in everything that is committed: before rows leave the tables in which `follow` looks. Waits for who is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            while follow():
                pass
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def complete(indicator: Indicator) -> bool:
    """Whether the hours and days that an indicator should have are there."""
    line = KeptPeriods.objects.filter(pk=indicator.pk, zone=settings.TIME_ZONE).first()
    return line is not None and (line.hours, line.days) == wanted(indicator)


def _lacking() -> Indicator | None:
    kept = {line.indicator_id: line for line in KeptPeriods.objects.filter(zone=settings.TIME_ZONE)}
    for indicator in Indicator.objects.order_by("pk"):
        line, want = kept.get(indicator.pk), wanted(indicator)
        if (want.hours or want.days) and (line is None or (line.hours, line.days) != want):
            return indicator
    return None


def build(indicator: Indicator) -> None:
    """Makes the hours and days of one indicator from all its raw rows, closed months included. They are read when all are there."""
    want = wanted(indicator)
    line, _new = KeptPeriods.objects.get_or_create(indicator=indicator, defaults={"zone": settings.TIME_ZONE})
    KeptPeriods.objects.filter(pk=line.pk).update(hours=False, days=False, zone=settings.TIME_ZONE)
    since = indicator.raw_since or MIN_AT
    series = list(Series.objects.filter(indicator=indicator).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(series), SERIES_AT_A_TIME):
        ids = series[first : first + SERIES_AT_A_TIME]
        windows = [(pk, since, MAX_AT) for pk in ids]
        with transaction.atomic():
            _drop(ids, since)
            _make(windows if want.hours else [], windows if want.days else [], windows if want.hours else [])
    KeptPeriods.objects.filter(pk=line.pk).update(hours=want.hours, days=want.days)


def _drop(ids: Iterable[int], since: datetime) -> None:
    with connection.cursor() as cursor:
        for grain in ("hour", "day"):
            cursor.execute(f"DELETE FROM indicators_{grain} WHERE series_id = ANY(%s) AND at >= %s", [list(ids), since])  # noqa: S608


# Where something became known: the series and the hours.
NEWS_SQL = """
WITH news AS MATERIALIZED (
    SELECT o.series_id, date_trunc('hour', o.at, %(zone)s) AS at FROM indicators_observation o
    WHERE o.known_since > %(after)s AND o.known_since <= %(through)s
)
SELECT n.series_id, n.at, k.hours, k.days FROM (SELECT DISTINCT series_id, at FROM news) n
JOIN indicators_series s ON s.id = n.series_id
JOIN indicators_indicator i ON i.id = s.indicator_id AND (i.raw_since IS NULL OR n.at >= i.raw_since)
JOIN indicators_keptperiods k ON k.indicator_id = i.id AND k.zone = %(zone)s
"""


def follow() -> bool:
    """Makes anew every hour and day in which something became known since the last time. Whether more is waiting.

    A row that comes for a time whose raw rows were forgotten changes no hour or day.
    """
    position = PeriodsPosition.objects.get(pk=1)
    through = next_stamp(position.through)
    if through <= position.through:
        return False
    hours: set[tuple[int, datetime]] = set()
    days: set[tuple[int, datetime]] = set()
    by_hour: dict[int, bool] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a month that was never analysed would be read whole
        cursor.execute(NEWS_SQL, {"after": position.through, "through": through, "zone": settings.TIME_ZONE})
        for series, at, has_hours, has_days in cursor.fetchall():
            by_hour[series] = has_hours
            if has_hours:
                hours.add((series, at))
            if has_days:
                days.add((series, at))
    day_windows = _days_of(days)
    ends = {at: next_start("hour", at) for at in {at for _series, at in hours}}
    with transaction.atomic():
        _make(
            [(series, at, ends[at]) for series, at in sorted(hours)],
            [window for window in day_windows if not by_hour[window[0]]],
            [window for window in day_windows if by_hour[window[0]]],
        )
        PeriodsPosition.objects.filter(pk=1).update(through=through)
    return next_stamp(through) > through


def _days_of(hours: Collection[tuple[int, datetime]]) -> list[tuple[int, datetime, datetime]]:
    """The days that hold these hours of series."""
    found: dict[datetime, set[int]] = defaultdict(set)
    days = {at: start_of("day", at) for at in {at for _series, at in hours}}  # many series speak of the same hour
    for series, at in hours:
        found[days[at]].add(series)
    ends = {day: next_start("day", day) for day in found}
    return sorted((series, day, ends[day]) for day, many in found.items() for series in many)


def _make(hours: Windows, days_of_rows: Windows, days_of_hours: Windows) -> None:
    """Makes the periods of these windows: hours first, since days are made of them where they are kept."""
    _keep("hour", from_rows("hour"), hours, raw=True)
    _keep("day", from_rows("day"), days_of_rows, raw=True)
    _keep("day", FROM_HOURS, days_of_hours, raw=False)


def _keep(grain: str, source: str, windows: Windows, *, raw: bool) -> None:
    if not windows:
        return
    if raw:
        thaw(windows)
    ids, sinces, untils = columns(windows)
    parameters: dict[str, Any] = {"ids": ids, "sinces": sinces, "untils": untils}
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP_SQL.format(grain=grain, columns=COLUMNS, source=source, changes=CHANGES),
            {**parameters, "zone": settings.TIME_ZONE, "as_of": MAX_AT},
        )
