"""The front page, the page of a kecamatan or village, and search."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pendopo.indicators.moments.asking import as_of_in, bar
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.regions.models import Region
from pendopo.reports.models import Category, Report

from ..happening.reading import incidents_at
from ..keeping import kept
from ..opendata.reading import datasets
from ..services.reading import services
from ..warnings.reading import in_force
from .reading import home_pulses, names_of, newest_reports, path_to, place_pulses, postures, tally

# The front page names at most this many figures: it must load on a thin line.
MOST_FIGURES, MOST_OLD = 12, 4
REPORTS_SHOWN = 4
FOUND_SHOWN = 12
FRESH_S = 2


@kept(FRESH_S)
def front(request: HttpRequest) -> HttpResponse:
    """What is happening, the figures that matter, how citizens' reports stand, the places, and where to go on.

    `?as_of=` shows the figures as they were known then.
    """
    now = timezone.now()
    as_of = as_of_in(request, now)
    pulses = home_pulses(now, as_of)
    on_time = [pulse for pulse in pulses if not pulse.is_old][:MOST_FIGURES]
    old = [pulse for pulse in pulses if pulse.is_old][:MOST_OLD]
    shown = [*on_time, *old]
    context: dict[str, Any] = {
        "on_time": on_time,
        "old": old,
        "now": as_of or now,
        "as_of": as_of,
        "bar": bar(request, as_of, now) if as_of else None,
        "names": {"sources": names_of(shown)},
        "warnings": in_force(settings.REGION),
        "postures": postures(settings.REGION),
        "incidents": incidents_at(settings.REGION, now),
        "tally": tally(settings.REGION, now),
        "services": services(now, history=False),
        "reports": newest_reports(settings.REGION, REPORTS_SHOWN),
        "categories": Category.objects.filter(active=True)[:8],
        "places": Region.objects.filter(parent=settings.REGION).order_by("name").values_list("code", "name"),
        "ticket": issue(Follow(p.figure.indicator, p.figure.region) for p in shown) if shown and not as_of else "",
    }
    return render(request, "portal/front.html", context)


@require_safe
@kept(FRESH_S)
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One kecamatan or village: what is declared there, its figures, its reports, and the villages of a kecamatan."""
    found = Region.objects.filter(pk=code[:13], code__startswith=f"{settings.REGION}.").defer("boundary").first()
    if found is None:
        raise Http404
    now = timezone.now()
    context = {
        "region": found,
        "above": path_to(found),
        "below": Region.objects.filter(parent=found).order_by("name").values_list("code", "name"),
        "pulses": place_pulses(found, now),
        "warnings": in_force(found.code),
        "postures": postures(found.code),
        "incidents": incidents_at(found.code, now),
        "tally": tally(found.code, now),
        "reports": newest_reports(found.code, REPORTS_SHOWN),
        "now": now,
    }
    return render(request, "portal/places/place.html", context)


@require_safe
@kept(FRESH_S)
def search(request: HttpRequest) -> HttpResponse:
    """Places, datasets and reports by words."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    low = query.lower()
    context: dict[str, Any] = {"query": query}
    if low:
        places = Region.objects.within(settings.REGION).exclude(pk=settings.REGION).filter(name__icontains=query)
        reports = Report.objects.published().saying(query)
        context |= {
            "places": places.defer("boundary").order_by("level", "name")[:FOUND_SHOWN],
            "datasets": [one for one in datasets() if low in one.indicator.name.lower() or low in one.code][:FOUND_SHOWN],
            "reports": reports.select_related("category", "region", "agency").order_by("-created")[:FOUND_SHOWN],
        }
        context["nothing"] = not any(context[name] for name in ("places", "datasets", "reports"))
    return render(request, "portal/places/search.html", context)
