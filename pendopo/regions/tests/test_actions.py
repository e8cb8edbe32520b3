"""Filling the region table and taking boundaries, against a real database."""

import json
from typing import Any

import pytest

from pendopo.audit.models import Entry
from pendopo.regions import actions, geojson
from pendopo.regions.models import Boundary, BoundaryKind, BpsCode, Region

pytestmark = pytest.mark.django_db


def square(west: float, south: float, size: float = 0.1) -> dict[str, Any]:
    """A square polygon."""
    east, north = west + size, south + size
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def collection(*features: tuple[str, dict[str, Any]], name: str = "kode") -> bytes:
    """A FeatureCollection of (code, geometry)."""
    rows = [{"type": "Feature", "properties": {name: code, "nama": code}, "geometry": shape} for code, shape in features]
    return json.dumps({"type": "FeatureCollection", "features": rows}).encode()


def take(data: bytes, **options: Any) -> actions.Counts:
    """Reads and imports."""
    return actions.import_boundaries(reading=geojson.read(data, **options), source="test.geojson", by=None)


def test_seed_fills_the_table_once(regency: Region) -> None:
    assert Region.objects.filter(level="province").count() == 38
    assert Region.objects.filter(level="regency").count() == 514
    assert Region.objects.filter(parent="35.16").count() == 18
    assert Region.objects.filter(level="village").count() == 304
    assert regency.name == "Kabupaten Mojokerto" and Region.objects.get(code="35.76").name == "Kota Mojokerto"
    assert Region.objects.get(code="35.16.01.2001").name == "Tawangrejo"
    before = Entry.objects.count()
    assert actions.seed("35.16") == 0
    assert Entry.objects.count() == before


def test_seed_gives_every_district_a_schematic_boundary(regency: Region) -> None:
    drawn = Region.objects.filter(boundary_kind=BoundaryKind.SCHEMATIC).values_list("code", flat=True)
    assert set(drawn) == {f"35.16.{number:02}" for number in range(1, 19)} | {"35.16", "35.76"}
    assert len(regency.boundary["coordinates"]) == 2, "the outline leaves Kota Mojokerto open"


def test_seed_refuses_what_is_no_regency(db: None) -> None:
    for code in ("99.99", "35.16.01", "Mojokerto", ""):
        with pytest.raises(actions.Refused, match="Kemendagri"):
            actions.seed(code)


def test_import_keeps_the_original_and_changes_nothing_the_second_time(regency: Region) -> None:
    data = collection(("35.16.01", square(112.4, -7.7)), ("35.16.02", square(112.5, -7.7)))
    assert take(data).as_json() == {"created": 2, "changed": 0, "unchanged": 0, "refused": []}
    region = Region.objects.get(code="35.16.01")
    assert region.boundary_kind == BoundaryKind.OFFICIAL
    assert Boundary.objects.get(region=region).original == square(112.4, -7.7)
    assert (float(region.longitude), float(region.latitude)) == pytest.approx((112.45, -7.65))
    entries = Entry.objects.count()
    assert take(data).as_json() == {"created": 0, "changed": 0, "unchanged": 2, "refused": []}
    assert Entry.objects.count() == entries


def test_faulty_features_are_refused_by_name_and_neighbours_taken(regency: Region) -> None:
    bowtie = {"type": "Polygon", "coordinates": [[[112.4, -7.7], [112.5, -7.6], [112.5, -7.7], [112.4, -7.6], [112.4, -7.7]]]}
    swapped = {"type": "Polygon", "coordinates": [[[-7.7, 112.4], [-7.6, 112.4], [-7.6, 112.5], [-7.7, 112.4]]]}
    counts = take(
        collection(
            ("35.16.01", square(112.4, -7.7)),
            ("35.16.02", bowtie),
            ("35.16.99", square(112.5, -7.7)),
            ("35.16.04", square(112.6, -7.7)),
            ("35.16.04", square(112.7, -7.7)),
            ("35.16.05", swapped),
            ("35.16.06", {"type": "Point", "coordinates": [112.5, -7.5]}),
            ("3516070", square(112.8, -7.7)),
        )
    )
    assert counts.created == 1
    text = "\n".join(counts.refused)
    for code in ("35.16.02", "35.16.99", "35.16.04", "35.16.05", "35.16.06", "3516070"):
        assert code in text
    assert Region.objects.get(code="35.16.04").boundary_kind == BoundaryKind.SCHEMATIC
    repaired = take(collection(("35.16.02", bowtie)), repair=True)
    assert repaired.created == 1 and not repaired.refused


def test_holes_are_respected(regency: Region) -> None:
    ring = square(112.3, -7.8, 0.4)["coordinates"][0]
    hole = square(112.42, -7.5, 0.05)["coordinates"][0][::-1]
    take(collection(("35.16", {"type": "Polygon", "coordinates": [ring, hole]})))
    assert len(Region.objects.get(code="35.16").boundary["coordinates"]) == 2


def test_bps_codes_only_through_the_table(regency: Region) -> None:
    rows = [
        {"kode_kemendagri": "35.16.09", "kode_bps": "3516100", "nama_bps": "DLANGGU"},
        {"kode_kemendagri": "35.16.10", "kode_bps": "3516090", "nama_bps": "BANGSAL"},
        {"kode_kemendagri": "35.16.77", "kode_bps": "3516777", "nama_bps": "?"},
    ]
    counts = actions.import_bps(rows=rows, by=None)
    assert (counts.created, len(counts.refused)) == (2, 1) and "35.16.77" in counts.refused[0]
    assert actions.import_bps(rows=rows, by=None).unchanged == 2
    table = dict(BpsCode.objects.values_list("code", "region_id"))
    reading = geojson.read(collection(("3516100", square(112.4, -7.7)), name="kode_bps"), bps=table)
    assert set(reading.shapes) == {"35.16.09"}


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"type":"FeatureCollection","features":[]}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_geojson_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(geojson.Unreadable):
        geojson.read(data)
