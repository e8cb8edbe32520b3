"""The ticks of the slider: when deliveries came, and when corrections did."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from ..closing.thawing import thaw
from ..models import Indicator, Series, Way
from .asking import deliveries_of

STEPS = 120
# Beyond these a correction is told by its delivery alone (a decision, or rows older than what was known): every row would cost too much.
LONGEST_LOOK = timedelta(days=62)
MOST_SERIES = 1000
BEFORE = timedelta(days=31)

CORRECTED_SQL = """
SELECT DISTINCT o.known_since FROM indicators_observation o
WHERE o.series_id = ANY(%(ids)s) AND o.at >= %(low)s AND o.at < %(until)s AND o.known_since >= %(since)s AND o.known_since < %(until)s
AND EXISTS (SELECT 1 FROM indicators_observation e
    WHERE e.series_id = o.series_id AND e.at = o.at AND e.known_since < o.known_since AND e.at >= %(low)s AND e.at < %(until)s)
"""


@dataclass(frozen=True)
class Tick:
    """A stretch of the slider, counted from 0, in which something came; how many deliveries, and how many of them corrected something."""

    step: int
    deliveries: int
    corrections: int


def ticks(reader: Any, codes: Collection[str] | None, since: datetime, until: datetime) -> list[Tick]:
    """The ticks between two moments, cut into STEPS stretches of equal length. At most three queries."""
    came = deliveries_of(reader, codes).filter(known_since__gte=since, known_since__lt=until)
    known = dict(came.values_list("known_since", "pk"))
    odd = Q(way=Way.DECISION) | Q(out_of_order__gt=0)
    corrected = set(came.filter(odd).values_list("known_since", flat=True)) | _corrected(reader, codes, since, until)
    counts: dict[int, list[int]] = {}
    for stamp in known:
        count = counts.setdefault((stamp - since) * STEPS // (until - since), [0, 0])
        count[0] += 1
        count[1] += stamp in corrected
    return [Tick(step, *count) for step, count in sorted(counts.items())]


def _corrected(reader: Any, codes: Collection[str] | None, since: datetime, until: datetime) -> set[datetime]:
    """The stamps of deliveries with a newer word for a time that was known before."""
    if until - since > LONGEST_LOOK:
        return set()
    visible = Indicator.objects.visible_to(reader)
    if codes is not None:
        visible = visible.filter(code__in=list(codes))
    ids = list(Series.objects.filter(indicator__in=visible.values("pk")).values_list("pk", flat=True)[: MOST_SERIES + 1])
    if len(ids) > MOST_SERIES:
        return set()
    thaw((pk, since - BEFORE, until) for pk in ids)
    with connection.cursor() as cursor:
        cursor.execute(CORRECTED_SQL, {"ids": ids, "low": since - BEFORE, "since": since, "until": until})
        return {stamp for (stamp,) in cursor.fetchall()}
