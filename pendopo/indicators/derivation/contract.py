"""What a derived indicator promises: checked against the indicators it reads, once, when the catalogue is loaded.

Gives the compiled formula (factors to the declared unit included) and what the declaration left out, or a sentence that says what is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pendopo.ui.sentence import Sentence

from ..logic import Duration
from .exact import HUNDRED, QUOTIENT
from .expressions import LEVELS, Call, FaultyExpression, Input, Node, inputs_of, read, walk
from .functions import Mismatch
from .grid import Grid
from .units import ONE, PERCENT, Unit, parse_unit


class Circle(FaultyExpression):
    """An indicator that needs itself, directly or through others: named by all that lead into it."""


@dataclass(frozen=True)
class Facts:
    """What the catalogue says of one indicator. Empty `unit`, `every`, `level` and `kind` of a derived one are filled in."""

    code: str
    unit: str = ""
    every: str = ""
    level: str = ""
    kind: str = ""
    rollup: str = "none"
    weight: str | None = None
    derived: Any = None


@dataclass(frozen=True)
class Formula:
    """A checked derived indicator: its tree, the factor to its unit, and its facts with nothing left open."""

    facts: Facts
    tree: Call
    factor: Decimal
    inputs: tuple[str, ...]


KINDS = {
    "ratio": "percent",
    "share": "percent",
    "percentile": "percent",
    "percent_change": "percent",
    "per_100k": "rate",
    "cumulative": "cumulative",
    "rank": "index",
}


def compile_all(catalogue: Mapping[str, Facts], zone: ZoneInfo) -> tuple[dict[str, Formula], dict[str, str]]:
    """All derived indicators of a catalogue, inputs before what is made of them; and the faults by code."""
    facts = dict(catalogue)
    formulas: dict[str, Formula] = {}
    faults: dict[str, str] = {}

    def visit(code: str, above: tuple[str, ...]) -> None:
        if code in formulas or code in faults or facts[code].derived is None:
            return
        if code in above:
            raise Circle(
                Sentence("the derivations go round in a circle: %(circle)s.", circle=" → ".join((*above[above.index(code) :], code)))
            )
        try:
            tree = read(facts[code].derived)
            for needed in inputs_of(tree):
                if needed not in facts:
                    raise FaultyExpression(Sentence("there is no indicator “%(code)s”: declare it, or correct the code.", code=needed))
                visit(needed, (*above, code))
                if needed in faults:
                    raise FaultyExpression(Sentence("its input “%(code)s” cannot be computed.", code=needed))
            formulas[code] = _compile(facts[code], tree, facts, zone)
            facts[code] = formulas[code].facts
        except FaultyExpression as fault:
            faults[code] = fault.sentence
            if isinstance(fault, Circle):
                raise

    for code in sorted(facts):
        try:
            visit(code, ())
        except FaultyExpression:
            continue
    return formulas, faults


def _compile(facts: Facts, tree: Call, catalogue: Mapping[str, Facts], zone: ZoneInfo) -> Formula:
    inputs = [catalogue[code] for code in inputs_of(tree)]
    fastest = min(inputs, key=lambda line: Duration.parse(line.every).seconds)
    every = facts.every or fastest.every
    if Duration.parse(every).seconds != Duration.parse(fastest.every).seconds:
        given = {"code": fastest.code, "fastest": fastest.every, "every": every}
        raise FaultyExpression(Sentence("its cadence must be that of its fastest input “%(code)s” (%(fastest)s), not %(every)s.", **given))
    _check_windows(tree, every, zone)
    units = {line.code: parse_unit(line.unit) for line in inputs}
    try:
        compiled, unit = _with_units(tree, units)
    except Mismatch as wrong:
        raise FaultyExpression(wrong.args[0]) from None
    assert isinstance(compiled, Call)
    factor, unit_text = _towards(facts, unit, inputs)
    driving = [line for line in inputs if Duration.parse(line.every).seconds == Duration.parse(every).seconds]
    kind = facts.kind or _kind_of(tree) or driving[0].kind or "rate"
    level = facts.level or _level_of(tree, catalogue) or driving[0].level or "district"
    settled = replace(facts, every=every, unit=unit_text, kind=kind, level=level)
    return Formula(settled, compiled, factor, tuple(inputs_of(tree)))


def _kind_of(node: Node) -> str | None:
    """What the function makes of its input; those that change nothing about it (clamp, sums, windows) leave the word to their first."""
    while isinstance(node, Call):
        if node.name in KINDS:
            return KINDS[node.name]
        node = node.operands[node.function.operands[0]][0]
    return None


def _level_of(tree: Call, catalogue: Mapping[str, Facts]) -> str:
    """`weighted` gathers regions into the one above them; everything else stays on the level of its first input."""
    first = next((catalogue[leaf.code].level for leaf in walk(tree) if isinstance(leaf, Input)), "")
    if first in LEVELS[1:] and any(isinstance(node, Call) and node.name == "weighted" for node in walk(tree)):
        return LEVELS[LEVELS.index(first) - 1]
    return first


def _check_windows(tree: Call, every: str, zone: ZoneInfo) -> None:
    try:
        grid = Grid(Duration.parse(every), zone)
        for node in walk(tree):
            if isinstance(node, Call) and "window" in node.options:
                grid.periods(node.options["window"])
    except ValueError as wrong:
        raise FaultyExpression(wrong.args[0]) from None


def _with_units(node: Node, units: Mapping[str, Unit | None]) -> tuple[Node, Unit | None]:
    """The node with its factor, and its unit. A number takes the unit of what it stands beside."""
    if isinstance(node, Input):
        return node, units[node.code]
    if not isinstance(node, Call):
        return node, None
    found = {name: [_with_units(operand, units) for operand in group] for name, group in node.operands.items()}
    operands = {name: tuple(pair[0] for pair in group) for name, group in found.items()}
    given = {name: [_beside(node, pair) for pair in group] for name, group in found.items()}
    unit = node.function.unit(given)
    factor = HUNDRED if node.name == "ratio" and unit == PERCENT else Decimal(1)
    return replace(node, operands=operands, factor=factor), unit


def _beside(node: Call, operand: tuple[Node, Unit | None]) -> Unit | None:
    """A bare number multiplies and divides without a unit of its own."""
    bare = not isinstance(operand[0], Input | Call)
    return ONE if bare and node.name in ("product", "ratio") else operand[1]


def _towards(facts: Facts, unit: Unit | None, inputs: list[Facts]) -> tuple[Decimal, str]:
    """The factor to the declared unit and its text; without a declared one the formula's own unit."""
    declared = parse_unit(facts.unit)
    if declared is None:
        if unit is None or unit == ONE:
            return Decimal(1), ""
        same = next((line.unit for line in inputs if parse_unit(line.unit) == unit), None)
        return Decimal(1), same or str(unit)
    if unit is None or unit == declared:
        return Decimal(1), facts.unit
    if not unit.fits(declared):
        given = {"unit": _unit_words(unit), "declared": facts.unit}
        raise FaultyExpression(Sentence("its formula gives %(unit)s, but its unit is declared as “%(declared)s”.", **given))
    factor: Fraction = unit.scale / declared.scale
    return QUOTIENT.divide(Decimal(factor.numerator), Decimal(factor.denominator)), facts.unit


def _unit_words(unit: Unit) -> str:
    return Sentence("a plain number") if unit == ONE else f"“{unit}”"
