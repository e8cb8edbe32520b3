"""Reads how contracts were kept: which periods of a source's series arrived, and which of them in time."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from ..closing.thawing import hides, thaw
from ..latest import contract_of
from ..models import Delivery, Indicator, Source
from .logic import DAY, Kept, expected, periods_due, wait_of
from .models import Roster

ARRIVED_SQL = """
WITH told AS (
    SELECT o.series_id, width_bucket(o.at, %(starts)s::timestamptz[]) AS n, min(o.known_since) AS known
    FROM indicators_observation o
    JOIN indicators_series s ON s.id = o.series_id
    JOIN indicators_delivery d ON d.id = o.delivery_id
    WHERE s.indicator_id = %(indicator)s AND d.source_id = %(source)s
        AND o.at >= %(first)s AND o.at < %(end)s AND o.value IS NOT NULL
    GROUP BY 1, 2
)
SELECT count(*), count(*) FILTER (WHERE known <= (%(starts)s::timestamptz[])[n] + %(wait)s) FROM told
"""


def span_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A day of the zone as two moments, the second exclusive."""
    return datetime.combine(day, time(), zone), datetime.combine(day + DAY, time(), zone)


def first_heard(source: Source) -> datetime | None:
    """When the source's first delivery came: before, nothing was due from it."""
    return Delivery.objects.filter(source=source).order_by("id").values_list("received", flat=True).first()


def kept_on(source: Source, indicator: Indicator, since: datetime, day: date, now: datetime, zone: ZoneInfo) -> Kept:
    """How the contract stood on the day, as far as its periods' time had run out by `now`."""
    start, end = span_of(day, zone)
    contract = contract_of(indicator)
    starts = periods_due(contract, max(start, since), min(end, now), zone)
    if not starts:
        return Kept(0, 0, 0)
    roster = Roster.objects.filter(source=source, series__indicator=indicator).values_list("first", "last")
    due = sum(expected(starts, contract.every.period_start(first, zone), last) for first, last in roster)
    arrived, in_time = _arrived(source, indicator, starts, contract.every.after(starts[-1], zone), wait_of(contract))
    return Kept(due, in_time, arrived)


def _arrived(source: Source, indicator: Indicator, starts: Sequence[datetime], end: datetime, wait: timedelta) -> tuple[int, int]:
    parameters: dict[str, Any] = {
        "starts": list(starts),
        "indicator": indicator.pk,
        "source": source.pk,
        "first": starts[0],
        "end": end,
        "wait": wait,
    }
    series = Roster.objects.filter(source=source, series__indicator=indicator).values_list("series_id", flat=True)
    if hides(starts[0], end):
        thaw((pk, starts[0], end) for pk in series)
    with connection.cursor() as cursor:
        cursor.execute(ARRIVED_SQL, parameters)
        arrived, in_time = cursor.fetchone()
        return arrived, in_time
