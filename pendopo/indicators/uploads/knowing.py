"""What the house knows when it proposes a mapping: the indicators of the source and the regions by every code and name."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from pendopo.regions.models import BpsCode, Region

from ..models import Indicator, Source
from ..places import Names


@dataclass(frozen=True)
class Figure:
    """An indicator that the source may write: by what it may be called, at which level and whether daily or slower."""

    code: str
    names: tuple[str, ...]
    level: str
    daily: bool
    unit: str


@dataclass(frozen=True)
class Place:
    """A region by its code."""

    code: str
    name: str
    level: str


@dataclass(frozen=True)
class Known:
    """Indicators, regions by Kemendagri code, BPS codes, the government's own region its time zone, and today there."""

    figures: tuple[Figure, ...]
    places: dict[str, Place]
    bps: dict[str, str]
    home: str
    zone: str
    today: date

    @property
    def levels(self) -> set[str]:
        """The levels at which the source reports."""
        return {figure.level for figure in self.figures}

    @property
    def around(self) -> list[str]:
        """The regions within which names are looked up, the nearest first: the government's own, those above it, the country ('')."""
        parts = self.home.split(".") if self.home else []
        return [*(".".join(parts[:count]) for count in range(len(parts), 0, -1)), ""]

    def names(self, within: str) -> Names:
        """The names of the regions at the source's levels within a region."""
        inside = [place for place in self.places.values() if not within or place.code.startswith(f"{within}.")]
        at_level = [place for place in inside if place.level in self.levels]
        return Names([(place.code, place.name) for place in at_level or inside])


def known_for(source: Source) -> Known:
    """What is known for a source."""
    figures = tuple(
        Figure(one.code, tuple(name for name in (one.code, one.name_id, one.name_en) if name), one.level, one.every[-1] in "dwMy", one.unit)
        for one in Indicator.objects.writable_by(source).filter(derived__isnull=True).order_by("code")
    )
    places = {code: Place(code, name, level) for code, name, level in Region.objects.values_list("code", "name", "level")}
    return Known(
        figures, places, dict(BpsCode.objects.values_list("code", "region_id")), settings.REGION, settings.TIME_ZONE, timezone.localdate()
    )
