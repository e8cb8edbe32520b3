"""The page of a number's origin: formula, inputs, rows, deliveries and files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.ui.words import day_text, language_of, moment_text

from ..derivation.wording import duration_words
from ..latest import utc_text
from ..lineage import Lineage, Word, dims_of, lineage, opens_deliveries, region_names
from ..logic import Duration
from ..models import Indicator
from ..moments.asking import as_of_in, bar, moment_in

MOST_INPUTS = 200

ROLLUPS = {
    "sum": lambda: _("the sum of the regions below"),
    "mean": lambda: _("the mean of the regions below"),
    "max": lambda: _("the highest of the regions below"),
    "min": lambda: _("the lowest of the regions below"),
    "last": lambda: _("the newest of the regions below"),
    "weighted": lambda: _("the mean of the regions below, weighted"),
}


@dataclass(frozen=True)
class Line:
    """A row as the page shows it, with the address of its own origin."""

    word: Word
    name: str
    region: str
    when: str
    decimals: int
    url: str


def figure(request: HttpRequest, code: str, region: str) -> HttpResponseBase:
    """The origin of an indicator's figure in a region, at `?at=`, as known at `?as_of=`. Open to whoever may read the indicator."""
    if "\x00" in code + region:
        raise Http404(_("There is no such indicator."))
    found = Indicator.objects.visible_to(request.user).select_related("weight").filter(code=code).first()
    if found is None:
        if not request.user.is_authenticated and Indicator.objects.filter(code=code).exists():
            return redirect_to_login(request.get_full_path())
        raise Http404(_("There is no such indicator."))
    names = region_names([region])
    if region not in names:
        raise Http404(_("There is no such region."))
    now = timezone.now()
    at, as_of = moment_in(request, "at"), as_of_in(request, now)
    dims = dims_of(request)
    origin = lineage(found, region, request.user, at=at, as_of=as_of, dims=dims)
    moment = bar(request, as_of, now, indicators=[found])
    return render(request, "indicators/lineage.html", {**_context(request, origin, names[region], as_of), "bar": moment})


def _context(request: HttpRequest, origin: Lineage, place: str, as_of: datetime | None) -> dict[str, Any]:
    used = {word.indicator for word in origin.inputs} | {origin.indicator.code}
    indicators = {indicator.code: indicator for indicator in Indicator.objects.filter(code__in=used)}
    places = region_names(word.region for word in origin.inputs)
    open_to = opens_deliveries(request.user, {d.source for d in origin.deliveries})
    return {
        "base": "ui/console.html" if request.user.is_authenticated else "ui/portal.html",
        "origin": origin,
        "indicator": origin.indicator,
        "place": place,
        "when": _when(origin.at, origin.indicator),
        "as_of": as_of,
        "rule": ROLLUPS[origin.indicator.rollup]() if origin.kind == "rolled" else "",
        "weight": origin.indicator.weight,
        "partial": origin.kind == "rolled" and origin.indicator.rollup == "sum" and origin.coverage[0] < origin.coverage[1],
        "dims": ", ".join(origin.dims.values()),
        "lines": [_line(word, indicators[word.indicator], places[word.region]) for word in origin.inputs[:MOST_INPUTS]],
        "omitted": max(0, len(origin.inputs) - MOST_INPUTS),
        "deliveries": [(delivery, delivery.source_id in open_to) for delivery in origin.deliveries],
        "openable": {delivery.pk for delivery in origin.deliveries if delivery.source_id in open_to},
        "every": duration_words(Duration.parse(origin.indicator.every)),
        "api": f"/api/v1/lineage?{urlencode({'indicator': origin.indicator.code, 'region': origin.region, **request.GET.dict()})}",
    }


def _line(word: Word, indicator: Indicator, region: str) -> Line:
    query = {"at": utc_text(word.at) or "", "as_of": utc_text(word.known_since) or ""}
    query |= {f"dims.{name}": value for name, value in word.dims.items()}
    url = f"{reverse('indicators:figure', args=[indicator.code, word.region])}?{urlencode(query)}"
    return Line(word, indicator.name, region, _when(word.at, indicator), indicator.decimals, url)


def _when(at: datetime | None, indicator: Indicator) -> str:
    """The period in words: its day for daily and longer cadences, else its moment."""
    language = language_of(get_language())
    zone = ZoneInfo(settings.TIME_ZONE)
    return day_text(at, zone, language) if Duration.parse(indicator.every).is_calendar else moment_text(at, zone, language)
