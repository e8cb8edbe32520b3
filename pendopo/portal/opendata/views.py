"""Pages of open data: the list, one dataset, the release calendar, requests, and the files themselves."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_http_methods, require_POST, require_safe

from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.concealing.reading import may_follow
from pendopo.indicators.latest import figures
from pendopo.indicators.logic import Duration
from pendopo.indicators.models import Source
from pendopo.indicators.nearest import reporting, resolve
from pendopo.indicators.pulse import Reader, pulse_of
from pendopo.regions.models import Region
from pendopo.ui.door import holds, opens
from pendopo.ui.strangers import Limits, Weight, address_of, too_often, weigh
from pendopo.ui.words import language_of

from ..keeping import kept
from . import actions, files
from .dcat import LICENCE_TITLE, LICENCE_URL, catalogue
from .drawing import line_of, map_of
from .forms import AnswerForm, AskForm
from .logic import FORMATS
from .models import DataRequest
from .reading import Dataset, dataset, datasets

PREVIEW_ROWS = 15
FRESH_S = 15
# From one address within an hour: kept aside beyond the first, and beyond the second only so many from everybody together.
LIMITS = Limits(many=10, flood=30, house=200)
MOST_REQUESTS = 100
# From one address: files that are built, and calls of the catalogues.
FILES_AN_HOUR, CALLS_AN_HOUR = 600, 3600


@require_safe
def catalogue_json(request: HttpRequest) -> HttpResponse:
    """GET /open/datasets.json: DCAT 3."""
    if refused := too_often(request, "catalogue", CALLS_AN_HOUR):
        return refused
    home = Region.objects.filter(pk=settings.REGION).first() or Region(code=settings.REGION, name=settings.REGION)
    answer = JsonResponse(catalogue(datasets(), home), json_dumps_params={"ensure_ascii": False})
    answer["Content-Type"] = "application/ld+json; charset=utf-8"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_safe
@kept(FRESH_S)
def open_data(request: HttpRequest) -> HttpResponse:
    """All datasets, narrowed by words and by who publishes them."""
    found = datasets()
    query, agency = request.GET.get("q", "").strip().lower()[:100], request.GET.get("agency", "")[:60]
    publishers = sorted({(one.code, one.label) for each in found for one in each.publishers}, key=lambda pair: pair[1])
    if query:
        found = [one for one in found if all(word in _text(one) for word in query.split())]
    if agency:
        found = [one for one in found if agency in {each.code for each in one.publishers}]
    now = timezone.now()
    found.sort(key=lambda one: (one.newest is None, one.indicator.name))
    context = {
        "rows": [(one, one.freshness(now)) for one in found],
        "query": request.GET.get("q", ""),
        "agency": agency,
        "publishers": publishers,
        "wishes": DataRequest.objects.published()[:3],
    }
    return render(request, "portal/open/list.html", context)


def _text(one: Dataset) -> str:
    return f"{one.indicator.name_id} {one.indicator.name_en} {one.code} {one.indicator.description}".lower()


def find(code: str) -> Dataset:
    """The published dataset, or nothing there: what is not published does not exist here."""
    found = dataset(code)
    if found is None:
        raise Http404
    return found


@require_safe
@kept(FRESH_S)
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One dataset: figure now, line, map, preview, dictionary, quality, freshness, licence, and how to take it."""
    found = find(code)
    now, language = timezone.now(), language_of(get_language())
    known = files.newest(found)
    place = resolve("auto", settings.REGION, reporting([found.indicator]).get(found.code, ()))
    names = dict(Region.objects.filter(pk__in={line["region"] for line in known} | {place}).values_list("code", "name"))
    reader = Reader(now, ZoneInfo(settings.TIME_ZONE), language, dict(Source.objects.values_list("code", "name")))
    told = may_follow(found.indicator, place)
    figure = next(iter(figures([found.indicator], [place])), None) if told else None
    context = {
        "dataset": found,
        "indicator": found.indicator,
        "now": now,
        "freshness": found.freshness(now),
        "pulse": pulse_of(figure, found.indicator, reader, place=names.get(place, "")) if figure else None,
        "chart": line_of(found, place, now, language) if told else None,
        "map": map_of(found, known, settings.REGION, language),
        "place": names.get(place, place),
        "preview": [{**line, "name": names.get(line["region"], line["region"])} for line in known[:PREVIEW_ROWS]],
        "daily": Duration.parse(found.indicator.every).is_calendar,
        "omitted": max(0, len(known) - PREVIEW_ROWS),
        "formats": [(form, reverse(f"portal:dataset-{form.code}", args=[found.code])) for form in FORMATS],
        "licence": (LICENCE_TITLE, LICENCE_URL),
        "site": settings.SITE_URL,
        "api": f"{settings.SITE_URL}/api/v1/observations?indicator={found.code}",
    }
    return render(request, "portal/open/dataset.html", context)


@require_safe
@kept(FRESH_S)
def calendar(request: HttpRequest) -> HttpResponse:
    """When which dataset is due next, soonest first; those that are late say so."""
    now = timezone.now()
    rows = [(one, one.next_due, one.freshness(now)) for one in datasets() if one.newest]
    rows.sort(key=lambda row: row[1] or now)
    return render(request, "portal/open/calendar.html", {"rows": rows, "now": now})


@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest) -> HttpResponse:
    """Who asked for what and what became of it; and asking."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        weight = weigh("ask-data", address_of(request), LIMITS)
        if weight == Weight.TOO_MUCH:
            form.add_error(None, _("Many requests came from your address: please try again in an hour."))
        else:
            given = {name: form.cleaned_data[name] for name in ("what", "purpose", "asker", "email")}
            actions.ask(**given, held=form.is_doubtful or weight != Weight.USUAL)
            messages.success(request, _("Thank you. The answer appears on this page for everyone to read."))
            return redirect("portal:data-requests")
    context = {
        "form": form,
        "requests": DataRequest.objects.published()[:MOST_REQUESTS],
        "held": DataRequest.objects.filter(held=True)[:MOST_REQUESTS] if holds(request.user, "portal.change") else [],
    }
    return render(request, "portal/open/requests.html", context)


@opens("portal.change")
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """What the government says to a request."""
    found = get_object_or_404(DataRequest, pk=pk)
    form = AnswerForm(request.POST or None, initial={"text": found.answer})
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(request=found, by=request.user, **form.cleaned_data)
            return redirect("portal:data-requests")
        except Refused as why:
            form.add_error(None, str(why))
    context = {
        "title": found.what,
        "lead": found.purpose,
        "form": form,
        "submit": _("Send the answer"),
        "cancel": reverse("portal:data-requests"),
    }
    return render(request, "ui/form.html", context)


@require_POST
@opens("portal.change")
def release(request: PersonRequest, pk: int) -> HttpResponse:
    """A request that was kept aside is shown to everyone."""
    actions.release(request=get_object_or_404(DataRequest, pk=pk), by=request.user)
    return redirect("portal:data-requests")


def _modified(_request: HttpRequest, code: str) -> datetime | None:
    return find(code).modified


def _file(request: HttpRequest, code: str, form: str, write: Callable[[Dataset, IO[bytes]], None]) -> HttpResponseBase:
    """A dataset as a file, written before it is sent, so that what fails is an answer and no half file."""
    if refused := too_often(request, "files", FILES_AN_HOUR):
        return refused
    found = find(code)
    copy = tempfile.SpooledTemporaryFile(8 * 1024 * 1024)  # noqa: SIM115 – the answer closes it
    write(found, copy)
    copy.seek(0)
    actions.count_use(dataset=found.code, form=form, day=timezone.localdate())
    media_type = next(one.media_type for one in FORMATS if one.code == form)
    answer = FileResponse(copy, as_attachment=form == "xlsx", filename=f"{found.code}.{form}", content_type=media_type)
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Link"] = f'<{LICENCE_URL}>; rel="license"'
    return answer


@require_safe
@condition(last_modified_func=_modified)
def dataset_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """All values as CSV."""
    return _file(request, code, "csv", lambda found, stream: files.write_csv(files.lines(found), stream))


@require_safe
@condition(last_modified_func=_modified)
def dataset_json(request: HttpRequest, code: str) -> HttpResponseBase:
    """All values in the shape of the API."""
    return _file(request, code, "json", lambda found, stream: files.write_json(files.lines(found), stream))


@require_safe
@condition(last_modified_func=_modified)
def dataset_xlsx(request: HttpRequest, code: str) -> HttpResponseBase:
    """All values as a workbook with an explaining sheet."""
    return _file(request, code, "xlsx", lambda found, stream: files.write_xlsx(found, files.lines(found), stream))


@require_safe
@condition(last_modified_func=_modified)
def dataset_geojson(request: HttpRequest, code: str) -> HttpResponseBase:
    """The newest values as features."""
    return _file(request, code, "geojson", files.write_geojson)


def api_service(request: HttpRequest) -> HttpResponse:
    """The address of the API in the catalogue: its description for people."""
    return redirect("api")
