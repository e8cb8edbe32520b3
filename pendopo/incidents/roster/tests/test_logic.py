"""Patterns are read, planned the same way whenever one asks, and gaps are found."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.incidents.roster import logic

ZONE = ZoneInfo("Asia/Jakarta")
THREE = "P 07:00-15:00, S 15:00-23:00, M 23:00-07:00"


@pytest.mark.parametrize(
    "text", ["", "P", "P 7-15", "P 07:00-15:00, P 15:00-23:00", "P 25:00-26:00", "p 07:00-15:00", "P 07:00-15:00; S 1"]
)
def test_a_turn_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(logic.Unreadable):
        logic.read_turns(text)


@pytest.mark.parametrize("text", ["", "--", "PX", "P" * 61])
def test_a_cycle_knows_its_turns(text: str) -> None:
    with pytest.raises(logic.Unreadable):
        logic.read_cycle(text, "PSM")


def test_night_and_whole_day_end_on_the_next_day() -> None:
    turns = logic.read_turns("M 23:00-07:00, H 08.00-08.00")
    assert [(b - a) for a, b in (turns[x].on(date(2026, 11, 24), ZONE) for x in "MH")] == [timedelta(hours=8), timedelta(days=1)]


@given(st.integers(1, 12), st.integers(1, 20), st.integers(0, 30), st.sampled_from(["PPSSMM--", "PSM-", "P-", "MMPPSS---"]))
def test_planning_later_asks_for_the_same_shifts(crew: int, days: int, shift: int, cycle: str) -> None:
    turns = logic.read_turns(THREE)
    first = date(2026, 11, 24)
    whole = logic.plan(turns, cycle, crew, first, days + shift, ZONE)
    later = logic.plan(turns, cycle, crew, first + timedelta(days=shift), days, ZONE)
    begins = datetime.combine(first + timedelta(days=shift), datetime.min.time(), ZONE)
    assert later == [one for one in whole if one.since >= begins]


def test_eight_people_hold_every_hour() -> None:
    planned = logic.plan(logic.read_turns(THREE), "PPSSMM--", 8, date(2026, 11, 24), 10, ZONE)
    since = datetime(2026, 11, 24, 7, tzinfo=ZONE)
    assert logic.gaps([(one.since, one.until) for one in planned], since, since + timedelta(days=10)) == []
    assert len(planned) == 60


def test_gaps() -> None:
    at = [datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in range(24)]
    assert logic.gaps([], at[1], at[5]) == [(at[1], at[5])]
    assert logic.gaps([(at[0], at[2]), (at[1], at[3]), (at[4], at[9])], at[1], at[6]) == [(at[3], at[4])]
    assert logic.gaps([(at[8], at[9])], at[1], at[6]) == [(at[1], at[6])]
