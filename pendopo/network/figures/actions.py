"""The verb that delivers the figures of network and data centre."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from pendopo.indicators.actions import Receipt
from pendopo.indicators.checks import Observation
from pendopo.indicators.house.actions import declared, send

from ..models import Site
from .reading import FIGURES

CATALOGUE = Path(__file__).with_name("sys.yaml")


def publish(*, now: datetime | None = None) -> Receipt | None:
    """Reads and delivers every figure that has something to say; None while there is no network or the government has no sources."""
    if not Site.objects.exists():
        return None
    source = declared(CATALOGUE)
    if source is None:
        return None
    moment = now or timezone.now()
    at = moment.replace(microsecond=0).isoformat()
    found = {code: read(moment) for code, read in FIGURES.items()}
    return send(source=source, rows=[Observation(code, settings.REGION, at, round(v, 4)) for code, v in found.items() if v is not None])
