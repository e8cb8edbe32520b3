"""The public face: the figures that anyone may read, with their pulse."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from pendopo.indicators.latest import Ask, Figure, asked
from pendopo.indicators.models import Indicator, Source
from pendopo.indicators.moments.asking import as_of_in, bar
from pendopo.indicators.nearest import reporting, resolve
from pendopo.indicators.pulse import Reader, pulse_of
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.regions.models import Region
from pendopo.ui.words import language_of

# The front page names at most this many figures: it must load on a thin line.
MOST_FIGURES = 24


def front(request: HttpRequest) -> HttpResponse:
    """Every public figure that anyone reports, of the nearest place that does: those on time first, then those without recent news.

    `?as_of=` shows what was known then.
    """
    now = timezone.now()
    as_of = as_of_in(request, now)
    indicators = {indicator.code: indicator for indicator in Indicator.objects.published().select_related("weight")}
    places = {code: resolve("auto", settings.REGION, found) for code, found in reporting(indicators.values()).items()}
    shown = _newest(asked([Ask(indicators[code], region) for code, region in places.items()], as_of=as_of))
    shown.sort(key=lambda figure: figure.at.timestamp() if figure.at else 0.0, reverse=True)
    sources = dict(Source.objects.values_list("code", "name"))
    names = dict(Region.objects.filter(code__in=places.values()).values_list("code", "name"))
    reader = Reader(as_of or now, ZoneInfo(settings.TIME_ZONE), language_of(get_language()), sources)
    pulses = [pulse_of(figure, indicators[figure.indicator], reader, place=names.get(figure.region, "")) for figure in shown[:MOST_FIGURES]]
    context: dict[str, Any] = {
        "on_time": [pulse for pulse in pulses if not pulse.is_old],
        "old": [pulse for pulse in pulses if pulse.is_old],
        "now": as_of or now,
        "as_of": as_of,
        "bar": bar(request, as_of, now),
        "names": {"sources": {code: sources[code] for p in pulses for code in p.figure.source.split(", ") if code in sources}},
        "ticket": issue(Follow(p.figure.indicator, p.figure.region) for p in pulses) if pulses and not as_of else "",
    }
    return render(request, "portal/front.html", context)


def _newest(found: list[Figure]) -> list[Figure]:
    """One figure an indicator: of several series the one with the newest report."""
    best: dict[str, Figure] = {}
    for figure in found:
        known = best.get(figure.indicator)
        if figure.at is not None and (known is None or known.at is None or (figure.at is not None and figure.at > known.at)):
            best[figure.indicator] = figure
    return list(best.values())
