"""The judge of the river: holds every rule over every series in memory, and turns what became known into words about things.

No query per row: series are looked up once, and what a rule must remember is read once, when it is met. What is late or corrected makes its
series be read again, so the order of arrival changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from ..actions.depending import parents
from ..models import Alert
from ..verdicts import Verdict
from .plan import Plan
from .reading import News, SeriesFacts, facts_of, recent, series_of
from .watching import Watcher, memory_of

# A series that is corrected again and again is read again at most so often (seconds).
REREAD_S = 1.0


class Engine:
    """The rules of one plan, as of a stamp."""

    def __init__(self, plan: Plan, language: str) -> None:
        self.plan = plan
        self.language = language
        self.watchers: dict[int, list[Watcher]] = {}
        self.indicators: dict[int, tuple[int, str]] = {}
        self.silences: list[Watcher] = []
        self._silent_of: dict[int, list[Watcher]] = {}
        # Indicator and region of every value that came: what looks at whole regions asks for it.
        self.stirred: set[tuple[int, str]] = set()
        self.late: set[int] = set()
        self.reread_at = float("-inf")
        self.parents: set[str] = set()
        # What was bad when it began.
        self.alive: set[str] = set()

    def learn_parents(self, now: datetime, clock: float) -> list[Verdict]:
        """Reads anew on which things others depend. Answers how those stand that were none before: their children wait for it."""
        before, self.parents = self.parents, parents()
        fresh = self.parents - before
        said = [watcher.say(now, clock) for watcher in self.every() if watcher.fingerprint in fresh] if fresh else []
        return [word for word in said if word is not None]

    def start(self, through: datetime, now: datetime, clock: float) -> list[Verdict]:
        """Meets every series of the rules as of a stamp. Answers how all stand: what is bad, and what is well but has an open alert."""
        self.parents = parents()
        self.alive = set(Alert.objects.open().exclude(rule=None).values_list("fingerprint", flat=True))
        return self._begin(self.plan.by_code, through, now, clock)

    def follow(self, plan: Plan, through: datetime, now: datetime, clock: float) -> tuple[list[Verdict], set[str], set[str]]:
        """Goes on with another plan: only rules that are new or different meet their series anew, the others remember what they do.

        Answers the words of the new ones, and what is judged no more: codes of rules, and fingerprints of silences.
        """
        same = {code for code, planned in plan.by_code.items() if self.plan.by_code.get(code) == planned}
        gone = self.plan.by_code.keys() - same
        for kept in (self.watchers, self._silent_of):
            for pk, found in kept.items():
                if any(watcher.planned.code in gone for watcher in found):
                    kept[pk] = [watcher for watcher in found if watcher.planned.code not in gone]
        silenced = {watcher.fingerprint for watcher in self.silences if watcher.planned.code in gone}
        silenced |= {old.name_of(old.region, {}) for code in gone if (old := self.plan.by_code[code]).source is not None}
        self.silences = [watcher for watcher in self.silences if watcher.planned.code not in gone]
        self.plan = plan
        self.alive = set(Alert.objects.open().exclude(rule=None).values_list("fingerprint", flat=True))
        return self._begin(plan.by_code.keys() - same, through, now, clock), gone, silenced

    def _begin(self, codes: Collection[str], through: datetime, now: datetime, clock: float) -> list[Verdict]:
        """Meets the series of these rules. Answers how all stand: what is bad, and what is well but has an open alert."""
        planned = [self.plan.by_code[code] for code in codes]
        made = self._meet(series_of({one.indicator.pk for one in planned if one.indicator is not None}), through, codes)
        self.stirred |= {(one.indicator.pk, one.region) for one in planned if one.of_whole and one.indicator is not None}
        said = [word for watcher in made if (word := watcher.say(now, clock)) is not None]
        return [word for word in said if word.hot or self.matters(word.fingerprint)]

    def matters(self, fingerprint: str) -> bool:
        """Whether a good word about a thing is news although nothing bad was said since the start: others wait for it, or it can end."""
        return fingerprint in self.alive or fingerprint in self.parents

    def every(self) -> Iterable[Watcher]:
        """All watchers of series, without those of silence."""
        return (watcher for found in self.watchers.values() for watcher in found)

    def _meet(self, found: Sequence[SeriesFacts], through: datetime, codes: Collection[str] | None = None) -> list[Watcher]:
        """Watchers for series, with what they must remember; with `codes`, only those of these rules. Answers them, without those of
        silence."""
        counts: dict[int, int] = {}
        fresh: dict[int, list[Watcher]] = {}
        for series in found:
            rules = [p for p in self.plan.by_indicator.get(series.indicator, ()) if p.covers(series.region, series.dims)]
            made = [Watcher(p, series.region, series.dims, self.language) for p in rules if codes is None or p.code in codes]
            self.watchers.setdefault(series.pk, [])
            self._silent_of.setdefault(series.pk, [])
            self.indicators[series.pk] = (series.indicator, series.region)
            if made:
                counts[series.pk] = max(memory_of(watcher.planned) for watcher in made)
                fresh[series.pk] = made
        points = recent(counts, through)
        told: list[Watcher] = []
        for pk, made in fresh.items():
            known = points.get(pk, [])
            for watcher in made:
                if watcher.planned.rule.kind == "silence":
                    watcher.last_at = known[-1][0] if known else None
                    self._silent_of[pk].append(watcher)
                    self.silences.append(watcher)
                else:
                    watcher.learn(known[-memory_of(watcher.planned) :])
                    self.watchers[pk].append(watcher)
                    told.append(watcher)
        return told

    def take(self, rows: Sequence[News], before: datetime, through: datetime, now: datetime, clock: float) -> list[Verdict]:
        """What became known between two stamps, in that order. Answers the words that are news."""
        unknown = {row.series for row in rows} - self.indicators.keys()
        if unknown:
            self._meet(facts_of(unknown), before)
        words: list[Verdict] = []
        family = bool(self.parents)
        for series, at, value in rows:
            self.stirred.add(self.indicators[series])
            for watcher in self.watchers[series]:
                if value is None or (watcher.last_at is not None and at <= watcher.last_at):
                    self.late.add(series)
                    continue
                word = watcher.see(at, value, now, clock, parent=family and watcher.fingerprint in self.parents)
                if word is not None:
                    words.append(word)
            for watcher in self._silent_of.get(series, ()):
                watcher.last_at = max(at, watcher.last_at or at)
        if self.late and clock - self.reread_at >= REREAD_S:
            words += self.reread(through, now, clock)
        return words

    def reread(self, through: datetime, now: datetime, clock: float) -> list[Verdict]:
        """Reads series again in which something was late, corrected or taken back. Answers where that changed how a thing stands."""
        self.reread_at, late, self.late = clock, self.late, set()
        counts = {pk: max(memory_of(watcher.planned) for watcher in self.watchers[pk]) for pk in late if self.watchers[pk]}
        words: list[Verdict] = []
        points = recent(counts, through)
        for pk in counts:
            for watcher in self.watchers[pk]:
                before = watcher.said
                watcher.forget()
                watcher.learn(points.get(pk, [])[-memory_of(watcher.planned) :])
                word = watcher.say(now, clock)
                if word is not None and (word.hot or before not in ("", "calm")):
                    words.append(word)
        return words

    @property
    def fired(self) -> dict[str, set[str]]:
        """By rule, the regions in which it fires."""
        found: dict[str, set[str]] = defaultdict(set)
        for watcher in self.every():
            if watcher.said not in ("", "calm"):
                found[watcher.planned.code].add(watcher.region)
        return found
