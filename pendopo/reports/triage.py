"""A category suggested to whoever verifies, learned from the house's own reports; a person decides.

Multinomial naive Bayes with Laplace smoothing over words (Manning, Raghavan, Schütze, "Introduction to Information Retrieval", 2008,
chapter 13). Every fifth report is kept out of learning and says how often a suggestion is right; below 500 reports nothing is suggested.
"""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from .logic import words_of
from .models import Report

LEAST_REPORTS = 500
HELD_OUT = 5
MOST_REPORTS = 20_000
FRESH_S = 3600.0


@dataclass
class Learned:
    """Words by category. `accuracy` is the share of right suggestions among `tried` reports that were not learned from."""

    reports: Counter[str] = field(default_factory=Counter)
    words: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    vocabulary: set[str] = field(default_factory=set)
    accuracy: float = 0.0
    tried: int = 0

    def take(self, text: str, category: str) -> None:
        """Learns from one report."""
        found = words_of(text)
        self.reports[category] += 1
        self.words[category].update(found)
        self.vocabulary |= found

    def suggest(self, text: str) -> str:
        """The likeliest category; '' when no word is known."""
        found = words_of(text) & self.vocabulary
        if not found:
            return ""
        total = sum(self.reports.values())

        def likelihood(category: str) -> float:
            said = self.words[category]
            size = said.total() + len(self.vocabulary)
            return math.log(self.reports[category] / total) + sum(math.log((said[word] + 1) / size) for word in found)

        return max(sorted(self.reports), key=likelihood)


def learn(told: Sequence[tuple[str, str]]) -> Learned | None:
    """Learns from (text, category) and measures; None while there are too few."""
    if len(told) < LEAST_REPORTS:
        return None
    learned = Learned()
    for number, (text, category) in enumerate(told):
        if number % HELD_OUT:
            learned.take(text, category)
    held_out = told[::HELD_OUT]
    right = sum(learned.suggest(text) == category for text, category in held_out)
    learned.tried, learned.accuracy = len(held_out), right / len(held_out)
    return learned


_kept: list[tuple[float, Learned | None]] = []


def suggestion(report: Report) -> tuple[str, float, int] | None:
    """(category, share of right suggestions, on how many); None while the house has too few answered reports. Learned once an hour."""
    if not _kept or time.monotonic() - _kept[0][0] > FRESH_S:
        answered = Report.objects.exclude(verified=None).exclude(answered=None).order_by("-pk")
        told = list(answered.values_list("text", "category__code")[:MOST_REPORTS])
        _kept[:] = [(time.monotonic(), learn(told))]
    learned = _kept[0][1]
    code = learned.suggest(report.text) if learned else ""
    return (code, learned.accuracy, learned.tried) if learned and code else None
