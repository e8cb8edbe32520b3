"""Durations, periods, freshness and roll-ups."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pendopo.indicators.logic import Contract, Duration, Part, dims_key, roll_up

WIB = ZoneInfo("Asia/Jakarta")
NOON = datetime(2026, 5, 9, 5, 0, tzinfo=UTC)  # 12.00 WIB, a Saturday


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("5m", 300), ("1h", 3600), ("1d", 86_400), ("1w", 604_800)])
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert Duration.parse(text).seconds == seconds


@pytest.mark.parametrize("text", ["", "h", "0h", "1 hour", "-1d", "1.5h"])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("every", "start"),
    [
        ("15m", "2026-05-09T12:00:00+07:00"),
        ("1h", "2026-05-09T12:00:00+07:00"),
        ("1d", "2026-05-09T00:00:00+07:00"),
        ("1w", "2026-05-04T00:00:00+07:00"),  # the Monday before
        ("1M", "2026-05-01T00:00:00+07:00"),
        ("1y", "2026-01-01T00:00:00+07:00"),
    ],
)
def test_periods_are_cut_in_the_governments_zone(every: str, start: str) -> None:
    assert Duration.parse(every).period_start(NOON + timedelta(minutes=7), WIB) == datetime.fromisoformat(start)


def test_an_evening_in_utc_is_the_next_day_here() -> None:
    assert Duration.parse("1d").period_start(datetime(2026, 5, 8, 18, 0, tzinfo=UTC), WIB) == datetime(2026, 5, 9, tzinfo=WIB)


def test_a_month_after_the_31st_ends_with_the_shorter_month() -> None:
    assert Duration.parse("1M").after(datetime(2026, 1, 31, tzinfo=WIB), WIB) == datetime(2026, 2, 28, tzinfo=WIB)


@pytest.mark.parametrize(
    ("kind", "age_h", "state"),
    [
        ("gauge", 1.0, "fresh"),
        ("gauge", 1.5, "due"),
        ("gauge", 2.0, "stale"),
        ("gauge", 4.75, "stale"),
        ("gauge", 5.0, "silent"),
        ("count", 2.0, "fresh"),
        ("count", 2.5, "due"),
        ("count", 3.0, "stale"),
        ("count", 6.0, "silent"),
    ],
)
def test_freshness_follows_the_contract(kind: str, age_h: float, state: str) -> None:
    """Hourly with 45 minutes of grace: a period kind is due one cadence after its period ended."""
    contract = Contract(Duration.parse("1h"), Duration.parse("45m"), kind)
    assert contract.freshness(NOON - timedelta(hours=age_h), NOON) == state


def test_never_reported_is_silent() -> None:
    assert Contract(Duration.parse("1h"), Duration.parse("45m"), "gauge").freshness(None, NOON) == "silent"


PARTS = [Part(1.0, NOON, 10.0), Part(4.0, NOON + timedelta(hours=1), 30.0), Part(0.1, NOON, 0.0)]


@pytest.mark.parametrize(
    ("rule", "value"), [("sum", 5.1), ("mean", 1.7), ("max", 4.0), ("min", 0.1), ("last", 4.0), ("weighted", 3.25), ("none", None)]
)
def test_roll_up(rule: str, value: float | None) -> None:
    assert roll_up(rule, PARTS) == (None if value is None else pytest.approx(value, abs=1e-12))


def test_a_sum_is_exact_before_its_one_rounding() -> None:
    assert roll_up("sum", [Part(0.1, NOON)] * 10) == 1.0


def test_a_missing_weight_gives_no_weighted_mean() -> None:
    assert roll_up("weighted", [Part(1.0, NOON, 2.0), Part(2.0, NOON)]) is None


def test_dims_have_one_canonical_text() -> None:
    assert dims_key({"b": "x y", "a": "1.5"}) == "a=1%2E5,b=x%20y"
    assert dims_key({}) == ""
