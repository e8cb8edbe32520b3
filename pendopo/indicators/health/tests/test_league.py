"""The league is fair, says its method, and everybody in the government may read it; drift of columns is said in words."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from pendopo.agencies.models import Agency, Person
from pendopo.agencies.tests.people import signed_in
from pendopo.indicators.files import take_file
from pendopo.indicators.health.league import by_agency, standings, today
from pendopo.indicators.health.models import ContractDay, SourceDay, Watched
from pendopo.indicators.models import Delivery, Indicator, Source, Way
from pendopo.indicators.tests.yard import Yard, lay_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard() -> Yard:
    return lay_out()


def source(code: str, agency: Agency) -> Source:
    made = Source.objects.create(code=code, name=code.title(), agency=agency)
    for indicator in Indicator.objects.all():
        indicator.sources.add(made)
    return made


def kept(who: Source, indicator: str, due: int, in_time: int, arrived: int | None = None) -> None:
    arrived = in_time if arrived is None else arrived
    found = Indicator.objects.get(code=indicator)
    ContractDay.objects.create(source=who, indicator=found, day=today(), due=due, in_time=in_time, arrived=arrived)


def test_volume_gives_no_place(yard: Yard) -> None:
    """PSDA sends 700 of 720 hourly figures and no daily one; Desa sends all 30 of its only contract; Kota equals Desa."""
    agency = yard.source.agency
    desa, kota, few = source("desa", agency), source("kota", Agency.objects.create(code="k", name="Kota")), source("few", agency)
    kept(yard.source, "level", 720, 700)
    kept(yard.source, "cases", 30, 0, 30)
    kept(desa, "cases", 30, 30)
    kept(kota, "level", 7200, 7199)
    kept(few, "cases", 19, 19)
    found = {line.code: (line.rank, round(line.punctual or 0, 3)) for line in standings(timezone.now())}
    assert found == {"desa": (1, 1.0), "kota": (1, 1.0), "psda": (3, 0.486), "few": (None, 1.0)}
    assert [line.code for line in standings(timezone.now())] == ["desa", "kota", "psda", "few"]
    agencies = {line.code: line.rank for line in by_agency(standings(timezone.now()))}
    assert agencies == {"k": 1, "psda": 2}


def test_the_page_and_its_csv(yard: Yard, camat: Person) -> None:
    kept(yard.source, "level", 100, 50, 75)
    SourceDay.objects.create(source=yard.source, day=today() - timedelta(days=1), deliveries=4, rows=200, quarantined=3, rejected=1)
    Watched.objects.create(source=yard.source, silent_since=timezone.now())
    browser = signed_in(camat)
    page = browser.get("/source-health").content.decode()
    assert "50,0 %" in page and "75,0 %" in page and "2,0 %" in page and "tanpa kabar" in page and "90 hari" in page
    rows = browser.get("/source-health?format=csv").content.decode().splitlines()
    assert rows[1] == "PSDA,1,0.5,,silent,100,0.75,,0.02,0.02,psda"
    assert "Dinas PU SDA" in browser.get("/source-health?by=agency").content.decode()
    one = browser.get("/source-health/psda").content.decode()
    assert "50,0 %" in one and "<svg" in one
    assert browser.get("/source-health/unknown").status_code == 404
    (told,) = browser.get("/api/v1/sources").json()["items"]
    assert (told["in_time"], told["complete"], told["periods_due"]) == (0.5, 0.75, 100) and told["silent_since"].endswith("Z")


def test_drift_of_columns_is_said(yard: Yard, camat: Person) -> None:
    start = timezone.now() - timedelta(days=2)
    for number, columns in enumerate((["waktu", "nilai"], ["nilai", "waktu"], ["waktu", "nilai_m", "pos"])):
        at = start + timedelta(hours=number)
        Delivery.objects.create(source=yard.source, way=Way.FILE, received=at, known_since=at, digest="0" * 64, rows=0, columns=columns)
    page = signed_in(camat).get("/source-health/psda").content.decode()
    assert page.count("kini bernama") == 1
    assert "“nilai” kini bernama “nilai_m”" in page and "Baru: pos" in page


def test_the_questions_do_not_grow_with_the_sources(yard: Yard, camat: Person, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(8):
        kept(source(f"s{number}", yard.source.agency), "level", 30, 30)
    browser = signed_in(camat)
    with django_assert_max_num_queries(20):
        browser.get("/source-health")


@pytest.mark.django_db(transaction=True)
def test_a_file_leaves_its_columns_behind(yard: Yard, tmp_path: Path) -> None:
    file = tmp_path / "level.csv"
    file.write_text("indicator,region,at,value,quality\nlevel,35.16.01,2026-05-09T01:00:00Z,1,ok\n")
    take_file(source=yard.source, path=file, name="level.csv")
    assert Delivery.objects.get().columns == ["indicator", "region", "at", "value", "quality"]
