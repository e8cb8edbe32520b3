"""Which part of a question the kept hours and days can answer exactly, and which the raw rows must.

A kept period answers when all that was known at the moment asked for is in it, and nothing else: whole within the question, before
anything that became known since the last `follow`, and with no later word in it. The rest is read from the raw rows, so that the answer is
always the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from ..closing.thawing import MAX_AT, MIN_AT
from ..logic import Duration
from ..models import Series
from .models import KeptPeriods

GRAINS = {"hour": Duration(1, "h"), "day": Duration(1, "d")}
Window = tuple[int, datetime, datetime]


@dataclass
class Split:
    """The windows (series, since, until exclusive) that the kept periods answer, and those that the raw rows must."""

    grain: str
    kept: list[Window] = field(default_factory=list)
    raw: list[Window] = field(default_factory=list)

    def parameters(self) -> dict[str, Any]:
        """What the SQL of `pieces.both` takes."""
        kept, kept_sinces, kept_untils = columns(self.kept)
        ids, sinces, untils = columns(self.raw)
        return {
            "kept": kept,
            "kept_sinces": kept_sinces,
            "kept_untils": kept_untils,
            "ids": ids,
            "sinces": sinces,
            "untils": untils,
        }


def columns(windows: Sequence[Window]) -> tuple[list[int], list[datetime], list[datetime]]:
    """Windows as the three arrays that the SQL takes."""
    return [w[0] for w in windows], [w[1] for w in windows], [w[2] for w in windows]


def zone() -> ZoneInfo:
    """The government's zone."""
    return ZoneInfo(settings.TIME_ZONE)


def start_of(grain: str, at: datetime) -> datetime:
    """The start (UTC) of the hour or day that holds a moment."""
    return GRAINS[grain].period_start(at, zone()).astimezone(UTC)


def next_start(grain: str, at: datetime) -> datetime:
    """The start (UTC) of the hour or day after the one that holds a moment."""
    start = GRAINS[grain].period_start(at, zone())
    return GRAINS[grain].period_start(GRAINS[grain].after(start, zone()), zone()).astimezone(UTC)


# Up to where the periods have everything that was known at a moment: the earliest time of which something was said since.
CLEAN_SQL = """
SELECT min(d.earliest) FROM indicators_periodsposition p JOIN indicators_delivery d ON d.known_since > p.through AND d.known_since <= %s
"""


def clean_until(as_of: datetime) -> datetime:
    """The first moment of which the kept periods may not yet hold what was known at `as_of`."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAN_SQL, [as_of])
        found: datetime | None = cursor.fetchone()[0]
    return found or MAX_AT


def split(asked: Sequence[tuple[Series, datetime, datetime]], grain: str, as_of: datetime) -> Split:
    """Splits questions over series between two moments (`until` exclusive) by who can answer them as of a moment."""
    answer = Split(grain)
    kept = set(KeptPeriods.objects.filter(zone=settings.TIME_ZONE, **{f"{grain}s": True}).values_list("indicator_id", flat=True))
    clean = clean_until(as_of) if any(line.indicator_id in kept for line, _since, _until in asked) else MIN_AT
    inner: dict[tuple[datetime, datetime], tuple[datetime, datetime]] = {}  # most questions ask many series for the same stretch
    for line, since, until in asked:
        if (since, until) not in inner:
            inner[since, until] = _whole(grain, since, min(until, clean))
        first, end = inner[since, until]
        if line.indicator_id not in kept or end <= first:
            answer.raw.append((line.pk, since, until))
            continue
        answer.kept.append((line.pk, first, end))
        answer.raw.extend(window for window in ((line.pk, since, first), (line.pk, end, until)) if window[1] < window[2])
    answer.raw.extend(_later_words(answer, as_of))
    answer.raw.sort()
    return answer


def _whole(grain: str, since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The whole hours or days between two moments."""
    first = since if since <= MIN_AT or start_of(grain, since) == since else next_start(grain, since)
    return first, until if until >= MAX_AT or until <= MIN_AT else start_of(grain, until)


# Periods in which something was said after the moment, or whose sum does not fit into a double.
LATER_SQL = """
SELECT p.series_id, p.at FROM unnest(%(ids)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[]) AS w(id, since, until)
JOIN indicators_{grain} p ON p.series_id = w.id AND p.at >= w.since AND p.at < w.until
WHERE p.newest > %(as_of)s OR (p.n > 0 AND p.total IS NULL) ORDER BY 1, 2
"""


def _later_words(answer: Split, as_of: datetime) -> list[Window]:
    """Windows of the periods that must be read from the raw rows, neighbours joined."""
    if not answer.kept:
        return []
    ids, sinces, untils = columns(answer.kept)
    found: list[Window] = []
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"ids": ids, "sinces": sinces, "untils": untils, "as_of": as_of}
        cursor.execute(LATER_SQL.format(grain=answer.grain), parameters)
        for series, at in cursor.fetchall():
            end = next_start(answer.grain, at)
            if found and found[-1][0] == series and found[-1][2] == at:
                found[-1] = (series, found[-1][1], end)
            else:
                found.append((series, at, end))
    return found
