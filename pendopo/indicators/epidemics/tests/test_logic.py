"""Rt against the published figures of the package EpiEstim 3.0.0 (numbers only), and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.indicators.epidemics.logic import WrongInput, check_interval, infectiousness, reproduction, serial_interval

# Influenza in a school, 2009: new cases a day, and the serial interval from day 0.
FLU = [1, 1, 0, 2, 5, 3, 3, 3, 6, 2, 5, 9, 13, 12, 13, 11, 12, 6, 6, 6, 3, 1, 0, 2, 0, 0, 0, 0, 2, 0, 2, 0]
INTERVAL = [0, 0.233, 0.359, 0.198, 0.103, 0.053, 0.027, 0.014, 0.007, 0.003, 0.002, 0.001]


def test_the_published_windows() -> None:
    first, second = reproduction(FLU, INTERVAL, 7)[:2]
    assert (first.t_start, first.t_end, second.t_start, second.t_end) == (2, 8, 3, 9)
    assert [first.mean, first.sd, first.q025, first.median, first.q975] == pytest.approx(
        [1.7356089, 0.40908694, 1.02863184, 1.7035760, 2.6244959], rel=1e-6
    )
    assert [second.mean, second.sd, second.q025, second.median, second.q975] == pytest.approx(
        [1.7490494, 0.3647020, 1.108747, 1.723767, 2.532948], rel=1e-6
    )


def test_the_published_serial_interval() -> None:
    found = serial_interval(2.6, 1.5, len(FLU))
    assert found[:6] == pytest.approx([0, 0.2331721, 0.3585794, 0.1981108, 0.1033427, 0.0529052], abs=1e-7)
    assert sum(found) == pytest.approx(1, abs=1e-6)
    first = reproduction(FLU, found, 7)[0]
    assert (first.mean, first.sd) == pytest.approx((1.7357977, 0.40913143), rel=1e-6)


def test_every_window_is_there_and_a_day_without_cases_counts() -> None:
    found = reproduction(FLU, INTERVAL, 7)
    assert [(item.t_start, item.t_end) for item in found] == [(day, day + 6) for day in range(2, 27)]
    assert reproduction([5, 0], INTERVAL, 1)[0].mean == pytest.approx(1 / (1 / 5 + 5 * 0.233))


@given(st.lists(st.integers(0, 500), min_size=8, max_size=40))
def test_more_cases_never_lower_it(cases: list[int]) -> None:
    """One more case on the last day never makes the last window's Rt smaller, and the quantiles stand in order."""
    before = reproduction(cases, INTERVAL, 7)[-1]
    after = reproduction([*cases[:-1], cases[-1] + 1], INTERVAL, 7)[-1]
    assert after.mean > before.mean
    assert before.q025 < before.median < before.q975


def test_nobody_is_infected_by_the_future() -> None:
    assert infectiousness([10, 0, 0], [0, 0.5, 0.5]) == [0, 5, 5]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: reproduction(FLU[:7], INTERVAL, 7), "at least 8 days"),
        (lambda: reproduction(FLU, INTERVAL, 0), "at least 1 day"),
        (lambda: serial_interval(1, 2, 9), "more than 1 day"),
        (lambda: serial_interval(float("nan"), 2, 9), "more than 1 day"),
        (lambda: serial_interval(4, 0, 9), "more than 0 days"),
        (lambda: check_interval([0.2, 0.8]), "day 0 and must be 0"),
        (lambda: check_interval([0, 0.5, 0.4]), "make 0.9"),
        (lambda: check_interval([0, 1.5, -0.5]), "below 0"),
        (lambda: check_interval([]), "is empty"),
    ],
)
def test_what_is_refused(call: object, sentence: str) -> None:
    with pytest.raises(WrongInput, match=sentence):
        call()  # type: ignore[operator]
