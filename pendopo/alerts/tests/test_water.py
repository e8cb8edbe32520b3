"""Rivers: levels, rise, arrival downstream; stations from a file; the real river of the shared data."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.alerts.catalogue import load_rules
from pendopo.alerts.models import Alert, Rule
from pendopo.alerts.river.sitting import Sitting
from pendopo.alerts.rules import rule_of
from pendopo.alerts.water.logic import arrivals, level_of, next_level, rate_of_rise
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.declared import Faulty
from pendopo.indicators.mapping import parse_mapping
from pendopo.indicators.models import Way
from pendopo.indicators.tests.yard import DISTRICTS, Yard, lay_out

LEVELS = ((3, 2.0), (2, 3.0), (1, 4.0))
T0 = datetime(2026, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FOLDER = next((up / "shared/data/hydrology" for up in Path(__file__).parents if (up / "shared/data/hydrology").exists()), None)


def test_levels_and_the_next_one() -> None:
    assert [level_of(value, LEVELS) for value in (None, 1.9, 2.0, 3.5, 9.0)] == [None, None, 3, 2, 1]
    assert next_level(2.5, 0.25, LEVELS) == (2, 2 * HOUR)
    assert next_level(2.5, -1.0, LEVELS) == (2, None)
    assert next_level(2.5, 0.01, LEVELS) == (2, None)
    assert next_level(4.5, 1.0, LEVELS) is None


@given(st.floats(-2, 2), st.integers(2, 12))
def test_a_straight_rise_is_read_as_it_is(rate: float, count: int) -> None:
    points = [(T0 + number * 0.25 * HOUR, 3 + rate * number * 0.25) for number in range(count)]
    assert rate_of_rise(points) == pytest.approx(rate, abs=1e-6)
    assert rate_of_rise(points[:1]) is None


def test_the_quickest_way_down() -> None:
    assert arrivals(1, {1: [(2, 60), (3, 200)], 2: [(3, 90)], 3: [(4, 10)]}) == {2: 60, 3: 150, 4: 160}
    assert arrivals(1, {1: [(2, 5)], 2: [(1, 5)]}) == {2: 5}


FILE = """
stations:
  - code: hulu
    name: Pos Hulu
    river: Brantas
    indicator: free
    region: "35.16.01"
    dims: {pos: hulu}
    siaga: {3: 2.0, 2: 3.0, 1: 4.0}
    rise: 0.8
    downstream: [{station: hilir, minutes: 90}]
    threatens: [{village: "35.16.02", level: 2, minutes: 120}]
  - {code: hilir, name: Pos Hilir, river: Brantas, indicator: free, region: "35.16.02", dims: {pos: hilir}, siaga: {3: 1, 2: 2, 1: 3}}
rules:
  - {code: cases-high, indicator: cases, region: "35.16", severity: Severe, rule: {kind: threshold, above: 100}}
"""


@pytest.fixture
def yard(db: None) -> Yard:
    """Regions and figures."""
    return lay_out()


def test_a_file_twice_changes_nothing(yard: Yard) -> None:
    first = load_rules(FILE)
    assert (first.stations, first.rules) == (["hulu", "hilir"], ["cases-high"])
    assert set(Rule.objects.values_list("code", flat=True)) == {"siaga-hulu", "rise-hulu", "siaga-hilir", "cases-high"}
    again = load_rules(FILE)
    assert (again.stations, again.rules, again.same) == ([], [], 3)


def test_every_fault_is_told_and_nothing_is_changed(yard: Yard) -> None:
    text = (
        FILE.replace('"35.16.01"', '"99.99"')
        .replace("above: 100", "above: 100, below: 3")
        .replace("siaga: {3: 1, 2: 2, 1: 3}", "siaga: {3: 1}")
    )
    with pytest.raises(Faulty) as caught:
        load_rules(text)
    told = "\n".join(caught.value.sentences)
    for word in ("99.99", "either above or below", "siaga names the height"):
        assert word in told
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    "text", ["", "3", "rules: 3", "rules: [3]", "rules: [{code: x}]", "colours: []", "a: [", "rules: [{code: x, y: 1}]"]
)
def test_files_that_are_none(yard: Yard, text: str) -> None:
    with pytest.raises(Faulty):
        load_rules(text)


def test_a_flood_on_the_page(yard: Yard, sari: Person) -> None:
    """The water rises: the alert grows, the page says what follows."""
    load_rules(FILE)
    sitting = Sitting()
    sitting.look()
    now = datetime.now(UTC).replace(microsecond=0)
    rows = [
        Observation("free", DISTRICTS[0], (now - (3 - n) * HOUR).isoformat(), value, dims={"pos": "hulu"})
        for n, value in enumerate((1.0, 1.5, 2.5, 3.5))
    ]
    take_delivery(source=yard.source, rows=rows, digest="0" * 64, way=Way.API)
    sitting.look()
    assert Alert.objects.get(rule__code="siaga-hulu").severity == "Severe"
    assert Alert.objects.get(rule__code="rise-hulu").state == "firing"
    page = signed_in(sari).get("/rivers/hulu").content.decode()
    for word in ("Siaga II", "Pos Hilir", "Kecamatan 1", "1,5 jam", "+0,8"):
        assert word in page, word
    listed = signed_in(sari).get("/rivers?format=csv").content.decode()
    assert "Pos Hulu" in listed and Client().get("/rivers").status_code == 302


@pytest.mark.skipif(FOLDER is None, reason="the shared data are not here")
def test_the_real_river() -> None:
    """Four years of the post Purwodadi: few floods, each with a beginning and a peak; spikes of one hour are not told when it must hold."""
    assert FOLDER is not None
    rows = [line.split(",") for line in (FOLDER / "awlr_purwodadi.csv").read_text().splitlines()[1:]]
    mapping = parse_mapping((Path(__file__).parents[2] / "indicators/mappings/river-level.yaml").read_text())
    points = {}
    for row in rows:
        if row[1] and row[1] not in mapping.missing:
            points[datetime.strptime(f"{row[4]} {row[5]}", "%d-%m-%y %H").replace(tzinfo=UTC)] = float(row[1])
    series = sorted(points.items())
    ordered = sorted(points.values())
    high = ordered[int(0.995 * len(ordered))]
    at_once = rule_of({"kind": "threshold", "above": high, "clear": high * 0.9}).firings(series)
    held = rule_of({"kind": "threshold", "above": high, "clear": high * 0.9, "for": "2h"}).firings(series)
    assert 0 < len(held) < len(at_once) < 150
    assert all(one.peak is not None and one.peak > high for one in held)
