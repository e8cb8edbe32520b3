"""What was due when, who is silent, who is how punctual, how columns drifted: on values alone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pendopo.indicators.health.logic import (
    Kept,
    drift,
    expected,
    periods_due,
    ranks,
    reminder_due,
    share_of,
    silent_after,
)
from pendopo.indicators.logic import Contract, Duration

WIB = ZoneInfo("Asia/Jakarta")
HOURLY = Contract(Duration(1, "h"), Duration(45, "m"), "gauge")
DAILY = Contract(Duration(1, "d"), Duration(1, "d"), "count")
MONTHLY = Contract(Duration(1, "M"), Duration(5, "d"), "count")


def at(day: int, hour: int = 0, minute: int = 0, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=WIB)


def test_periods_are_due_when_their_time_has_run_out() -> None:
    """Hourly: 00:00 is in time until 01:45. Daily counts: the 1st is in time until the end of the 3rd. Monthly: April until June 5."""
    assert periods_due(HOURLY, at(9), at(9, 3), WIB) == [at(8, 23), at(9), at(9, 1)]
    assert len(periods_due(HOURLY, at(9), at(10), WIB)) == 24
    assert periods_due(DAILY, at(9), at(10), WIB) == [at(6)]
    assert len(periods_due(MONTHLY, at(1, month=1), at(1, month=12), WIB)) == 11
    assert periods_due(HOURLY, at(9), at(9), WIB) == []


def test_days_add_up_to_the_whole() -> None:
    """No period is due on two days and none on no day, whatever the cadence."""
    for contract in (HOURLY, DAILY, MONTHLY, Contract(Duration(7, "h"), Duration(1, "m"), "gauge")):
        whole = periods_due(contract, at(1), at(20), WIB)
        assert sum((periods_due(contract, at(day), at(day + 1), WIB) for day in range(1, 20)), []) == whole


def test_a_series_owes_from_its_first_figure_until_it_counts_as_ended() -> None:
    starts = [at(1) + timedelta(days=day) for day in range(120)]
    assert expected(starts, at(11), at(11) + timedelta(days=300)) == 110
    assert expected(starts, at(1), at(1)) == 91
    assert expected(starts, at(1, month=1), at(2, month=1)) == 0


def test_a_source_is_silent_by_its_shortest_contract() -> None:
    assert silent_after([HOURLY, DAILY]) == timedelta(hours=4, minutes=45)
    assert silent_after([]) is None


@pytest.mark.parametrize(
    ("told", "days", "due"),
    [(1, 0.9, False), (1, 1, True), (2, 2, False), (2, 3, True), (3, 7, True), (4, 13, False), (4, 14, True), (5, 21, True)],
)
def test_reminders_grow_rare(told: int, days: float, due: bool) -> None:
    assert reminder_due(at(1), told, at(1) + timedelta(days=days)) is due


def test_contracts_weigh_the_same_whatever_their_volume() -> None:
    """A perfect hourly figure does not hide a monthly one that never came."""
    assert share_of([Kept(720, 720, 720), Kept(1, 0, 1)]) == 0.5
    assert share_of([Kept(0, 0, 0)]) is None


def test_equal_shares_share_a_place_and_too_little_has_none() -> None:
    assert ranks([0.9, 1.0, 1.0, 0.5, 1.0, None], [50, 50, 50, 50, 3, 0]) == [3, 1, 1, 4, None, None]
    assert ranks([0.99991, 0.99989], [10_000, 10_000]) == [1, 1]


def test_columns_that_differ_are_said() -> None:
    before = [["Tanggal", "Kode", "Nilai"], ["Tanggal", "Kode", "Kasus", "Sembuh"]]
    assert drift(["Nilai", "Kode", "Tanggal"], before) is None
    found = drift(["Tanggal", "Kode_", "Kasus", "Meninggal"], before)
    assert found is not None
    assert (found.renamed, found.missing, found.added) == ((("Kode", "Kode_"),), ("Sembuh",), ("Meninggal",))
    assert drift(["a"], []) is None


def test_moments_may_stand_in_any_zone() -> None:
    assert periods_due(HOURLY, at(9).astimezone(UTC), at(9, 3).astimezone(UTC), WIB) == [at(8, 23), at(9), at(9, 1)]
