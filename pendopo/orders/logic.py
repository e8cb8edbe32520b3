"""How an order moves from hand to hand, and when it is late. Pure: `now` is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta

GIVEN, ACCEPTED, REPORTED, DONE, REFUSED, WITHDRAWN = "given", "accepted", "reported", "done", "refused", "withdrawn"

# Whoever must still do something about it: the post it went to, or (reported) the one who gave it.
OPEN = frozenset({GIVEN, ACCEPTED, REPORTED})

# A due date within this is close.
CLOSE = timedelta(hours=24)


@dataclass(frozen=True)
class Move:
    """A verb: from which states, to which state, and whether it is for the giver (else for the post that has the order)."""

    of: frozenset[str]
    to: str
    giver: bool


MOVES: dict[str, Move] = {
    "accept": Move(frozenset({GIVEN}), ACCEPTED, giver=False),
    "refuse": Move(frozenset({GIVEN, ACCEPTED}), REFUSED, giver=False),
    "report": Move(frozenset({GIVEN, ACCEPTED}), REPORTED, giver=False),
    "send_back": Move(frozenset({REPORTED, REFUSED}), ACCEPTED, giver=True),
    "close": Move(frozenset({REPORTED, ACCEPTED, GIVEN}), DONE, giver=True),
    "withdraw": Move(OPEN, WITHDRAWN, giver=True),
}


def moves_from(state: str, *, giver: bool, holder: bool) -> list[str]:
    """The verbs that are open to a reader in this state."""
    return [verb for verb, move in MOVES.items() if state in move.of and (giver if move.giver else holder)]


def is_overdue(state: str, due: datetime | None, now: datetime, *, reported: datetime | None = None) -> bool:
    """Whether the due time passed before it was reported. What was reported in time is not late while it waits for the giver."""
    if due is None or state not in OPEN:
        return False
    return (reported if state == REPORTED and reported else now) > due


def is_close(state: str, due: datetime | None, now: datetime) -> bool:
    """Whether it is due within a day and nobody has reported yet."""
    return due is not None and state in (GIVEN, ACCEPTED) and now <= due <= now + CLOSE
