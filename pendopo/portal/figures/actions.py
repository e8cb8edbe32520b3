"""The verb that tells the figures of this room, by the one door."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from pendopo.indicators.actions import Receipt
from pendopo.indicators.checks import Observation
from pendopo.indicators.house.actions import declared, send

from .reading import BY_VILLAGE, FIGURES

CATALOGUE = Path(__file__).with_name("catalogue.yaml")


def publish(*, now: datetime | None = None) -> Receipt | None:
    """Reads and delivers every figure that has something to say; None while the government has no sources."""
    moment = now or timezone.now()
    # The house's own catalogue names the source that this room's figures come from.
    source = declared() and declared(CATALOGUE)
    if source is None:
        return None
    at = moment.replace(microsecond=0).isoformat()
    found = {code: read(moment) for code, read in FIGURES.items()}
    rows = [Observation(code, settings.REGION, at, round(value, 2)) for code, value in found.items() if value is not None]
    today = timezone.localdate(moment).isoformat()
    rows += [Observation(code, village, today, value) for code, read in BY_VILLAGE.items() for village, value in read(moment).items()]
    return send(source=source, rows=rows) if rows else None
