"""Verbs of the region table: filling it, taking boundaries, keeping the mapping of codes."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.audit.actions import Actor, record

from . import centres, geojson, official, schematic
from .logic import is_code, level_of, parent_of
from .models import Boundary, BoundaryKind, BpsCode, Level, Region


class Refused(ValueError):
    """A verb that cannot be done; the message is a sentence for people."""


@dataclass
class Counts:
    """What an import did, and a sentence for every row or feature that it refused."""

    created: int
    changed: int
    unchanged: int
    refused: list[str]

    def as_json(self) -> dict[str, Any]:
        """For `--json` and the audit entry."""
        return asdict(self)


@transaction.atomic
def seed(region: str, *, by: Actor | None = None) -> int:
    """Makes sure that all provinces and regencies are in the table, and every district and village below `region`.

    Returns how many were new. Rows that are there already keep their names and boundaries: running it twice changes nothing.
    """
    if not official.exists(region) or level_of(region) not in {Level.PROVINCE, Level.REGENCY}:
        raise Refused(
            _("%(code)s is not the code of a province or regency. Kemendagri writes, for example, 35.16 for Kabupaten Mojokerto.")
            % {"code": region}
        )
    known = set(Region.objects.values_list("code", flat=True))
    wanted = [*official.skeleton(), *official.below(region)]
    fresh = [Region(code=row.code, name=row.name, level=row.level, parent_id=row.parent) for row in wanted if row.code not in known]
    Region.objects.bulk_create(fresh, batch_size=1000)
    drawn = sum(draw_schematic(code) for code in regencies_with_centres(region))
    if fresh or drawn:
        record(by=by, room="regions", verb="seed", about="/regions", after={"created": len(fresh), "drawn": drawn}, region=region)
    return len(fresh)


def regencies_with_centres(region: str) -> set[str]:
    """The regencies in or above `region` for whose districts we know centres."""
    found = {parent_of(code) or "" for code in centres.CENTRES}
    return {code for code in found if code == region or code.startswith(f"{region}.")}


def draw_schematic(regency: str) -> int:
    """Gives the districts of a regency, and the regency itself, a schematic boundary where they have none. Returns how many got one."""
    known, holes = centres.centres_below(regency), centres.holes_of(regency)
    missing = Region.objects.filter(code__in=[*known, *holes, regency], boundary_kind=BoundaryKind.NONE)
    bare = list(missing)
    if not bare:
        return 0
    shapes = schematic.of_regency(regency)
    for region in bare:
        centre = {**known, **holes}.get(region.code)
        region.boundary = shapes.get(region.code)
        region.boundary_kind = BoundaryKind.SCHEMATIC if region.boundary else BoundaryKind.NONE
        if centre:
            region.latitude, region.longitude = Decimal(str(centre.latitude)), Decimal(str(centre.longitude))
    Region.objects.bulk_update(bare, ["boundary", "boundary_kind", "latitude", "longitude"])
    return len(bare)


@transaction.atomic
def import_boundaries(*, reading: geojson.Reading, source: str, by: Actor | None) -> Counts:
    """Takes the shapes of a file as official boundaries; the original is kept, the screen gets a lighter copy.

    Faulty features were refused by name when the file was read; unknown regions are refused here. The same file twice changes nothing.
    """
    regions = Region.objects.select_for_update().in_bulk(list(reading.shapes))
    kept = dict(Boundary.objects.filter(region__in=regions).values_list("region_id", "digest"))
    refused = list(reading.refused)
    for code in reading.shapes.keys() - regions.keys():
        refused.append(
            _("%(code)s is not in the region table of this installation. Add the region first, or correct the code.") % {"code": code}
        )
    fresh = {code: taken for code, taken in reading.shapes.items() if code in regions and kept.get(code) != taken.digest}
    screen = geojson.light({code: reading.shapes[code] for code in reading.shapes if code in regions}) if fresh else {}
    for code, taken in fresh.items():
        region, inside = regions[code], taken.geometry.representative_point()
        region.boundary, region.boundary_kind = screen[code], BoundaryKind.OFFICIAL
        region.latitude, region.longitude = Decimal(f"{inside.y:.6f}"), Decimal(f"{inside.x:.6f}")
    Region.objects.bulk_update([regions[code] for code in fresh], ["boundary", "boundary_kind", "latitude", "longitude"], batch_size=200)
    Boundary.objects.bulk_create(
        [
            Boundary(
                region_id=code,
                original=taken.original,
                digest=taken.digest,
                source=source[:200],
                tolerance_m=geojson.TOLERANCE_M,
                imported=timezone.now(),
            )
            for code, taken in fresh.items()
        ],
        update_conflicts=True,
        unique_fields=["region"],
        update_fields=["original", "digest", "source", "tolerance_m", "imported"],
    )
    changed = sum(code in kept for code in fresh)
    counts = Counts(len(fresh) - changed, changed, len(reading.shapes.keys() & regions.keys()) - len(fresh), sorted(refused))
    if fresh:
        sealed = {code: taken.digest for code, taken in sorted(fresh.items())}
        record(by=by, room="regions", verb="import_boundaries", about="/regions", after={"source": source, "boundaries": sealed})
    return counts


@transaction.atomic
def import_table(*, rows: Iterable[Mapping[str, str]], by: Actor | None) -> Counts:
    """Adds or renames regions from rows `code,name[,latitude,longitude]`, for villages younger than the published table."""
    counts = Counts(0, 0, 0, [])
    regions = Region.objects.in_bulk()
    deeds: dict[str, Any] = {}
    for number, row in enumerate(rows, start=2):
        wrong = why_not_a_region(row, regions)
        if wrong:
            counts.refused.append(_("Row %(row)s: %(why)s") % {"row": number, "why": wrong})
            continue
        code, name = row["code"].strip(), row["name"].strip()
        latitude, longitude = degrees(row.get("latitude")), degrees(row.get("longitude"))
        region = regions.get(code) or Region(code=code, level=level_of(code), parent_id=parent_of(code))
        before = (region.name, region.latitude, region.longitude)
        region.name = name
        region.latitude, region.longitude = latitude or region.latitude, longitude or region.longitude
        if code in regions and before == (region.name, region.latitude, region.longitude):
            counts.unchanged += 1
            continue
        counts.changed += code in regions
        counts.created += code not in regions
        region.save()
        regions[code] = region
        deeds[code] = name
    if deeds:
        record(by=by, room="regions", verb="import_table", about="/regions", after={"regions": deeds})
    return counts


@transaction.atomic
def change_region(*, code: str, by: Actor | None, name: str, latitude: Decimal | None, longitude: Decimal | None) -> bool:
    """Changes the name and centre of one region; False when nothing differs."""
    region = Region.objects.select_for_update().get(pk=code)
    before = {"name": region.name, "latitude": str(region.latitude or ""), "longitude": str(region.longitude or "")}
    after = {"name": name.strip(), "latitude": str(latitude or ""), "longitude": str(longitude or "")}
    if before == after:
        return False
    region.name, region.latitude, region.longitude = name.strip(), latitude, longitude
    region.save(update_fields=["name", "latitude", "longitude"])
    record(by=by, room="regions", verb="change_region", about=f"/regions/{code}", before=before, after=after, region=code)
    return True


def why_not_a_region(row: Mapping[str, str], regions: Mapping[str, Region]) -> str:
    """The reason why a row cannot become a region, or ''."""
    code, name = (row.get("code") or "").strip(), (row.get("name") or "").strip()
    if not is_code(code):
        return _("%(code)s is not a Kemendagri code with dots, such as 35.16.01.2001.") % {"code": code or "-"}
    parent = parent_of(code)
    if parent and parent not in regions:
        return _("the region above, %(parent)s, is not in the table. Add it first.") % {"parent": parent}
    if not name or len(name) > 120:
        return _("%(code)s needs a name of at most 120 letters.") % {"code": code}
    for column in ("latitude", "longitude"):
        text = (row.get(column) or "").strip()
        if text and degrees(text) is None:
            return _("%(value)s is not a number of degrees.") % {"value": text}
    return ""


def degrees(text: str | None) -> Decimal | None:
    """Degrees as the table keeps them, or None for nothing or nonsense."""
    try:
        value = Decimal(f"{float((text or '').strip()):.6f}")
    except ValueError:
        return None
    return value if value.is_finite() and abs(value) <= 180 else None


@transaction.atomic
def import_bps(*, rows: Iterable[Mapping[str, str]], by: Actor | None) -> Counts:
    """Takes the mapping of BPS codes from rows `kode_kemendagri,kode_bps[,nama_bps]`."""
    counts = Counts(0, 0, 0, [])
    regions = set(Region.objects.values_list("code", flat=True))
    kept = BpsCode.objects.in_bulk()
    deeds: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        code, bps = (row.get("kode_kemendagri") or "").strip(), (row.get("kode_bps") or "").strip()
        if code not in regions:
            counts.refused.append(_("Row %(row)s: %(code)s is not in the region table.") % {"row": number, "code": code or "-"})
            continue
        if not (bps.isascii() and bps.isdigit() and len(bps) in {2, 4, 7, 10}):
            counts.refused.append(
                _("Row %(row)s: %(code)s is not a BPS code of 2, 4, 7 or 10 digits.") % {"row": number, "code": bps or "-"}
            )
            continue
        if bps in deeds and deeds[bps] != code:
            counts.refused.append(_("Row %(row)s: BPS code %(code)s stands in the file twice.") % {"row": number, "code": bps})
            continue
        name = (row.get("nama_bps") or "").strip()[:120]
        old = kept.get(bps)
        if old and (old.region_id, old.name) == (code, name):
            counts.unchanged += 1
            continue
        counts.changed += old is not None
        counts.created += old is None
        BpsCode.objects.update_or_create(code=bps, defaults={"region_id": code, "name": name})
        deeds[bps] = code
    if deeds:
        record(by=by, room="regions", verb="import_bps", about="/regions", after={"codes": deeds})
    return counts
