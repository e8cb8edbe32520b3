"""What the network measured of the data centre: its availability in exact downtime beside the classes of the instrument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pendopo.network.measures import availability, cut_out
from pendopo.network.models import Device, SiteKind
from pendopo.network.usage import planned_work, presence_of
from pendopo.regions.logic import is_within

from .availability import HOURS_A_YEAR, AvailabilityClass, downtime_h, equalled

# The instrument that these figures stand beside.
INSTRUMENT = "data-centre-availability"
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Measured:
    """The weakest device of the data centre over at most a year, around the clock and without planned work.

    `percent` of the time that was measured; `hours` is how long that was.
    """

    device: str
    percent: Decimal
    lost_h: float
    hours: float

    @property
    def equals(self) -> AvailabilityClass | None:
        """The class that the percentage equals; never more than that."""
        return equalled(self.percent)

    @property
    def downtime_h(self) -> Decimal:
        """The hours a year that this percentage means."""
        return downtime_h(self.percent)

    @property
    def is_whole_year(self) -> bool:
        """Whether nearly a whole year was measured: less says little about a class."""
        return self.hours >= 0.95 * HOURS_A_YEAR


def measured(now: datetime) -> Measured | None:
    """None where no device of a data centre was ever watched."""
    since = now - YEAR
    stretches, work = presence_of(since, now), planned_work(since, now)
    found = []
    for device in Device.objects.filter(active=True, site__kind=SiteKind.DATA_CENTRE, code__in=stretches).select_related("site"):
        holes = [interval for _name, region, interval in work if is_within(device.site.region_id, region)]
        told = availability(stretches[device.code], cut_out([(since, now)], holes))
        if told.share is not None:
            known_h = (told.reached_s + told.lost_s) / 3600
            found.append(Measured(device.name, Decimal(str(round(100 * told.share, 5))), told.lost_s / 3600, known_h))
    return min(found, key=lambda one: one.percent, default=None)
