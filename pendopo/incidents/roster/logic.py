"""Decisions about duty, without a database: reading a pattern, planning shifts from it, finding gaps. Times carry their zone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

OFF = "-"
TURN = re.compile(r"([A-Z]) (\d{2})[:.](\d{2})-(\d{2})[:.](\d{2})")
LONGEST_CYCLE = 60


class Unreadable(ValueError):
    """A pattern that cannot be read; `args` say where."""


@dataclass(frozen=True)
class Turn:
    """A part of the day with a letter. One that ends at or before its beginning ends on the next day; equal ends are 24 hours."""

    letter: str
    begins: time
    ends: time

    def on(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        """When it begins and ends on a day."""
        last = day if self.ends > self.begins else day + timedelta(days=1)
        return datetime.combine(day, self.begins, zone), datetime.combine(last, self.ends, zone)


@dataclass(frozen=True)
class Planned:
    """A shift as the pattern asks for it: the place of the member in the crew (from 0), the letter of the turn, and its two ends."""

    place: int
    letter: str
    since: datetime
    until: datetime


def read_turns(text: str) -> dict[str, Turn]:
    """`P 07:00-15:00, S 15:00-23:00, M 23:00-07:00` as turns by letter. Raises Unreadable with the part that is wrong."""
    turns: dict[str, Turn] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = TURN.fullmatch(part)
        if not found or found[1] in turns:
            raise Unreadable(part)
        try:
            turns[found[1]] = Turn(found[1], time(int(found[2]), int(found[3])), time(int(found[4]), int(found[5])))
        except ValueError as why:
            raise Unreadable(part) from why
    if not turns:
        raise Unreadable(text)
    return turns


def read_cycle(text: str, turns: Iterable[str]) -> str:
    """`PPSSMM--` without spaces: a letter of a turn for each day of the cycle, `-` = off. Raises Unreadable."""
    cycle = "".join(text.split())
    known = {OFF, *turns}
    wrong = sorted(set(cycle) - known)
    if wrong or not cycle or len(cycle) > LONGEST_CYCLE or set(cycle) == {OFF}:
        raise Unreadable("".join(wrong) or text)
    return cycle


def plan(turns: dict[str, Turn], cycle: str, crew: int, first: date, days: int, zone: tzinfo) -> list[Planned]:
    """The shifts that a pattern asks of a crew on so many days. The members go through the same cycle, evenly spaced.

    A day's turn depends on the calendar only, so that planning again, or from a later day, asks for the same shifts.
    """
    found = []
    for place in range(crew):
        offset = place * len(cycle) // crew
        for number in range(days):
            day = first + timedelta(days=number)
            letter = cycle[(day.toordinal() + offset) % len(cycle)]
            if letter != OFF:
                since, until = turns[letter].on(day, zone)
                found.append(Planned(place, letter, since, until))
    return sorted(found, key=lambda one: (one.since, one.place))


def gaps(spans: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches between two moments in which nobody is on duty."""
    found, reached = [], since
    for begins, ends in sorted(spans):
        if begins > reached:
            found.append((reached, min(begins, until)))
        reached = max(reached, ends)
        if reached >= until:
            break
    if reached < until:
        found.append((reached, until))
    return [(begins, ends) for begins, ends in found if begins < ends]
