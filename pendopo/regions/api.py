"""Room `regions` over HTTP: the region table and its boundaries, open to everyone."""

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router, Schema
from ninja.errors import HttpError

from pendopo.ui.door import holds

from .logic import is_code
from .models import BoundaryKind, Region, RegionQuerySet

router = Router(tags=["regions"])

PAGE = 500
LevelName = Literal["province", "regency", "district", "village"]


class RegionOut(Schema):
    """One region. `boundary` says where its boundary comes from: none, schematic or official."""

    code: str
    name: str
    level: LevelName
    parent: str | None
    latitude: float | None
    longitude: float | None
    boundary: Literal["none", "schematic", "official"]
    bps: list[str]


class RegionPage(Schema):
    """Regions by code, and where to go on."""

    items: list[RegionOut]
    next: str | None


def only(request: HttpRequest, *names: str) -> None:
    """Refuses a parameter that the operation does not know, so that a slip of the pen never widens an answer."""
    for name in request.GET:
        if name not in names:
            raise HttpError(422, _("The parameter “%(name)s” is not known here: leave it out.") % {"name": name[:60]})


def narrowed(parent: str | None, level: str | None, within: str | None, q: str | None) -> RegionQuerySet:
    """The regions asked for; a code that is none is refused."""
    for name, code in (("parent", parent), ("within", within)):
        if code is not None and not is_code(code):
            raise HttpError(422, _("%(name)s takes a code with dots, such as 35.16.") % {"name": name})
    regions: RegionQuerySet = Region.objects.all()
    if parent:
        regions = regions.filter(parent=parent)
    if level:
        regions = regions.filter(level=level)
    if within:
        regions = regions.within(within)
    if q:
        text = q.replace("\x00", "")[:100]
        regions = regions.filter(name__icontains=text) | regions.filter(code__startswith=text)
    return regions.order_by("code")


@router.get("/regions", response=RegionPage, summary="Administrative regions")
def regions(
    request: HttpRequest,
    parent: str | None = None,
    level: LevelName | None = None,
    within: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
) -> dict[str, Any]:
    """By code. `parent` = directly below, `within` = the region itself and all below; `q` looks in names and codes."""
    only(request, "parent", "level", "within", "q", "cursor")
    wanted = narrowed(parent, level, within, q)
    if cursor:
        wanted = wanted.filter(code__gt=cursor.replace("\x00", "")[:13])
    found = list(wanted.defer("boundary").prefetch_related("bps_codes")[: PAGE + 1])
    items = [
        {
            "code": region.code,
            "name": region.name,
            "level": region.level,
            "parent": region.parent_id,
            "latitude": region.latitude,
            "longitude": region.longitude,
            "boundary": region.boundary_kind,
            "bps": [bps.code for bps in region.bps_codes.all()],
        }
        for region in found[:PAGE]
    ]
    return {"items": items, "next": found[PAGE - 1].code if len(found) > PAGE else None}


LEFT_OUT = gettext_lazy(
    "Schematic boundaries are left out: they are drawn from centres and are no borders. Official ones appear once imported."
)


class Feature(Schema):
    """One boundary, simplified for the screen. `properties.boundary` says whether it is schematic or official."""

    type: Literal["Feature"] = "Feature"
    id: str
    properties: dict[str, str]
    geometry: dict[str, Any]


class FeatureCollection(Schema):
    """GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
    note: str | None = None


@router.get("/regions/boundaries", response=FeatureCollection, summary="Boundaries as GeoJSON")
def boundaries(request: HttpRequest, within: str, level: LevelName) -> dict[str, Any]:
    """The boundaries of one level within a region: longitude, latitude, WGS 84.

    Schematic ones are drawn from centres and are nobody's border: only people with a post get them. `note` says so where any is left out.
    """
    only(request, "within", "level")
    found = narrowed(None, level, within, None).exclude(boundary=None)
    official = found.filter(boundary_kind=BoundaryKind.OFFICIAL)
    inside = holds(request.user, "regions.see", None)
    omitted = not inside and official.count() < found.count()
    return {
        "note": str(LEFT_OUT) if omitted else None,
        "features": [
            {
                "id": region.code,
                "properties": {"code": region.code, "name": region.name, "boundary": region.boundary_kind},
                "geometry": region.boundary,
            }
            for region in (found if inside else official)
        ],
    }
