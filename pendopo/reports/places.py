"""From what a reporter says to a region: a point to the nearest known centre or the boundary that holds it, words to names in them."""

import math
import re

from django.conf import settings
from shapely.geometry import Point, shape

from pendopo.regions.models import BoundaryKind, Region

KM_PER_DEGREE = 111.2
# A point further from every known centre than this lies elsewhere.
REACH_KM = 25.0


class Elsewhere(ValueError):
    """The point lies outside the government's area."""


def at_point(latitude: float, longitude: float) -> Region:
    """The smallest region at a point: by official boundary where there is one, else the nearest centre. Raises Elsewhere."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise Elsewhere
    rows = list(Region.objects.within(settings.REGION).exclude(pk=settings.REGION))
    spot = Point(longitude, latitude)
    inside = [row for row in rows if row.boundary and row.boundary_kind == BoundaryKind.OFFICIAL and shape(row.boundary).contains(spot)]
    if inside:
        return max(inside, key=lambda row: len(row.code))
    centred = [(_km(latitude, longitude, row), row) for row in rows if row.latitude is not None and row.longitude is not None]
    if not centred or min(km for km, _row in centred) > REACH_KM:
        raise Elsewhere
    return min(centred, key=lambda pair: pair[0])[1]


def _km(latitude: float, longitude: float, row: Region) -> float:
    north = (latitude - float(row.latitude or 0)) * KM_PER_DEGREE
    east = (longitude - float(row.longitude or 0)) * KM_PER_DEGREE * math.cos(math.radians(latitude))
    return math.hypot(north, east)


def in_words(text: str) -> Region:
    """The region that an address names, the smallest that is named once; the government's own when it names none."""
    low = f" {re.sub(r'[^a-z0-9]+', ' ', text.lower())} "
    rows = list(Region.objects.within(settings.REGION).exclude(pk=settings.REGION))
    named = [row for row in rows if f" {row.name.lower()} " in low]
    districts = [row for row in named if row.level == "district"]
    # Most districts have a village of their own name; the name alone means the district.
    villages = [row for row in named if row.level == "village" and row.name not in {one.name for one in districts}]
    within = [row for row in villages if not districts or row.parent_id in {one.code for one in districts}]
    if len(within) == 1:
        return within[0]
    if districts:
        return districts[0]
    return Region.objects.get(pk=settings.REGION)
