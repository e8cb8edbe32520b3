"""Public services with their state now, their last thirty days, planned work, and the incident that is the likely cause.

From the presence of devices, the answers of the services themselves, maintenance windows, and what everyone is told of incidents.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from pendopo.alerts.quiet import Maintenance
from pendopo.incidents.cases.logic import ACTIVE
from pendopo.incidents.cases.models import alerts_of
from pendopo.indicators.history import Question, page
from pendopo.indicators.models import Indicator
from pendopo.indicators.newest import rows
from pendopo.network.models import Device
from pendopo.network.standing import DOWN as DANGER
from pendopo.network.standing import OLD, PRESENCE, Standing, standings
from pendopo.regions.logic import is_within

from ..happening.models import PublicIncident
from .logic import DISTURBED, DOWN, PLANNED, RUNNING, TONES, Day, share_of, state_of
from .models import PublicService

DAYS = 30
AHEAD = timedelta(days=14)
MOST_ROWS = 100_000
# Whether a service answers when a collector asks it.
ANSWERS = "net.service.up"


@dataclass(frozen=True)
class Shown:
    """A service as its page shows it. `work` are the windows of planned work that cover it, running or soon; `causes` the public
    incidents that go on and are about what it rests on, while it does not run as it should."""

    service: PublicService
    state: str
    days: tuple[Day, ...]
    work: tuple[Maintenance, ...]
    causes: tuple[PublicIncident, ...] = ()

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
    known = Known(standings(now), answering(now), _incidents(now))
    windows = list(
        Maintenance.objects.filter(cancelled=None, end__gt=now, start__lt=now + AHEAD).select_related("region").order_by("start")
    )
    past = _days(now) if history else {}
    return [_shown(one, known, windows, past, now) for one in found]


@dataclass(frozen=True)
class Known:
    """What the network says now: how devices stand, which services answer, and public incidents with the things that they name."""

    devices: dict[str, Standing]
    answers: dict[str, bool]
    incidents: list[tuple[PublicIncident, frozenset[str]]]


def answering(now: datetime) -> dict[str, bool]:
    """By service: whether it answered when it was asked last, by the newest word; nothing of those that nobody asked lately."""
    newest = sorted(rows(list(Indicator.objects.filter(code=ANSWERS)), None), key=lambda row: row.at)
    return {row.dims.get("service", ""): bool(row.value) for row in newest if now - row.at <= OLD and row.value is not None}


def _incidents(now: datetime) -> list[tuple[PublicIncident, frozenset[str]]]:
    found = PublicIncident.objects.shown(now).filter(incident__state__in=ACTIVE).select_related("incident__region")
    return [(one, _named(one)) for one in found.prefetch_related("incident__regions")]


def _named(one: PublicIncident) -> frozenset[str]:
    """The devices, sites, links and services that the alerts behind an incident are about, by the marks that the network puts on them."""
    names: set[str] = set()
    for labels, dims in alerts_of(one.incident).values_list("labels", "dims"):
        names |= {labels.get("device", ""), dims.get("device", ""), dims.get("service", ""), *str(labels.get("of", "")).split(",")}
    return frozenset(names - {""})


def _causes(one: PublicService, devices: list[Device], known: Known) -> tuple[PublicIncident, ...]:
    """Incidents that name what the service rests on, or that are told of the very places where its devices are away."""
    names = {one.service.code, *(device.code for device in devices), *(device.site.code for device in devices)}
    away = [device for device in devices if device.code in known.devices and known.devices[device.code].state == DANGER]
    found = []
    for incident, named in known.incidents:
        places = [place.pk for place in incident.incident.regions.all() if place.pk != settings.REGION]
        near = any(is_within(device.site.region_id, place) for device in away for place in places)
        if named & names or near:
            found.append(incident)
    return tuple(found)


def _shown(one: PublicService, known: Known, windows: list[Maintenance], past: dict[str, dict[date, float]], now: datetime) -> Shown:
    devices = list(one.service.devices.all())
    work = tuple(w for w in windows if any(is_within(device.site.region_id, w.region_id) for device in devices))
    states = [known.devices[device.code].state if device.code in known.devices else "" for device in devices]
    state = state_of(states, any(window.start <= now for window in work), known.answers.get(one.service.code))
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    days = []
    for back in range(DAYS - 1, -1, -1):
        day = today - timedelta(days=back)
        things = [f"device={device.code}" for device in devices] + [f"service={one.service.code}"]
        shares = [past[thing][day] for thing in things if day in past.get(thing, {})]
        days.append(Day(day, min(shares) if shares else None))
    causes = _causes(one, devices, known) if state in (DOWN, DISTURBED) else ()
    return Shown(one, state, tuple(days), work, causes)


def _days(now: datetime) -> dict[str, dict[date, float]]:
    """By device or service (`device=r1`) and day: the mean of its presence, and of whether it answered."""
    shown = PublicService.objects.all()
    codes = {
        (PRESENCE, "device"): set(shown.filter(~Q(service__devices=None)).values_list("service__devices__code", flat=True)),
        (ANSWERS, "service"): set(shown.values_list("service__code", flat=True)),
    }
    known = dict(Indicator.objects.filter(code__in=[PRESENCE, ANSWERS]).values_list("code", "pk"))
    found: dict[str, dict[date, float]] = defaultdict(dict)
    zone = ZoneInfo(settings.TIME_ZONE)
    for (indicator, kind), things in codes.items():
        for thing in sorted(things) if indicator in known else []:
            question = Question([known[indicator]], dims=((kind, thing),), since=now - timedelta(days=DAYS), every="1d", agg="mean")
            for row in page(question, limit=MOST_ROWS)[0]:
                found[f"{kind}={thing}"][row.at.astimezone(zone).date()] = row.value
    return found
