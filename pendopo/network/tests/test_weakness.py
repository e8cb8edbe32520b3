"""Lines that lose packets or are slow: when that begins and ends."""

from pendopo.collect.presence import REMEMBERED, Watched
from pendopo.network.weakness import LOSS, SLOW, Weak, Weakness, kind_of

GOOD = [0.0, 1.0, 1.0]


def test_two_words_begin_it_and_a_clearly_better_one_ends_it() -> None:
    state, here = Weakness(), {"a", "b"}
    assert not state.take({"a": [12.0, 1.0, 1.0]}, here) and not state.take({}, here), "one word alone is nothing"
    state.take({"a": [12.0, 1.0, 1.0]}, here)
    assert state.take({"a": [14.0, 1.0, 1.0]}, here) == {Weak("a", LOSS, 14.0)}
    assert state.take({"a": [3.0, 1.0, 1.0]}, here) == {Weak("a", LOSS, 14.0)}, "between the two marks it stays as it was"
    assert not state.take({"a": [1.9, 1.0, 1.0]}, here) and not state.take({"a": [3.0, 1.0, 1.0]}, here)


def test_slow_is_against_what_is_usual_and_a_gone_device_is_not_weak() -> None:
    assert kind_of(0.0, 40.0, 1.0) == "" and kind_of(0.0, 60.0, 1.0) == SLOW and kind_of(0.0, 300.0, 250.0) == "", "far, not slow"
    assert kind_of(0.0, 30.0, 1.0, was=SLOW) == SLOW and kind_of(0.0, 20.0, 1.0, was=SLOW) == "" and kind_of(0.0, 900.0, 0.0) == ""
    state = Weakness()
    for _word in range(2):
        found = state.take({"a": [0.0, 80.0, 2.0], "b": GOOD}, {"a", "b"})
    assert found == {Weak("a", SLOW, 80.0, 2.0)}
    assert not state.take({"a": [0.0, 80.0, 2.0]}, {"b"})


def test_the_usual_time_is_the_least_of_a_day() -> None:
    watched, now = Watched(), 0.0
    for number, took in [(n, 0.001) for n in range(REMEMBERED)] + [(n, 0.09) for n in range(REMEMBERED)]:
        watched.probe(number, now)
        watched.answered(number, now + took)
        if number == REMEMBERED - 1:
            usual = watched.usual_s(now)
        now += 0.05
    assert usual is not None and round(usual, 4) == 0.001 and watched.usual_s(now + 3600) == usual and round(watched.rtt_s or 0, 4) == 0.09
    assert round(watched.usual_s(now + 25 * 3600) or 0, 4) == 0.09, "after a day it is usual"
