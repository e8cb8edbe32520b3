"""The check `step`: jumps, the way back from a spike, late neighbours."""

import itertools
import random

import pytest

from pendopo.indicators.checks import Neighbours, Placed
from pendopo.indicators.steps import KnownRow, disturbed, judge_steps, jumps

KEY = ("level", "35.16", "")
STEP = {"level": 1.5}
HOUR_US = 3_600_000_000


def placed(number: int, hour: int, value: float | None, quality: int = 0) -> Placed:
    return Placed(number, KEY, hour * HOUR_US, value, quality, None)


def known(hour: int, value: float, quality: int = 0) -> KnownRow:
    return KnownRow(hour * HOUR_US, value, quality, None, 7)


def suspects(*values: float) -> list[int]:
    """Which of the values are suspect, by index."""
    return [index for index in range(len(values)) if jumps(values, index, 1.5)]


def test_a_spike_is_suspect_and_the_way_back_is_not() -> None:
    assert suspects(1.0, 9.0, 1.1, 1.2) == [1]


def test_a_new_level_is_suspect_once_and_then_believed() -> None:
    assert suspects(1.0, 9.0, 9.1, 9.0) == [1]


def test_a_way_back_to_another_level_is_suspect() -> None:
    assert suspects(1.0, 9.0, 4.0, 4.1) == [1, 2]


def test_a_slow_climb_does_not_excuse_the_fall() -> None:
    assert suspects(1.0, 2.4, 0.8) == [2]


def test_a_line_that_springs_between_two_values_stays_suspect() -> None:
    assert suspects(1.0, 9.0, 1.0, 9.0, 1.0, 9.0) == [1, 3, 4, 5]


def test_two_spikes_apart_are_each_suspect() -> None:
    assert suspects(1.0, 9.0, 1.0, 1.1, 9.0, 1.0) == [1, 4]


def test_a_late_row_between_two_lifts_the_suspicion_from_the_one_after_it() -> None:
    flagged, rejudged = judge_steps([placed(1, 2, 2.0)], STEP, {KEY: [known(1, 1.0), known(3, 3.0, 3)]})
    assert not flagged
    assert [(change.at_us, change.quality, change.delivery) for change in rejudged] == [(3 * HOUR_US, 0, 7)]


def test_the_senders_own_suspicion_is_never_lifted() -> None:
    _flagged, rejudged = judge_steps([placed(1, 2, 2.0)], STEP, {KEY: [known(1, 1.0), known(3, 2.5, 2)]})
    assert not rejudged


def test_a_retraction_leaves_the_value_before_it_as_the_neighbour() -> None:
    _flagged, rejudged = judge_steps([placed(1, 2, None)], STEP, {KEY: [known(1, 1.0), known(2, 3.6), known(3, 5.0)]})
    assert [change.quality for change in rejudged] == [3]


def test_a_spike_that_is_corrected_takes_the_excuse_from_the_way_back() -> None:
    line = [known(1, 1.0), known(2, 9.0, 3), known(3, 1.0)]
    flagged, rejudged = judge_steps([placed(1, 2, 3.0)], STEP, {KEY: line})
    assert flagged == {1: 3}
    assert not rejudged  # 3.0 still jumps, and 1.0 is still the way back
    flagged, rejudged = judge_steps([placed(1, 2, 2.5)], STEP, {KEY: line})
    assert not flagged and not rejudged


NOTHING = Neighbours(None, None, None, None, 0, None, None)


@pytest.mark.parametrize(
    ("rows", "beside", "found"),
    [
        ([placed(1, 1, 1.0), placed(2, 2, 2.0)], NOTHING, False),
        ([placed(1, 1, 1.0), placed(2, 2, 9.0)], NOTHING, True),
        ([placed(1, 1, 9.0)], NOTHING._replace(before_us=0, before=1.0), True),
        ([placed(1, 1, 1.0)], NOTHING._replace(after_us=2 * HOUR_US, after=1.0), True),
        ([placed(1, 1, None)], NOTHING._replace(before_us=0, before=1.0), False),
    ],
)
def test_only_lines_with_a_jump_or_a_later_row_are_looked_at(rows: list[Placed], beside: Neighbours, found: bool) -> None:
    assert bool(disturbed(rows, STEP, {row.row: beside for row in rows})) is found


def test_any_order_of_arrival_ends_with_the_same_suspects() -> None:
    """Rows one by one in every order: the newest verdicts are those of the whole line."""
    values = [1.0, 9.0, 1.0, 2.0, 8.0, 1.5]
    whole = {hour for hour in range(len(values)) if jumps(values, hour, 1.5)}
    for order in random.Random(5).sample(list(itertools.permutations(range(len(values)))), 200):
        line: list[KnownRow] = []
        for hour in order:
            near = [row for row in line if row.at_us < hour * HOUR_US][-3:] + [row for row in line if row.at_us > hour * HOUR_US][:3]
            flagged, rejudged = judge_steps([placed(1, hour, values[hour])], STEP, {KEY: near})
            changed = {change.at_us: change.quality for change in rejudged}
            line = [row._replace(quality=changed.get(row.at_us, row.quality)) for row in line]
            line = sorted([*line, known(hour, values[hour], flagged.get(1, 0))])
        assert {row.at_us // HOUR_US for row in line if row.quality == 3} == whole, order
