"""The map of a field sheet: where displaced people are, shelters, closed roads, requests and reports with a position."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from pendopo.agencies.models import Person
from pendopo.regions.models import Level, Region
from pendopo.ui import shapes

from ..cases.models import Incident
from ..cases.reading import family
from ..incoming.models import Record, State
from .models import People
from .reading import Sheet

MOST_RECORDS = 300
# What has no position of its own stands at the centre of its place, beside its label; units of the drawing.
BESIDE = {"closed": (-30.0, -34.0), "need": (30.0, -34.0)}


@dataclass(frozen=True)
class Spot:
    """Something with a place: its own position (longitude, latitude), else that of its region."""

    kind: str
    name: str
    position: tuple[float, float] | None = None
    region: str = ""
    url: str = ""


def map_of(incident: Incident, sheet: Sheet, reader: Person | None = None) -> dict[str, Any] | None:
    """The map of the sheet. None where nothing has an outline. Reports are those that the reader may see.

    By village where every village has an outline, else by district, all districts of the government around it.
    """
    place = People.values.index(People.DISPLACED)
    counts = {region.pk: one for region, all_of in sheet.places if (one := all_of[place]) is not None}
    numbers, lower = {code: one.number for code, one in counts.items()}, {code for code, one in counts.items() if one.lower}
    expected = {village.pk for village in sheet.villages}
    wanted = expected | {region.pk for region, _counts in sheet.places}
    rows = _outlines(Region.objects.filter(pk__in=wanted))
    if not rows or len(rows) < len(wanted):
        rows = _outlines(Region.objects.within(settings.REGION).filter(level=Level.DISTRICT))
        lower = {_district(code) for code in lower | (expected - numbers.keys())}
        sums: dict[str, int] = defaultdict(int)
        for code, number in numbers.items():
            sums[_district(code)] += number
        numbers = dict(sums)
    drawn = shapes.draw({code: boundary for code, (_name, boundary) in rows.items()})
    if drawn is None:
        return None
    areas = [
        {
            "shape": area,
            "name": rows[area.code][0],
            "number": numbers.get(area.code),
            "lower": area.code in lower,
            "level": "none" if area.code not in numbers else "some" if numbers[area.code] else "zero",
        }
        for area in drawn.shapes
    ]
    return {"drawn": drawn, "areas": areas, "points": _points([*_spots(sheet), *_records(incident, sheet, reader)], drawn)}


def _district(code: str) -> str:
    return ".".join(code.split(".")[:3])


def _outlines(regions: QuerySet[Region]) -> dict[str, tuple[str, Any]]:
    found = regions.exclude(boundary=None).values_list("code", "name", "boundary")
    return {code: (name, boundary) for code, name, boundary in found}


def _position(thing: Any) -> tuple[float, float] | None:
    return (float(thing.longitude), float(thing.latitude)) if thing and thing.longitude is not None and thing.latitude is not None else None


def _spots(sheet: Sheet) -> list[Spot]:
    """Shelters, what is closed by its newest word, and requests that wait."""
    found = [Spot("shelter", one.shelter.name, _position(one.shelter), one.shelter.region_id) for one in sheet.shelters]
    found += [
        Spot("closed", f"{one['what']}: {one['place']}", one["position"], one["region"].pk if one["region"] else "")
        for one in sheet.services
        if one["closed"]
    ]
    return found + [Spot("need", need.what, None, need.region_id or "", "#needs") for need in sheet.open_needs]


def _records(incident: Incident, sheet: Sheet, reader: Person | None) -> list[Spot]:
    """Reports of the incident that came with a position."""
    if reader is None:
        return []
    seen = Record.objects.visible_to(reader).filter(incident__in=family(incident), noted__lte=sheet.at)
    rows = seen.exclude(latitude=None).exclude(longitude=None).exclude(state=State.SAME)[:MOST_RECORDS]
    return [Spot("record", row.text[:120], _position(row), row.region_id or "", row.get_absolute_url()) for row in rows]


def _points(spots: Sequence[Spot], drawn: shapes.Drawing) -> list[dict[str, Any]]:
    """What can be placed, by where it is drawn: several of one kind at one point are one, with all their names."""
    centres = {area.code: (area.x, area.y) for area in drawn.shapes}
    found: dict[tuple[str, float, float], list[Spot]] = defaultdict(list)
    for spot in spots:
        if spot.position is not None:
            x, y = drawn.place(*spot.position)
        elif spot.kind in BESIDE and (centre := centres.get(spot.region) or centres.get(_district(spot.region))):
            x, y = centre[0] + BESIDE[spot.kind][0], centre[1] + BESIDE[spot.kind][1]
        else:
            continue
        found[spot.kind, round(x, 1), round(y, 1)].append(spot)
    return [
        {"kind": kind, "x": x, "y": y, "name": "; ".join(one.name for one in there), "url": there[0].url, "count": len(there)}
        for (kind, x, y), there in found.items()
    ]
