"""History as it was known at a moment: raw rows page by page, buckets in the government's zone, and the points of a trend.

Every read takes `as_of`: only rows with `known_since` ≤ it count, and of one series and time the newest such row stands. A retracted time
is left out.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import Q

from .closing.thawing import thaw
from .latest import utc_text
from .logic import QUALITY_WORDS, dims_key, moment_of
from .models import Indicator, Series, Source
from .periods.pieces import both
from .periods.reading import split

PAGE = 1000
SUPPRESSED = "suppressed"
# How many series one statement reads at a time; a page that is full stops before the next.
SERIES_AT_A_TIME = 200

BUCKETS = {"1h": "hour", "1d": "day", "1w": "week", "1M": "month"}
AGGREGATES = {
    "mean": "sum(o.total) / sum(o.n)",
    "sum": "sum(o.total)",
    "min": "min(o.low)",
    "max": "max(o.high)",
    "last": "(array_agg(o.last ORDER BY o.at DESC))[1]",
    "count": "sum(o.n)::float8",
}


@dataclass(frozen=True)
class Question:
    """What is asked of history. `since` inclusive, `until` exclusive; `region` means itself and everything below; None = no limit."""

    indicators: Sequence[int]
    region: str | None = None
    dims: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None
    every: str | None = None
    agg: str = "mean"


class Known(NamedTuple):
    """One value as it was known. For a bucket: `at` is its start, quality the worst, known_since the newest of its rows.

    What is `hidden` (few people, see `concealing`) is told without its value, with the note `suppressed`.
    """

    indicator: str
    region: str
    dims: dict[str, str]
    at: datetime
    value: float
    quality: str
    source: str
    known_since: datetime
    note: str | None
    hidden: bool = False

    @property
    def told(self) -> float | None:
        """The value as it leaves the house."""
        return None if self.hidden else self.value

    @property
    def remark(self) -> str | None:
        """The note as it leaves the house."""
        return SUPPRESSED if self.hidden else self.note

    def as_json(self) -> dict[str, Any]:
        """In the shape of GET /api/v1/observations."""
        answer: dict[str, Any] = {
            "indicator": self.indicator,
            "region": self.region,
            "at": utc_text(self.at),
            "value": self.told,
            "quality": self.quality,
            "source": self.source,
            "known_since": utc_text(self.known_since),
        }
        if self.dims:
            answer["dims"] = self.dims
        if self.remark:
            answer["note"] = self.remark
        return answer


# Of one series: the newest known row of every time, without the retracted ones.
KNOWN_SQL = """
    SELECT DISTINCT ON (x.at) x.at, x.value, x.quality, x.known_since, x.delivery_id, x.note FROM indicators_observation x
    WHERE x.series_id = s.id AND x.at >= %(since)s AND x.at < %(until)s AND x.known_since <= %(as_of)s
    ORDER BY x.at, x.known_since DESC
"""

RAW_SQL = f"""
SELECT s.ord, (extract(epoch FROM o.at) * 1000000)::bigint, o.value, o.quality, d.source_id::text,
    (extract(epoch FROM o.known_since) * 1000000)::bigint, o.note
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS s(id, ord)
CROSS JOIN LATERAL ({KNOWN_SQL}) o
JOIN indicators_delivery d ON d.id = o.delivery_id
WHERE o.value IS NOT NULL AND (s.ord > 1 OR o.at > %(after)s)
ORDER BY s.ord, o.at LIMIT %(limit)s
"""  # noqa: S608 – no text from outside

# Of kept hours or days and of the rows beside them, period by period. Sources come as the texts of their numbers.
BUCKET_SQL = """
WITH pieces AS ({pieces})
SELECT s.ord, (extract(epoch FROM b.bucket) * 1000000)::bigint, {aggregate}, max(o.quality),
    string_agg(DISTINCT array_to_string(o.sources, ','), ','), (extract(epoch FROM max(o.known_since)) * 1000000)::bigint, NULL
FROM unnest(%(all)s::bigint[]) WITH ORDINALITY AS s(id, ord)
JOIN pieces o ON o.series_id = s.id
CROSS JOIN LATERAL (SELECT date_trunc(%(bucket)s, o.at, %(zone)s) AS bucket) b
WHERE s.ord > 1 OR b.bucket > %(after)s
GROUP BY s.ord, b.bucket ORDER BY s.ord, b.bucket LIMIT %(limit)s
"""

MIN_AT, MAX_AT = "1800-01-01T00:00:00Z", "2300-01-01T00:00:00Z"
EARLIEST, LATEST = datetime.fromisoformat(MIN_AT), datetime.fromisoformat(MAX_AT)


def series_of(question: Question) -> list[Series]:
    """The series that the question reaches, ordered by indicator, region, dims."""
    found = Series.objects.filter(indicator__in=question.indicators).select_related("indicator")
    if question.region is not None:
        found = found.filter(Q(region_id=question.region) | Q(region__code__startswith=f"{question.region}."))
    for name, value in question.dims:
        found = found.filter(dims__contains={name: value})
    return sorted(found, key=lambda line: (line.indicator.code, line.region_id, line.dims_key))


def forgetful(indicators: Iterable[Indicator], since: datetime | None) -> list[Indicator]:
    """Those that have forgotten rows from a moment on: only their hours and days tell of that time."""
    return [one for one in indicators if one.raw_since is not None and (since is None or since < one.raw_since)]


def page(question: Question, cursor: str | None = None, limit: int = PAGE) -> tuple[list[Known], str | None]:
    """One page of what was known, and the cursor of the next. Raises ValueError for a cursor that is none of ours."""
    series = series_of(question)
    start, after = _resume(series, cursor) if cursor else (0, MIN_AT)
    found: list[Known] = []
    for first in range(start, len(series), SERIES_AT_A_TIME):
        chunk = series[first : first + SERIES_AT_A_TIME]
        found.extend(_read(question, chunk, after, limit + 1 - len(found)))
        after = MIN_AT
        if len(found) > limit:
            last = found[limit - 1]
            return found[:limit], _cursor(last)
    return found, None


def iterate(question: Question) -> Iterator[Known]:
    """Everything the question reaches, ordered by indicator, region, dims, at: for exports."""
    cursor: str | None = None
    while True:
        found, cursor = page(question, cursor, 10_000)
        yield from found
        if cursor is None:
            return


def _read(question: Question, series: Sequence[Series], after: str, limit: int) -> list[Known]:
    since, until, as_of = question.since or EARLIEST, question.until or LATEST, question.as_of or LATEST
    parameters: dict[str, Any] = {"as_of": as_of, "after": after, "limit": limit, "zone": settings.TIME_ZONE}
    if question.every is None:
        parameters |= {"ids": [line.pk for line in series], "since": since, "until": until}
        thaw((line.pk, since, until) for line in series)
        found = _fetch(RAW_SQL, parameters)
    else:
        found = _fetch(*_by_buckets(question, series, (since, until, as_of), parameters))
    heads = [(line.indicator.code, line.region_id, line.dims) for line in series]
    return [
        Known(code, region, dims, moment_of(at), value, QUALITY_WORDS[q], source, moment_of(known_since), note)
        for order, at, value, q, source, known_since, note in found
        for code, region, dims in (heads[order - 1],)
    ]


def _by_buckets(
    question: Question, series: Sequence[Series], when: tuple[datetime, datetime, datetime], parameters: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The SQL of hours, days, weeks or months, and its parameters: from what is kept where that is exact, else from the rows."""
    grain = "hour" if question.every == "1h" else "day"
    since, until, as_of = when
    parts = split([(line, since, until) for line in series], grain, as_of)
    thaw(parts.raw)
    parameters |= parts.parameters()
    parameters |= {"all": [line.pk for line in series], "bucket": BUCKETS[question.every or "1d"]}
    return BUCKET_SQL.format(pieces=both(grain), aggregate=AGGREGATES[question.agg]), parameters


def _fetch(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows, with the codes of their sources."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    numbers = {text: sorted({int(number) for number in text.split(",")}) for text in {row[4] for row in found}}
    codes = dict(Source.objects.filter(pk__in={n for many in numbers.values() for n in many}).values_list("pk", "code")) if numbers else {}
    words = {text: ", ".join(sorted(codes[number] for number in many)) for text, many in numbers.items()}
    return [(*row[:4], words[row[4]], *row[5:]) for row in found]


def _cursor(last: Known) -> str:
    place = [last.indicator, last.region, dims_key(last.dims), last.at.isoformat()]
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _resume(series: Sequence[Series], cursor: str) -> tuple[int, str]:
    """Where to go on: the index of the series and the time after which."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        code, region, dims, at = msgspec.json.decode(text, type=tuple[str, str, str, str])
        datetime.fromisoformat(at)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise ValueError("cursor") from None
    place = (code, region, dims)
    for index, line in enumerate(series):
        here = (line.indicator.code, line.region_id, line.dims_key)
        if here >= place:
            return index, at if here == place else MIN_AT
    return len(series), MIN_AT


class Point(NamedTuple):
    """One point of a trend. A roll-up says how many regions it holds; an incomplete sum is no total."""

    at: datetime
    value: float | None
    quality: str
    reporting: int
    expected: int
