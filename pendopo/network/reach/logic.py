"""When things that are made of several were reached: a site of devices, an agency of sites, a link of its two ends. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..measures import Interval, Stretch, cut_out

UP, DOWN, LEFT_OUT, UNKNOWN = "up", "down", "left_out", ""

Part = tuple[datetime, datetime, str]


@dataclass(frozen=True)
class Track:
    """What is known of a thing: when it was reached and when not, and which intervals do not count for it."""

    known: tuple[Stretch, ...] = ()
    left_out: tuple[Interval, ...] = ()

    @property
    def plain(self) -> "Track":
        """The same with everything counted."""
        return Track(self.known)


def sweep(layers: Sequence[Iterable[Part]], verdict: Callable[[Sequence[str]], str]) -> list[Part]:
    """The verdict over what all layers say at each moment, as intervals in order; where it is UNKNOWN there is none."""
    turns = sorted(
        (at, begins, number, state)
        for number, layer in enumerate(layers)
        for begin, end, state in layer
        if begin < end
        for at, begins in ((begin, True), (end, False))
    )
    now = [UNKNOWN] * len(layers)
    found: list[Part] = []
    for place, (at, begins, number, state) in enumerate(turns):
        now[number] = state if begins else UNKNOWN
        until = turns[place + 1][0] if place + 1 < len(turns) else at
        if until == at:
            continue
        said = verdict(now)
        if found and found[-1][1:] == (at, said):
            found[-1] = (found[-1][0], until, said)
        elif said != UNKNOWN:
            found.append((at, until, said))
    return found


def _states(known: Iterable[Stretch]) -> Iterator[Part]:
    return ((one.begin, one.end, UP if one.up else DOWN) for one in known)


def joined(holes: Iterable[Interval]) -> list[Interval]:
    """Intervals without overlaps, in order."""
    found: list[Interval] = []
    for begin, end in sorted(holes):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def any_of(tracks: Sequence[Track]) -> Track:
    """A thing of several: reached while one of them is. What does not count for one does not count for all, unless another is reached."""
    layers = [layer for track in tracks for layer in (_states(track.known), ((a, b, LEFT_OUT) for a, b in joined(track.left_out)))]

    def verdict(said: Sequence[str]) -> str:
        told = {hole or state for state, hole in zip(said[::2], said[1::2], strict=True)}
        return next((state for state in (UP, LEFT_OUT, DOWN) if state in told), UNKNOWN)

    parts = sweep(layers, verdict)
    known = tuple(Stretch(begin, end, state == UP) for begin, end, state in parts if state != LEFT_OUT)
    return Track(known, tuple((begin, end) for begin, end, state in parts if state == LEFT_OUT))


def of_link(lines: Sequence[Sequence[Stretch]], ends: Sequence[Sequence[Stretch]]) -> tuple[Stretch, ...]:
    """A link by what its polled ends say of the line; where neither says anything, by its two devices.

    The line is down when an end says so. Without such a word: up while both devices are reached, down while one alone is reached, unknown
    while neither is.
    """
    count = len(lines)

    def verdict(said: Sequence[str]) -> str:
        told, reached = set(said[:count]), set(said[count:])
        if DOWN in told or UP in told:
            return DOWN if DOWN in told else UP
        return {frozenset({UP}): UP, frozenset({UP, DOWN}): DOWN}.get(frozenset(reached), UNKNOWN)

    parts = sweep([_states(one) for one in (*lines, *ends)], verdict)
    return tuple(Stretch(begin, end, state == UP) for begin, end, state in parts)


def overlap_s(whole: Iterable[Interval], begin: datetime, end: datetime) -> float:
    """Seconds of the intervals between two moments."""
    return sum(max(0.0, (min(end, b) - max(begin, a)).total_seconds()) for a, b in whole)


def outside(counted: Sequence[Interval], left_out: Iterable[Interval]) -> float:
    """Seconds of what counts that are left out."""
    rest = cut_out(counted, left_out)
    return sum((b - a).total_seconds() for a, b in counted) - sum((b - a).total_seconds() for a, b in rest)
