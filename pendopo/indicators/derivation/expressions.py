"""Reading `derived:` into a tree of nodes, with a sentence for everything that is wrong.

    {per_100k: {of: {moving_sum: {of: covid-cases, window: 7d}}, population: population}}

A node is a number, the code of an indicator, or one function with its operands (nodes) and options (plain words). Operands are named, or
given as a list in their order; a function of one operand takes it as it is: `{cumulative: covid-cases}`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pendopo.ui.sentence import Sentence, listed

from ..logic import Duration
from .functions import FUNCTIONS, Function

LEVELS = ("province", "regency", "district", "village")
DEEPEST = 12


class FaultyExpression(ValueError):
    """The expression cannot be used; the text is a sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: Decimal


@dataclass(frozen=True)
class Input:
    """The figures of another indicator."""

    code: str


@dataclass(frozen=True)
class Call:
    """A function. `operands` by name, the first a tuple of several for a function of many; `factor` brings the result to its unit."""

    name: str
    operands: dict[str, tuple["Node", ...]]
    options: dict[str, Any] = field(default_factory=dict)
    factor: Decimal = Decimal(1)

    @property
    def function(self) -> Function:
        """Its line of the table."""
        return FUNCTIONS[self.name]


Node = Number | Input | Call


def read(given: Any) -> Call:
    """The tree of a `derived:` entry. Raises FaultyExpression."""
    found = _node(given, 0) if isinstance(given, dict) else None
    if not isinstance(found, Call):
        example = "{per_100k: {of: covid-cases, population: population}}"
        raise FaultyExpression(Sentence("“derived” is one function with its operands, for example %(example)s.", example=example))
    if not inputs_of(found):
        raise FaultyExpression(Sentence("“derived” names no indicator: a figure that never changes is not derived."))
    return found


def inputs_of(node: Node) -> list[str]:
    """The codes of the indicators that the node reads, in order of mention."""
    return list(dict.fromkeys(leaf.code for leaf in walk(node) if isinstance(leaf, Input)))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    if isinstance(node, Call):
        for group in node.operands.values():
            for operand in group:
                yield from walk(operand)


def _node(given: Any, depth: int) -> Node:
    if isinstance(given, bool) or given is None:
        raise FaultyExpression(Sentence("“%(given)s” is neither an indicator, nor a number, nor a function.", given=given))
    if isinstance(given, int | float):
        if given - given != 0:
            raise FaultyExpression(Sentence("%(given)s is not a number that can be computed with.", given=given))
        return Number(Decimal(repr(given)))
    if isinstance(given, str):
        return Input(given)
    if not isinstance(given, dict) or len(given) != 1:
        raise FaultyExpression(Sentence("a function is written as one name with its operands: {sum: [a, b]}."))
    if depth >= DEEPEST:
        raise FaultyExpression(Sentence("functions lie more than %(most)s deep in each other: make an indicator of a part.", most=DEEPEST))
    ((name, arguments),) = given.items()
    if name not in FUNCTIONS:
        raise FaultyExpression(
            Sentence("there is no function “%(name)s”: use one of %(known)s.", name=name, known=", ".join(sorted(FUNCTIONS)))
        )
    return _call(str(name), FUNCTIONS[name], _by_name(str(name), FUNCTIONS[name], arguments), depth)


def _by_name(name: str, function: Function, arguments: Any) -> dict[str, Any]:
    """The arguments as a mapping, from whichever way they were written."""
    if isinstance(arguments, dict) and not (len(arguments) == 1 and next(iter(arguments)) in FUNCTIONS):
        return {str(key): value for key, value in arguments.items()}
    if isinstance(arguments, list) and not function.many:
        if len(arguments) > len(function.operands):
            raise FaultyExpression(
                Sentence("“%(name)s” takes %(known)s, not %(n)s operands.", name=name, known=listed(function.operands), n=len(arguments))
            )
        return dict(zip(function.operands, arguments, strict=False))
    return {function.operands[0]: arguments}


def _call(name: str, function: Function, given: dict[str, Any], depth: int) -> Call:
    known = (*function.operands, *function.options)
    for key in given:
        if key not in known:
            raise FaultyExpression(Sentence("“%(name)s” has no “%(key)s”: it takes %(known)s.", name=name, key=key, known=listed(known)))
    for key in (*function.operands, *function.required):
        if key not in given and key not in function.optional:
            raise FaultyExpression(Sentence("“%(name)s” lacks “%(key)s”: it takes %(known)s.", name=name, key=key, known=listed(known)))
    operands: dict[str, tuple[Node, ...]] = {}
    for key in function.operands:
        if key not in given:
            continue
        many = function.many and key == function.operands[0]
        parts = given[key] if isinstance(given[key], list) else [given[key]]
        if many and len(parts) < 2:
            raise FaultyExpression(Sentence("“%(name)s” takes a list of at least two: %(name)s: [a, b].", name=name))
        if not many and len(parts) != 1:
            raise FaultyExpression(Sentence("“%(key)s” of “%(name)s” is one operand, not a list.", key=key, name=name))
        operands[key] = tuple(_node(part, depth + 1) for part in parts)
    options = {key: _option(name, key, function.options[key], given[key]) for key in function.options if key in given}
    if name in ("clamp", "where") and not options:
        raise FaultyExpression(Sentence("“%(name)s” needs at least one of %(known)s.", name=name, known=listed(tuple(function.options))))
    if name == "clamp" and options.get("min", 0) > options.get("max", options.get("min", 0)):
        raise FaultyExpression(Sentence("“clamp” has a min above its max."))
    return Call(name, operands, options)


def _option(name: str, key: str, kind: str, given: Any) -> Any:
    """An option by its kind: duration, number, fraction, level, or one of several words."""
    if kind == "duration":
        try:
            return Duration.parse(str(given))
        except ValueError as error:
            raise FaultyExpression(Sentence("“%(key)s” of “%(name)s”: %(fault)s", key=key, name=name, fault=error.args[0])) from None
    if kind in ("number", "fraction"):
        if isinstance(given, bool) or not isinstance(given, int | float) or given - given != 0:
            raise FaultyExpression(Sentence("“%(key)s” of “%(name)s” is a number, not “%(given)s”.", key=key, name=name, given=given))
        if kind == "number":
            return Decimal(repr(given))
        if not 0 < given <= 1:
            raise FaultyExpression(
                Sentence("“%(key)s” of “%(name)s” is a fraction above 0 and at most 1, for example 0.8.", key=key, name=name)
            )
        return float(given)
    choices = LEVELS if kind == "level" else tuple(kind.split("|"))
    if given not in choices:
        raise FaultyExpression(
            Sentence("“%(key)s” of “%(name)s” is %(known)s, not “%(given)s”.", key=key, name=name, known=listed(choices), given=given)
        )
    return given
