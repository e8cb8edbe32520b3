"""Which alerts belong together: the same word in the same regency; in a storm, the regency alone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# A regency with so many groups that opened within STORM_S is in a storm: what is new joins one group there.
STORM_GROUPS = 12
STORM_S = 600.0
STORM = "storm"
# A group without open alerts takes in new ones for so long.
REST_S = 1800.0


def place_of(region: str) -> str:
    """The regency of a region, or the province itself."""
    return ".".join(region.split(".")[:2])


def key_of(word: str, region: str) -> str:
    """The key of a group."""
    return f"{word[:150]}|{place_of(region)}"


@dataclass
class Open:
    """The groups that are open now: key → when it opened."""

    opened: dict[str, datetime] = field(default_factory=dict)

    def choose(self, word: str, region: str, now: datetime) -> str:
        """The key of the group that an alert joins; a new one counts as opened."""
        key, place = key_of(word, region), place_of(region)
        if key in self.opened:
            return key
        lately = now - timedelta(seconds=STORM_S)
        recent = sum(1 for other, at in self.opened.items() if other.endswith(f"|{place}") and at >= lately)
        if recent >= STORM_GROUPS:
            key = key_of(STORM, region)
        self.opened.setdefault(key, now)
        return key


def worst(ranks: Mapping[str, int], one: str, other: str) -> str:
    """The worse of two severities."""
    return one if ranks.get(one, 0) >= ranks.get(other, 0) else other
