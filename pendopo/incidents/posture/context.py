"""What every page knows of the posture."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone

from pendopo.regions.logic import is_within

from .models import Posture


def posture(request: HttpRequest) -> dict[str, Any]:
    """`house_postures`: the postures that run in the government's region, below or above it; asked only when a page shows them."""

    def running() -> list[Posture]:
        try:
            found = Posture.objects.running(timezone.now()).select_related("region").order_by("region_id")
            return [one for one in found if is_within(one.region_id, settings.REGION) or is_within(settings.REGION, one.region_id)]
        except DatabaseError:
            return []

    return {"house_postures": running}
