"""Public services with their state now, their last thirty days, and planned work: from presence of devices and maintenance windows."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from pendopo.alerts.quiet import Maintenance
from pendopo.indicators.history import Question, page
from pendopo.indicators.models import Indicator
from pendopo.network.standing import PRESENCE, standings
from pendopo.regions.logic import is_within

from .logic import DISTURBED, DOWN, PLANNED, RUNNING, TONES, Day, share_of, state_of
from .models import PublicService

DAYS = 30
AHEAD = timedelta(days=14)
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Shown:
    """A service as its page shows it. `work` are the windows of planned work that cover it, running or soon."""

    service: PublicService
    state: str
    days: tuple[Day, ...]
    work: tuple[Maintenance, ...]

    @property
    def word(self) -> str:
        """The state in words."""
        words = {RUNNING: _("running"), DISTURBED: _("disturbed"), DOWN: _("down"), PLANNED: _("planned work")}
        return words.get(self.state, _("no word"))

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        return TONES[self.state]

    @property
    def told(self) -> int:
        """On how many of the days there was any word."""
        return sum(day.share is not None for day in self.days)

    @property
    def share(self) -> float | None:
        """The share of the time that it ran, in percent."""
        return share_of(self.days)


def services(now: datetime, *, history: bool = True) -> list[Shown]:
    """All public services in their order; as many queries however many there are."""
    found = list(PublicService.objects.select_related("service").prefetch_related("service__devices__site"))
    if not found:
        return []
    known = standings(now)
    windows = list(
        Maintenance.objects.filter(cancelled=None, end__gt=now, start__lt=now + AHEAD).select_related("region").order_by("start")
    )
    past = _days(now) if history else {}
    return [_shown(one, known, windows, past, now) for one in found]


def _shown(one: PublicService, known: Any, windows: list[Maintenance], past: dict[str, dict[date, float]], now: datetime) -> Shown:
    devices = list(one.service.devices.all())
    work = tuple(w for w in windows if any(is_within(device.site.region_id, w.region_id) for device in devices))
    states = [known[device.code].state if device.code in known else "" for device in devices]
    state = state_of(states, planned=any(window.start <= now for window in work))
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    days = []
    for back in range(DAYS - 1, -1, -1):
        day = today - timedelta(days=back)
        shares = [past[device.code][day] for device in devices if day in past.get(device.code, {})]
        days.append(Day(day, min(shares) if shares else None))
    return Shown(one, state, tuple(days), work)


def _days(now: datetime) -> dict[str, dict[date, float]]:
    """By device and day: the mean of its presence."""
    devices = set(PublicService.objects.filter(~Q(service__devices=None)).values_list("service__devices__code", flat=True))
    presence = list(Indicator.objects.filter(code=PRESENCE).values_list("pk", flat=True))
    found: dict[str, dict[date, float]] = defaultdict(dict)
    zone = ZoneInfo(settings.TIME_ZONE)
    for device in sorted(devices) if presence else []:
        question = Question(presence, dims=(("device", device),), since=now - timedelta(days=DAYS), every="1d", agg="mean")
        for row in page(question, limit=MOST_ROWS)[0]:
            found[device][row.at.astimezone(zone).date()] = row.value
    return found
