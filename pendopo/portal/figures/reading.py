"""Each indicator of the digital culture as numerator and denominator; `catalogue.yaml` says the same in words."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone

from pendopo.indicators.models import Indicator, Latest
from pendopo.regions.models import Level, Region
from pendopo.reports.models import Report

from ..guides.models import GuideAnswer
from ..models import DatasetUse, Visit
from ..places.reading import tally

MONTH, QUARTER = timedelta(days=30), timedelta(days=90)
CONTENT = 4


def share(part: int, whole: int) -> float | None:
    """In percent; None of nothing."""
    return 100 * part / whole if whole else None


def places_read(now: datetime) -> float | None:
    """Districts and villages whose page was opened within 30 days, of all."""
    places = Region.objects.within(settings.REGION).filter(level__in=[Level.DISTRICT, Level.VILLAGE])
    since = timezone.localdate(now - MONTH)
    paths = Visit.objects.filter(day__gt=since, path__startswith="/w/").values_list("path", flat=True).distinct()
    known = set(places.values_list("code", flat=True))
    return share(len({path.removeprefix("/w/") for path in paths} & known), len(known))


def satisfaction(now: datetime) -> float | None:
    """Reports with four or five stars, of those rated that were finished within 90 days."""
    rated = Report.objects.filter(finished__gt=now - QUARTER, finished__lte=now).exclude(rating=None)
    return share(rated.filter(rating__gte=CONTENT).count(), rated.count())


def answered_in_time(now: datetime) -> float | None:
    """As the front page says it."""
    return tally(settings.REGION, now).in_time


def data_reuse(now: datetime) -> float | None:
    """Public datasets that were taken within 30 days, of all."""
    since = timezone.localdate(now - MONTH)
    used = set(DatasetUse.objects.filter(day__gt=since).values_list("dataset", flat=True).distinct())
    known = set(Indicator.objects.published().values_list("code", flat=True))
    return share(len(used & known), len(known))


def datasets(now: datetime) -> float:
    """Public datasets that hold a figure known within 30 days."""
    lately = Latest.objects.filter(known_since__gt=now - MONTH, known_since__lte=now, series__indicator__in=Indicator.objects.published())
    return float(lately.values("series__indicator").distinct().count())


def guides_solved(now: datetime) -> float | None:
    """Answers that a guide helped, of all answers within 90 days that look like people."""
    told = GuideAnswer.objects.filter(Q(at__gt=now - QUARTER, at__lte=now), held=False)
    return share(told.filter(solved=True).count(), told.count())


def views_by_village(now: datetime) -> dict[str, float]:
    """By village: how often its page was opened within 30 days, by people and programs together; 0 of those that nobody opened."""
    villages = Region.objects.within(settings.REGION).filter(level=Level.VILLAGE).values_list("code", flat=True)
    seen = (
        Visit.objects.filter(day__gt=timezone.localdate(now - MONTH), path__startswith="/w/").values_list("path").annotate(all=Sum("times"))
    )
    times = {path.removeprefix("/w/"): count for path, count in seen}
    return {code: float(times.get(code, 0)) for code in villages}


# Figures of every village, told once a day and renewed within it.
BY_VILLAGE: dict[str, Callable[[datetime], dict[str, float]]] = {"sys.portal.views": views_by_village}

FIGURES: dict[str, Callable[[datetime], float | None]] = {
    "sys.portal.places-read": places_read,
    "sys.portal.satisfaction": satisfaction,
    "sys.portal.answered-in-time": answered_in_time,
    "sys.portal.data-reuse": data_reuse,
    "sys.portal.guides-solved": guides_solved,
    "sys.portal.datasets": datasets,
}
