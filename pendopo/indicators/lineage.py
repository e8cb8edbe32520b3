"""Where a number comes from: formula, inputs, rows, deliveries and files, as it was known at a moment. For any figure, sent, derived or
rolled up. What the reader may not see is named and withheld.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from pendopo.agencies.access import may
from pendopo.regions.models import Region

from .closing.thawing import thaw, thaw_near
from .derivation.models import Computation
from .derivation.reading import MAX_AT
from .derivation.retracing import Retraced, retrace
from .derivation.world import Place
from .latest import Ask, Figure, asked, figures, utc_text
from .logic import QUALITY_WORDS, Duration, Part, dims_key, roll_up
from .models import Delivery, Indicator, Series, Source
from .newest import read_dims
from .reader import Reader


@dataclass(frozen=True)
class Word:
    """One stored row: what was said about a series and time, when, and in which delivery. `value` None = a retraction."""

    indicator: str
    region: str
    dims: dict[str, str]
    at: datetime
    value: float | None
    quality: str
    known_since: datetime
    note: str | None
    delivery: int

    def as_json(self) -> dict[str, Any]:
        """In the shape of an observation, with its delivery."""
        answer: dict[str, Any] = {"indicator": self.indicator, "region": self.region, "at": utc_text(self.at), "value": self.value}
        answer |= {"quality": self.quality, "known_since": utc_text(self.known_since), "delivery": self.delivery}
        return answer | ({"dims": self.dims} if self.dims else {}) | ({"note": self.note} if self.note else {})


@dataclass
class Lineage:
    """The origin of one figure. `kind` is sent, derived, rolled, or none (nothing was known).

    `words` are all that was said about this series and time, newest first; `inputs` the rows it was made of; `withheld` the codes of inputs
    that the reader may not see.
    """

    indicator: Indicator
    region: str
    kind: str = "none"
    at: datetime | None = None
    value: float | None = None
    quality: str | None = None
    known_since: datetime | None = None
    dims: dict[str, str] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)
    inputs: list[Word] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    retraced: Retraced | None = None
    coverage: tuple[int, int] = (0, 0)
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def proven(self) -> bool | None:
        """Whether the formula still gives the stored value from the stored rows; None where there is no formula."""
        return None if self.retraced is None else self.retraced.value == self.value


WORDS_SQL = """
SELECT i.code, s.region_id, s.dims, o.at, o.value, o.quality, o.known_since, o.note, o.delivery_id
FROM indicators_observation o
JOIN indicators_series s ON s.id = o.series_id
JOIN indicators_indicator i ON i.id = s.indicator_id
WHERE o.series_id = ANY(%(ids)s) AND o.at >= %(since)s AND o.at < %(until)s AND o.known_since <= %(as_of)s
ORDER BY o.series_id, o.at DESC, o.known_since DESC
"""
# The newest time of a series that still had a value at a moment.
NEWEST_SQL = """
SELECT c.at FROM indicators_observation c
WHERE c.series_id = %(id)s AND c.known_since <= %(as_of)s AND c.value IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM indicators_observation n
    WHERE n.series_id = c.series_id AND n.at = c.at AND n.known_since > c.known_since AND n.known_since <= %(as_of)s)
ORDER BY c.at DESC LIMIT 1
"""


def lineage(
    indicator: Indicator,
    region: str,
    reader: Reader,
    *,
    at: datetime | None = None,
    as_of: datetime | None = None,
    dims: Mapping[str, str] | None = None,
) -> Lineage:
    """The origin of an indicator's figure in a region: at a time (the period that holds it), else the newest; as known at `as_of`."""
    own = Series.objects.filter(indicator=indicator, region_id=region).order_by("dims_key")
    for name, value in (dims or {}).items():
        own = own.filter(dims__contains={name: value})
    series = own.first()
    answer = Lineage(indicator, region)
    readable = set(Indicator.objects.visible_to(reader).values_list("code", flat=True))
    if series is not None:
        _of_series(answer, series, at, as_of or MAX_AT, readable)
    else:
        _of_roll_up(answer, at, as_of, dims)
    named = {word.indicator for word in answer.inputs} | set(answer.retraced.inputs if answer.retraced else ())
    answer.withheld = sorted(named - readable)
    answer.inputs = [word for word in answer.inputs if word.indicator in readable]
    wanted = {word.delivery for word in (*answer.words, *answer.inputs)}
    answer.deliveries = list(Delivery.objects.filter(pk__in=wanted).select_related("source__agency", "by").order_by("-pk"))
    return answer


def _of_series(answer: Lineage, series: Series, at: datetime | None, as_of: datetime, readable: set[str]) -> None:
    if at is None:
        thaw_near([(series.pk, MAX_AT, MAX_AT)], before=1, as_of=as_of)
        with connection.cursor() as cursor:
            cursor.execute(NEWEST_SQL, {"id": series.pk, "as_of": as_of})
            row = cursor.fetchone()
        at = row[0] if row else None
    if at is None:
        return
    said = _words([series.pk], *_period(answer.indicator, at), as_of)
    exact = [word for word in said if word.at == at]
    newest_at = max((word.at for word in said if word.value is not None), default=said[0].at if said else None)
    answer.words = exact or [word for word in said if word.at == newest_at]
    if not answer.words:
        return
    newest = answer.words[0]
    answer.kind, answer.dims, answer.coverage = "sent", series.dims, (1, 1)
    answer.at, answer.value, answer.quality, answer.known_since = newest.at, newest.value, newest.quality, newest.known_since
    computation = Computation.objects.filter(pk=newest.delivery).first()
    if computation is not None and answer.indicator.code in computation.versions:
        answer.kind = "derived"
        place = Place(answer.region, series.dims_key)
        answer.retraced = retrace(computation, answer.indicator.code, place, newest.at, readable, now=as_of == MAX_AT)
        answer.inputs = _inputs(answer.retraced)


def _inputs(retraced: Retraced) -> list[Word]:
    return [
        Word(
            indicator=used.code,
            region=used.place.region,
            dims=retraced.dims.get(used.place.dims, {}),
            at=used.row.at,
            value=used.row.value,
            quality=QUALITY_WORDS[used.row.quality],
            known_since=used.row.known_since,
            note=None,
            delivery=used.row.delivery,
        )
        for used in retraced.used
    ]


def _of_roll_up(answer: Lineage, at: datetime | None, as_of: datetime | None, dims: Mapping[str, str] | None) -> None:
    """The children of a roll-up in one period. Without a time: the newest for which any child reported."""
    indicator = answer.indicator
    found = figures([indicator], [answer.region], as_of=as_of)
    figure: Figure = next((figure for figure in found if figure.dims == dims), found[0])
    answer.coverage = (0, figure.expected)
    moment = at or figure.at
    if moment is None or indicator.rollup == "none":
        return
    below = Series.objects.filter(indicator=indicator, region__code__startswith=f"{answer.region}.", region__level=indicator.level)
    below = below.filter(dims_key=dims_key(figure.dims))
    said = _words(list(below.values_list("pk", flat=True)), *_period(indicator, moment), as_of or MAX_AT)
    newest: dict[tuple[str, str], Word] = {}
    for word in said:
        newest.setdefault((word.region, str(word.dims)), word)
    answer.inputs = sorted((word for word in newest.values() if word.value is not None), key=lambda word: word.region)
    if not answer.inputs:
        return
    answer.kind, answer.dims, answer.coverage = "rolled", figure.dims, (len(answer.inputs), figure.expected)
    answer.at = Duration.parse(indicator.every).period_start(moment, ZoneInfo(settings.TIME_ZONE))
    weights = _weights(indicator, answer.region, as_of)
    parts = [Part(word.value, word.at, weights.get(word.region)) for word in answer.inputs if word.value is not None]
    answer.value = roll_up(indicator.rollup, parts)
    answer.quality = max((word.quality for word in answer.inputs), key=QUALITY_WORDS.index)
    answer.known_since = max(word.known_since for word in answer.inputs)


def _weights(indicator: Indicator, region: str, as_of: datetime | None) -> dict[str, float]:
    if indicator.weight is None:
        return {}
    found = asked([Ask(indicator.weight, region, below=True)], as_of=as_of)
    return {figure.region: figure.value for figure in found if figure.value is not None}


def _period(indicator: Indicator, at: datetime) -> tuple[datetime, datetime]:
    every, zone = Duration.parse(indicator.every), ZoneInfo(settings.TIME_ZONE)
    start = every.period_start(at, zone)
    return start, every.after(start, zone)


def _words(ids: Sequence[int], since: datetime, until: datetime, as_of: datetime) -> list[Word]:
    thaw((pk, since, until) for pk in ids)
    with connection.cursor() as cursor:
        cursor.execute(WORDS_SQL, {"ids": list(ids), "since": since, "until": until, "as_of": as_of})
        return [
            Word(code, region, read_dims(dims), at, value, QUALITY_WORDS[quality], known_since, note, delivery)
            for code, region, dims, at, value, quality, known_since, note, delivery in cursor.fetchall()
        ]


def opens_deliveries(reader: Reader, sources: Iterable[Source]) -> set[int]:
    """The ids of the sources whose deliveries (file, name, sender) the reader may open."""
    if isinstance(reader, Source):
        return {source.pk for source in sources if source.agency_id == reader.agency_id}
    return {source.pk for source in sources if may(reader, "deliveries.see", source)}


def dims_of(request: HttpRequest) -> dict[str, str]:
    """The `dims.NAME` of a query. A NUL, which no series can hold, is written as its picture."""
    return {
        name[5:].replace("\x00", "␀"): str(value).replace("\x00", "␀") for name, value in request.GET.items() if name.startswith("dims.")
    }


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """The names of regions by code."""
    return dict(Region.objects.filter(pk__in=set(codes)).values_list("code", "name"))
