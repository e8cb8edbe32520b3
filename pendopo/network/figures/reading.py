"""Reads the figures of network and data centre: each a number, or None when there is nothing to say."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from pendopo.indicators.history import Question, iterate
from pendopo.indicators.models import Indicator
from pendopo.indicators.newest import rows

from ..connected import connected_agencies
from ..models import Configuration, Device, Link, Medium, Meter, SiteKind, State, Unit, UnitKind
from ..reach.reading import cut_devices, disputes, reached_device
from ..standing import DOWN, UP, standings
from ..usage import loads, planned_work, presence_of

DAY = timedelta(days=1)
COPIED_WITHIN = timedelta(days=7)
# A word of a sensor older than this says nothing any more.
OLD = timedelta(minutes=15)
YEAR_DAYS = 365


def connected(now: datetime) -> float | None:
    """Agencies that have a site in service; None without a network."""
    days, expected = connected_agencies([timezone.localdate(now)])
    return float(days[0][1]) if expected and Device.objects.exists() else None


def expected(now: datetime) -> float | None:
    """Agencies that are to be connected."""
    _days, told = connected_agencies([timezone.localdate(now)])
    return float(told) if told and Device.objects.exists() else None


def coverage(now: datetime) -> float | None:
    """Percent of the agencies that are connected."""
    found, wanted = connected(now), expected(now)
    return 100 * found / wanted if found is not None and wanted else None


def reached(now: datetime) -> float | None:
    """Percent of the watched devices that are reached."""
    states = [one.state for one in standings(now).values() if one.state in (UP, DOWN)]
    return 100 * states.count(UP) / len(states) if states else None


def available(now: datetime) -> float | None:
    """Percent of 24 hours, over all watched devices, without planned work and without what is disputed and was not refused."""
    stretches, work, told = presence_of(now - DAY, now), planned_work(now - DAY, now), disputes(now - DAY, now)
    cut = cut_devices(told)
    up = known = 0.0
    for device in Device.objects.filter(active=True, code__in=stretches).select_related("site"):
        found = reached_device(device, stretches[device.code], work, told, cut).within([(now - DAY, now)])
        up, known = up + found.reached_s, known + found.reached_s + found.lost_s
    return 100 * up / known if known else None


def uplink(now: datetime) -> float | None:
    """Percent of the capacity of the fullest line of a provider."""
    links = list(Link.objects.filter(medium=Medium.PROVIDER, state=State.IN_SERVICE))
    shares = [load.share_now for load in loads(links, now - timedelta(minutes=20), now) if load.share_now is not None]
    return 100 * max(shares) if shares else None


def copied(now: datetime) -> float | None:
    """Percent of the devices to be copied whose configuration was seen within a week."""
    wanted = Device.objects.filter(active=True).exclude(platform="")
    count = wanted.count()
    seen = Configuration.objects.filter(device__in=wanted, seen__gte=now - COPIED_WITHIN).values("device").distinct().count()
    return 100 * seen / count if count else None


def certificate(now: datetime) -> float | None:
    """Days until the first certificate ends."""
    told = [row.value for row in rows(list(Indicator.objects.filter(code="net.certificate.days")), None) if now - row.at <= DAY]
    return min((value for value in told if value is not None), default=None)


def shown(now: datetime) -> dict[str, float]:
    """What each sensor and meter shows now, by its code."""
    found = rows(list(Indicator.objects.filter(code="net.unit")), None)
    return {row.dims.get("unit", ""): row.value for row in found if row.value is not None and now - row.at <= OLD}


def _centre(now: datetime, **which: str) -> list[float]:
    """What the units of data centres of some kind show now."""
    codes = Unit.objects.filter(site__kind=SiteKind.DATA_CENTRE, **which).values_list("code", flat=True)
    told = shown(now)
    return [told[code] for code in codes if code in told]


def temperature(now: datetime) -> float | None:
    """The hottest sensor of the data centre, in °C."""
    return max(_centre(now, kind=UnitKind.TEMPERATURE), default=None)


def humidity(now: datetime) -> float | None:
    """The mean of the data centre's sensors, in percent."""
    told = _centre(now, kind=UnitKind.HUMIDITY)
    return fmean(told) if told else None


def power(now: datetime) -> float | None:
    """What the meters of the whole data centre show together, in kW; None while one of them is silent."""
    told = _centre(now, meter=Meter.TOTAL)
    return sum(told) if told and len(told) == Unit.objects.filter(site__kind=SiteKind.DATA_CENTRE, meter=Meter.TOTAL).count() else None


@dataclass(frozen=True)
class Effectiveness:
    """Energy of all ÷ energy of IT, over so many whole days. Interim while that is less than a year (ISO/IEC 30134-2)."""

    value: float
    days: int

    @property
    def is_interim(self) -> bool:
        """Whether a year has not been measured yet."""
        return self.days < YEAR_DAYS


def usage_effectiveness(now: datetime) -> Effectiveness | None:
    """Over the last days, up to a year, on which every meter of the data centre spoke. None where all or IT is not measured."""
    units = dict(Unit.objects.filter(site__kind=SiteKind.DATA_CENTRE).exclude(meter="").values_list("code", "meter"))
    indicator = Indicator.objects.filter(code="net.unit").first()
    if indicator is None or set(units.values()) != set(Meter.values):
        return None
    means: dict[datetime, dict[str, float]] = defaultdict(dict)
    until = now.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    for code in units:
        asked = Question(
            indicators=[indicator.pk], dims=(("unit", code),), since=until - timedelta(days=YEAR_DAYS), until=until, every="1d", agg="mean"
        )
        for point in iterate(asked):
            means[point.at][code] = point.value
    whole = [told for told in means.values() if len(told) == len(units)]
    total, it = (sum(value for told in whole for code, value in told.items() if units[code] == meter) for meter in (Meter.TOTAL, Meter.IT))
    return Effectiveness(total / it, len(whole)) if it else None


def effectiveness(now: datetime) -> float | None:
    """The power usage effectiveness of a whole year."""
    found = usage_effectiveness(now)
    return found.value if found and not found.is_interim else None


def interim_effectiveness(now: datetime) -> float | None:
    """The same while a year has not been measured yet."""
    found = usage_effectiveness(now)
    return found.value if found and found.is_interim else None


def beyond(now: datetime) -> list[tuple[Unit, float]]:
    """The units that show a number beyond their limits."""
    told = shown(now)
    return [(unit, told[unit.code]) for unit in _limited() if unit.code in told and is_beyond(unit, told[unit.code])]


def _limited() -> Iterable[Unit]:
    return Unit.objects.exclude(low=None, high=None).select_related("site")


def is_beyond(unit: Unit, value: float) -> bool:
    """Whether a number lies beyond a unit's limits."""
    return (unit.low is not None and value < unit.low) or (unit.high is not None and value > unit.high)


def units_beyond(now: datetime) -> float | None:
    """How many sensors and meters are beyond their limits; None where none has limits."""
    return float(len(beyond(now))) if _limited() else None


FIGURES: dict[str, Callable[[datetime], float | None]] = {
    "sys.network.connected": connected,
    "sys.network.expected": expected,
    "sys.network.coverage": coverage,
    "sys.network.reached": reached,
    "sys.network.availability": available,
    "sys.network.uplink": uplink,
    "sys.network.copied": copied,
    "sys.network.certificate": certificate,
    "sys.network.temperature": temperature,
    "sys.network.humidity": humidity,
    "sys.network.power": power,
    "sys.network.pue": effectiveness,
    "sys.network.pue.interim": interim_effectiveness,
    "sys.network.units": units_beyond,
}
