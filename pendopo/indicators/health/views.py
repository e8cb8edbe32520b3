"""Pages of source health: the league of sources and agencies, and one source day by day."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.requests import PersonRequest
from pendopo.ui import charts
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import ago, number

from ..models import Indicator, Source
from ..templatetags.health import percent
from .league import Refusals, Standing, by_agency, drifted, standings, today
from .logic import ENOUGH_DUE
from .models import ContractDay, SourceDay
from .tallying import span_of

DAYS = 30
# What a share's axis must hold: nothing and everything.
WHOLE = ((0.0, "", ""), (100.0, "", ""))


@opens("indicators.see")
def league(request: PersonRequest) -> HttpResponse:
    """Who keeps their contracts: by source, or with `?by=agency` by agency; as CSV too."""
    agencies = request.GET.get("by") == "agency"
    found = standings(timezone.now(), DAYS)
    lines = by_agency(found) if agencies else found
    listing = Listing(
        request,
        title=_("Source health"),
        lead=_("Who keeps the word given in the catalogue: figures that come in time, whole, and without rows that must be refused."),
        queryset=lines,  # type: ignore[arg-type]
        columns=columns(agencies),
        csv_name="agency-health" if agencies else "source-health",
        key=lambda line: line.code,
        per_page=200,
        empty_title=_("No sources yet"),
        empty_text=_("As soon as a source in use has sent figures, its punctuality is counted here."),
    )
    if listing.wants_csv:
        return listing.csv()
    context = {"listing": listing, "agencies": agencies, "days": DAYS, "enough": ENOUGH_DUE, "unranked": sum(x.rank is None for x in lines)}
    return render(request, "indicators/league.html", context)


def columns(agencies: bool) -> list[Column]:
    """The league's columns. Shares are percent on the page and 0…1 in CSV."""
    name = _("Agency") if agencies else _("Source")
    return [
        Column("name", name, lambda line: line.name, url=_page_of),
        Column("rank", _("Place"), lambda line: line.rank or "–", numeric=True, csv_value=lambda line: line.rank),
        Column("in_time", _("In time"), lambda line: percent(line.punctual), numeric=True, csv_value=lambda line: line.punctual),
        Column("last_heard", _("Last heard"), lambda line: ago(line.last_heard), csv_value=lambda line: line.last_heard),
        Column("state", _("State"), _state, csv_value=lambda line: "silent" if line.silent else "heard"),
        Column("due", _("Periods due"), lambda line: number(line.due), numeric=True, csv_value=lambda line: line.due),
        Column("complete", _("Complete"), lambda line: percent(line.complete), numeric=True, csv_value=lambda line: line.complete),
        _refusals("refused_24h", _("Refused, 24 h"), "day", csv_only=True),
        _refusals("refused_7d", _("Refused, 7 days"), "week"),
        _refusals("refused_30d", _("Refused, 30 days"), "month", csv_only=True),
        *([] if agencies else [Column("agency", _("Agency"), lambda line: line.agency.code, csv_only=True)]),
    ]


def _refusals(key: str, label: str, window: str, *, csv_only: bool = False) -> Column:
    def shown(line: Standing) -> str:
        found: Refusals = getattr(line, window)
        return percent(found.share)

    return Column(key, label, shown, numeric=True, csv_value=lambda line: getattr(line, window).share, csv_only=csv_only)


def _page_of(line: Standing) -> str:
    if line.source is None:
        return reverse("agencies:agency", args=[line.code])
    return reverse("indicators:source-health", args=[line.code])


def _state(line: Standing) -> str:
    words = [_("silent") if line.silent else _("heard") if line.last_heard else _("never heard")]
    return ", ".join([*words, "SIMULASI"] if line.simulated else words)


@opens("indicators.see")
def source_health(request: PersonRequest, code: str) -> HttpResponse:
    """One source: its place, each contract, the days, and how its columns drifted."""
    now = timezone.now()
    line = next((line for line in standings(now, DAYS) if line.code == code), None)
    if line is None or line.source is None:
        raise Http404
    since = today() - timedelta(days=DAYS - 1)
    visible = Indicator.objects.visible_to(request.user)
    context = {
        "line": line,
        "source": line.source,
        "windows": [(_("24 hours"), line.day), (_("7 days"), line.week), (_("30 days"), line.month)],
        "contracts": _contracts(line.source, since, visible),
        "days": SourceDay.objects.filter(source=line.source, day__gte=since).order_by("-day"),
        "chart": _chart(line.source),
        "drifts": drifted(line.source, now),
        "may_open": may_somewhere(request.user, "deliveries.see"),
        "may_change": request.user.has_perm("sources.change", line.source),
    }
    return render(request, "indicators/source_health.html", context)


def _contracts(source: Source, since: object, visible: QuerySet[Indicator]) -> list[dict[str, object]]:
    """Each contract of the source in the window; of indicators the reader may not see only that they count."""
    lines = ContractDay.objects.filter(source=source, day__gte=since).order_by().values("indicator")
    sums = {line["indicator"]: line for line in lines.annotate(d=Sum("due"), i=Sum("in_time"), a=Sum("arrived"))}
    answer = []
    for indicator in visible.filter(sources=source).order_by("code"):
        line = sums.get(indicator.pk)
        share = line["i"] / line["d"] if line else None
        late, missing, due = (line["a"] - line["i"], line["d"] - line["a"], line["d"]) if line else (None, None, None)
        answer.append({"indicator": indicator, "share": percent(share), "late": late, "missing": missing, "due": due})
    return answer


def _chart(source: Source) -> charts.Chart | None:
    """The share in time by day, in percent."""
    zone = ZoneInfo(settings.TIME_ZONE)
    since = today() - timedelta(days=DAYS - 1)
    lines = ContractDay.objects.filter(source=source, day__gte=since, due__gt=0).order_by("day")
    shares: dict[object, list[float]] = {}
    for day, due, in_time in lines.values_list("day", "due", "in_time"):
        shares.setdefault(span_of(day, zone)[0], []).append(in_time / due)
    points = [(start, 100 * sum(values) / len(values)) for start, values in shares.items()]
    start, end = span_of(since, zone)[0], span_of(today(), zone)[1]
    return charts.chart([points], thresholds=WHOLE, since=start, until=end, every_s=86_400, zone=zone, language=get_language() or "id")  # type: ignore[list-item]
