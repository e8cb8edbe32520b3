"""What a reader follows, and how words are framed for them. Pure: no clock, no network, no Django.

A *follow* names an indicator and a region, alone or with everything below it. A ticket carries a set of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

RETRY_MS = 2000
HEARTBEAT = b":\n\n"


@dataclass(frozen=True, order=True)
class Follow:
    """One thing a page shows: an indicator in a region; with `below`, also in every region under it."""

    indicator: str
    region: str
    below: bool = False

    def wants(self, indicator: str, region: str) -> bool:
        """Whether a word about this indicator and region belongs to it."""
        if indicator != self.indicator:
            return False
        return region == self.region or (self.below and region.startswith(f"{self.region}."))


@dataclass(frozen=True)
class Ticket:
    """The right to hear some figures until a moment (`expires`, seconds since 1970). `holder` is who it was given to, for revoking
    (the path that the book of deeds
    names, `/wall/screens/7`); '' when nothing can be revoked."""

    follows: frozenset[Follow]
    expires: float
    holder: str = ""


def pack(ticket: Ticket) -> dict[str, object]:
    """The ticket as small JSON: regions by indicator, `>` after a region means everything below it too."""
    by_indicator: dict[str, list[str]] = {}
    for follow in sorted(ticket.follows):
        by_indicator.setdefault(follow.indicator, []).append(f"{follow.region}>" if follow.below else follow.region)
    return {"f": by_indicator, "x": int(ticket.expires), "h": ticket.holder}


def unpack(packed: dict[str, object]) -> Ticket:
    """The ticket back from its JSON. Raises KeyError, TypeError or ValueError when it is none."""
    follows = packed["f"]
    if not isinstance(follows, dict):
        raise TypeError("A ticket names regions by indicator.")
    found = frozenset(
        Follow(indicator, region.removesuffix(">"), region.endswith(">")) for indicator, regions in follows.items() for region in regions
    )
    return Ticket(found, float(str(packed["x"])), str(packed["h"]))


def place_of(subject: str) -> tuple[str, str] | None:
    """The indicator and region of an `observed.<indicator>.<dims>.<region>` subject; None for other subjects."""
    parts = subject.split(".", 3)
    return (parts[1].replace("//", "."), parts[3]) if len(parts) == 4 and parts[0] == "observed" else None


def frame(event: str, body: bytes) -> bytes:
    """One Server-Sent Event."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), body)


def words_frame(words: Iterable[bytes]) -> bytes:
    """Many words as one event: a JSON array of Observed messages as they came from the bus."""
    return frame("words", b"[" + b",".join(words) + b"]")


def state_frame(state: str) -> bytes:
    """How the line is: `live`, `lost` (the bus is away: figures age, but none can be missed) or `expired` (ask for a new ticket)."""
    return frame("state", msgspec.json.encode({"state": state}))


def opening() -> bytes:
    """What every stream begins with: how soon to try again after a loss."""
    return b"retry: %d\n\n" % RETRY_MS
