"""What would raise an index most: the gain of every single step, and of several at once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .logic import Answers, Instrument, Node, Score, Span, span

SMALL, MEDIUM, LARGE = "small", "medium", "large"
EFFORTS = (SMALL, MEDIUM, LARGE)


@dataclass(frozen=True)
class Step:
    """One requirement raised by one level: from where, to where, what it adds to the index, and the class of its effort."""

    node: Node
    now: Fraction
    to: Fraction
    gain: Fraction
    effort: str


def effort_of(instrument: Instrument, to: Fraction) -> str:
    """A rough class by how high the step ends: the lower third of the scale is small, the upper third large.

    Writing down and deciding is quicker than practising everywhere, and that is quicker than measuring and improving for a year.
    """
    low, high = Fraction(instrument.scale.low), Fraction(instrument.scale.high)
    part = (to - low) / (high - low)
    return SMALL if part <= Fraction(1, 3) else MEDIUM if part <= Fraction(2, 3) else LARGE


def steps(instrument: Instrument, answers: Answers) -> list[Step]:
    """Every single step that can be taken, the greatest gain first, then the lighter effort. What is open counts at the lowest level."""
    base = span(instrument, answers)
    told = _complete(instrument, answers, base)
    high = Fraction(instrument.scale.high)
    found = []
    for node in instrument.leaves():
        now = told.get(node.code)
        if now is None or now >= high:
            continue
        to = min(high, Fraction(int(now) + 1))
        raised = span(instrument, {**told, node.code: to}).low.index
        found.append(Step(node, now, to, raised - base.low.index, effort_of(instrument, to)))
    return sorted(found, key=lambda step: (-step.gain, EFFORTS.index(step.effort), step.now))


def scenario(instrument: Instrument, answers: Answers, targets: Mapping[str, Fraction]) -> tuple[Score, Score]:
    """The score now and with the targets reached; open requirements count at the lowest level in both."""
    base = span(instrument, answers)
    told = _complete(instrument, answers, base)
    return base.low, span(instrument, {**told, **targets}).low


def _complete(instrument: Instrument, answers: Answers, base: Span) -> dict[str, Fraction | None]:
    return {**dict.fromkeys(base.missing, Fraction(instrument.scale.low)), **answers}
