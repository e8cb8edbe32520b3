"""The engine against the regulations' own examples, and what must hold for any answers."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.assessments.instruments import read, shipped, shipped_codes
from pendopo.assessments.logic import Scale, WrongAnswer, WrongInstrument, answer_of, roll_up, score

WHERE = "shared/data/spbe/spbe_indeks_2023.csv"
PUBLISHED = next((up / WHERE for up in Path(__file__).parents if (up / WHERE).exists()), None)
SPBE, PEMDI = shipped("spbe-2020"), shipped("pemdi-2026")
levels = st.lists(st.integers(1, 5), min_size=47, max_size=47)


def answers(codes: list[str], values: list[str]) -> dict[str, Fraction]:
    """Answers by code."""
    return {code: Fraction(value) for code, value in zip(codes, values, strict=True)}


def indicators(values: list[int]) -> dict[str, Fraction]:
    """Answers to the 47 indicators."""
    return answers([str(number) for number in range(1, 48)], [str(value) for value in values])


def test_the_shipped_instruments_weigh_100() -> None:
    told = {code: (len(shipped(code).leaves()), shipped(code).root.weight) for code in shipped_codes()}
    assert told == {
        "backup-and-recovery": (20, 100),
        "data-centre-availability": (20, 100),
        "iso27001-2022": (93, 100),
        "pemdi-2026": (20, 100),
        "spbe-2020": (47, 100),
    }
    assert [float(node.weight) for node in SPBE.at(1)] == [13, 25, 16.5, 45.5]
    assert [float(node.weight) for node in SPBE.at(2)] == [13, 10, 10, 5, 12, 4.5, 27.5, 18]


def test_the_example_of_the_regulation() -> None:
    assert roll_up("weighted_mean", [Fraction(n) for n in (3, 4, 3, 2)], [Fraction("2.5")] * 4) == 3
    assert roll_up("weighted_mean", [Fraction(n) for n in (3, 4, 3)], [Fraction(n) for n in (10, 10, 5)]) == Fraction("3.4")
    found = score(SPBE, answers(["D1", "D2", "D3", "D4"], ["3.70", "3.40", "3.00", "3.20"]))
    assert (found.index, found.predicate) == (Fraction("3.282"), "Baik")


def test_aceh_tengah_2025_by_indicator() -> None:
    policy = [3, 2, 4, 1, 2, 3, 2, 2, 1, 3]
    found = score(SPBE, indicators([*policy, 1, 1, 1, 1, 1, 1, 3, 2, 3, 3, *[1] * 11, *[4] * 6, 2, *[4] * 3, 4, 3, 3, 4, 4, 4]))
    assert (round(float(found.index), 3), found.predicate) == (2.594, "Cukup")
    assert round(float(found.nodes["D4"]), 3) == 3.747 and found.nodes["D2"] == Fraction("1.7")
    assert found.near_threshold is False


def test_aceh_tengah_2026_by_indicator() -> None:
    values = ["2.0", "1.5", "1.26", "1.3", "1", "1", "1", "1", "1", "1", "1.5", "1.25", "1.17", "1", "1", "1", "2.5", "1", "1", "1.3"]
    found = score(PEMDI, answers([str(number) for number in range(1, 21)], values))
    assert (round(float(found.index), 4), found.predicate) == (1.2415, "Kurang")
    assert [round(float(found.nodes[f"A{n}"]), 3) for n in range(1, 8)] == [1.75, 1.28, 1.0, 1.167, 1.085, 1.4, 1.18]


@pytest.mark.parametrize(
    ("index", "predicate", "near"),
    [
        ("1.7985", "Kurang", True),
        ("3.4986", "Baik", True),
        ("2.5968", "Cukup", True),
        ("3.5", "Sangat Baik", True),
        ("3.6", "Sangat Baik", False),
    ],
)
def test_the_unrounded_index_is_classified_and_marked_near_a_threshold(index: str, predicate: str, near: bool) -> None:
    found = score(SPBE, answers(["D1", "D2", "D3", "D4"], [index] * 4))
    assert (found.predicate, found.near_threshold) == (predicate, near)


def test_every_published_index_of_2023_recomputes() -> None:
    if PUBLISHED is None:
        pytest.skip("the published indices of 2023 are not beside this checkout (../shared/data)")
    with PUBLISHED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    far = [
        row["instansi"]
        for row in rows
        if abs(
            float(score(SPBE, answers(["D1", "D2", "D3", "D4"], [row[k] for k in row if k.startswith("d")])).index) - float(row["indeks"])
        )
        > 0.01
    ]
    assert len(rows) == 621 and far == []


@given(levels, st.integers(0, 46), st.randoms())
def test_raising_an_answer_never_lowers_the_index_and_order_means_nothing(values: list[int], which: int, random) -> None:
    given_answers = indicators(values)
    before = score(SPBE, given_answers)
    shuffled = list(given_answers.items())
    random.shuffle(shuffled)
    assert score(SPBE, dict(shuffled)) == before
    raised = [*values]
    raised[which] = min(5, raised[which] + 1)
    assert score(SPBE, indicators(raised)).index >= before.index


def test_a_missing_answer_shows_the_range_of_the_index() -> None:
    found = indicators([3] * 47)
    del found["47"]
    with pytest.raises(WrongAnswer, match=r"47: no answer.*from 2\.94 to 3\.06"):
        score(SPBE, found)


@pytest.mark.parametrize("text", ["0", "6", "2.5", "", "NaN", "Infinity", "1e400", "tiga", "3,0"])
def test_answers_off_the_scale_name_the_node_and_the_range(text: str) -> None:
    with pytest.raises(WrongAnswer, match=r"^21 \(Penerapan Manajemen Risiko SPBE\) must be a whole level from 1 to 5"):
        answer_of(text, SPBE.leaves()[20], SPBE.scale)
    assert answer_of("2.5", SPBE.at(1)[0], SPBE.scale_at(1)) == Fraction("2.5")
    assert SPBE.scale_at(3) == Scale(SPBE.scale.low, SPBE.scale.high, whole=True)


FORM = """
code: own
name: {{id: Sendiri, en: Own}}
scale: {{low: 1, high: 5, answers: whole}}
predicates: [{{word: Rendah, from: 1}}, {{word: Tinggi, from: {high}}}]
nodes:
  - code: A
    name: {{id: A}}
    weight: {weight}
    nodes: [{{code: "1", name: {{id: Satu}}, weight: 60}}, {{code: "{second}", name: {{id: Dua}}, weight: 40}}]
"""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weight": 90}, "A: the weights below it sum to 100, and its own is 90."),
        ({"second": 1}, "1 stands twice"),
        ({"high": 1}, "predicates must rise"),
    ],
)
def test_an_instrument_that_contradicts_itself_is_refused(changes: dict[str, object], sentence: str) -> None:
    assert read(FORM.format(weight=100, second=2, high=3)).root.weight == 100
    with pytest.raises(WrongInstrument, match=sentence):
        read(FORM.format(**{"weight": 100, "second": 2, "high": 3} | changes))


@pytest.mark.parametrize("text", ["", "[]", "code: x", "a: &a [*a]", "nodes: !!python/object:os.system {}", "\x00"])
def test_a_file_that_is_no_instrument_is_refused(text: str) -> None:
    with pytest.raises(WrongInstrument, match="no instrument"):
        read(text)


def test_the_other_roll_ups() -> None:
    values, weights = [Fraction(1), Fraction(4)], [Fraction(1), Fraction(3)]
    assert [roll_up(name, values, weights) for name in ("lowest", "sum", "mean", "weighted_mean")] == [
        1,
        5,
        Fraction(5, 2),
        Fraction(13, 4),
    ]
