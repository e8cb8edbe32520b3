"""Decisions of planning. Pure: times and zone are arguments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

# A series makes at most so many meetings, and none further ahead than this.
MOST = 60
FURTHEST = timedelta(days=366)
OFTEN = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})

DAY_BEFORE, SOON = timedelta(days=1), timedelta(minutes=15)
# The reminder of the day before is not sent when the meeting is nearer than this: the last one follows anyway.
TOO_NEAR = timedelta(hours=3)

RULES = {
    "workdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekly": "FREQ=WEEKLY",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
    "monthly": "FREQ=MONTHLY",
}


class BadRule(ValueError):
    """The rule cannot be used."""


def rule_until(rule: str, last: datetime) -> str:
    """The rule with its end: nothing begins after `last`."""
    kept = [part for part in rule.split(";") if part and not part.startswith(("UNTIL=", "COUNT="))]
    return ";".join([*kept, f"UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"])


def occurrences(rule: str, start: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the meetings of a series begin, the first at `start`; the clock on the wall stays the same. Raises BadRule.

    A monthly rule on the 31st leaves out shorter months, as RFC 5545 says.
    """
    text = rule.strip().upper().removeprefix("RRULE:")
    named = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    if named.get("FREQ") not in OFTEN or "\n" in text:
        raise BadRule(rule)
    local = start.astimezone(zone)
    try:
        found = rrulestr(text, dtstart=local, forceset=False)
        times: list[datetime] = []
        for at in found:
            if len(times) == MOST or at > local + FURTHEST:
                break
            times.append(at.astimezone(UTC))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as problem:
        raise BadRule(rule) from problem
    if not times:
        raise BadRule(rule)
    return times


def reminder_due(start: datetime, made: datetime, now: datetime, *, told_day: bool, told_soon: bool) -> str:
    """Which reminder is due: 'day' (a day before), 'soon' (a quarter of an hour before) or ''. Who was invited late gets only the last."""
    left = start - now
    if left <= timedelta(0):
        return ""
    if left <= SOON:
        return "" if told_soon else "soon"
    early = made <= start - DAY_BEFORE
    return "day" if TOO_NEAR <= left <= DAY_BEFORE and early and not told_day else ""


@dataclass(frozen=True)
class Guest:
    """A guest as typed."""

    name: str
    email: str

    @property
    def key(self) -> tuple[str, str]:
        """The same however they were typed."""
        return plain(self.name), self.email.lower()


def plain(text: str) -> str:
    """A name without the marks that part it from its address."""
    return " ".join(text.translate(str.maketrans("<>,;", "    ")).split())


def guests_of(text: str) -> list[Guest]:
    """Guests, one a line: `Name <address>`, `Name, address`, `address`, or a name alone. Raises ValueError with the line that is none."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        address = re.search(r"[^\s<>,;]+@[^\s<>,;]+", line)
        email = address[0].lower() if address else ""
        if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            raise ValueError(line)
        name = plain(line.replace(address[0], " ") if address else line)
        if not name and not email:
            raise ValueError(line)
        found.append(Guest((name or email.split("@")[0])[:200], email))
    return list({(guest.name, guest.email): guest for guest in found}.values())


def quorum_reached(needed: int, present: int) -> bool | None:
    """Whether enough of those invited are there; None when no quorum was asked for."""
    return None if needed <= 0 else present >= needed


def overlaps(start: datetime, end: datetime, others: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether a span meets one of the others."""
    return any(start < until and begin < end for begin, until in others)
