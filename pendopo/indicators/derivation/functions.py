"""The functions of derived indicators: one table of pure functions over exact decimals. A new function is one line of `FUNCTIONS`.

Four shapes: `each` looks at one period of one region, `window` along time, `among` over the regions beside this one, `below` over the
regions beneath it. A value that is missing where it is needed gives None: no figure rather than a false one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from pendopo.ui.sentence import Sentence, listed

from .exact import HUNDRED, minus, quotient, times, total
from .units import ONE, ONE_PER_100K, PEOPLE_UNIT, PERCENT, Unit
from .windows import change, cumulative, moving_mean, moving_sum, percent_change

Shape = Literal["each", "window", "among", "below"]
Options = Mapping[str, Any]
Operands = Mapping[str, Any]
Units = Mapping[str, list[Unit | None]]


class Mismatch(ValueError):
    """Units that do not go together; the text is a sentence."""


def _sum(given: Operands, options: Options) -> Decimal | None:
    return total(given["of"])


def _difference(given: Operands, options: Options) -> Decimal | None:
    first, *others = given["of"]
    return minus(first, total(others))


def _product(given: Operands, options: Options) -> Decimal | None:
    answer = Decimal(1)
    for value in given["of"]:
        answer = times(answer, value)
    return answer


def _ratio(given: Operands, options: Options) -> Decimal | None:
    return quotient(given["of"], given["by"])


def _per_100k(given: Operands, options: Options) -> Decimal | None:
    return quotient(times(given["of"], Decimal(100_000)), given["population"]) if given["population"] > 0 else None


def _clamp(given: Operands, options: Options) -> Decimal | None:
    value: Decimal = given["of"]
    if "min" in options:
        value = max(value, options["min"])
    return min(value, options["max"]) if "max" in options else value


def _where(given: Operands, options: Options) -> Decimal | None:
    """`of` where the tested value lies between the bounds (a bound itself does not count), else `else` or nothing."""
    tested = given["if"] if given["if"] is not None else given["of"]
    if tested is None:
        return None
    holds = ("above" not in options or tested > options["above"]) and ("below" not in options or tested < options["below"])
    chosen: Decimal | None = given["of"] if holds else given["else"]
    return chosen


def _share(own: Decimal, everyone: list[Decimal], options: Options) -> Decimal | None:
    return quotient(times(own, HUNDRED), total(everyone))


def _percentile(own: Decimal, everyone: list[Decimal], options: Options) -> Decimal | None:
    """The percentile rank: how many percent lie below, those that are equal counted half (Roscoe 1975)."""
    below = sum(other < own for other in everyone)
    equal = sum(other == own for other in everyone)
    return quotient(times(Decimal(2 * below + equal), HUNDRED), Decimal(2 * len(everyone)))


def _rank(own: Decimal, everyone: list[Decimal], options: Options) -> Decimal | None:
    """1 is the highest (`order: ascending`: the lowest); equals share the better place, as in sport."""
    if options.get("order") == "ascending":
        return Decimal(1 + sum(other < own for other in everyone))
    return Decimal(1 + sum(other > own for other in everyone))


def _weighted(pairs: list[tuple[Decimal, Decimal]], options: Options) -> Decimal | None:
    weight = total(pair[1] for pair in pairs)
    return quotient(total(times(*pair) for pair in pairs), weight) if weight > 0 else None


def _same(units: Units) -> Unit | None:
    """All operands in one unit, which is also that of the result. Those without a unit fit everything."""
    known = [unit for group in units.values() for unit in group if unit is not None]
    if any(unit != known[0] for unit in known):
        raise Mismatch(
            Sentence("its formula puts %(units)s together, which are different units.", units=listed([*dict.fromkeys(map(str, known))]))
        )
    return known[0] if known else None


def _first(units: Units) -> Unit | None:
    return units["of"][0]


def _multiplied(units: Units) -> Unit | None:
    answer = ONE
    for unit in units["of"]:
        if unit is None:
            return None
        answer = answer.times(unit)
    return answer


def _divided(units: Units) -> Unit | None:
    """Like by like is percent: the machine multiplies by 100 (`in_percent`)."""
    above, below = units["of"][0], units["by"][0]
    if above == below:
        return PERCENT
    return None if above is None or below is None else above.times(below, -1)


def _per_people(units: Units) -> Unit | None:
    people, of = units["population"][0], units["of"][0]
    if people is not None and people != PEOPLE_UNIT:
        raise Mismatch(Sentence("its formula needs a population in people (orang, jiwa), not in %(unit)s.", unit=people))
    return ONE_PER_100K if of is None or of == PEOPLE_UNIT else of.times(Unit(1 / ONE_PER_100K.scale, PEOPLE_UNIT.powers), -1)


def _chosen(units: Units) -> Unit | None:
    return _same({name: group for name, group in units.items() if name != "if"})


@dataclass(frozen=True)
class Function:
    """One function: what it takes, how it computes, and which unit comes out.

    `operands` are expressions, of which `optional` may be left out; with `many` the first is a list of at least two. `options` are plain
    words by name: duration, number, fraction, level, or a choice `a|b`; those in `required` must be given.
    """

    shape: Shape
    operands: tuple[str, ...]
    compute: Callable[..., Any]
    unit: Callable[[Units], Unit | None]
    many: bool = False
    optional: frozenset[str] = frozenset()
    options: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


OF = ("of",)
WINDOW = {"window": "duration", "coverage": "fraction"}
AMONG = {"within": "level", "coverage": "fraction"}
NEEDS_WINDOW = frozenset({"window"})

FUNCTIONS: dict[str, Function] = {
    "sum": Function("each", OF, _sum, _same, many=True),
    "difference": Function("each", OF, _difference, _same, many=True),
    "product": Function("each", OF, _product, _multiplied, many=True),
    "ratio": Function("each", ("of", "by"), _ratio, _divided),
    "per_100k": Function("each", ("of", "population"), _per_100k, _per_people),
    "clamp": Function("each", OF, _clamp, _first, options={"min": "number", "max": "number"}),
    "where": Function(
        "each", ("of", "if", "else"), _where, _chosen, optional=frozenset({"if", "else"}), options={"above": "number", "below": "number"}
    ),
    "moving_sum": Function("window", OF, moving_sum, _first, options=WINDOW, required=NEEDS_WINDOW),
    "moving_mean": Function("window", OF, moving_mean, _first, options=WINDOW, required=NEEDS_WINDOW),
    "change": Function("window", OF, change, _first, options={"window": "duration"}),
    "percent_change": Function("window", OF, percent_change, lambda units: PERCENT, options={"window": "duration"}),
    "cumulative": Function("window", OF, cumulative, _first, options={"reset": "M|y", "coverage": "fraction"}),
    "share": Function("among", OF, _share, lambda units: PERCENT, options=AMONG),
    "percentile": Function("among", OF, _percentile, lambda units: PERCENT, options=AMONG),
    "rank": Function("among", OF, _rank, lambda units: ONE, options={**AMONG, "order": "descending|ascending"}),
    "weighted": Function("below", ("of", "by"), _weighted, _first, options={"coverage": "fraction"}),
}
