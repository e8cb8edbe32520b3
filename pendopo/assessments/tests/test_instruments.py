"""What holds for every instrument that is shipped, and the parts of the format that the two indices do not use."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.assessments.availability import CLASSES, downtime_h, equalled
from pendopo.assessments.instruments import read, shipped, shipped_codes
from pendopo.assessments.logic import Answers, Node, Scale, WrongAnswer, WrongInstrument, reached, score, span

SCALE = Scale(Decimal(1), Decimal(5), whole=True)


@given(st.sampled_from(shipped_codes()), st.data())
def test_raising_any_answer_never_lowers_any_index(code: str, data: st.DataObject) -> None:
    instrument = shipped(code)
    low, high = int(instrument.scale.low), int(instrument.scale.high)
    codes = [node.code for node in instrument.leaves()]
    values = data.draw(st.lists(st.integers(low, high), min_size=len(codes), max_size=len(codes)))
    answers: Answers = dict(zip(codes, map(Fraction, values), strict=True))
    which = data.draw(st.sampled_from(codes))
    raised = {**answers, which: min(Fraction(high), (answers[which] or 0) + 1)}
    assert score(instrument, raised).index >= score(instrument, answers).index
    assert score(instrument, dict(reversed(answers.items()))) == score(instrument, answers)
    open_ = {name: value for name, value in answers.items() if name != which}
    between = span(instrument, open_)
    assert between.missing == (which,) and between.low.index <= score(instrument, answers).index <= between.high.index


@pytest.mark.parametrize("code", shipped_codes())
def test_every_shipped_instrument_says_what_it_rests_on_and_how_it_is_answered(code: str) -> None:
    instrument = shipped(code)
    assert instrument.root.weight == 100 and instrument.legal["basis"] and instrument.legal["status"] and instrument.legal["from"]
    for node in instrument.leaves():
        assert node.name["id"]
        assert not instrument.scale.whole or node.ladder, node.code


def test_every_level_of_the_47_indicators_says_in_both_languages_what_it_asks_of_it() -> None:
    spbe = shipped("spbe-2020")
    told = {node.code: [level.asked for level in spbe.levels_of(node)] for node in spbe.leaves()}
    assert len(told) == 47 and all(len(asks) == 5 for asks in told.values())
    texts = [ask[language] for asks in told.values() for ask in asks for language in ("id", "en")]
    assert all(10 < len(text) <= 140 and text.endswith(".") for text in texts)
    for code, asks in told.items():
        assert len({ask["id"] for ask in asks}) == len({ask["en"] for ask in asks}) == 5, code
    assert told["46"] == told["47"] == told["45"], "the services of a sector are asked the same"
    apart = {tuple(ask["id"] for ask in asks) for asks in told.values()}
    assert len(apart) == 45, "and no other two are"


def test_pemdi_says_what_each_indicator_looks_at_and_where_the_criteria_are() -> None:
    pemdi = shipped("pemdi-2026")
    assert all(node.about["id"] and node.about["en"] and node.name["en"] for node in pemdi.leaves())
    assert "PANRB" in pemdi.levels_note["id"] and not any(level.asked for level in pemdi.levels_of(pemdi.leaves()[0]))


def test_levels_told_beside_an_instrument_must_fit_it() -> None:
    text = OWN.format(gate="1", weight=100, ladder="one")
    asked = '"1 2": [{id: rendah, en: low}, {id: tinggi}]'
    own = read(text, asked)
    assert [level.asked["id"] for level in own.levels_of(own.leaves()[1])] == ["rendah", "tinggi"]
    for wrong, sentence in (
        ('"9": [{id: a}, {id: b}]', "9: levels are told for it, and there is no such requirement"),
        ('"1": [{id: a}]', "1: it has 1 level texts; give one for each level of its ladder"),
        ('"1": [a, b]', "no instrument"),
    ):
        with pytest.raises(WrongInstrument, match=sentence):
            read(text, wrong)


def turned(node: Node) -> Node:
    """The same tree with every group's nodes the other way round."""
    return replace(node, nodes=tuple(turned(one) for one in reversed(node.nodes)))


@pytest.mark.parametrize("code", shipped_codes())
def test_the_order_of_nodes_changes_nothing(code: str) -> None:
    instrument = shipped(code)
    answers: Answers = {
        node.code: Fraction(instrument.scale.low) + n % int(instrument.scale.high) for n, node in enumerate(instrument.leaves())
    }
    other = type(instrument)(**{**vars(instrument), "root": turned(instrument.root)})
    assert score(other, answers) == score(instrument, answers)


@pytest.mark.parametrize(("held", "level"), [((), 1), ((1, 2), 2), ((1, 2, 4, 5), 2), ((2, 3, 4, 5), 5), ((5,), 1), ((2, 9), 2)])
def test_a_level_counts_only_when_all_below_it_hold(held: tuple[int, ...], level: int) -> None:
    assert reached(held, SCALE) == level


def test_what_does_not_apply_weighs_nothing() -> None:
    iso = shipped("iso27001-2022")
    answers: dict[str, Fraction | None] = {node.code: Fraction(4) for node in iso.leaves()}
    answers["A.8.30"] = answers["A.8.4"] = None
    assert score(iso, answers).index == 4 and "A.8.4" not in score(iso, answers).nodes
    with pytest.raises(WrongAnswer, match="at least one must apply"):
        score(iso, dict.fromkeys(answers))


def test_a_gate_holds_the_whole_down() -> None:
    backups = shipped("backup-and-recovery")
    answers: Answers = {node.code: Fraction(5) for node in backups.leaves()}
    assert score(backups, answers).predicate == "Tangguh"
    held = score(backups, {**answers, "R1": Fraction(2)})
    assert held.index == Fraction("2.99") and held.predicate == "Dasar"


def test_a_data_centre_is_as_good_as_its_weakest_part() -> None:
    centre = shipped("data-centre-availability")
    answers: Answers = {node.code: Fraction(4) for node in centre.leaves()}
    assert score(centre, {**answers, "E2": Fraction(1)}).predicate == "Setara kelas 1"


def test_exact_downtime() -> None:
    assert [round(float(one.downtime_h), 3) for one in CLASSES] == [28.82, 22.688, 1.577, 0.438]
    assert downtime_h(Decimal(100)) == 0
    assert [found.number if (found := equalled(Decimal(text))) else 0 for text in ("99.5", "99.741", "99.99", "100")] == [0, 2, 3, 4]


OWN = """
code: own
name: {{id: Sendiri}}
scale: {{low: 1, high: 2, answers: whole}}
predicates: [{{word: Rendah, from: 1}}]
ladders: {{one: [{{id: a}}, {{id: b}}]}}
gates: [{{node: "{gate}", least: 2, cap: 1}}]
nodes:
  - {{code: A, name: {{id: a}}, weight: {weight}, ladder: {ladder},
     nodes: [{{code: "1", name: {{id: x}}}}, {{code: "2", name: {{id: y}}}}]}}
"""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"gate": "9"}, "the gate names 9, which is not below it"),
        ({"ladder": "two"}, "no ladder 'two'"),
        ({"weight": 90}, "sum to 90; they must sum to 100"),
    ],
)
def test_faults_of_the_format_are_named(changes: dict[str, object], sentence: str) -> None:
    good = {"gate": "1", "weight": 100, "ladder": "one"}
    assert [node.weight for node in read(OWN.format(**good)).leaves()] == [50, 50]
    with pytest.raises(WrongInstrument, match=sentence):
        read(OWN.format(**good | changes))


def test_a_declared_rounding_decides_what_is_classified() -> None:
    """Nias Barat, published as 1.80: 2023 classified the rounded index, 2024 the unrounded one."""
    spbe = shipped("spbe-2020")
    rounded = type(spbe)(**{**vars(spbe), "digits": 2})
    answers: Answers = dict.fromkeys(["D1", "D2", "D3", "D4"], Fraction("1.7962"))
    assert (score(spbe, answers).predicate, score(rounded, answers).predicate) == ("Kurang", "Cukup")
    assert score(rounded, answers).near_threshold
