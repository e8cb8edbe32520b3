"""Scores of an instrument's tree: weights, roll-up, predicates. Pure and exact: rational numbers inside, rounding is the caller's.

Source of the formula: PermenPANRB 59/2020, annex (aspect = Σ weight × level / Σ weight, and so upwards), the same in PermenPANRB 8/2026.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

WEIGHTED_MEAN, MEAN, LOWEST, SUM = "weighted_mean", "mean", "lowest", "sum"
ROLLUPS = (WEIGHTED_MEAN, MEAN, LOWEST, SUM)


class WrongAnswer(Exception):
    """An assessment that cannot be scored; the sentence names the node and what it allows."""


class WrongInstrument(Exception):
    """An instrument that contradicts itself; `problems` are sentences, each naming its node."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Scale:
    """What an answer may be: from `low` to `high`; `whole` levels only, or decimals too."""

    low: Decimal
    high: Decimal
    whole: bool

    def words(self) -> str:
        """The allowed range in words, for refusals."""
        return f"a whole level from {self.low} to {self.high}" if self.whole else f"a number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Node:
    """One requirement, or a group of them. `weight` counts among its siblings; a group's own is the sum of what it holds."""

    code: str
    name: Mapping[str, str]
    weight: Decimal
    rollup: str = WEIGHTED_MEAN
    nodes: tuple["Node", ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, "Node"]]:
        """This node and all below it, each with its depth (this one has `depth`)."""
        yield depth, self
        for node in self.nodes:
            yield from node.walk(depth + 1)


@dataclass(frozen=True)
class Predicate:
    """A word for the index from a threshold up (the threshold belongs to it)."""

    word: str
    threshold: Decimal


@dataclass(frozen=True)
class Instrument:
    """A tree of requirements (the root is the index), its scale and its predicates, lowest first.

    `near` is how close to a threshold an index is marked: official figures were classified rounded in 2023 and unrounded in 2024.
    """

    code: str
    root: Node
    scale: Scale
    predicates: tuple[Predicate, ...]
    near: Decimal = Decimal("0.005")

    def at(self, depth: int) -> list[Node]:
        """The nodes of one depth, in order."""
        return [node for found, node in self.root.walk() if found == depth]

    def leaves(self) -> list[Node]:
        """The requirements that are answered themselves."""
        return [node for _, node in self.root.walk() if not node.nodes]

    def scale_at(self, depth: int) -> Scale:
        """What may be answered at a depth: leaves keep the instrument's scale, a group is a mean and takes decimals."""
        grouped = any(node.nodes for node in self.at(depth))
        return Scale(self.scale.low, self.scale.high, self.scale.whole and not grouped)


@dataclass(frozen=True)
class Score:
    """The unrounded index, its predicate, whether it lies within `near` of a threshold, and the value of every node by code."""

    index: Fraction
    predicate: str
    near_threshold: bool
    nodes: Mapping[str, Fraction]


def problems_of(instrument: Instrument) -> list[str]:
    """What contradicts itself in an instrument: sentences that name the node; empty when it may be used."""
    found, seen = [], set()
    for _, node in instrument.root.walk():
        if node.code in seen:
            found.append(f"{node.code} stands twice: every code belongs to one node.")
        seen.add(node.code)
        if node.rollup not in ROLLUPS:
            found.append(f"{node.code}: roll-up {node.rollup!r} is unknown; use one of {', '.join(ROLLUPS)}.")
        if node.weight <= 0:
            found.append(f"{node.code}: the weight must be above 0, not {node.weight}.")
        held = sum((below.weight for below in node.nodes), Decimal(0))
        if node.nodes and held != node.weight:
            found.append(f"{node.code}: the weights below it sum to {held}, and its own is {node.weight}.")
    thresholds = [predicate.threshold for predicate in instrument.predicates]
    if not thresholds or thresholds != sorted(set(thresholds)) or thresholds[0] > instrument.scale.low:
        found.append("The predicates must rise from the lowest value of the scale, each with a threshold of its own.")
    return found


def answer_of(text: str, node: Node, scale: Scale) -> Fraction:
    """One answer from its text; WrongAnswer names the node and the allowed range."""
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        value = Decimal("NaN")
    if not value.is_finite() or not scale.low <= value <= scale.high or (scale.whole and value != value.to_integral_value()):
        raise WrongAnswer(f"{node.code} ({node.name['id']}) must be {scale.words()}, not {text.strip()[:40]!r}.")
    return Fraction(value)


def score(instrument: Instrument, answers: Mapping[str, Fraction]) -> Score:
    """The score of answers to all nodes of one depth. A missing one raises WrongAnswer with the range that the index may still take."""
    depth = next((depth for depth, node in instrument.root.walk() if node.code in answers), 0)
    asked = instrument.at(depth) if depth else instrument.leaves()
    missing = [node.code for node in asked if node.code not in answers]
    if missing:
        scale = instrument.scale
        low, high = (_value(instrument.root, {**dict.fromkeys(missing, Fraction(edge)), **answers}, {}) for edge in (scale.low, scale.high))
        raise WrongAnswer(
            f"{', '.join(missing)}: no answer, so the index is incomplete: from {float(low):.2f} to {float(high):.2f}. "
            f"Give each {instrument.scale_at(depth).words()}."
        )
    nodes: dict[str, Fraction] = {}
    index = _value(instrument.root, answers, nodes)
    del nodes[instrument.root.code]
    edges = [Fraction(predicate.threshold) for predicate in instrument.predicates[1:]]
    word = instrument.predicates[sum(index >= edge for edge in edges)].word
    return Score(index, word, any(abs(index - edge) <= Fraction(instrument.near) for edge in edges), nodes)


def _value(node: Node, answers: Mapping[str, Fraction], nodes: dict[str, Fraction]) -> Fraction:
    """The value of a node: its own answer, else rolled up from below; every value is noted in `nodes`."""
    if node.code in answers:
        value = answers[node.code]
    else:
        values = [_value(below, answers, nodes) for below in node.nodes]
        value = roll_up(node.rollup, values, [Fraction(below.weight) for below in node.nodes])
    nodes[node.code] = value
    return value


def roll_up(rollup: str, values: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """One value for several: `weighted_mean`, `mean`, `lowest` or `sum`."""
    if rollup == LOWEST:
        return min(values)
    if rollup == SUM:
        return sum(values, Fraction(0))
    if rollup == MEAN:
        return sum(values, Fraction(0)) / len(values)
    return sum((value * weight for value, weight in zip(values, weights, strict=True)), Fraction(0)) / sum(weights, Fraction(0))
