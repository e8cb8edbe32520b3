"""The real boundaries, code table and agencies of Kabupaten Mojokerto, with the traps that are in them."""

from collections import Counter
from pathlib import Path

import pytest
from shapely.geometry import shape

from pendopo.agencies import actions as agency_actions
from pendopo.agencies.models import Agency
from pendopo.regions import files, tables
from pendopo.regions.models import Boundary, BpsCode, Region

DATA = Path(__file__).resolve().parents[2] / "shared/data"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="The real files are not beside this checkout (../shared/data)."),
]


def take(name: str, repair: bool = False) -> tuple[int, int, int, list[str]]:
    """Imports one file of the folder regions/."""
    counts = files.take(name=name, data=(DATA / "regions" / name).read_bytes(), by=None, repair=repair)
    return counts.created, counts.changed, counts.unchanged, counts.refused


def test_boundaries_of_all_levels(regency: Region) -> None:
    assert take("kecamatan_3516_dissolve.geojson") == (18, 0, 0, [])
    assert take("desa_3516.geojson") == (304, 0, 0, [])
    assert take("kabupaten_3516.geojson") == (1, 0, 0, [])
    assert take("desa_3516.geojson") == (0, 0, 304, [])
    regency.refresh_from_db()
    drawn, kept = shape(regency.boundary), shape(Boundary.objects.get(region=regency).original)
    assert len(drawn.interiors) == len(kept.interiors) == 1, "Kota Mojokerto stays a hole"
    assert drawn.area == pytest.approx(kept.area, rel=0.005)
    assert drawn.hausdorff_distance(kept) * 111_000 < 400, "metres"


def test_east_java_has_eight_invalid_shapes_which_are_named(regency: Region) -> None:
    created, _changed, _unchanged, refused = take("kabkota_35_jatim.geojson")
    assert created == 30
    for code in ("35.01", "35.03", "35.05", "35.07", "35.09", "35.10", "35.25", "35.29"):
        assert sum(f"({code})" in sentence for sentence in refused) == 1
    assert take("kabkota_35_jatim.geojson", repair=True) == (8, 0, 30, [])


def test_bps_codes_follow_the_table_and_no_formula(regency: Region) -> None:
    assert take("kecamatan_3516_kemendagri_bps.csv") == (18, 0, 0, [])
    assert BpsCode.objects.get(code="3516090").region.name == "Bangsal"
    assert BpsCode.objects.get(code="3516100").region.name == "Dlanggu"
    assert BpsCode.objects.get(code="3516091").region.name == "Mojoanyar"


def test_the_agencies_of_the_regency(regency: Region) -> None:
    rows = tables.rows_of((DATA / "agencies/opd_kab_mojokerto.csv").read_bytes(), ("nama",))
    counts = agency_actions.import_agencies(rows=rows, within="35.16", by=None)
    assert (counts.created, counts.unverified, counts.refused) == (67, 4, [])
    assert Counter(Agency.objects.values_list("kind", flat=True)) == {"opd": 47, "district": 18, "enterprise": 2}
    assert Agency.objects.filter(kind="district").exclude(region=None).count() == 18
    assert Agency.objects.get(code="bpbd").short_name == "BPBD"
