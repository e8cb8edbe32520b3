"""How an incident moves, its clocks, 7-1-7, and the score of a drill. Pure: times are arguments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

OPEN, CONTAINED, RESOLVED, CLOSED, MERGED = "open", "contained", "resolved", "closed", "merged"
ACTIVE = frozenset({OPEN, CONTAINED})
ENDED = frozenset({RESOLVED, CLOSED, MERGED})

# From which states a state can be reached. What was closed can be opened again: it was not over.
MOVES: dict[str, frozenset[str]] = {
    OPEN: frozenset({CONTAINED, RESOLVED, CLOSED}),
    CONTAINED: frozenset({OPEN}),
    RESOLVED: frozenset({OPEN, CONTAINED}),
    CLOSED: frozenset({RESOLVED}),
}


def moves_from(state: str) -> list[str]:
    """The states that can follow."""
    return [to for to, of in MOVES.items() if state in of]


@dataclass(frozen=True)
class Clocks:
    """When it began, was detected, taken on by a person, first acted upon, had its early response complete, and was over."""

    began: datetime | None
    detected: datetime
    acknowledged: datetime | None
    first_action: datetime | None
    responded: datetime | None
    resolved: datetime | None


@dataclass(frozen=True)
class Span:
    """One stretch between two clocks: how long it took (None: not yet), and how long it may take (None: no target)."""

    code: str
    took: timedelta | None
    target: timedelta | None = None

    @property
    def met(self) -> bool | None:
        """Whether it took no longer than it may; None without a target, or while it goes on."""
        return None if self.target is None or self.took is None else self.took <= self.target


def _between(first: datetime | None, then: datetime | None) -> timedelta | None:
    return None if first is None or then is None else max(then - first, timedelta(0))


def spans(clocks: Clocks) -> list[Span]:
    """The stretches of the after-action report."""
    return [
        Span("detect", _between(clocks.began, clocks.detected)),
        Span("acknowledge", _between(clocks.detected, clocks.acknowledged)),
        Span("act", _between(clocks.detected, clocks.first_action)),
        Span("resolve", _between(clocks.detected, clocks.resolved)),
    ]


def seven_one_seven(clocks: Clocks) -> list[Span]:
    """The 7-1-7 target for outbreaks (Frieden et al., The Lancet 398, 2021): detected within 7 days of emergence, notified and response
    begun within 1 day of detection, early response complete within 7 days of notification."""
    return [
        Span("detect", _between(clocks.began, clocks.detected), timedelta(days=7)),
        Span("notify", _between(clocks.detected, clocks.acknowledged), timedelta(days=1)),
        Span("respond", _between(clocks.acknowledged, clocks.responded), timedelta(days=7)),
    ]


@dataclass(frozen=True)
class Part:
    """One part of a drill's score: points from 0 to its weight; None when there was nothing to judge, and then it does not count."""

    code: str
    weight: int
    points: float | None


# A drill asks: was it taken on within five minutes, acted upon within fifteen, done by the book in time, and were the orders answered?
TAKEN_ON, ACTED, WARNED = timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30)
# And: did the first report become an incident within five minutes, and had the field told a number within thirty?
TAKEN_IN, COUNTED = timedelta(minutes=5), timedelta(minutes=30)


def _quick(took: timedelta | None, limit: timedelta) -> float:
    """1 within the limit, falling to 0 at four times the limit; 0 when it never happened."""
    if took is None:
        return 0.0
    return min(1.0, max(0.0, 1 - (took - limit) / (3 * limit)))


def drill_parts(
    clocks: Clocks,
    steps_in_time: Sequence[bool],
    steps_done: Sequence[bool],
    orders_in_time: Sequence[bool],
    *,
    requests_met: Sequence[bool] = (),
    warned: timedelta | None = None,
    taken_in: timedelta | None = None,
    counted: timedelta | None = None,
) -> list[Part]:
    """The parts of a drill's score. Steps: the share done, and of those with a limit in time; requests: the share met.

    `warned` and `counted` are the times from detection to the warning of the public and to the field's first number, `taken_in` that from
    the first report to the incident; None where the drill had none: then it is not judged.
    """

    def share(found: Sequence[bool]) -> float | None:
        return sum(found) / len(found) if found else None

    given = [
        ("acknowledge", 20, _quick(_between(clocks.detected, clocks.acknowledged), TAKEN_ON)),
        ("act", 20, _quick(_between(clocks.detected, clocks.first_action), ACTED)),
        ("steps", 25, share(steps_done)),
        ("in_time", 25, share(steps_in_time)),
        ("orders", 10, share(orders_in_time)),
        ("requests", 10, share(requests_met)),
        ("warned", 10, None if warned is None else _quick(warned, WARNED)),
        ("intake", 10, None if taken_in is None else _quick(taken_in, TAKEN_IN)),
        ("counted", 10, None if counted is None else _quick(counted, COUNTED)),
    ]
    return [Part(code, weight, None if part is None else weight * part) for code, weight, part in given]


def score(parts: Iterable[Part]) -> int | None:
    """The score from 0 to 100 over the parts that could be judged; None when none could."""
    judged = [part for part in parts if part.points is not None]
    weight = sum(part.weight for part in judged)
    return round(100 * sum(part.points or 0.0 for part in judged) / weight) if weight else None
