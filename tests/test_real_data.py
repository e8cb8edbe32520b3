"""The real files of East Java through the ordinary ingestion: every trap that is in them comes out with its verdict, counted exactly."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db.models import Sum

from pendopo.cli.demonstration.real import FILES, MAPPINGS
from pendopo.indicators.actions import forget_known
from pendopo.indicators.catalogue import parse
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.files import VERDICTS, Outcome, take_file
from pendopo.indicators.latest import figures
from pendopo.indicators.mapping import parse_mapping
from pendopo.indicators.models import Delivery, Indicator, KeptRow, Source
from pendopo.regions.actions import seed

ROOT = Path(__file__).resolve().parents[1]
DATA = next((place / "shared/data" for place in ROOT.parents if (place / "shared/data").exists()), ROOT.parent / "shared/data")
CATALOGUE = MAPPINGS.parent / "catalogues/public-data.yaml"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded files are not on this machine (../shared/data)"),
]


@pytest.fixture
def house(transactional_db: None) -> Iterator[None]:
    """The region table and the catalogue of public data."""
    forget_known()
    seed("35.16")
    load_catalogue(catalogue=parse(CATALOGUE.read_text(encoding="utf-8")))
    yield


def take(name: str, mapping: str, source: str, *, dry_run: bool = False) -> Outcome:
    """One file with its mapping."""
    rules = parse_mapping((MAPPINGS / f"{mapping}.yaml").read_text(encoding="utf-8"))
    found = Source.objects.select_related("agency").get(code=source)
    return take_file(source=found, path=DATA / name, name=name, mapping=rules, dry_run=dry_run)


def counts(outcome: Outcome) -> tuple[int, ...]:
    """Rows and the five verdicts, which add up."""
    verdicts = tuple(getattr(outcome, verdict) for verdict in VERDICTS)
    assert sum(verdicts) == outcome.rows
    return (outcome.rows, *verdicts)


# Why these numbers: see the notes beside them; each was looked at in the file.
FIRST = {
    "covid-provinces": (154_679, 154_679, 0, 0, 0, 0),  # 34 provinces by name, 7 columns; negative “in treatment” is legitimate
    "covid-east-java": (4_578, 0, 0, 0, 0, 4_578),  # the same figures once more: all of them are known
    "covid-regencies-2020-03": (654, 540, 0, 0, 0, 114),  # 38 lines with an old “Terakhir Update” repeat the day before
    "covid-districts": (36, 36, 0, 0, 0, 0),  # 18 of 659 lines pass the filter
    "covid-districts-mojokerto": (42, 0, 0, 0, 6, 36),  # the city's three districts are not in the table of 35.16
    "river-level": (20_505, 20_469, 30, 0, 5, 1),  # four hours told twice or more, once alike; 30 jumps over 1.5 m
    "rainfall": (20_572, 20_565, 4, 1, 1, 1),  # hour 24, 262.6 mm in an hour, an hour told twice alike
    "quakes": (19_149, 19_149, 0, 0, 0, 0),
    "prices-east-java": (10_430, 9_883, 17, 0, 530, 0),  # 53 holidays without prices
    "prices-bandung-rice": (65, 64, 0, 0, 1, 0),  # 0 is “no report”
    "prices-bandung-eggs": (65, 63, 0, 0, 2, 0),
    "prices-bandung-chili": (65, 60, 3, 0, 2, 0),
    "prices-bandung-beef": (65, 63, 0, 0, 2, 0),
    "prices-bandung-sugar": (65, 63, 0, 0, 2, 0),
}


def test_every_file_once_and_again(house: None) -> None:
    """Exact counts the first time; the second time nothing new is stored, and the same rows are refused for the same reasons."""
    first = {mapping: take(name, mapping, source) for name, mapping, source in FILES}
    assert {mapping: counts(outcome) for mapping, outcome in first.items()} == FIRST
    stored = Delivery.objects.aggregate(rows=Sum("accepted") + Sum("flagged"))["rows"]
    for name, mapping, source in FILES:
        rows, accepted, flagged, quarantined, rejected, duplicates = counts(take(name, mapping, source))
        assert (rows, accepted, flagged) == (FIRST[mapping][0], 0, 0), mapping
        assert (quarantined, rejected) == FIRST[mapping][3:5], mapping
        assert duplicates == rows - quarantined - rejected, mapping
    assert Delivery.objects.aggregate(rows=Sum("accepted") + Sum("flagged"))["rows"] == stored


def test_a_dry_run_tells_the_same_and_writes_nothing(house: None) -> None:
    """For the file with the most traps."""
    dry = take("hydrology/arr_cendono.csv", "rainfall", "psda", dry_run=True)
    assert counts(dry) == FIRST["rainfall"]
    assert not Delivery.objects.exists()
    real = take("hydrology/arr_cendono.csv", "rainfall", "psda")
    assert dry.problems == real.problems


def test_the_traps_have_their_reasons(house: None) -> None:
    """By name: what was refused, kept and flagged in the hydrology files, and where it is kept."""
    rain = take("hydrology/arr_cendono.csv", "rainfall", "psda")
    assert Counter(problem["code"] for problem in rain.problems) == {"step": 4, "range": 1, "time-not-as-declared": 1, "duplicate": 1}
    assert next(problem["row"] for problem in rain.problems if problem["code"] == "time-not-as-declared") == 3_720  # hour 24
    assert KeptRow.objects.get(code="range").value == 262.6
    river = take("hydrology/awlr_purwodadi.csv", "river-level", "psda")
    assert Counter(problem["code"] for problem in river.problems) == {"step": 30, "superseded": 5, "duplicate": 1}
    # tanggal and jam are WIB: the first hour of the file is 17.00 UTC of the day before.
    series = Indicator.objects.get(code="river-level").series.get()
    assert series.dims == {"pos": "BE10128"}
    assert series.latest.at == datetime(2025, 9, 24, 2, tzinfo=UTC)


def test_what_the_files_say_on_a_board(house: None) -> None:
    """A roll-up over 18 districts, and a province's own figure."""
    take("covid/kecamatan_jatim_20200810.csv", "covid-districts", "dinkes-jatim")
    take("covid/provinsi_harian_2020_2021.csv", "covid-provinces", "satgas-covid")
    by_code = {indicator.code: indicator for indicator in Indicator.objects.all()}
    (people,) = figures([by_code["population"]], ["35.16"])
    assert (people.value, people.reporting, people.expected, people.partial) == (1_138_429.0, 18, 18, False)
    (total,) = figures([by_code["covid-cases-total"]], ["35"])
    assert (total.value, total.at) == (319_946.0, datetime(2021, 12, 30, 17, tzinfo=UTC))
