"""Small counts of people are concealed, and cannot be found by subtraction."""

from pendopo.indicators.concealing.logic import Cell, concealed, counts_people


def cells(values: list[float], period: str = "mon", parent: str = "35.16") -> list[Cell]:
    return [Cell((period, number), period, parent, value) for number, value in enumerate(values)]


def test_only_small_counts_of_people_in_small_places_are_concealed() -> None:
    assert counts_people("Orang", "village") and counts_people("kasus", "district")
    assert not counts_people("kasus", "regency") and not counts_people("m", "village")


def test_one_to_four_are_concealed_and_nobody_is_not() -> None:
    assert concealed(cells([0, 1, 4, 5, 90])) == {("mon", 1), ("mon", 2)}


def test_a_lonely_small_value_takes_the_next_smallest_with_it() -> None:
    """Else the published sum minus the others would tell it."""
    assert concealed(cells([0, 3, 40, 12, 90])) == {("mon", 1), ("mon", 3)}


def test_periods_and_sums_are_looked_at_apart() -> None:
    both = cells([3, 50], "mon") + cells([60, 70], "tue")
    assert concealed(both) == {("mon", 0), ("mon", 1)}
