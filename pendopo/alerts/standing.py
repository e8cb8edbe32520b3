"""How an alert stands after a word: does it open, end, hold, wait for its parents, or is it kept quiet. Pure: time is an argument.

The newest word wins, whatever the order in which words arrive. Suppression stops alerting and creation, never monitoring and never
recovery. A child waits for a fresh word of its parents, so a parent's fall and its child's may arrive in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WAITING, SUPPRESSED, FIRING, ENDED = "waiting", "suppressed", "firing", "ended"

# An alert that came again so often without a rest flaps: it stays open until it has been calm for a rest.
FLAPS = 3

# What became of a word.
OLD, NOTHING, OPENED, REOPENED, STAYS, HOLDS, ENDS = "old", "nothing", "opened", "reopened", "stays", "holds", "ends"


@dataclass(frozen=True)
class Known:
    """The newest alert about a thing: open, or the last that ended."""

    state: str
    last_at: datetime
    flapping: bool = False
    calm_since: datetime | None = None
    ended: datetime | None = None


def hear(known: Known | None, *, hot: bool, at: datetime, again_s: float, well_at: datetime | None = None) -> str:
    """What a word does to an alert. `well_at`: there was no alert yet, but the thing was said to be well as of this time."""
    if known is None:
        if hot:
            return OLD if well_at is not None and at < well_at else OPENED
        return NOTHING
    if at < known.last_at:
        return OLD
    rest = timedelta(seconds=again_s)
    if known.state == ENDED:
        if not hot:
            return NOTHING
        return REOPENED if known.ended is not None and at - known.ended < rest else OPENED
    if hot:
        return STAYS
    if known.flapping and at - (known.calm_since or at) < rest:
        return HOLDS
    return ENDS


@dataclass(frozen=True)
class ParentWord:
    """The newest word about a parent: of when, since when it says so (`turned`), and when we heard it turn."""

    hot: bool
    at: datetime
    turned: datetime
    heard: datetime


@dataclass(frozen=True)
class Mute:
    """Why a thing is kept quiet, and until when. `also_told`: what was told before is quiet too (a snooze; not maintenance)."""

    why: str
    until: datetime
    also_told: bool = False


@dataclass(frozen=True)
class Stand:
    """The state of what is bad, why it is quiet, and when to look again."""

    state: str
    quiet: str = ""
    until: datetime | None = None


PARENT_IS_BAD = "parent"
PARENT_UNHEARD = "waiting"


def stand(
    state: str,
    *,
    started: datetime,
    last_at: datetime,
    heard: datetime,
    parents: Sequence[ParentWord | None],
    wait_s: float,
    mute: Mute | None,
    now: datetime,
) -> Stand:
    """How something bad stands now. `state` is where it stood ('' when it is new), `heard` when we first heard of it."""
    if parents and all(word is not None and word.hot for word in parents):
        return Stand(SUPPRESSED, PARENT_IS_BAD)
    if mute is not None and (state != FIRING or mute.also_told):
        return Stand(SUPPRESSED, mute.why, mute.until)
    if state == FIRING or not parents:
        return Stand(FIRING)
    if any(word is not None and not word.hot and word.at >= started and last_at >= word.turned for word in parents):
        return Stand(FIRING)
    turned = [word.heard for word in parents if word is not None and not word.hot and word.turned > started]
    until = max([heard, *turned]) + timedelta(seconds=wait_s)
    return Stand(FIRING) if now >= until else Stand(WAITING, PARENT_UNHEARD, until)


def next_word(known: ParentWord | None, *, hot: bool, at: datetime, now: datetime) -> ParentWord | None:
    """The word about a parent after another one; None when that is older than the known one."""
    if known is None:
        return ParentWord(hot, at, at, now)
    if at < known.at:
        return None
    if known.hot == hot:
        return ParentWord(hot, at, known.turned, known.heard)
    return ParentWord(hot, at, at, now)
