"""Warnings that hold for a place."""

from django.utils import timezone

from pendopo.alerts.cap.models import PublicWarning

from .actions import concerns

GRAVE = {"Extreme": 0, "Severe": 1, "Moderate": 2, "Minor": 3}


def in_force(region: str) -> list[PublicWarning]:
    """What holds now for a place, the gravest first; tests of the line are not shown."""
    found = PublicWarning.objects.in_force(timezone.now()).exclude(status="Test").prefetch_related("regions")
    shown = [one for one in found if concerns(region, [place.pk for place in one.regions.all()])]
    return sorted(shown, key=lambda one: GRAVE.get(one.severity, len(GRAVE)))
