"""Public incidents of a place, and the citizen reports behind an incident."""

from datetime import datetime

from django.db.models import Q
from django.urls import Resolver404, resolve

from pendopo.incidents.cases.models import Incident, alerts_of
from pendopo.regions.logic import is_within
from pendopo.reports.models import Cluster, Report, ReportQuerySet

from .models import PublicIncident


def incidents_at(region: str, now: datetime) -> list[PublicIncident]:
    """What everyone is told of incidents that touch a place: at it, above it or below it."""
    found = PublicIncident.objects.shown(now).select_related("incident__region").prefetch_related("incident__regions")
    return [one for one in found if any(_near(place.pk, region) for place in one.incident.regions.all())]


def _near(place: str, region: str) -> bool:
    return is_within(place, region) or is_within(region, place)


def clusters_behind(incident: Incident) -> list[Cluster]:
    """The clusters of reports whose alerts this incident answers, by the links of the alerts."""
    pks = set()
    for link in alerts_of(incident).exclude(link="").values_list("link", flat=True):
        try:
            match = resolve(link)
        except Resolver404:
            continue
        if match.view_name == "reports:cluster":
            pks.add(match.kwargs["pk"])
    return list(Cluster.objects.filter(pk__in=pks).select_related("category", "region"))


def reports_behind(incident: Incident) -> ReportQuerySet:
    """The reports of those clusters."""
    wanted = Q(pk=None)
    for cluster in clusters_behind(incident):
        wanted |= Q(pk__in=cluster.gathered().values("pk"))
    return Report.objects.filter(wanted)
