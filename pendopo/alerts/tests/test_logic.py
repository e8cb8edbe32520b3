"""The judges: thresholds, change, silence, counts, anomalies."""

import csv
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.alerts.logic import Firing
from pendopo.alerts.rules import WrongRule, rule_of

T0 = datetime(2026, 5, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FOLDER = next((up / "shared/data/anomalies" for up in Path(__file__).parents if (up / "shared/data/anomalies").exists()), None)


def line(values: list[float], step: timedelta = MINUTE) -> list[tuple[datetime, float]]:
    """Values one step apart."""
    return [(T0 + number * step, value) for number, value in enumerate(values)]


def spans(rule: dict[str, object], values: list[float], step: timedelta = MINUTE) -> list[tuple[float, float | None, float | None]]:
    """Firings as (start, end, peak), times in steps."""
    return [
        ((one.start - T0) / step, (one.end - T0) / step if one.end else None, one.peak) for one in rule_of(rule).firings(line(values, step))
    ]


def test_a_threshold_holds_until_it_is_clear() -> None:
    values = [1, 3.1, 4, 2.8, 2.9, 2.4, 5]
    assert spans({"kind": "threshold", "above": 3}, values) == [(1, 3, 4), (6, None, 5)]
    assert spans({"kind": "threshold", "above": 3, "clear": 2.5}, values) == [(1, 5, 4), (6, None, 5)]
    assert spans({"kind": "threshold", "below": 2.5}, values) == [(0, 1, 1), (5, 6, 2.4)]


def test_for_asks_that_a_threshold_is_exceeded_all_the_while() -> None:
    rule = {"kind": "threshold", "above": 3, "clear": 2, "for": "3m"}
    assert spans(rule, [4, 4, 2.5, 4, 4, 6, 5, 2.5, 1]) == [(6, 8, 6)]
    assert spans(rule, [4, 4, 4, 1]) == []


def test_a_change_is_measured_within_its_window() -> None:
    assert spans({"kind": "change", "change": 2, "window": "2m"}, [0, 1, 2, 2, 2, 3]) == [(2, 3, 2)]
    assert spans({"kind": "change", "change": -2, "window": "1m"}, [5, 4, 1, 1]) == [(2, 3, 1)]
    assert spans({"kind": "change", "change": "50%", "window": "5m"}, [0, 10, 14, 15]) == [(3, None, 15)]


def test_silence_is_heard_between_values_and_at_the_end() -> None:
    points = [(T0, 1.0), (T0 + 10 * MINUTE, 1.0), (T0 + 12 * MINUTE, 1.0)]
    rule = rule_of({"kind": "silence", "for": "5m"})
    assert [(one.start - T0, one.end and one.end - T0) for one in rule.firings(points)] == [(5 * MINUTE, 10 * MINUTE)]
    last = rule.firings(points, until=T0 + HOUR)[-1]
    assert last == Firing(T0 + 17 * MINUTE, None, None, f"nothing heard since {points[-1][0].isoformat()}")


def test_ears_against_a_hand_computed_series() -> None:
    calm = [2.0, 4.0, 2.0, 4.0, 2.0, 4.0, 3.0]  # mean 3, standard deviation 1
    assert spans({"kind": "ears", "method": "c1"}, [*calm, 6.0], DAY) == []
    assert spans({"kind": "ears", "method": "c1"}, [*calm, 6.1], DAY) == [(7, None, 6.1)]
    assert spans({"kind": "ears", "method": "c2"}, [*calm, 9.0, 9.0, 6.1], DAY) == [(9, None, 6.1)]  # the two days before are left out
    # C2 is 2.5, which adds 1.5 to C3: one such day is not above 2, two are.
    assert spans({"kind": "ears", "method": "c3"}, [*calm, 3.0, 3.0, 5.5], DAY) == []
    assert spans({"kind": "ears", "method": "c3"}, [*calm, 3.0, 3.0, 5.5, 5.5], DAY) == [(10, None, 5.5)]


def test_cusum_finds_a_small_lasting_rise_within_days() -> None:
    seeded = random.Random(4)
    values = [seeded.gauss(10, 2) for _ in range(60)] + [seeded.gauss(13, 2) for _ in range(30)]
    found = spans({"kind": "cusum"}, values, DAY)
    assert found and 60 <= found[0][0] <= 68
    assert spans({"kind": "cusum"}, values[:60], DAY) == []


def daily(days: int) -> list[float]:
    """A day's rhythm in half hours with a little noise."""
    seeded = random.Random(2)
    return [20 + 10 * math.sin(number / 48 * 2 * math.pi) + seeded.gauss(0, 0.3) for number in range(days * 48)]


def test_a_missing_peak_is_an_anomaly_though_its_values_are_usual() -> None:
    values = daily(14)
    start = 11 * 48 + 6
    values[start : start + 12] = [10.0] * 12
    found = spans({"kind": "anomaly"}, values, timedelta(minutes=30))
    assert len(found) == 1 and start <= found[0][0] <= start + 2
    assert spans({"kind": "anomaly"}, daily(14), timedelta(minutes=30)) == []


@pytest.mark.parametrize("name", ["art_flatline", "art_daily_no_noise"])
def test_anomalies_are_silent_where_there_is_none(name: str) -> None:
    if FOLDER is None:
        pytest.skip("the labelled series are not beside this checkout (../shared/data/anomalies)")
    with (FOLDER / f"artificialNoAnomaly/{name}.csv").open(encoding="utf-8") as file:
        points = [(datetime.fromisoformat(row["timestamp"]), float(row["value"])) for row in csv.DictReader(file)]
    assert len(points) > 4000 and rule_of({"kind": "anomaly"}).firings(points) == []


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=60),
    st.sampled_from(
        [
            {"kind": "threshold", "above": 5},
            {"kind": "change", "change": 3, "window": "5m"},
            {"kind": "anomaly"},
            {"kind": "ears", "method": "c3"},
            {"kind": "cusum", "window": 5},
            {"kind": "silence", "for": "30s"},
        ]
    ),
)
def test_firings_follow_one_another_and_only_the_last_may_be_open(values: list[float], rule: dict[str, object]) -> None:
    found = rule_of(rule).firings(line(values))
    for one, following in zip(found, found[1:], strict=False):
        assert one.end is not None and one.start < one.end <= following.start


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ([], "A rule is a mapping"),
        ({"kind": "magic"}, "one of threshold"),
        ({"kind": "threshold"}, "either above or below"),
        ({"kind": "threshold", "above": 1, "below": 0}, "either above or below"),
        ({"kind": "threshold", "above": 1, "clear": 2}, "calm side"),
        ({"kind": "threshold", "above": float("nan")}, "must be a number"),
        ({"kind": "threshold", "above": True}, "must be a number"),
        ({"kind": "threshold", "above": 1, "for": "10 minutes"}, "for: '10 minutes' is not a duration"),
        ({"kind": "change", "change": 0, "window": "1h"}, "other than 0"),
        ({"kind": "change", "change": 1}, "needs window"),
        ({"kind": "silence"}, "needs for"),
        ({"kind": "anomaly", "sensitivity": -1}, "above 0"),
        ({"kind": "anomaly", "seasn": "1d"}, "knows no seasn"),
        ({"kind": "ears", "method": "c4"}, "one of c1, c2, c3"),
        ({"kind": "cusum", "window": 1}, "number of periods"),
    ],
)
def test_a_wrong_rule_is_refused_with_a_sentence(rule: object, sentence: str) -> None:
    with pytest.raises(WrongRule, match=sentence):
        rule_of(rule)
