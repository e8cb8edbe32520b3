"""Derived figures in the river: exact, recomputed when an input is corrected and only then, retracted with their input."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.history import Question, page
from pendopo.indicators.latest import figures
from pendopo.indicators.models import Delivery, Indicator, Source, Way

from .garden import INCIDENCE, ONE, THREE, TWO, day, declare, plant, send, settle_down

pytestmark = pytest.mark.django_db(transaction=True)

WIB = ZoneInfo("Asia/Jakarta")


def known(code: str, region: str | None = None, **question: Any) -> dict[str, float]:
    """Value by `region day` (the day in the government's zone), newest word."""
    found, _cursor = page(Question([Indicator.objects.get(code=code).pk], region, **question))
    return {f"{k.region[-2:]} {k.at.astimezone(WIB).day}": k.value for k in found}


def test_incidence_by_hand() -> None:
    """Seven days of 3, 1, 4, 1, 5, 9, 2 in 44,932 people: 25 ÷ 44,932 × 100,000 = 55.6396332235…, the nearest double."""
    plant(incidence=INCIDENCE)
    send(("population", ONE, "2026-01-01", 44_932.0))
    send(*[("cases", ONE, day(n), float(value)) for n, value in enumerate((3, 1, 4, 1, 5, 9, 2, 6), 1)])
    settle_down()
    assert known("incidence") == {"01 7": 2_500_000 / 44_932, "01 8": 2_800_000 / 44_932}


def test_a_correction_changes_only_the_windows_that_hold_it() -> None:
    plant(week={"moving_sum": {"of": "cases", "window": "7d"}})
    send(*[("cases", region, day(n), float(n)) for region in (ONE, TWO) for n in range(1, 29)])
    settle_down()
    before = Delivery.objects.count()
    send(("cases", ONE, day(10), 1000.0))
    assert settle_down() == 7
    assert Delivery.objects.count() == before + 2
    found = known("week", ONE)
    assert {name for name, value in found.items() if value > 900} == {f"01 {n}" for n in range(10, 17)}
    assert found["01 16"] == 1000 + 11 + 12 + 13 + 14 + 15 + 16
    assert settle_down() == 0


def test_a_gap_gives_no_window_and_coverage_allows_it_as_provisional() -> None:
    plant(strict={"moving_sum": {"of": "cases", "window": "3d"}}, loose={"moving_mean": {"of": "cases", "window": "3d", "coverage": 0.6}})
    send(*[("cases", ONE, day(n), 2.0) for n in (1, 2, 3, 5, 6, 7)])
    settle_down()
    assert known("strict") == {"01 3": 6.0, "01 7": 6.0}
    found, _cursor = page(Question([Indicator.objects.get(code="loose").pk]))
    assert [(k.at.astimezone(WIB).day, k.value, k.quality) for k in found] == [
        (2, 2.0, "provisional"),
        (3, 2.0, "ok"),
        (5, 2.0, "provisional"),
        (6, 2.0, "provisional"),
        (7, 2.0, "ok"),
    ]


def test_a_retraction_takes_the_derived_value_away_with_a_reason() -> None:
    plant(total={"cumulative": "cases"})
    send(*[("cases", ONE, day(n), 2.0) for n in range(1, 6)])
    settle_down()
    assert known("total")["01 5"] == 10.0
    send(("cases", ONE, day(3), None, None, "counted twice"))
    settle_down()
    assert known("total") == {"01 1": 2.0, "01 2": 4.0}
    send(("cases", ONE, day(3), 1.0))
    settle_down()
    assert known("total") == {"01 1": 2.0, "01 2": 4.0, "01 3": 5.0, "01 4": 7.0, "01 5": 9.0}


def test_chains_are_followed_in_one_go() -> None:
    plant(week={"moving_sum": {"of": "cases", "window": "7d"}})
    declare("rise", {"percent_change": {"of": "week", "window": "7d"}})
    declare("both", {"sum": ["week", "cases"]})
    send(*[("cases", ONE, day(n), float(n)) for n in range(1, 15)])
    settle_down()
    assert known("rise") == {"01 14": (77 / 28 - 1) * 100}
    assert known("both")["01 7"] == 28 + 7
    send(("cases", ONE, day(1), 29.0))
    settle_down()
    assert known("rise") == {"01 14": (77 / 56 - 1) * 100}
    versions = list(Delivery.objects.filter(source__code="derived").values_list("accepted", flat=True))
    # History indicator by indicator, then the correction by depth: `both` was never told from a new `cases` and an old `week`.
    assert versions == [2, 1, 1, 8, 8]


def test_a_slow_input_stands_from_its_day_on() -> None:
    plant(incidence={"per_100k": {"of": "cases", "population": "population"}})
    send(("population", ONE, "2026-05-03", 1000.0), *[("cases", ONE, day(n), 1.0) for n in range(1, 6)])
    settle_down()
    assert known("incidence") == {"01 3": 100.0, "01 4": 100.0, "01 5": 100.0}
    send(("population", ONE, "2026-05-05", 2000.0))
    assert settle_down() == 1
    assert known("incidence")["01 5"] == 50.0


def test_neighbours_are_ranked_when_all_reported() -> None:
    plant(place={"rank": "cases"}, part={"share": "cases"}, percentile={"percentile": "cases"})
    send(("cases", ONE, day(1), 5.0), ("cases", TWO, day(1), 3.0))
    settle_down()
    assert known("place") == known("part") == {}
    send(("cases", THREE, day(1), 2.0))
    settle_down()
    assert known("place") == {"01 1": 1.0, "02 1": 2.0, "03 1": 3.0}
    assert known("part") == {"01 1": 50.0, "02 1": 30.0, "03 1": 20.0}
    assert known("percentile") == {"01 1": 500 / 6, "02 1": 50.0, "03 1": 100 / 6}
    send(("cases", THREE, day(1), 4.0))
    settle_down()
    assert known("place") == {"01 1": 1.0, "02 1": 3.0, "03 1": 2.0}


def test_a_weighted_roll_up_and_the_roll_up_of_an_input() -> None:
    plant()
    declare("mean-cases", {"weighted": {"of": "cases", "by": "population"}})
    declare("regency-incidence", {"per_100k": {"of": "cases", "population": "population"}}, level="regency")
    send(*[("population", region, "2026-01-01", value) for region, value in ((ONE, 1000.0), (TWO, 2000.0), (THREE, 7000.0))])
    send(("cases", ONE, day(1), 10.0), ("cases", TWO, day(1), 20.0))
    settle_down()
    assert known("mean-cases") == known("regency-incidence") == {}
    send(("cases", THREE, day(1), 0.0))
    settle_down()
    assert known("mean-cases") == {"16 1": (10 * 1000 + 20 * 2000) / 10_000}
    assert known("regency-incidence") == {"16 1": 300.0}


def test_nobody_else_writes_a_derived_indicator() -> None:
    yard = plant(week={"moving_sum": {"of": "cases", "window": "7d"}})
    Indicator.objects.get(code="week").sources.add(yard.source)
    receipt = send(("week", ONE, day(1), 5.0))
    assert (receipt.rejected, receipt.problems[0]["code"]) == (1, "derived")


def test_an_altered_formula_is_computed_anew() -> None:
    plant(figure={"moving_sum": {"of": "cases", "window": "2d"}})
    send(*[("cases", ONE, day(n), float(n)) for n in range(1, 5)])
    settle_down()
    assert known("figure") == {"01 2": 3.0, "01 3": 5.0, "01 4": 7.0}
    declare("figure", {"moving_sum": {"of": "cases", "window": "3d"}})
    settle_down()
    assert known("figure") == {"01 3": 6.0, "01 4": 9.0}
    assert [f.version for f in Indicator.objects.get(code="figure").formulas.order_by("version")] == [1, 2]


def test_suspect_inputs_make_suspect_figures() -> None:
    plant(week={"moving_sum": {"of": "cases", "window": "2d"}})
    send(("cases", ONE, day(1), 1.0), ("cases", ONE, day(2), 1.0, "suspect"), ("cases", ONE, day(3), 1.0), ("cases", ONE, day(4), 1.0))
    settle_down()
    found, _cursor = page(Question([Indicator.objects.get(code="week").pk]))
    assert [k.quality for k in found] == ["suspect", "suspect", "ok"]
    send(("cases", ONE, day(2), 1.0, "ok"))
    assert settle_down() == 2


def test_dimensions_stay_apart_and_those_without_fit_all() -> None:
    plant(double={"sum": ["free", "level"]})
    hour = "2026-05-09T01:00:00Z"
    rows = [Observation("free", ONE, hour, value, dims={"pos": pos}) for pos, value in (("A", 1.0), ("B", 2.0))]
    send(("level", ONE, hour, 0.5))
    send(*[(r.indicator, r.region, r.at, r.value, None, None, r.dims) for r in rows])
    settle_down()
    found, _cursor = page(Question([Indicator.objects.get(code="double").pk]))
    assert [(k.dims, k.value) for k in found] == [({"pos": "A"}, 1.5), ({"pos": "B"}, 2.5)]


def test_what_follows_from_a_simulation_is_marked_as_one() -> None:
    yard = plant(week={"moving_sum": {"of": "cases", "window": "2d"}}, real={"sum": ["level", 1]})
    yard.source.simulated = True
    yard.source.save()
    other = Source.objects.create(code="other", name="Lain", agency=yard.source.agency)
    Indicator.objects.get(code="level").sources.set([other])
    declare("rise", {"change": "week"})
    send(*[("cases", ONE, day(n), 1.0) for n in range(1, 4)])
    take_delivery(source=other, rows=[Observation("level", ONE, "2026-05-09T01:00:00Z", 0.5)], digest="0" * 64, way=Way.API)
    settle_down()
    found = figures(list(Indicator.objects.filter(derived__isnull=False)), [ONE])
    assert {(figure.indicator, figure.source, figure.simulated) for figure in found} == {
        ("week", "derived-simulated", True),
        ("rise", "derived-simulated", True),
        ("real", "derived", False),
    }
