"""How many agencies were connected on each day, by the steps of sites: told for the past too, and again where a step was noted late."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from pendopo.indicators.actions import Receipt
from pendopo.indicators.checks import Observation
from pendopo.indicators.house.actions import declared, send
from pendopo.indicators.models import Indicator
from pendopo.indicators.trends import Line, trends

from ..connected import connected_agencies
from ..models import Step
from .actions import CATALOGUE

CONNECTED, EXPECTED = "sys.network.connected.day", "sys.network.expected.day"
MOST_DAYS = 400


def publish_days(*, now: datetime | None = None) -> Receipt | None:
    """Delivers the days that were not told or are different now; None without a step of a site or a source, or when nothing is new."""
    moment = now or timezone.now()
    today, first = timezone.localdate(moment), Step.objects.exclude(site=None).aggregate(first=Min("on"))["first"]
    source = declared(CATALOGUE) if first is not None else None
    if source is None:
        return None
    count = min((today - first).days + 2, MOST_DAYS)
    counted, expected = connected_agencies([today - timedelta(days=back) for back in range(count - 1, -1, -1)])
    zone = ZoneInfo(settings.TIME_ZONE)
    told = {datetime.combine(day, time(), zone): {CONNECTED: float(connected), EXPECTED: float(expected)} for day, connected in counted}
    known = _known(min(told), max(told))
    # How many were to be connected on a day that is over is not counted again: only what was never told.
    wanted = [
        (code, at, value)
        for at, values in told.items()
        for code, value in values.items()
        if known.get((code, at)) is None or (code == CONNECTED and known[code, at] != value)
    ]
    rows = [Observation(code, settings.REGION, at.isoformat(), value) for code, at, value in wanted]
    return send(source=source, rows=rows) if rows else None


def _known(since: datetime, until: datetime) -> dict[tuple[str, datetime], float]:
    indicators = list(Indicator.objects.filter(code__in=(CONNECTED, EXPECTED)))
    lines = trends([Line(one, settings.REGION, since, until) for one in indicators])
    return {
        (one.code, point.at): point.value for one, line in zip(indicators, lines, strict=True) for point in line if point.value is not None
    }
