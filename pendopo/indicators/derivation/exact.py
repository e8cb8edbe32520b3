"""Decimal arithmetic that does not round on the way: only a quotient is rounded (to 40 digits) and, at the end, the stored double.

A double is read as the shortest decimal that names it: 0.1 is one tenth. 700 digits hold every sum and product of doubles exactly.
"""

from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

EXACT = Context(prec=700, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
QUOTIENT = Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
ZERO = Decimal(0)
HUNDRED = Decimal(100)


def decimal_of(value: float) -> Decimal:
    """The number that the double stands for."""
    return Decimal(repr(value))


def double_of(value: Decimal) -> float | None:
    """The nearest double; None beyond the range of doubles. Zero has no sign."""
    found = float(value)
    return None if found - found != 0 else found + 0.0


def total(values: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    answer = ZERO
    for value in values:
        answer = EXACT.add(answer, value)
    return answer


def minus(value: Decimal, other: Decimal) -> Decimal:
    """The exact difference."""
    return EXACT.subtract(value, other)


def times(value: Decimal, other: Decimal) -> Decimal:
    """The exact product."""
    return EXACT.multiply(value, other)


def quotient(value: Decimal, other: Decimal) -> Decimal | None:
    """The quotient to 40 digits, None for a division by zero."""
    return QUOTIENT.divide(value, other) if other else None
