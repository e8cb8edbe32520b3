"""What no single value decides: silence of series and sources, the figures of whole regions, coverage, and rules over other rules."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from pendopo.indicators.latest import Figure, expected_children, figures
from pendopo.indicators.logic import dims_key
from pendopo.indicators.trends import Line, trends
from pendopo.regions.logic import is_within

from .. import models
from ..sentences import span
from ..verdicts import Verdict
from .engine import Engine
from .plan import Planned
from .reading import newest_heard
from .watching import Watcher, memory_of

# Kinds that count periods see each period once, when it is complete.
COUNTING = frozenset({"ears", "cusum", "anomaly", "change"})
# Children wait for a fresh word of what they depend on: a silence that is one says so often how it stands.
PARENTS_AGAIN = timedelta(seconds=5)


class Standing:
    """Looks at what time alone changes. Says only what turned; at its start everything."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.plan = engine.plan
        self.hot: dict[str, bool] = {}
        self.wholes: dict[str, Watcher] = {}
        self.parents_said: datetime | None = None

    def follow(self, gone: Collection[str], silenced: Iterable[str]) -> None:
        """The engine goes on with another plan: forgets rules that are judged no more, and how their silences stood."""
        self.plan = self.engine.plan
        self.wholes = {key: watcher for key, watcher in self.wholes.items() if watcher.planned.code not in gone}
        self.hot = {name: hot for name, hot in self.hot.items() if name.split(" ", 1)[0] not in gone}
        for name in silenced:
            self.hot.pop(name, None)

    def silences(self, now: datetime) -> list[Verdict]:
        """Series and sources of which nothing was heard for too long, or of which something was again."""
        again = self.parents_said is None or now - self.parents_said >= PARENTS_AGAIN
        if again:
            self.parents_said = now
        words = []
        for watcher in self.engine.silences:
            if watcher.last_at is not None:
                words.append(self._silence(watcher.planned, watcher.fingerprint, watcher.region, watcher.dims, watcher.last_at, now, again))
        heard = newest_heard() if self.plan.sources else {}
        for planned in self.plan.sources:
            if planned.source is not None and planned.source.pk in heard:
                # One that never spoke is waited for since its rule is there.
                last = heard[planned.source.pk] or planned.since
                words.append(self._silence(planned, planned.name_of(planned.region, {}), planned.region, {}, last, now, again))
        return [word for word in words if word is not None]

    def _silence(
        self, planned: Planned, name: str, region: str, dims: Mapping[str, str], last: datetime, now: datetime, again: bool
    ) -> Verdict | None:
        """The word about one silence; None when it is no news: said already, and nobody waits for it."""
        longest, before = planned.rule.about["for"], self.hot.get(name)
        hot = self.hot[name] = now - last > longest
        if before == hot and not (again and name in self.engine.parents):
            return None
        if before is None and not hot and not self.engine.matters(name):
            return None
        reason = _("nothing heard for %(span)s") % {"span": span(now - last)} if hot else ""
        about = planned.about(region, dims)
        return Verdict(name, hot, now, about, None, (now - last).total_seconds(), reason, started=last + longest if hot else None)

    def whole_regions(self, now: datetime, clock: float, *, every: bool) -> list[Verdict]:
        """Rules on whole regions in which something stirred (with `every`: all of them)."""
        stirred, self.engine.stirred = self.engine.stirred, set()
        due = [planned for planned in self.plan.wholes if every or _stirs(planned, stirred)]
        words: list[Verdict] = []
        by_region: dict[str, list[Planned]] = defaultdict(list)
        for planned in due:
            by_region[planned.region].append(planned)
        for region, rules in by_region.items():
            wanted = {p.indicator.pk: p.indicator for p in rules if p.indicator is not None}
            found = figures(list(wanted.values()), [region])
            words += [word for planned in rules for figure in found if (word := self._whole(planned, figure, now, clock)) is not None]
        return words

    def _whole(self, planned: Planned, figure: Figure, now: datetime, clock: float) -> Verdict | None:
        if planned.indicator is None or figure.indicator != planned.indicator.code or not planned.covers(figure.region, figure.dims):
            return None
        value, at = figure.value, figure.at
        if planned.rule.kind == "coverage":
            value, at = (figure.reporting / figure.expected if figure.expected else None), now
        elif figure.partial and "above" not in planned.rule.about:
            return None
        if value is None or at is None:
            return None
        key = f"{planned.code} {dims_key(figure.dims)}"
        watcher = self.wholes.get(key)
        if watcher is None:
            watcher = self.wholes[key] = Watcher(planned, figure.region, dict(figure.dims), self.engine.language)
            watcher.learn(before(planned, figure))
        if planned.rule.kind in COUNTING and watcher.last_at is not None and at <= watcher.last_at:
            return None
        first = watcher.said == ""
        word = watcher.see(at, value, now, clock, parent=watcher.fingerprint in self.engine.parents)
        return watcher.say(now, clock) if word is None and first else word

    def composites(self, now: datetime) -> list[Verdict]:
        """Rules over other rules: in each region where one of them fires, or in their region as a whole."""
        fired: Mapping[str, set[str]] = self.engine.fired
        for watcher in self.wholes.values():
            if watcher.said not in ("", "calm"):
                fired.setdefault(watcher.planned.code, set()).add(watcher.region)  # type: ignore[attr-defined]
        words = []
        for planned in self.plan.composites:
            names = planned.rule.about.get("all") or planned.rule.about["any"]
            least = len(names) if "all" in planned.rule.about else planned.rule.about.get("least", 1)
            met = {region: count for region in self._places(planned, names, fired) if (count := _count(names, fired, region)) >= least}
            known = {name for name in self.hot if name.startswith(f"{planned.code} ")}
            for region in {*met, *(name.split(" ", 1)[1] for name in known)} or {planned.region}:
                words += self._composite(planned, region, met, names, now)
        return words

    def _composite(self, planned: Planned, region: str, met: Mapping[str, int], names: Iterable[str], now: datetime) -> list[Verdict]:
        hot = region in met
        if self.hot.get(f"{planned.code} {region}") == hot:
            return []
        self.hot[f"{planned.code} {region}"] = hot
        told = [self.plan.by_code[name].name for name in names if name in self.plan.by_code]
        reason = _("%(n)s of these fire together: %(names)s") % {"n": met[region], "names": ", ".join(told)} if hot else ""
        return [Verdict(planned.name_of(region, {}), hot, now, planned.about(region, {}), None, float(met.get(region, 0)), reason)]

    def _places(self, planned: Planned, names: Iterable[str], fired: Mapping[str, set[str]]) -> set[str]:
        if planned.scope == models.Scope.WHOLE:
            return {planned.region}
        return {region for name in names for region in fired.get(name, ()) if is_within(region, planned.region)}


def before(planned: Planned, figure: Figure) -> list[tuple[datetime, float]]:
    """What a rule on a whole region must remember: the region's figure of the periods before, without those that miss a region."""
    if planned.indicator is None or planned.contract is None or figure.at is None or planned.rule.kind == "coverage":
        return []
    expected = expected_children([figure.region]).get((figure.region, planned.indicator.level), 1)
    since = figure.at - timedelta(seconds=memory_of(planned) * planned.contract.every.seconds)
    line = Line(planned.indicator, figure.region, since, figure.at, dict(figure.dims) or None, expected)
    points = [point for point in trends([line])[0] if point.value is not None and point.at < figure.at]
    lax = "above" in planned.rule.about
    return [(point.at, float(point.value or 0)) for point in points if lax or point.reporting >= point.expected]


def _stirs(planned: Planned, stirred: Iterable[tuple[int, str]]) -> bool:
    wanted = planned.indicator.pk if planned.indicator else None
    return any(indicator == wanted and is_within(region, planned.region) for indicator, region in stirred)


def _count(names: Iterable[str], fired: Mapping[str, set[str]], region: str) -> int:
    """How many of the rules fire in a region, somewhere in it, or in one that holds it."""
    return sum(any(is_within(place, region) or is_within(region, place) for place in fired.get(name, ())) for name in names)
