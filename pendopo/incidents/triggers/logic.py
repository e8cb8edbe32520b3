"""Which trigger a group of alerts meets. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ringing:
    """So many alerts of one group that fire, alike in word, rule and severity (`rank`, 4 the worst)."""

    word: str
    rule: int | None
    rank: int
    count: int


@dataclass(frozen=True)
class Wanted:
    """What a trigger asks for: at least so many alerts from a rank on, of a rule or a word where it names one."""

    pk: int
    rank: int
    least: int = 1
    rule: int | None = None
    word: str = ""

    @property
    def narrowness(self) -> int:
        """A trigger on a rule goes before one on a word, and that before one on everything."""
        return 2 if self.rule is not None else 1 if self.word else 0

    def covers(self, one: Ringing) -> bool:
        """Whether an alert is its matter. A word covers what begins with it: `water` also `water-brantas`."""
        named = self.rule is None or one.rule == self.rule
        spoken = not self.word or one.word == self.word or one.word.startswith(f"{self.word}-")
        return named and spoken and one.rank >= self.rank

    def is_met(self, group: Iterable[Ringing]) -> bool:
        """Whether enough of a group is its matter."""
        return sum(one.count for one in group if self.covers(one)) >= self.least


def met_by(group: Iterable[Ringing], triggers: Iterable[Wanted]) -> Wanted | None:
    """The narrowest trigger that a group meets; of equals the gravest, then the older."""
    rows = list(group)
    found = [one for one in triggers if one.is_met(rows)]
    return min(found, key=lambda one: (-one.narrowness, -one.rank, one.pk), default=None)
