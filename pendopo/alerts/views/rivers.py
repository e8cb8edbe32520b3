"""Pages of rivers: every station with its Siaga, and one with what follows downstream and whom it reaches."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.latest import contract_of
from pendopo.indicators.logic import Duration
from pendopo.indicators.models import Indicator
from pendopo.indicators.trends import Line, trends
from pendopo.ui import charts
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import ago, number

from ..models import Alert, Downstream, Station, Threat
from ..sentences import span
from ..water.logic import arrivals, level_of, next_level, rate_of_rise
from ..water.models import Level
from .alerts import ticket

SHOWN = timedelta(hours=48)
STATES = {Level.THREE: "attention", Level.TWO: "danger", Level.ONE: "danger"}


@dataclass(frozen=True)
class Reading:
    """A station as it stands: the newest value and when, its Siaga, the rise (unit an hour), the next level and how soon."""

    station: Station
    at: datetime | None
    value: float | None
    points: Sequence[tuple[datetime, float]]
    siaga: int | None
    rate: float | None
    following: tuple[int, timedelta | None] | None
    stale: bool

    @property
    def word(self) -> str:
        """The state in words."""
        if self.value is None:
            return _("no report")
        words = str(Level(self.siaga).label) if self.siaga else _("normal")
        return f"{words}, {_('old')}" if self.stale else words

    @property
    def state(self) -> str:
        """The state's colour."""
        if self.value is None or self.stale:
            return ""
        return STATES[Level(self.siaga)] if self.siaga else "well"

    @property
    def rise(self) -> str:
        """The rise in words."""
        if self.rate is None:
            return "–"
        return f"{'+' if self.rate > 0 else ''}{number(self.rate, 2)} {self.station.indicator.unit}/{_('h')}"

    @property
    def soon(self) -> str:
        """When the next level is reached, in words."""
        if self.following is None or self.stale:
            return "–"
        siaga, left = self.following
        return _("%(level)s in %(span)s") % {"level": Level(siaga).label, "span": span(left)} if left is not None else "–"


def readings(stations: Sequence[Station], now: datetime) -> list[Reading]:
    """How stations stand, in two queries."""
    lines = [Line(one.indicator, one.region_id, now - SHOWN, now, one.dims or None) for one in stations]
    answer = []
    for station, points in zip(stations, trends(lines), strict=True):
        values = [(point.at, float(point.value)) for point in points if point.value is not None]
        at, value = values[-1] if values else (None, None)
        rate = rate_of_rise(values)
        stale = contract_of(station.indicator).freshness(at, now) in ("stale", "silent")
        answer.append(
            Reading(station, at, value, values, level_of(value, station.levels), rate, next_level(value, rate, station.levels), stale)
        )
    return answer


def _stations(person: Person) -> list[Station]:
    readable = Indicator.objects.visible_to(person)
    return list(Station.objects.filter(indicator__in=readable.values("pk")).select_related("indicator", "region"))


@opens("alerts.see")
def rivers(request: PersonRequest) -> HttpResponse:
    """Every station, the worst first."""
    found = readings(_stations(request.user), timezone.now())
    found.sort(key=lambda one: (one.siaga or 9, one.station.river, one.station.name))
    listing = Listing(
        request,
        title=_("Rivers"),
        lead=_("The posts on the rivers: how high the water stands, how fast it rises, and when it reaches the next level."),
        queryset=found,  # type: ignore[arg-type]
        columns=[
            Column("name", _("Station"), lambda r: r.station.name, url=lambda r: r.station.get_absolute_url()),
            Column("river", _("River"), lambda r: r.station.river),
            Column(
                "state",
                _("State"),
                lambda r: format_html('<span class="state {}">{}</span>', r.state, r.word),
                csv_value=lambda r: r.siaga or "",
            ),
            Column(
                "value",
                _("Water level"),
                lambda r: f"{number(r.value, 2)} {r.station.indicator.unit}",
                numeric=True,
                csv_value=lambda r: r.value,
            ),
            Column("rise", _("Rise"), lambda r: r.rise, numeric=True, csv_value=lambda r: r.rate),
            Column("soon", _("Next level"), lambda r: r.soon),
            Column("at", _("Measured"), lambda r: ago(r.at), csv_value=lambda r: r.at),
        ],
        csv_name="rivers",
        key=lambda r: r.station.code,
        per_page=200,
        empty_title=_("No stations yet"),
        empty_text=_("Declare them with their levels in a file: pendopo rules load FILE.yaml."),
    )
    return listing.csv() if listing.wants_csv else render(request, "alerts/live.html", {"listing": listing, "ticket": ticket()})


@opens("alerts.see")
def station(request: PersonRequest, code: str) -> HttpResponse:
    """One station: its line with the levels, what it means downstream and for whom."""
    now = timezone.now()
    every = _stations(request.user)
    chosen = next((one for one in every if one.code == code), None)
    if chosen is None:
        raise Http404
    reading = readings([chosen], now)[0]
    context = {
        "reading": reading,
        "station": chosen,
        "levels": [(Level(siaga).label, height, _threatened(chosen, siaga)) for siaga, height in reversed(chosen.levels)],
        "chart": _chart(reading, now),
        "downstream": _downstream(chosen, every, reading),
        "alerts": Alert.objects.visible_to(request.user).open().filter(rule__code__in=[f"siaga-{code}", f"rise-{code}"]),
        "ticket": ticket(),
    }
    return render(request, "alerts/station.html", context)


def _threatened(chosen: Station, siaga: int) -> list[Threat]:
    return list(chosen.threats.filter(level__gte=siaga).select_related("village__parent"))


def _chart(reading: Reading, now: datetime) -> charts.Chart | None:
    levels = [(height, str(Level(siaga).label), STATES[Level(siaga)]) for siaga, height in reading.station.levels]
    every_s = Duration.parse(reading.station.indicator.every).seconds
    return charts.chart(
        [reading.points],
        since=now - SHOWN,
        until=now,
        every_s=every_s,
        thresholds=levels,
        zone=ZoneInfo(settings.TIME_ZONE),
        language=get_language() or "id",
    )


def _downstream(chosen: Station, every: Sequence[Station], reading: Reading) -> list[tuple[Station, str, datetime | None]]:
    """Each station below: how long the water takes, and when what is here now will be there."""
    reaches: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for upper, lower, minutes in Downstream.objects.values_list("upper_id", "lower_id", "minutes"):
        reaches[upper].append((lower, minutes))
    by_pk = {one.pk: one for one in every}
    times = sorted(arrivals(chosen.pk, reaches).items(), key=lambda one: one[1])
    return [
        (by_pk[pk], span(timedelta(minutes=m)), reading.at + timedelta(minutes=m) if reading.at else None) for pk, m in times if pk in by_pk
    ]
