"""What the front page and the page of a place show: figures with their pulse, reports, and postures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Avg, Count, F, Q
from django.utils import timezone
from django.utils.translation import get_language

from pendopo.incidents.posture.models import Posture
from pendopo.indicators.concealing.reading import hidden_figures, key_of, may_follow
from pendopo.indicators.latest import Ask, Figure, asked
from pendopo.indicators.models import Indicator, Source
from pendopo.indicators.nearest import reporting, resolve
from pendopo.indicators.pulse import Pulse, Reader, pulse_of
from pendopo.regions.logic import ancestors_of, is_within
from pendopo.regions.models import Region
from pendopo.reports.models import Report, State
from pendopo.ui.words import language_of

ANSWERED_DAYS = 90


def reader(now: datetime, as_of: datetime | None = None) -> Reader:
    """For whom pulses are made on this page."""
    names = dict(Source.objects.values_list("code", "name"))
    return Reader(now, ZoneInfo(settings.TIME_ZONE), language_of(get_language()), names, as_of)


def home_pulses(now: datetime, as_of: datetime | None) -> list[Pulse]:
    """Every public figure that anyone reports, of the nearest place that does, the newest first."""
    indicators = {one.code: one for one in Indicator.objects.published().exclude(code__startswith="sys.").select_related("weight")}
    places = {code: resolve("auto", settings.REGION, found) for code, found in reporting(indicators.values()).items()}
    places = {code: region for code, region in places.items() if may_follow(indicators[code], region)}
    shown = newest_of(asked([Ask(indicators[code], region) for code, region in places.items()], as_of=as_of))
    shown.sort(key=lambda figure: figure.at.timestamp() if figure.at else 0.0, reverse=True)
    names = dict(Region.objects.filter(code__in=places.values()).values_list("code", "name"))
    who = reader(as_of or now, as_of)
    return [pulse_of(figure, indicators[figure.indicator], who, place=names.get(figure.region, "")) for figure in shown]


def names_of(pulses: Sequence[Pulse]) -> dict[str, str]:
    """The names of the sources behind these figures, for the island that keeps them up to date."""
    codes = {code for pulse in pulses for code in pulse.figure.source.split(", ") if code}
    return dict(Source.objects.filter(code__in=codes).values_list("code", "name"))


def newest_of(found: Sequence[Figure]) -> list[Figure]:
    """One figure an indicator: of several series the one with the newest report."""
    best: dict[str, Figure] = {}
    for figure in found:
        known = best.get(figure.indicator)
        if figure.at is not None and (known is None or known.at is None or figure.at > known.at):
            best[figure.indicator] = figure
    return list(best.values())


def place_pulses(region: Region, now: datetime) -> list[Pulse]:
    """The public figures of a place, without counts that could point at persons."""
    indicators = {one.code: one for one in Indicator.objects.published().exclude(code__startswith="sys.").select_related("weight")}
    found = [one for one in newest_of(asked([Ask(one, region.code) for one in indicators.values()])) if one.value is not None]
    hidden = hidden_figures(found, indicators)
    who = reader(now)
    shown = [one for one in found if key_of(one) not in hidden]
    shown.sort(key=lambda figure: (figure.freshness(now) in ("stale", "silent"), indicators[figure.indicator].name))
    return [pulse_of(figure, indicators[figure.indicator], who) for figure in shown]


@dataclass(frozen=True)
class Tally:
    """How citizen reports of a region stand: open, overdue, and of those due within the last days the share answered in time."""

    open: int
    overdue: int
    in_time: float | None
    rating: float | None


def tally(region: str, now: datetime) -> Tally:
    """Three queries. In time: finished before its limit, of what was finished or had to be within 90 days."""
    here = Report.objects.filter(Q(region=region) | Q(region__code__startswith=f"{region}."), held=False).exclude(state=State.MERGED)
    due = Q(complete_by__gt=now - timedelta(days=ANSWERED_DAYS)) & (Q(complete_by__lte=now) | Q(finished__isnull=False))
    counts = here.aggregate(
        due=Count("pk", filter=due),
        kept=Count("pk", filter=due & Q(finished__isnull=False, finished__lte=F("complete_by"))),
        open=Count("pk", filter=Q(state__in=[State.RECEIVED, State.VERIFIED])),
    )
    rated = here.filter(finished__gt=now - timedelta(days=ANSWERED_DAYS)).exclude(rating=None).aggregate(mean=Avg("rating"))
    rate = 100 * counts["kept"] / counts["due"] if counts["due"] else None
    return Tally(counts["open"], here.overdue().count(), rate, rated["mean"])


def newest_reports(region: str, most: int) -> list[Report]:
    """What citizens reported there last, as everyone may read it."""
    found = Report.objects.published().exclude(state=State.MERGED).select_related("category", "region", "agency")
    if region != settings.REGION:
        found = found.filter(Q(region=region) | Q(region__code__startswith=f"{region}."))
    return list(found.annotate(voices=Count("agreements")).order_by("-created", "-pk")[:most])


def postures(region: str) -> list[Posture]:
    """What is declared for a place: of itself, above it, or below it; no drills."""
    found = Posture.objects.running(timezone.now()).filter(exercise=False).select_related("region").order_by("region_id")
    return [one for one in found if is_within(one.region_id, region) or is_within(region, one.region_id)]


def path_to(region: Region) -> list[Region]:
    """The places above it within this government, the widest first."""
    above = [code for code in ancestors_of(region.code) if is_within(code, settings.REGION) and code != settings.REGION]
    return list(Region.objects.filter(pk__in=above).defer("boundary").order_by("code"))
