"""The fibre on the district map."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db.models import Func, IntegerField, Max, Sum

from pendopo.regions.models import Region
from pendopo.ui.shapes import Drawing, draw

from .models import Link, Site


@dataclass(frozen=True)
class Spot:
    """A site on the map."""

    code: str
    name: str
    x: float
    y: float
    state: str


@dataclass(frozen=True)
class Line:
    """A link on the map, as points of a polyline."""

    code: str
    name: str
    points: str
    state: str
    built: bool


@dataclass(frozen=True)
class District:
    """A district's outline and name."""

    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """Everything that the map shows, in the drawing's units."""

    width: float
    height: float
    districts: tuple[District, ...]
    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]


class ColumnSize(Func):
    """The bytes that a value takes where it is stored: known without reading, let alone writing out, a whole boundary."""

    function = "pg_column_size"
    output_field = IntegerField()


@lru_cache(maxsize=4)
def _drawing(parent: str, fingerprint: tuple[object, ...]) -> tuple[Drawing | None, dict[str, str]]:
    """`fingerprint` moves when a boundary does."""
    rows = list(Region.objects.filter(parent=parent).values_list("code", "name", "boundary"))
    return draw({code: boundary for code, _name, boundary in rows}), {code: name for code, name, _boundary in rows}


def network_map(site_states: Mapping[str, str], link_states: Mapping[str, str]) -> Map | None:
    """The map of the installation's region; None without boundaries. Sites without coordinates stand in the middle of their region."""
    found = Region.objects.filter(parent=settings.REGION).annotate(size=ColumnSize("boundary"))
    mark = tuple(found.aggregate(a=Sum("size"), b=Max("boundary_kind")).values())
    drawing, names = _drawing(settings.REGION, mark)
    if drawing is None:
        return None
    where: dict[int, tuple[float, float]] = {}
    spots = []
    for site in Site.objects.select_related("region").defer("region__boundary").exclude(state="retired"):
        lat, lon = site.latitude, site.longitude
        if lat is None or lon is None:
            lat, lon = site.region.latitude, site.region.longitude  # type: ignore[assignment]
        if lat is None or lon is None:
            continue
        where[site.pk] = drawing.place(float(lon), float(lat))
        x, y = where[site.pk]
        spots.append(Spot(site.code, site.name, round(x, 1), round(y, 1), site_states.get(site.code, "")))
    lines = []
    for link in Link.objects.select_related("a", "b").exclude(state="retired"):
        points = [drawing.place(lon, lat) for lon, lat in link.route]
        if not points and link.a.site_id in where and link.b.site_id in where:
            points = [where[link.a.site_id], where[link.b.site_id]]
        if len(points) > 1:
            text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            lines.append(Line(link.code, link.name, text, link_states.get(link.code, ""), link.state == "in_service"))
    districts = tuple(District(names[shape.code], shape.path, shape.x, shape.y) for shape in drawing.shapes)
    return Map(drawing.width, drawing.height, districts, tuple(lines), tuple(spots))
