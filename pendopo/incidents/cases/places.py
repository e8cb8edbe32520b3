"""The map of an incident: the government's districts, or a district's villages, with those marked that it touches."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import TextField
from django.db.models.functions import MD5, Cast

from pendopo.regions.drawing import Map, draw
from pendopo.regions.logic import is_within
from pendopo.regions.models import Region

from .models import Incident, common_region


@dataclass(frozen=True)
class Touched:
    """A map, and the codes of its regions that are touched."""

    map: Map
    marked: frozenset[str]


@lru_cache(maxsize=64)
def _drawn(parent: str, digest: str) -> Map | None:
    """`digest` names the boundaries: new ones are a new drawing."""
    return draw(Region.objects.filter(parent=parent).exclude(boundary=None).order_by("code").values_list("code", "name", "boundary"))


def digest_of(parent: str) -> str:
    """What changes whenever a boundary right below a region does; '' while most of them have none."""
    text = Cast("boundary", TextField())
    digests = list(Region.objects.filter(parent=parent).order_by("code").annotate(digest=MD5(text)).values_list("digest", flat=True))
    drawn = [digest for digest in digests if digest]
    return "".join(drawn) if len(digests) <= 2 * len(drawn) else ""


def map_of(incident: Incident, regions: Iterable[Region]) -> Touched | None:
    """The smallest map on which every touched region lies; None without boundaries, or when it touches the whole of them all."""
    codes = [region.pk for region in regions]
    place = common_region(codes, incident.region_id)
    around = place if any(code != place for code in codes) else place.rpartition(".")[0]
    for parent in (around, ".".join(around.split(".")[:2])):
        if digest := digest_of(parent):
            drawing = _drawn(parent, digest)
            if drawing is None:
                continue
            marked = frozenset(drawn.code for drawn in drawing.regions if any(is_within(code, drawn.code) for code in codes))
            return Touched(drawing, marked) if marked else None
    return None
