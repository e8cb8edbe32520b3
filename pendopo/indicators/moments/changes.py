"""What was said between two moments: every newer word about a series and time, beside the word before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import connection

from ..closing.thawing import MAX_AT, MIN_AT, thaw
from ..latest import utc_text
from ..logic import QUALITY_WORDS
from ..models import Series

Kind = Literal["arrived", "corrected", "noted", "retracted", "restored"]

FIRST = "-infinity"
LAST = "infinity"

SQL = """
SELECT w.place, o.at, o.value, o.quality, o.known_since, o.note, o.delivery_id, p.known_since, p.value, p.quality, p.delivery_id
FROM unnest(%(ids)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[]) WITH ORDINALITY AS w(id, since, until, place)
CROSS JOIN LATERAL (
    SELECT x.at, x.value, x.quality, x.known_since, x.note, x.delivery_id FROM indicators_observation x
    WHERE x.series_id = w.id AND x.at >= w.since AND x.at <= w.until AND x.known_since > %(after)s AND x.known_since <= %(until)s
) o
LEFT JOIN LATERAL (
    SELECT e.known_since, e.value, e.quality, e.delivery_id FROM indicators_observation e
    WHERE e.series_id = w.id AND e.at = o.at AND e.known_since < o.known_since ORDER BY e.known_since DESC LIMIT 1
) p ON true
WHERE (w.place, o.at, o.known_since) > (%(place)s, %(at)s::timestamptz, %(known)s::timestamptz)
ORDER BY w.place, o.at, o.known_since LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Span:
    """A series, and the times (RFC 3339, both inclusive) that are asked about."""

    series: Series
    since: str = FIRST
    until: str = LAST


@dataclass(frozen=True)
class Place:
    """After which answer to go on: the number of the span from 1, the time, the stamp."""

    span: int = 0
    at: str = FIRST
    known: str = FIRST


@dataclass(frozen=True)
class Change:
    """A newer word. `before` is the value that it replaced; `known_before` when that was said, None when the word is the first."""

    series: Series
    at: datetime
    value: float | None
    quality: str
    known_since: datetime
    note: str | None
    delivery: int
    known_before: datetime | None
    before: float | None
    quality_before: str | None
    delivery_before: int | None
    span: int

    @property
    def kind(self) -> Kind:
        """What the word did: a first report, a new value, the same value with another quality or note, taken back, said again."""
        return kind_of(self.known_before is not None, self.before, self.value)

    def as_json(self) -> dict[str, Any]:
        """In the shape of an observation, with what it replaced."""
        answer: dict[str, Any] = {"kind": self.kind, "indicator": self.series.indicator.code, "region": self.series.region_id}
        answer |= {"at": utc_text(self.at), "value": self.value, "quality": self.quality, "known_since": utc_text(self.known_since)}
        answer |= {"delivery": self.delivery, "before": None}
        if self.known_before is not None:
            answer["before"] = {"value": self.before, "quality": self.quality_before, "known_since": utc_text(self.known_before)}
            answer["before"]["delivery"] = self.delivery_before
        return answer | ({"dims": self.series.dims} if self.series.dims else {}) | ({"note": self.note} if self.note else {})


def kind_of(known: bool, before: float | None, value: float | None) -> Kind:
    """What a word does to the one before it."""
    if value is None:
        return "retracted"
    if not known:
        return "arrived"
    if before is None:
        return "restored"
    return "noted" if before == value else "corrected"


def _moment(text: str, endless: datetime) -> datetime:
    return endless if text in (FIRST, LAST) else datetime.fromisoformat(text)


def changes(spans: Sequence[Span], after: datetime, until: datetime, *, start: Place | None = None, limit: int = 10_000) -> list[Change]:
    """Everything said about the spans after one moment and up to another, by span, time and stamp. One query."""
    if not spans:
        return []
    place = start or Place()
    parameters: dict[str, Any] = {
        "ids": [span.series.pk for span in spans],
        "sinces": [span.since for span in spans],
        "untils": [span.until for span in spans],
        "after": after,
        "until": until,
        "place": place.span,
        "at": place.at,
        "known": place.known,
        "limit": limit,
    }
    thaw((span.series.pk, _moment(span.since, MIN_AT), _moment(span.until, MAX_AT)) for span in spans)
    with connection.cursor() as cursor:
        cursor.execute(SQL, parameters)
        rows = cursor.fetchall()
    return [
        Change(
            spans[span - 1].series,
            at,
            value,
            QUALITY_WORDS[quality],
            known,
            note,
            delivery,
            known_before,
            before,
            None if quality_before is None else QUALITY_WORDS[quality_before],
            delivery_before,
            span,
        )
        for span, at, value, quality, known, note, delivery, known_before, before, quality_before, delivery_before in rows
    ]
