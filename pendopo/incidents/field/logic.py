"""The field sheet: the newest word of each series, and totals that are never false. Pure.

A series is one thing that is counted in one place: the displaced women of one village. Its newest line counts (the later `at`, then the
later `noted`); a line without a number takes the series back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

WHOLE = ("", "", "")
SEXES = ("f", "m")
AGES = ("0-4", "5-17", "18-59", "60+")
# The splits in which everybody stands once: both sexes, all age groups, or every pair of them.
COVERS = (
    {(sex, "", "") for sex in SEXES},
    {("", age, "") for age in AGES},
    {(sex, age, "") for sex in SEXES for age in AGES},
)


@dataclass(frozen=True)
class Line:
    """One word about one series. `parts` is (sex, age group, vulnerable group); all empty = the whole number of the place.

    `position` is longitude and latitude.
    """

    topic: str
    what: str
    region: str
    number: int | None
    at: datetime
    noted: datetime
    source: str = ""
    place: str = ""
    parts: tuple[str, str, str] = WHOLE
    state: str = ""
    note: str = ""
    position: tuple[float, float] | None = None

    @property
    def series(self) -> tuple[str, str, str, str, tuple[str, str, str]]:
        """What makes two lines speak of the same thing."""
        return self.topic, self.what, self.region, self.place.strip().casefold(), self.parts


def newest(lines: Iterable[Line]) -> list[Line]:
    """The newest line of every series that still stands, in no special order."""
    best: dict[object, Line] = {}
    for line in lines:
        known = best.get(line.series)
        if known is None or (line.at, line.noted) >= (known.at, known.noted):
            best[line.series] = line
    return [line for line in best.values() if line.number is not None or line.state]


@dataclass(frozen=True)
class Count:
    """One number of one place as it is known: whole, or added up from its parts (`from_parts`), with the age of its oldest piece.

    `excess`: the parts add up to more than the whole number says, by so much. `lower`: parts are missing, there are at least so many.
    """

    number: int
    at: datetime
    sources: tuple[str, ...]
    from_parts: bool = False
    excess: int = 0
    lower: bool = False


def count(lines: Sequence[Line]) -> Count | None:
    """The number of one place from the newest lines about it.

    The whole number counts where it is told. Else the lines by sex and age are added (each person stands in one of them), as a lower bound
    while a part of that split is missing; so are numbers of single spots in the place. Vulnerable groups cut across and are never added.
    """
    whole = [line for line in lines if line.parts == WHOLE and line.number is not None]
    split = [line for line in lines if line.parts != WHOLE and not line.parts[2] and line.number is not None]
    split = _finest(split)
    told = sum(line.number or 0 for line in split)
    if whole:
        everywhere = [line for line in whole if not line.place.strip()]
        spots = not everywhere
        whole = everywhere or whole
        number = sum(line.number or 0 for line in whole)
        return Count(number, min(line.at for line in whole), _sources(whole), excess=0 if spots else max(0, told - number), lower=spots)
    if not split:
        return None
    covered = {line.parts for line in split if not line.place.strip()} in COVERS
    return Count(told, min(line.at for line in split), _sources(split), from_parts=True, lower=not covered)


def _finest(lines: list[Line]) -> list[Line]:
    """Where a place told by sex, by age, or by both, the lines of the one that says most: they must not be added to each other."""
    kinds: dict[tuple[bool, bool], list[Line]] = defaultdict(list)
    for line in lines:
        kinds[bool(line.parts[0]), bool(line.parts[1])].append(line)
    return max(kinds.values(), key=lambda found: sum(line.number or 0 for line in found), default=[])


def _sources(lines: Iterable[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.source for line in lines if line.source))


@dataclass(frozen=True)
class Total:
    """A number over places: `number` None when nobody told; `partial` when places or parts of one (`lower`) are missing: *at least*."""

    what: str
    number: int | None
    reporting: int
    expected: int
    oldest: datetime | None
    sources: tuple[str, ...] = ()
    excess: int = 0
    lower: bool = False

    @property
    def partial(self) -> bool:
        """Whether it is a lower bound and no total."""
        return self.lower or self.reporting < self.expected


def total(what: str, counts: Mapping[str, Count], expected: Collection[str]) -> Total:
    """The total over places. Places that told without being expected count as expected: nobody is left out of a number."""
    places = set(expected) | set(counts)
    if not counts:
        return Total(what, None, 0, len(places), None)
    return Total(
        what,
        sum(one.number for one in counts.values()),
        len(counts),
        len(places),
        min(one.at for one in counts.values()),
        tuple(dict.fromkeys(source for one in counts.values() for source in one.sources)),
        sum(one.excess for one in counts.values()),
        any(one.lower for one in counts.values()),
    )


def by_place(lines: Iterable[Line], topic: str, what: str) -> dict[str, Count]:
    """The number of each region for one thing, from the newest lines."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if (line.topic, line.what) == (topic, what):
            found[line.region].append(line)
    return {region: one for region, those in found.items() if (one := count(those)) is not None}


def by_part(lines: Iterable[Line], topic: str, what: str) -> dict[tuple[str, str, str], int]:
    """The numbers by sex, age and vulnerable group over all places, as far as they were told."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in lines:
        if (line.topic, line.what) == (topic, what) and line.parts != WHOLE and line.number is not None:
            found[line.parts] += line.number
    return dict(found)


def stated(at: datetime, noted: datetime, slack_s: float = 300.0) -> datetime | None:
    """When it was so, never later than it was noted: a clock may be a few minutes ahead. None for a time that has not come."""
    return min(at, noted) if (at - noted).total_seconds() <= slack_s else None
