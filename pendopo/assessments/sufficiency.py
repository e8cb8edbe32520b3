"""Whether a live figure is enough: in how many of the last complete periods it held. Pure: time and figures are arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

DAY, WEEK, MONTH = "1d", "1w", "1M"


@dataclass(frozen=True)
class River:
    """Figures of an indicator: per period and series one value (`agg`), which must lie within the limits."""

    indicator: str
    agg: str
    dims: Mapping[str, str] = field(default_factory=dict)
    at_least: float | None = None
    at_most: float | None = None

    def good(self, value: float) -> bool:
        """Whether a period's value holds."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True)
class Book:
    """Deeds of a room: a period holds with at least so many of the verbs."""

    room: str
    verbs: tuple[str, ...]
    least: int = 1


@dataclass(frozen=True)
class LiveFigure:
    """What proves a requirement by itself. `enough` is the share of the `window` last complete periods that must hold.

    `serves` names the requirements by instrument: the cross-mapping.
    """

    code: str
    name: Mapping[str, str]
    per: str
    window: int
    enough: Fraction
    serves: Mapping[str, tuple[str, ...]]
    drawn: River | Book


@dataclass(frozen=True)
class Period:
    """One period: its start, the value that stood for it (None = nothing was known), and whether it holds."""

    start: datetime
    value: float | None
    holds: bool


@dataclass(frozen=True)
class Sufficiency:
    """The verdict on a live figure at a moment."""

    periods: tuple[Period, ...]
    share: Fraction

    @property
    def need(self) -> int:
        """How many periods were looked at."""
        return len(self.periods)

    @property
    def have(self) -> int:
        """How many of them hold."""
        return sum(period.holds for period in self.periods)

    @property
    def enough(self) -> bool:
        """Whether that is enough."""
        return self.have >= self.share * self.need

    @property
    def gaps(self) -> list[Period]:
        """The periods that do not hold, the newest first."""
        return [period for period in reversed(self.periods) if not period.holds]


def starts(per: str, window: int, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """The starts of the last `window` complete periods and, last, the end of the newest one; oldest first, in the zone."""
    edge = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if per == WEEK:
        edge -= timedelta(days=edge.weekday())
    if per == MONTH:
        edge = edge.replace(day=1)
    found = [edge]
    for _step in range(window):
        edge = (edge - timedelta(days=1)).replace(day=1) if per == MONTH else edge - timedelta(days=7 if per == WEEK else 1)
        found.append(edge)
    return found[::-1]


def judge(figure: LiveFigure, edges: Sequence[datetime], values: Mapping[datetime, Sequence[float]]) -> Sufficiency:
    """The verdict from the values of each period's start. With several series in a period all must hold; the worst one is shown."""
    periods = []
    for start in edges[:-1]:
        told = list(values.get(start, ()))
        if isinstance(figure.drawn, Book):
            count = sum(told)
            periods.append(Period(start, count, count >= figure.drawn.least))
            continue
        river = figure.drawn
        bad = [value for value in told if not river.good(value)]
        shown = next(iter(bad or told), None)
        periods.append(Period(start, shown, bool(told) and not bad))
    return Sufficiency(tuple(periods), figure.enough)
