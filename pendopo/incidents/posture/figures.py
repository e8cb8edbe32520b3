"""The figures of this room: posture, how many incidents go on, how quickly they are taken on."""

from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.db.models import Q

from ..cases.models import Incident
from . import logic
from .models import house_posture

LOOK_BACK = timedelta(days=30)


def figures(at: datetime) -> list[tuple[str, str, float]]:
    """(indicator, region, value) of everything that has something to say at a moment. Drills do not count."""
    real = Incident.objects.filter(exercise=False).exclude(state="merged")
    active = real.filter(state__in=["open", "contained"])
    found = [
        ("sys.posture", float(logic.RANKS[house_posture(at)])),
        ("sys.incidents.active", float(active.count())),
        ("sys.incidents.without-lead", float(active.filter(lead=None).count())),
    ]
    lately = real.filter(detected__gte=at - LOOK_BACK).filter(Q(acknowledged__isnull=False)).values_list("detected", "acknowledged")
    minutes = [(taken - noticed).total_seconds() / 60 for noticed, taken in lately if taken]
    if minutes:
        found.append(("sys.incidents.taken-on", round(max(0.0, median(minutes)), 2)))
    return [(code, settings.REGION, value) for code, value in found]
