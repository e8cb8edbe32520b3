"""Decisions about sources: what was due when, when a source is silent, who is how punctual, how columns drifted. Pure; times are aware."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from ..logic import Contract

DAY = timedelta(days=1)

# A silent source is told of at once, then after these times; later once in each of the last one.
REMINDERS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
# A series counts as ended when nothing came for so long: then nothing of it is due any more.
ENDED_AFTER = timedelta(days=90)
# With fewer due periods than this a share says little: such a source has no rank.
ENOUGH_DUE = 20
# Two names are one column renamed when they are at least so alike (difflib's ratio).
ALIKE = 0.7


def wait_of(contract: Contract) -> timedelta:
    """How long after the start of its period a value may arrive and still be in time: due + grace."""
    return timedelta(seconds=contract.due_s + contract.grace.seconds)


def silent_after(contracts: Iterable[Contract]) -> timedelta | None:
    """After so long without a word a source is silent: the shortest time in which a figure of its contracts would be. None without any."""
    return min((wait_of(c) + timedelta(seconds=3 * c.every.seconds) for c in contracts), default=None)


def periods_due(contract: Contract, start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """The starts of the periods whose time ran out within [start, end), in order."""
    wait, every = wait_of(contract), contract.every
    found = []
    period = every.period_start(start - wait, zone)
    while period + wait < end:
        if period + wait >= start:
            found.append(period)
        following = every.after(period, zone) if every.is_calendar else period + timedelta(seconds=min(every.seconds, 86_400))
        period = every.period_start(following, zone)
    return found


def expected(starts: Sequence[datetime], first: datetime, last: datetime) -> int:
    """How many of the periods a series owes: from the one of its first figure until it counts as ended."""
    return max(0, bisect_right(starts, last + ENDED_AFTER) - bisect_left(starts, first))


def reminder_due(silent_since: datetime, told: int, now: datetime) -> bool:
    """Whether people must be reminded of a silence of which they were told `told` times (the first word included)."""
    if told < 1:
        return False
    step = REMINDERS[told - 1] if told <= len(REMINDERS) else REMINDERS[-1] * (told - len(REMINDERS) + 1)
    return now - silent_since >= step


@dataclass(frozen=True)
class Kept:
    """How one contract was kept: periods due, arrived in time, arrived at all."""

    due: int
    in_time: int
    arrived: int


def share_of(contracts: Iterable[Kept]) -> float | None:
    """The mean over contracts of in time ÷ due, so that an hourly figure weighs no more than a monthly one. None when nothing was due."""
    shares = [kept.in_time / kept.due for kept in contracts if kept.due]
    return sum(shares) / len(shares) if shares else None


def arrived_share(contracts: Iterable[Kept]) -> float | None:
    """Completeness: the mean over contracts of arrived (late ones too) ÷ due."""
    shares = [min(1.0, kept.arrived / kept.due) for kept in contracts if kept.due]
    return sum(shares) / len(shares) if shares else None


def ranks(shares: Sequence[float | None], due: Sequence[int]) -> list[int | None]:
    """Places from the best: equal shares (to a tenth of a percent) share a place and the next places stay empty (1, 1, 3).
    None where too little was due to say."""
    seen = [None if share is None or due[at] < ENOUGH_DUE else round(share, 3) for at, share in enumerate(shares)]
    ordered = sorted((share for share in seen if share is not None), reverse=True)
    return [None if share is None else ordered.index(share) + 1 for share in seen]


@dataclass(frozen=True)
class Drift:
    """How columns differ from those before: `renamed` are pairs of the old and the new name."""

    added: tuple[str, ...]
    missing: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]


def drift(columns: Sequence[str], before: Iterable[Sequence[str]]) -> Drift | None:
    """How the columns differ from the most alike of the earlier ones; None when some were the same, in any order, or there are none."""
    earlier = [tuple(line) for line in before]
    now = set(columns)
    if not earlier or any(set(line) == now for line in earlier):
        return None
    nearest = max(earlier, key=lambda line: len(now & set(line)) / len(now | set(line)))
    added = [name for name in columns if name not in nearest]
    missing = [name for name in nearest if name not in now]
    renamed = []
    for old in list(missing):
        new = max(added, key=lambda name: _alike(old, name), default=None)
        if new is not None and _alike(old, new) >= ALIKE:
            renamed.append((old, new))
            missing.remove(old)
            added.remove(new)
    return Drift(tuple(added), tuple(missing), tuple(renamed))


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, _plain(one), _plain(other)).ratio()


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def drifts(lines: Sequence[Sequence[str]], look_back: int = 10) -> list[Drift | None]:
    """For columns of deliveries from oldest to newest: how each differs from the up to `look_back` before it."""
    return [drift(line, lines[max(0, at - look_back) : at]) for at, line in enumerate(lines)]
