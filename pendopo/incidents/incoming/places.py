"""Where a report may come from: by name of a village, district or landmark, or by position."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Q
from shapely import Point
from shapely.errors import ShapelyError
from shapely.geometry import shape

from pendopo.alerts.hearing.logic import distance_km
from pendopo.regions.logic import is_within
from pendopo.regions.models import Level, Region

from ..field.models import Shelter
from . import logic
from .models import Landmark

# A position further from every village is not ours.
FARTHEST_KM = 15.0
NEAREST = 6


@dataclass(frozen=True)
class Found:
    """One place that a name may mean."""

    region: Region
    name: str
    latitude: Decimal | None = None
    longitude: Decimal | None = None

    @property
    def label(self) -> str:
        """How it is told apart from others of the same name."""
        above = self.region.parent.name if self.region.parent else ""
        own = self.region.name if self.name == self.region.name else f"{self.name}, {self.region.name}"
        return f"{own}, {above} ({self.region.pk})" if above else f"{own} ({self.region.pk})"


def candidates(text: str) -> list[Found]:
    """Every place that the text may mean: a code, a landmark or shelter, a village or district. One = it is clear; none = unknown."""
    written = text.strip()
    if not written:
        return []
    code = written.rsplit("(", 1)[-1].rstrip(")").strip()
    ours = Region.objects.within(settings.REGION).filter(level__in=[Level.VILLAGE, Level.DISTRICT]).select_related("parent")
    if exact := ours.filter(pk=code).first():
        return [Found(exact, exact.name)]
    places: dict[str, Found] = {}
    for model, kept in ((Landmark, Q()), (Shelter, Q(closed=None))):
        for row in model.objects.filter(kept).select_related("region__parent"):
            places[f"{model.__name__} {row.pk}"] = Found(row.region, row.name, row.latitude, row.longitude)
    for region in ours.defer("boundary"):
        places[region.pk] = Found(region, region.name)
    keys = logic.narrowed(written, [(key, found.name) for key, found in places.items()])
    found = [places[key] for key in keys]
    around = next((one for one in found if all(is_within(other.region.pk, one.region.pk) for other in found)), None)
    # A district and a village in it that share a name: the district is true for both.
    return [around] if around is not None and around.name == around.region.name else found


def at_position(latitude: Decimal, longitude: Decimal) -> Region | None:
    """The village around a position (where villages have no centre: the district), by outline, else by the nearest centre.

    None when the position is far from all of them.
    """
    here = (float(latitude), float(longitude))
    for level in (Level.VILLAGE, Level.DISTRICT):
        known = Region.objects.within(settings.REGION).filter(level=level).exclude(latitude=None).exclude(longitude=None)
        far = {code: distance_km(here, (float(lat), float(lon))) for code, lat, lon in known.values_list("code", "latitude", "longitude")}  # type: ignore[arg-type]
        if not far:
            continue
        near = sorted(far, key=lambda code: far[code])[:NEAREST]
        if far[near[0]] > FARTHEST_KM:
            return None
        rows = Region.objects.in_bulk(near)
        return next((rows[code] for code in near if _contains(rows[code], here)), rows[near[0]])
    return None


def _contains(region: Region, here: tuple[float, float]) -> bool:
    try:
        return region.boundary is not None and bool(shape(region.boundary).contains(Point(here[1], here[0])))
    except (ShapelyError, ValueError, TypeError, KeyError):
        return False
