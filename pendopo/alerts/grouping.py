"""Which alerts belong together: the same word in the same regency; in a storm, the regency alone, or the government alone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# A regency with so many groups that opened within STORM_S is in a storm: what is new joins one group there.
STORM_GROUPS = 12
# So many within STORM_S in all regencies together, and what is new anywhere joins one group of the government.
HOUSE_GROUPS = 17
STORM_S = 600.0
STORM = "storm"
# Drills are grouped apart from what is real.
DRILL = "drill"
# A group without open alerts takes in new ones for so long.
REST_S = 1800.0


def place_of(region: str) -> str:
    """The regency of a region, or the province itself."""
    return ".".join(region.split(".")[:2])


def key_of(word: str, region: str, *, exercise: bool = False) -> str:
    """The key of a group."""
    return f"{word[:150]}|{place_of(region)}" + (f"|{DRILL}" if exercise else "")


def place_in(key: str) -> str:
    """The regency (or government) of a group's key."""
    return key.removesuffix(f"|{DRILL}").rpartition("|")[2]


def is_storm(key: str) -> bool:
    """Whether a group holds alerts of many words."""
    return key.startswith(f"{STORM}|")


@dataclass
class Open:
    """The groups that are open now: key → when it opened. `house` is the government's region."""

    opened: dict[str, datetime] = field(default_factory=dict)
    house: str = ""

    def choose(self, word: str, region: str, now: datetime, *, exercise: bool = False) -> str:
        """The key of the group that an alert joins; a new one counts as opened."""
        key = key_of(word, region, exercise=exercise)
        if key in self.opened:
            return key
        lately, tail = now - timedelta(seconds=STORM_S), f"|{DRILL}" if exercise else ""
        alike = [other for other, at in self.opened.items() if at >= lately and other.endswith(f"|{DRILL}") == exercise]
        storm, flood = key_of(STORM, region, exercise=exercise), key_of(STORM, self.house, exercise=exercise)
        if len(alike) >= HOUSE_GROUPS:
            key = storm if storm in self.opened else flood
        elif sum(1 for other in alike if other.endswith(f"|{place_of(region)}{tail}")) >= STORM_GROUPS:
            key = storm
        self.opened.setdefault(key, now)
        return key


def worst(ranks: Mapping[str, int], one: str, other: str) -> str:
    """The worse of two severities."""
    return one if ranks.get(one, 0) >= ranks.get(other, 0) else other
