"""Pages about indicators: the list, and one with its definition, newest values, history and origin."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Prefetch
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.agencies.access import may
from pendopo.agencies.requests import PersonRequest
from pendopo.regions.models import Region
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing

from .. import exporting
from ..checks_in_words import checks_in_words, compared
from ..derivation.expressions import inputs_of, read
from ..derivation.retracing import names_of
from ..derivation.wording import formula_words
from ..forms import IndicatorFilters
from ..history import Question, page
from ..latest import contract_of, figures
from ..logic import QUALITY_WORDS, Duration, Freshness
from ..models import Delivery, Indicator, Series, Source
from ..moments.asking import as_of_in, bar
from ..newest import Row, rows
from ..pulse import Reader, pulse_of

HISTORY_VALUES = 30
REGIONS_SHOWN = 200


@dataclass(frozen=True)
class Standing:
    """An indicator with how many of its series are in which state of freshness."""

    indicator: Indicator
    series: int
    newest: datetime | None
    fresh: int
    late: int
    silent: int

    @property
    def freshness(self) -> Freshness:
        """The state of its newest value; silent when it never reported."""
        return contract_of(self.indicator).freshness(self.newest, timezone.now())


@dataclass(frozen=True)
class Line:
    """The newest word of one series as a page shows it."""

    row: Row
    region: str
    dims: str
    quality: str
    freshness: Freshness


def standing(indicators: Iterable[Indicator], now: datetime, source: str = "") -> list[Standing]:
    """How the indicators stand, by their series (of one source, where given)."""
    found = list(indicators)
    by_indicator: dict[int, list[Row]] = {indicator.pk: [] for indicator in found}
    for row in rows(found, None) if found else []:
        if not source or row.source == source:
            by_indicator[row.indicator_id].append(row)
    answer = []
    for indicator in found:
        contract, own = contract_of(indicator), by_indicator[indicator.pk]
        states = [contract.freshness(row.at, now) for row in own]
        fresh, silent = sum(state in ("fresh", "due") for state in states), states.count("silent")
        newest = max((row.at for row in own), default=None)
        answer.append(Standing(indicator, len(own), newest, fresh, len(own) - fresh - silent, silent))
    return answer


@opens("indicators.see")
def indicators(request: PersonRequest) -> HttpResponse:
    """All indicators the reader may see."""
    house = may(request.user, "indicators.change")
    visible = Indicator.objects.visible_to(request.user)
    listing = Listing(
        request,
        title=_("Indicators"),
        lead=_("What is measured, in which unit, how often it must come, and who may write and read it."),
        queryset=Indicator.objects.filter(pk__in=visible.values("pk"))
        .annotate(lines=Count("series", distinct=True))
        .prefetch_related(Prefetch("sources", Source.objects.order_by("code")))
        .order_by("code"),
        columns=[
            Column("name", _("Name"), lambda i: i.name, url=lambda i: reverse("indicators:indicator", args=[i.code]), sort="name_id"),
            Column("code", _("Code"), lambda i: i.code, sort="code"),
            Column("unit", _("Unit"), lambda i: i.unit),
            Column("every", _("Comes every"), lambda i: i.every),
            Column("kind", _("Kind"), lambda i: i.get_kind_display().partition(" (")[0], csv_value=lambda i: i.kind, sort="kind"),
            Column("level", _("Reported by"), lambda i: i.get_level_display(), csv_value=lambda i: i.level, sort="level"),
            Column("sources", _("Sources"), lambda i: ", ".join(source.code for source in i.sources.all())),
            Column("series", _("Series"), lambda i: i.lines, numeric=True, sort="lines"),
            Column("publicity", _("Readers"), lambda i: i.get_publicity_display(), csv_value=lambda i: i.publicity, sort="publicity"),
        ],
        filters=IndicatorFilters(request.GET),
        csv_in=reverse("indicators:catalogue") if house else "",
        csv_name="indicators",
        empty_title=_("No indicators yet"),
        empty_text=_("Indicators are declared in a catalogue file: load the first one."),
        empty_url=reverse("indicators:catalogue") if house else "",
        empty_action=_("Load a catalogue"),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("indicators.see")
def indicator(request: PersonRequest, code: str) -> HttpResponse:
    """One indicator: definition, the newest value of every series, the history of one of them, and where it came from."""
    found = get_object_or_404(Indicator.objects.visible_to(request.user).select_related("weight"), code=code)
    now = timezone.now()
    as_of = as_of_in(request, now)
    lines = series_lines(found, as_of or now, as_of)
    chosen = next((line for line in lines if str(line.row.series) == request.GET.get("series")), lines[0] if lines else None)
    deliveries = Delivery.objects.none()
    if may(request.user, "deliveries.see"):
        known = Delivery.objects.filter(source__in=found.sources.all(), known_since__lte=as_of or now)
        deliveries = known.select_related("source").order_by("-id")[:10]
    checks = found.checks or {}
    others = Indicator.objects.visible_to(request.user).filter(code__in=compared(checks)) if compared(checks) else ()
    names = dict(Source.objects.values_list("code", "name"))
    reader = Reader(as_of or now, ZoneInfo(settings.TIME_ZONE), get_language() or settings.LANGUAGE_CODE, names, as_of)
    context = {
        "indicator": found,
        "pulses": [pulse_of(figure, found, reader) for figure in figures([found], [settings.REGION], as_of=as_of)],
        "now": as_of or now,
        "as_of": as_of,
        "bar": bar(request, as_of, now, indicators=[found]),
        "lines": lines[:REGIONS_SHOWN],
        "omitted": max(0, len(lines) - REGIONS_SHOWN),
        "chosen": chosen,
        "history": newest_values(found, chosen, as_of) if chosen else [],
        "deliveries": deliveries,
        "sources": found.sources.select_related("agency").order_by("code"),
        "checks": checks_in_words(checks, {one.code: one.name for one in others}),
        "formula": formula_of(found),
    }
    return render(request, "indicators/indicator.html", context)


def formula_of(found: Indicator) -> str:
    """The formula of a derived indicator in words, '' for others."""
    if found.derived is None:
        return ""
    tree = read(found.derived)
    return formula_words(tree, names_of(inputs_of(tree)))


def series_lines(found: Indicator, now: datetime, as_of: datetime | None = None) -> list[Line]:
    """The newest word of every series of an indicator, ordered by region and dimensions; as known at `as_of`."""
    known = sorted(rows([found], None, as_of), key=lambda row: (row.region, row.dims_key))
    names = dict(Region.objects.filter(pk__in={row.region for row in known}).values_list("code", "name"))
    contract = contract_of(found)
    return [
        Line(row, names[row.region], ", ".join(row.dims.values()), QUALITY_WORDS[row.quality], contract.freshness(row.at, now))
        for row in known
    ]


def newest_values(found: Indicator, line: Line, as_of: datetime | None = None) -> list[object]:
    """The last values of a series, newest first; as known at `as_of`."""
    span = timedelta(seconds=Duration.parse(found.every).seconds * HISTORY_VALUES)
    series = Series.objects.get(pk=line.row.series)
    since = line.row.at - span
    question = Question([found.pk], line.row.region, tuple(series.dims.items()), since=since, as_of=as_of)
    values, _cursor = page(question, limit=5000)
    own = [value for value in values if value.region == line.row.region and value.dims == series.dims]
    return list(reversed(own[-HISTORY_VALUES:]))


@opens("indicators.see")
def export(request: PersonRequest, code: str) -> HttpResponseBase:
    """All that is known of an indicator now, as CSV or JSON."""
    found = get_object_or_404(Indicator.objects.visible_to(request.user), code=code)
    form = "json" if request.GET.get("format") == "json" else "csv"
    copy = tempfile.SpooledTemporaryFile(8 * 1024 * 1024)  # noqa: SIM115 – the answer closes it
    exporting.write(exporting.question([found.code], request.GET.get("region") or None, None, None, timezone.now()), form, copy)
    copy.seek(0)
    return FileResponse(copy, as_attachment=True, filename=f"{found.code}.{form}")
