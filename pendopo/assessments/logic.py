"""Scores of an instrument's tree: weights, roll-up, predicates. Pure and exact: rational numbers inside, rounding is the caller's.

Source of the formula: PermenPANRB 59/2020, annex (aspect = Σ weight × level / Σ weight, and so upwards), the same in PermenPANRB 8/2026.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pendopo.ui.sentence import Sentence

WEIGHTED_MEAN, MEAN, LOWEST, SUM = "weighted_mean", "mean", "lowest", "sum"
CODE = re.compile(r"[A-Za-z0-9._-]{1,20}")
ROLLUPS = (WEIGHTED_MEAN, MEAN, LOWEST, SUM)


class WrongAnswer(Exception):
    """An assessment that cannot be scored; `sentence` names the node and what it allows."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


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
        if self.whole:
            return Sentence("a whole level from %(low)s to %(high)s", low=self.low, high=self.high)
        return Sentence("a number from %(low)s to %(high)s", low=self.low, high=self.high)


@dataclass(frozen=True)
class Gate:
    """While the node `code` of a group stands below `least`, the group's value is at most `cap`."""

    code: str
    least: Fraction
    cap: Fraction


@dataclass(frozen=True)
class Node:
    """One requirement, or a group of them. `weight` counts among its siblings; a group's own is the sum of what it holds.

    `ladder` names the instrument's ladder of levels that a requirement is answered by ('' = a plain number). `levels` says by language
    what each of them asks of this very requirement, lowest first; `about` what the requirement looks at.
    """

    code: str
    name: Mapping[str, str]
    weight: Fraction
    rollup: str = WEIGHTED_MEAN
    nodes: tuple["Node", ...] = ()
    ladder: str = ""
    gates: tuple[Gate, ...] = ()
    levels: tuple[Mapping[str, str], ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)

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
    `ladders` are the levels in words, lowest first, each by language; `exclusions` allows "does not apply", with a reason; `cumulative`
    ladders count a level only when all below it hold; `legal` says on
    what it rests (`basis`, `status`, `from`, `until`). `digits` is the declared rounding (half up) before the predicate is chosen; None =
    the unrounded index is classified. `levels_note` says by language whose words the levels are, and what counts instead.
    """

    code: str
    root: Node
    scale: Scale
    predicates: tuple[Predicate, ...]
    near: Decimal = Decimal("0.005")
    ladders: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    exclusions: bool = False
    cumulative: bool = False
    digits: int | None = None
    legal: Mapping[str, str] = field(default_factory=dict)
    levels_note: Mapping[str, str] = field(default_factory=dict)

    def at(self, depth: int) -> list[Node]:
        """The nodes of one depth, in order."""
        return [node for found, node in self.root.walk() if found == depth]

    def leaves(self) -> list[Node]:
        """The requirements that are answered themselves."""
        return [node for _, node in self.root.walk() if not node.nodes]

    def levels_of(self, node: Node) -> list["Level"]:
        """The levels of a requirement, lowest first; empty where it is answered by a plain number."""
        ladder = self.ladders.get(node.ladder, ())
        asks = node.levels or ({},) * len(ladder)
        return [Level(step, word, asked) for step, (word, asked) in enumerate(zip(ladder, asks, strict=True), int(self.scale.low))]

    def scale_at(self, depth: int) -> Scale:
        """What may be answered at a depth: leaves keep the instrument's scale, a group is a mean and takes decimals."""
        grouped = any(node.nodes for node in self.at(depth))
        return Scale(self.scale.low, self.scale.high, self.scale.whole and not grouped)


@dataclass(frozen=True)
class Level:
    """One level of a requirement: its number, its word, and what it asks of this requirement ({} = the word says it); by language."""

    step: int
    word: Mapping[str, str]
    asked: Mapping[str, str]


Answers = Mapping[str, Fraction | None]


@dataclass(frozen=True)
class Score:
    """The unrounded index, its predicate, whether it lies within `near` of a threshold, and the value of every node by code.

    A node that does not apply has no value.
    """

    index: Fraction
    predicate: str
    near_threshold: bool
    nodes: Mapping[str, Fraction]


@dataclass(frozen=True)
class Span:
    """Between what an assessment with open requirements may still end: its lowest and highest score, and the codes without an answer."""

    low: Score
    high: Score
    missing: tuple[str, ...]


def plain(value: Fraction) -> str:
    """A weight in words: 90, 2.5, or 100/93 where no decimal says it exactly."""
    for digits in range(7):
        if (value * 10**digits).denominator == 1:
            return f"{float(value):.{digits}f}"
    return str(value)


def problems_of(instrument: Instrument) -> list[str]:
    """What contradicts itself in an instrument: sentences that name the node; empty when it may be used."""
    found, seen = [], set()
    for depth, node in instrument.root.walk():
        if node.code in seen:
            found.append(f"{node.code} stands twice: every code belongs to one node.")
        seen.add(node.code)
        if depth and not CODE.fullmatch(node.code):
            found.append(f"{node.code!r}: a code has 1 to 20 letters, digits, points, - or _.")
        if node.rollup not in ROLLUPS:
            found.append(f"{node.code}: roll-up {node.rollup!r} is unknown; use one of {', '.join(ROLLUPS)}.")
        if node.weight <= 0:
            found.append(f"{node.code}: the weight must be above 0, not {plain(node.weight)}.")
        held = sum((below.weight for below in node.nodes), Fraction(0))
        if node.nodes and held != node.weight:
            found.append(f"{node.code}: the weights below it sum to {plain(held)}, and its own is {plain(node.weight)}.")
        below_it = {below.code for _, below in node.walk()} - {node.code}
        found.extend(f"{node.code}: the gate names {gate.code}, which is not below it." for gate in node.gates if gate.code not in below_it)
        if not node.nodes and node.ladder and node.ladder not in instrument.ladders:
            found.append(f"{node.code}: there is no ladder {node.ladder!r}; declare it under `ladders`.")
        if node.levels and (node.nodes or len(node.levels) != len(instrument.ladders.get(node.ladder, ()))):
            found.append(f"{node.code}: it has {len(node.levels)} level texts; give one for each level of its ladder.")
    if instrument.root.weight != 100 and instrument.root.nodes:
        found.append(f"The weights of {instrument.code} sum to {plain(instrument.root.weight)}; they must sum to 100.")
    steps = instrument.scale.high - instrument.scale.low + 1
    found.extend(
        f"The ladder {name} has {len(ladder)} levels, and the scale has {steps}."
        for name, ladder in instrument.ladders.items()
        if len(ladder) != steps
    )
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
        given: dict[str, object] = {"code": node.code, "name": node.name["id"], "allowed": scale.words(), "said": repr(text.strip()[:40])}
        raise WrongAnswer(Sentence("%(code)s (%(name)s) must be %(allowed)s, not %(said)s.", **given))
    return Fraction(value)


def reached(held: Collection[int], scale: Scale) -> int:
    """The level that counts when the levels `held` are fulfilled: the highest below which none is missing.

    "Level n counts only if all lower levels hold" (PermenPANRB 59/2020, annex: criteria of level n-1 are fulfilled). The lowest needs
    nothing below it and holds of itself.
    """
    level = int(scale.low)
    while level + 1 in held and level + 1 <= scale.high:
        level += 1
    return level


def score(instrument: Instrument, answers: Answers) -> Score:
    """The score of answers to all nodes of one depth. A missing one raises WrongAnswer with the range that the index may still take."""
    found = span(instrument, answers)
    if found.missing:
        raise WrongAnswer(
            f"{', '.join(found.missing)}: no answer, so the index is incomplete: from {float(found.low.index):.2f} to "
            f"{float(found.high.index):.2f}. Give each {instrument.scale_at(_depth(instrument, answers)).words()}."
        )
    return found.low


def span(instrument: Instrument, answers: Answers) -> Span:
    """The lowest and the highest score that the answers allow; the same one twice when none is missing.

    WrongAnswer when nothing applies at all.
    """
    depth = _depth(instrument, answers)
    asked = instrument.at(depth) if depth else instrument.leaves()
    missing = tuple(node.code for node in asked if node.code not in answers)
    low = _score(instrument, {**dict.fromkeys(missing, Fraction(instrument.scale.low)), **answers})
    if not missing:
        return Span(low, low, ())
    return Span(low, _score(instrument, {**dict.fromkeys(missing, Fraction(instrument.scale.high)), **answers}), missing)


def _depth(instrument: Instrument, answers: Answers) -> int:
    return next((depth for depth, node in instrument.root.walk() if node.code in answers), 0)


def _score(instrument: Instrument, answers: Answers) -> Score:
    nodes: dict[str, Fraction] = {}
    index = _value(instrument.root, answers, nodes)
    if index is None:
        raise WrongAnswer(Sentence("No requirement applies, so there is nothing to score: at least one must apply."))
    del nodes[instrument.root.code]
    edges = [Fraction(predicate.threshold) for predicate in instrument.predicates[1:]]
    judged = index if instrument.digits is None else half_up(index, instrument.digits)
    word = instrument.predicates[sum(judged >= edge for edge in edges)].word
    return Score(index, word, any(abs(index - edge) <= Fraction(instrument.near) for edge in edges), nodes)


def half_up(value: Fraction, digits: int) -> Fraction:
    """A value (0 or more) rounded to so many digits, halves upwards as offices do."""
    return Fraction(int(value * 10**digits + Fraction(1, 2)), 10**digits)


def _value(node: Node, answers: Answers, nodes: dict[str, Fraction]) -> Fraction | None:
    """The value of a node: its own answer, else rolled up from what applies below; every value is noted in `nodes`."""
    if node.code in answers:
        value = answers[node.code]
    else:
        told = [(found, below.weight) for below in node.nodes if (found := _value(below, answers, nodes)) is not None]
        value = roll_up(node.rollup, [found for found, _ in told], [weight for _, weight in told]) if told else None
        for gate in node.gates:
            if value is not None and nodes.get(gate.code, gate.least) < gate.least:
                value = min(value, gate.cap)
    if value is not None:
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
