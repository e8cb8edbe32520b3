"""A dry run: a rule over what is known, when it would have fired and how often, drawn. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.indicators.latest import expected_children
from pendopo.indicators.logic import Duration
from pendopo.indicators.models import Indicator, Series
from pendopo.indicators.trends import Line, trends
from pendopo.regions.models import Region
from pendopo.ui import charts, severity

from .logic import Firing
from .models import Scope
from .rules import Rule

# So many series are tried at once; of these so many are drawn.
MOST_SERIES, MOST_DRAWN = 60, 6


@dataclass(frozen=True)
class Band:
    """A firing as the chart shows it."""

    x: float
    width: float


@dataclass(frozen=True)
class Tried:
    """One series: how many values were seen, when the rule would have fired, its drawing (None: not drawn), the share of time (%)."""

    name: str
    values: int
    firings: Sequence[Firing]
    chart: charts.Chart | None
    bands: Sequence[Band]
    share: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """The whole dry run. `left_out` series were too many to try; `a_week` is how often it would have fired in all."""

    tried: Sequence[Tried]
    left_out: int
    firings: int
    a_week: float
    since: datetime
    until: datetime


def try_rule(
    rule: Rule,
    indicator: Indicator,
    region: str,
    *,
    dims: Mapping[str, str],
    scope: str,
    days: int,
    until: datetime,
) -> Outcome:
    """The rule over the last days of its series, as known now."""
    since = until - timedelta(days=days)
    lines, names, left_out = _lines(indicator, region, dims, scope, since, until)
    found: list[Tried] = []
    for name, points in zip(names, trends(lines), strict=True):
        whole = [point for point in points if point.value is not None]
        if rule.kind == "coverage":
            values = [(point.at, point.reporting / max(1, point.expected)) for point in whole]
        else:
            values = [(point.at, float(point.value or 0)) for point in whole]
        firings = rule.firings(values, until)
        share = 100 * sum(_length(one, until) for one in firings) / (days * 86_400)
        found.append(Tried(name, len(values), firings, None, (), share))
        found[-1] = _drawn(found[-1], rule, values, since, until, Duration.parse(indicator.every).seconds)
    found.sort(key=lambda one: (-len(one.firings), one.name))
    found = [
        one if number < MOST_DRAWN else Tried(one.name, one.values, one.firings, None, (), one.share) for number, one in enumerate(found)
    ]
    count = sum(len(one.firings) for one in found)
    return Outcome(found, left_out, count, 7 * count / days, since, until)


def _length(firing: Firing, until: datetime) -> float:
    return ((firing.end or until) - firing.start).total_seconds()


def _lines(
    indicator: Indicator, region: str, dims: Mapping[str, str], scope: str, since: datetime, until: datetime
) -> tuple[list[Line], list[str], int]:
    if scope == Scope.WHOLE:
        expected = expected_children([region]).get((region, indicator.level), 1)
        return [Line(indicator, region, since, until, dict(dims) or None, expected)], [Region.objects.get(pk=region).name], 0
    places = Q(region=region) | Q(region__code__startswith=f"{region}.")
    every = [
        one
        for one in Series.objects.filter(places, indicator=indicator).select_related("region").order_by("region", "dims_key")
        if all(one.dims.get(name) == value for name, value in dims.items())
    ]
    chosen = every[:MOST_SERIES]
    names = [" · ".join([one.region.name, *one.dims.values()]) for one in chosen]
    return [Line(indicator, one.region_id, since, until, one.dims) for one in chosen], names, len(every) - len(chosen)


def thresholds_of(rule: Rule) -> list[tuple[float, str, str]]:
    """What a chart of the rule's figure shows as lines."""
    about = rule.about
    words = (("above", _("fires above"), "danger"), ("below", _("fires below"), "danger"), ("clear", _("ends"), "well"))
    lines = [(about[key], word, state) for key, word, state in words if key in about]
    return lines + [(start, severity.label(word), severity.CLASSES[word]) for start, word in about.get("levels", ())]


def _drawn(one: Tried, rule: Rule, values: list[tuple[datetime, float]], since: datetime, until: datetime, every_s: float) -> Tried:
    zone = ZoneInfo(settings.TIME_ZONE)
    drawing = charts.chart(
        [values], since=since, until=until, every_s=every_s, thresholds=thresholds_of(rule), zone=zone, language=get_language() or "id"
    )
    if drawing is None:
        return one
    scale = (drawing.right - drawing.left) / (until - since).total_seconds()
    bands = [
        Band(round(drawing.left + (f.start - since).total_seconds() * scale, 1), round(max(2.0, _length(f, until) * scale), 1))
        for f in one.firings
    ]
    return Tried(one.name, one.values, one.firings, drawing, bands, one.share)
