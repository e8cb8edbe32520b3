"""Clocks, 7-1-7, the score of a drill, checklists and YAML of procedures."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.incidents.cases import logic
from pendopo.incidents.cases.models import common_region
from pendopo.incidents.procedures.logic import Mark, WrongProcedure, read, standings

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_seven_one_seven_judges_what_is_known() -> None:
    clocks = logic.Clocks(NOON - timedelta(days=8), NOON, after(30), after(40), after(60 * 24 * 6), None)
    assert [(span.code, span.met) for span in logic.seven_one_seven(clocks)] == [("detect", False), ("notify", True), ("respond", True)]
    unknown = logic.Clocks(None, NOON, None, None, None, None)
    assert [span.met for span in logic.seven_one_seven(unknown)] == [None, None, None]


def test_a_drill_by_the_book_scores_hundred_and_one_that_nobody_noticed_nothing() -> None:
    perfect = logic.Clocks(None, NOON, after(2), after(10), after(50), after(60))
    assert logic.score(logic.drill_parts(perfect, [True], [True], [True])) == 100
    asleep = logic.Clocks(None, NOON, None, None, None, after(60))
    assert logic.score(logic.drill_parts(asleep, [False], [False], [])) == 0
    half = logic.drill_parts(logic.Clocks(None, NOON, after(2), after(10), None, None), [True, False], [True, True], [])
    assert logic.score(half) == round(100 * (20 + 20 + 25 + 12.5) / 90)


@given(st.lists(st.sampled_from(sorted(logic.MOVES)), max_size=9))
def test_whatever_is_pressed_an_incident_stands_somewhere_and_can_go_on(tries: list[str]) -> None:
    state = logic.OPEN
    for to in tries:
        if to in logic.moves_from(state):
            state = to
        assert logic.moves_from(state)


def test_the_smallest_region_that_holds_all() -> None:
    assert common_region(["35.16.13.2004"], "35.16") == "35.16.13.2004"
    assert common_region(["35.16.13.2004", "35.16.13.2006"], "35.16") == "35.16.13"
    assert common_region(["35.16.13.2004", "35.16.08"], "35.16") == "35.16"
    assert common_region(["35.16.13", "35.16.13.2004"], "35.16") == "35.16.13"
    assert common_region([], "35.16") == "35.16"


FLOOD = {
    "code": "flood",
    "name": "Banjir",
    "roles": {"watch": "Piket"},
    "steps": [{"code": "verify", "do": "Pastikan", "role": "watch", "within": "15m", "early": True}, {"code": "call", "do": "Panggil"}],
}


def test_steps_are_late_after_their_time_and_marked_once() -> None:
    steps = read(FLOOD).steps
    late = standings(steps, [], NOON, after(16))
    assert [(one.state, one.in_time) for one in late] == [("late", False), ("waiting", None)]
    done = standings(steps, [Mark("verify", "done", after(14), "Sari", "")], NOON, after(16))
    assert [(one.state, one.in_time) for one in done] == [("done", True), ("waiting", None)]


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [{"code": "x", "do": "y", "within": "soon"}]}, "within"),
        ({"steps": [{"code": "x", "do": "y", "role": "nobody"}]}, "nobody"),
        ({"steps": [{"code": "x", "do": "y"}, {"code": "x", "do": "z"}]}, "twice"),
        ({"colour": "red"}, "colour"),
        ({"severity": "Bad"}, "severity"),
        ({"name": {"en": "Flood"}}, "name"),
        ({"figures": "river"}, "figures"),
    ],
)
def test_a_faulty_procedure_says_what_is_wrong(fault: dict[str, object], word: str) -> None:
    with pytest.raises(WrongProcedure, match=word):
        read({**FLOOD, **fault})
    with pytest.raises(WrongProcedure):
        read([fault])
