"""The traffic light: borders belong to the better side, unknown is never green, and the browser's bands say the same as the rule."""

import pytest

from pendopo.wall.aims import Light, Standing, borders, judge, leaf, weighted, worst


@pytest.mark.parametrize(
    ("value", "rising", "light"),
    [
        (80.0, True, "well"),
        (79.9, True, "attention"),
        (60.0, True, "attention"),
        (59.9, True, "danger"),
        (None, True, "unknown"),
        (60.0, False, "well"),
        (60.1, False, "attention"),
        (80.0, False, "attention"),
        (80.1, False, "danger"),
        (None, False, "unknown"),
    ],
)
def test_target_and_limit_judge(value: float | None, rising: bool, light: Light) -> None:
    target, limit = (80.0, 60.0) if rising else (60.0, 80.0)
    assert judge(value, target=target, limit=limit, rising=rising) == light
    held = [
        one
        for one, low, high in borders(target=target, limit=limit, rising=rising)
        if value is not None and (low is None or value >= low) and (high is None or value <= high)
    ]
    assert held == ([] if value is None else [light])


def test_the_worst_below_decides_and_an_unknown_one_is_never_green() -> None:
    well, unknown, near, missed = (leaf(light) for light in ("well", "unknown", "attention", "danger"))
    assert worst([well, well]).light == "well" and worst([well, near]).light == "attention"
    assert worst([well, unknown]).light == "unknown" and worst([]).light == "unknown"
    assert worst([unknown, near]).light == "attention" and worst([unknown, missed]).light == "danger"


def test_a_weighted_branch_is_sure_or_unknown() -> None:
    assert weighted([(leaf("well"), 3.0), (leaf("danger"), 1.0)]) == Standing("attention", 0.75, 0.75)
    assert weighted([(leaf("well"), 9.0), (leaf("unknown"), 1.0)]) == Standing("well", 0.9, 1.0)
    assert weighted([(leaf("well"), 3.0), (leaf("unknown"), 1.0)]) == Standing("unknown", 0.75, 1.0)
    assert weighted([(leaf("danger"), 9.0), (leaf("unknown"), 1.0)]).light == "danger"
    assert weighted([(leaf("attention"), 1.0)]).light == "attention" and weighted([]).light == "unknown"
