"""What a leader wants first: what is red, what changed most, what is late. Made of the figures that a page reads anyway."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from pendopo.indicators.pulse import Pulse

from .brief.ranking import weight
from .past import change
from .reading import Plan, Reading

MOST_CHANGES = 6
SENTENCES = 12


@dataclass(frozen=True)
class Item:
    """One piece of news: a figure, and how it changed (None when that is not the news)."""

    pulse: Pulse
    change: dict[str, object] | None = None
    weight: float = 0.0

    @property
    def where(self) -> str:
        """Name and place."""
        return f"{self.pulse.name}, {self.pulse.place}"


@dataclass
class News:
    """The news of a page, each list gravest first (changes: most unusual first); and how many figures are in which state."""

    red: list[Item] = field(default_factory=list)
    changed: list[Item] = field(default_factory=list)
    late: list[Item] = field(default_factory=list)
    fresh: int = 0
    total: int = 0

    @property
    def never(self) -> int:
        """How many never reported."""
        return sum(item.pulse.figure.value is None for item in self.late)

    def sentences(self) -> list[dict[str, str]]:
        """For the ticker: a state and a sentence each."""
        found = [
            {"state": item.pulse.judged.state, "text": say(item, item.pulse.judged.word)}
            for item in self.red
            if item.pulse.judged is not None
        ]
        found += [{"state": "", "text": say_change(item)} for item in self.changed]
        found += [
            {"state": "late", "text": say(item, item.pulse.freshness_word)} for item in self.late if item.pulse.figure.value is not None
        ]
        return found[:SENTENCES]


def say(item: Item, word: str) -> str:
    """A figure and what is the matter with it, as a sentence."""
    values = {"where": item.where, "value": _with_unit(item.pulse), "word": word, "age": item.pulse.age}
    return _("%(where)s: %(value)s, %(word)s (%(age)s)") % values


def say_change(item: Item) -> str:
    """A figure and how it changed, as a sentence."""
    change = item.change or {}
    pattern = (
        _("%(where)s: %(value)s, up by %(amount)s in %(since)s")
        if change.get("direction") == "up"
        else _("%(where)s: %(value)s, down by %(amount)s in %(since)s")
    )
    return pattern % {"where": item.where, "value": _with_unit(item.pulse), "amount": change.get("amount"), "since": change.get("since")}


def _with_unit(pulse: Pulse) -> str:
    return f"{pulse.value} {pulse.unit}".strip()


def news_of(reading: Reading) -> News:
    """The news of everything the page's tiles show."""
    news = News()
    seen: set[tuple[str, str, str]] = set()
    for plan, index in _each(reading.plans):
        indicator, region = plan.pairs[index]
        pulse = reading.pulse(reading.figure(indicator, region, plan.spec.dims), indicator, plan.spec.bands_of(indicator.code))
        key = (indicator.code, region, pulse.attributes["dims"])
        if key in seen:
            continue
        seen.add(key)
        _sort_in(news, plan, index, reading, pulse)
    news.red.sort(key=lambda item: item.pulse.judged is not None and item.pulse.judged.state != "danger")
    news.changed = sorted(news.changed, key=lambda item: -item.weight)[:MOST_CHANGES]
    news.late.sort(key=lambda item: item.pulse.figure.at.timestamp() if item.pulse.figure.at else 0.0, reverse=True)
    return news


def _each(plans: Iterable[Plan]) -> Iterable[tuple[Plan, int]]:
    # Tiles that judge come first, so that a figure on several tiles is judged.
    for plan in sorted(plans, key=lambda plan: not plan.spec.bands):
        for index in range(len(plan.indicators)):
            yield plan, index


def _sort_in(news: News, plan: Plan, index: int, reading: Reading, pulse: Pulse) -> None:
    news.total += 1
    if pulse.is_old:
        news.late.append(Item(pulse))
        return
    news.fresh += 1
    moved = change(plan, reading, index) if plan.spec.kind in ("number", "trend", "table") else None
    if pulse.judged is not None and pulse.judged.state in ("attention", "danger"):
        news.red.append(Item(pulse, moved))
    elif moved and moved["direction"] != "level" and moved["relative"] is not None:
        news.changed.append(Item(pulse, moved, weight(moved["times"], moved["relative"])))
