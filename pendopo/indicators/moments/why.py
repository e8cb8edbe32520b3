"""Why a figure is another one at a later moment: the words said in between that it stands on, with their deliveries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from pendopo.regions.models import Region

from ..derivation.models import Computation
from ..latest import Figure
from ..lineage import opens_deliveries
from ..logic import Duration, dims_key
from ..models import Delivery, Indicator, Series
from ..reader import Reader
from .changes import Change, Span, changes

# Of a roll-up so many regions are named; the others are counted.
MOST_NAMED = 8


@dataclass(frozen=True)
class Pair:
    """A figure at an earlier and a later moment."""

    indicator: Indicator
    before: Figure
    after: Figure

    @property
    def same(self) -> bool:
        """Whether nothing about it differs."""
        a, b = self.before, self.after
        return (a.value, a.at, a.quality, a.reporting, a.expected) == (b.value, b.at, b.quality, b.reporting, b.expected)

    @property
    def amount(self) -> float | None:
        """By how much it differs; None where one of the two is missing, or they are sums over unequally many regions."""
        a, b = self.before, self.after
        if a.value is None or b.value is None or (b.is_sum and a.reporting != b.reporting):
            return None
        return b.value - a.value


@dataclass(frozen=True)
class Reason:
    """One word that moved the figure. `place` names the region of a child; `causes` are the deliveries behind a derived figure."""

    change: Change
    delivery: Delivery
    is_open: bool
    place: str = ""
    causes: tuple[int, ...] = ()


@dataclass
class Why:
    """All reasons of one figure; `more` how many children are not named."""

    reasons: list[Reason] = field(default_factory=list)
    more: int = 0


def reasons(pairs: Sequence[Pair], after: datetime, until: datetime, reader: Reader) -> list[Why]:
    """The reasons of every pair, in the order asked. Five queries, however many pairs."""
    spans: list[Span] = []
    owner: list[int] = []
    for number, (pair, series) in enumerate(zip(pairs, _series(pairs), strict=True)):
        for one in series:
            for span in _spans(pair, one):
                spans.append(span)
                owner.append(number)
    said: dict[int, list[Change]] = defaultdict(list)
    for change in changes(spans, after, until):
        said[owner[change.span - 1]].append(change)
    every = [change for found in said.values() for change in found]
    deliveries = Delivery.objects.filter(pk__in={c.delivery for c in every}).select_related("source__agency", "by").in_bulk()
    open_to = opens_deliveries(reader, {delivery.source for delivery in deliveries.values()})
    causes = dict(Computation.objects.filter(pk__in=deliveries).values_list("pk", "causes"))
    names = dict(Region.objects.filter(pk__in={c.series.region_id for c in every}).values_list("code", "name"))
    answer = []
    for number, pair in enumerate(pairs):
        found = sorted(said[number], key=lambda c: (c.kind == "arrived", c.known_since))
        why = Why(more=max(0, len(found) - MOST_NAMED))
        for change in found[:MOST_NAMED]:
            delivery = deliveries[change.delivery]
            place = names[change.series.region_id] if change.series.region_id != pair.after.region else ""
            behind = tuple(causes.get(delivery.pk, ())[:MOST_NAMED])
            why.reasons.append(Reason(change, delivery, delivery.source_id in open_to, place, behind))
        answer.append(why)
    return answer


def _series(pairs: Iterable[Pair]) -> list[list[Series]]:
    """The series that each pair stands on: its own, else those of the level below that reports."""
    asked = list(pairs)
    if not asked:
        return []
    places = {(pair.indicator.pk, pair.after.region) for pair in asked}
    wanted = reduce(or_, (Q(indicator=pk) & (Q(region_id=code) | Q(region__code__startswith=f"{code}.")) for pk, code in places))
    by_indicator: dict[int, list[Series]] = defaultdict(list)
    for one in Series.objects.filter(wanted).select_related("indicator", "region"):
        by_indicator[one.indicator_id].append(one)
    answer = []
    for pair in asked:
        keys = {dims_key(pair.before.dims), dims_key(pair.after.dims)}
        known = by_indicator[pair.indicator.pk]
        own = [one for one in known if one.region_id == pair.after.region and one.dims_key in keys]
        level, prefix = pair.indicator.level, f"{pair.after.region}."
        below = [one for one in known if one.region_id.startswith(prefix) and one.region.level == level and one.dims_key in keys]
        answer.append(own or below)
    return answer


def _spans(pair: Pair, series: Series) -> list[Span]:
    """The times at which a word can have moved the figure: its own times, or the whole periods of a roll-up."""
    every, zone = Duration.parse(pair.indicator.every), ZoneInfo(settings.TIME_ZONE)
    found = set()
    for at in (pair.before.at, pair.after.at):
        if at is None:
            continue
        if series.region_id == pair.after.region:
            found.add((at.isoformat(), at.isoformat()))
        else:
            start = every.period_start(at, zone)
            last = every.after(start, zone) - datetime.resolution
            found.add((start.isoformat(), last.isoformat()))
    return [Span(series, since, until) for since, until in sorted(found)]
