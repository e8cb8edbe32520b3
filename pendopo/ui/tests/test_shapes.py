"""Maps: labels that do not cover one another."""

from hypothesis import given
from hypothesis import strategies as st

from pendopo.ui.shapes import LETTER, LINES, apart

SIZE = 30.0
places = st.tuples(st.floats(0, 1000), st.floats(0, 1000), st.sampled_from(["Sooko", "Dlanggu", "Kutorejo", "Dawarblandong"]))


def overlaps(one: tuple[float, float], other: tuple[float, float], names: tuple[str, str]) -> bool:
    """Whether two labels touch by more than a unit."""
    width = sum(len(name) for name in names) * SIZE * LETTER / 2
    return abs(one[0] - other[0]) < width - 1 and abs(one[1] - other[1]) < LINES * SIZE - 1


def test_two_labels_that_touch_move_apart_the_shorter_way() -> None:
    first, second = apart([(100.0, 100.0, "Dlanggu"), (210.0, 104.0, "Kutorejo")], SIZE)
    assert not overlaps(first, second, ("Dlanggu", "Kutorejo"))
    assert first[0] < 100 < 210 < second[0] and (first[1], second[1]) == (100.0, 104.0)


def test_labels_with_room_stay_where_they_are() -> None:
    assert apart([(100.0, 100.0, "Sooko"), (600.0, 100.0, "Puri")], SIZE) == [(100.0, 100.0), (600.0, 100.0)]


@given(st.lists(places, min_size=2, max_size=4))
def test_a_few_labels_never_cover_one_another(labels: list[tuple[float, float, str]]) -> None:
    spots = apart(labels, SIZE)
    for index, (spot, label) in enumerate(zip(spots, labels, strict=True)):
        for other, beside in zip(spots[:index], labels[:index], strict=True):
            assert not overlaps(spot, other, (label[2], beside[2]))
