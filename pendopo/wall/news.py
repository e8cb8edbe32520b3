"""What a leader wants first: what is red, what changed most, what is late. Made of the figures that a page reads anyway."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.indicators.pulse import Pulse

from .brief.ranking import weight
from .logic import DRAWINGS
from .models import Goal
from .past import change
from .reading import Plan, Reading

MOST_CHANGES = 6
SENTENCES = 12
MOST_NAMED = 3
# What the house says of itself and of its lines is for those who tend it: on a leader's page only where it was judged.
HOUSE = ("sys.", "net.")


@dataclass(frozen=True)
class Item:
    """One piece of news: a figure, and how it changed (None when that is not the news)."""

    pulse: Pulse
    change: dict[str, object] | None = None
    weight: float = 0.0
    goal: Goal | None = None

    @property
    def where(self) -> str:
        """Name and place."""
        return f"{self.pulse.name}, {self.pulse.place}"

    @property
    def aim(self) -> str:
        """The goal that judges the figure, in the reader's language; '' when a board does."""
        if self.goal is None:
            return ""
        return self.goal.name_en if get_language() == "en" and self.goal.name_en else self.goal.name_id

    @property
    def order_url(self) -> str:
        """Where an order because of it is given: the form with what it is about filled in."""
        word = self.pulse.judged.word if self.pulse.judged else self.pulse.freshness_word
        about = reverse("indicators:indicator", args=[self.pulse.figure.indicator])
        asked = {"about": about, "title": (self.aim or self.where)[:200], "what": say(self, word or self.aim)}
        return f"{reverse('orders:new')}?{urlencode(asked)}"


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
        found = found[:SENTENCES]
        silent = [item.where for item in self.late if item.pulse.figure.value is None]
        if silent and self.never < self.total:
            found.append({"state": "late", "text": _never(silent)})
        return found


def _never(silent: list[str]) -> str:
    """Figures that never reported, as one sentence: the head counts them among what is late or silent."""
    if len(silent) <= MOST_NAMED:
        return _("Never reported: %(which)s") % {"which": "; ".join(silent)}
    return _("%(count)s figures never reported") % {"count": len(silent)}


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


def news_of(reading: Reading, *, house: bool = True) -> News:
    """The news of everything the page's tiles show. Without `house` what Pendopo says of itself (`sys.*`) is news only when it is red."""
    news = News()
    seen: set[tuple[str, str, str]] = set()
    aims = {id(plan): goal for goal, plan in reading.aims}
    for plan, index in _each(plan for plan in reading.plans if id(plan) not in aims and plan.spec.kind not in DRAWINGS):
        indicator, region = plan.pairs[index]
        pulse = reading.pulse(reading.figure(indicator, region, plan.spec.dims), indicator, plan.spec.bands_of(indicator.code))
        key = (indicator.code, region, pulse.attributes["dims"])
        if key in seen:
            continue
        seen.add(key)
        if house or not indicator.code.startswith(HOUSE) or (pulse.judged is not None and not pulse.is_old):
            _sort_in(news, plan, index, reading, pulse)
    for goal, plan in reading.aims:
        _aim(news, goal, plan, reading, seen)
    news.red.sort(key=lambda item: item.pulse.judged is not None and item.pulse.judged.state != "danger")
    news.changed = sorted(news.changed, key=lambda item: -item.weight)[:MOST_CHANGES]
    news.late.sort(key=lambda item: item.pulse.figure.at.timestamp() if item.pulse.figure.at else 0.0, reverse=True)
    return news


def _aim(news: News, goal: Goal, plan: Plan, reading: Reading, seen: set[tuple[str, str, str]]) -> None:
    """Puts a goal that is missed, or near its limit, among what is red: in the place of its figure, unless a board judges that worse."""
    for indicator, region in plan.pairs:
        figure = reading.figure(indicator, region)
        pulse = reading.pulse(figure, indicator, () if figure.partial else plan.spec.bands)
        key = (indicator.code, region, pulse.attributes["dims"])
        if key not in seen:
            seen.add(key)
            news.total += 1
            news.fresh += not pulse.is_old
            news.late += [Item(pulse, goal=goal)] if pulse.is_old else []
        if pulse.is_old or pulse.judged is None or pulse.judged.state not in ("attention", "danger"):
            continue
        same = [item for item in news.red if item.goal is None and item.pulse.figure == figure]
        grave = [item for item in same if item.pulse.judged is not None and item.pulse.judged.state == "danger"]
        if pulse.judged.state == "danger" or not grave:
            news.red = [item for item in news.red if item not in same]
            news.changed = [item for item in news.changed if item.pulse.figure != figure]
            news.red.append(Item(pulse, change(plan, reading, 0), goal=goal))


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
