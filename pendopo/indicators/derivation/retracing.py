"""A derived value computed again exactly as it was: the formula's version, the stamps it stood on, every node and every row it used."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..models import Indicator
from .catalogue import formula_from
from .computing import grid_of
from .evaluating import Evaluator
from .exact import double_of
from .expressions import Call, Node, inputs_of
from .models import Computation, DerivedPosition
from .models import Formula as Version
from .reading import load, scope_of
from .wording import formula_words
from .world import Place, Row


@dataclass(frozen=True)
class Step:
    """One node of the formula at the period: its words, its value (None = there was none, or it is withheld), and what it was made of."""

    words: str
    value: float | None
    parts: list["Step"]

    def as_json(self) -> dict[str, Any]:
        """With its parts."""
        return {"words": self.words, "value": self.value, "parts": [part.as_json() for part in self.parts]}


@dataclass(frozen=True)
class Used:
    """A row that the value was made of."""

    code: str
    place: Place
    row: Row


@dataclass(frozen=True)
class Retraced:
    """How a derived value came about. `value` is what the formula gives from these rows: it equals what is stored."""

    version: int
    formula: str
    expression: Any
    value: float | None
    steps: Step
    inputs: Sequence[str]
    used: list[Used]
    causes: Sequence[int]
    dims: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Basis:
    """What a value stands on: the formula's version and the stamps up to which inputs were taken."""

    version: int
    raw: datetime
    derived: datetime


def basis_of(computation: Computation, code: str, now: bool) -> Basis:
    """What the delivery was computed from. For the figure of `now`, what it was last found to be true for: inputs may have moved since
    without moving it (a rank that stays the same)."""
    position = DerivedPosition.objects.filter(indicator__code=code).first() if now else None
    if position is not None and position.after is None:
        return Basis(position.version, position.raw, position.derived)
    return Basis(computation.versions[code], computation.raw, computation.derived)


def retrace(computation: Computation, code: str, place: Place, at: datetime, readable: Container[str], *, now: bool) -> Retraced:
    """Computes the value of a derived indicator at a place and time again (see `basis_of`).

    Names and values of inputs that are not readable stay out of the steps.
    """
    basis = basis_of(computation, code, now)
    version = Version.objects.get(indicator__code=code, version=basis.version)
    formula, facts = formula_from(code, version.meaning)
    grid = grid_of(formula)
    n = grid.ordinal(at)
    scope = scope_of(formula, place.region)
    world, dims = load(formula, facts, grid, [scope], (n, n), basis.raw, basis.derived)
    traced = replace(world, seen={})
    value = Evaluator(traced).values(formula, place, n, n).get(n)
    names = {code: name for code, name in names_of(formula.inputs).items() if code in readable}
    steps = _step(Evaluator(world), formula.tree, place, n, names)
    used = [Used(*where, row) for where, rows in (traced.seen or {}).items() for row in rows]
    used.sort(key=lambda part: (formula.inputs.index(part.code) if part.code in formula.inputs else 99, part.place, part.row.at))
    words = formula_words(formula.tree, names)
    return Retraced(
        version.version, words, formula.facts.derived, value[0] if value else None, steps, formula.inputs, used, computation.causes, dims
    )


def names_of(codes: Sequence[str]) -> dict[str, str]:
    """The names of indicators in the reader's language."""
    return {indicator.code: indicator.name for indicator in Indicator.objects.filter(code__in=codes)}


def _step(evaluator: Evaluator, node: Node, place: Place, n: int, names: dict[str, str]) -> Step:
    cell = evaluator.line(node, place, n, n).get(n) if all(code in names for code in inputs_of(node)) else None
    operands = [operand for group in node.operands.values() for operand in group] if isinstance(node, Call) else []
    parts = [_step(evaluator, operand, place, n, names) for operand in operands]
    return Step(formula_words(node, names), None if cell is None else double_of(cell.value), parts)
