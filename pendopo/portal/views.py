"""The public face: the figures that anyone may read, with their pulse."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from pendopo.indicators.latest import Figure, figures
from pendopo.indicators.models import Indicator, Source
from pendopo.indicators.pulse import Reader, pulse_of
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.regions.logic import ancestors_of
from pendopo.regions.models import Region
from pendopo.ui.words import language_of

# The front page names at most this many figures: it must load on a thin line.
MOST_FIGURES = 24


def chosen(found: list[Figure], code: str, places: list[str]) -> Figure | None:
    """Of one indicator the newest figure of the nearest place that reports: home first, then the regions above. None: nobody does."""
    for place in places:
        here = [figure for figure in found if figure.indicator == code and figure.region == place and figure.at is not None]
        if here:
            return max(here, key=lambda figure: figure.at.timestamp() if figure.at else 0.0)
    return None


def front(request: HttpRequest) -> HttpResponse:
    """Every public figure that anyone reports for this government or a region above it, the freshest first."""
    now = timezone.now()
    places = [settings.REGION, *ancestors_of(settings.REGION)]
    indicators = {indicator.code: indicator for indicator in Indicator.objects.published().select_related("weight")}
    found = figures(list(indicators.values()), places) if indicators else []
    shown = [figure for code in indicators if (figure := chosen(found, code, places))]
    order = {"fresh": 0, "due": 1, "stale": 2, "silent": 3}
    shown.sort(key=lambda figure: (order[figure.freshness(now)], -(figure.at.timestamp() if figure.at else 0.0)))
    sources = dict(Source.objects.values_list("code", "name"))
    names = dict(Region.objects.filter(code__in=places).values_list("code", "name"))
    reader = Reader(now, ZoneInfo(settings.TIME_ZONE), language_of(get_language()), sources)
    pulses = [pulse_of(figure, indicators[figure.indicator], reader, place=names.get(figure.region, "")) for figure in shown[:MOST_FIGURES]]
    context: dict[str, Any] = {
        "pulses": pulses,
        "now": now,
        "names": {"sources": {code: sources[code] for p in pulses for code in p.figure.source.split(", ") if code in sources}},
        "ticket": issue(Follow(p.figure.indicator, p.figure.region) for p in pulses) if pulses else "",
    }
    return render(request, "portal/front.html", context)
