"""Classes of colour for a map of values: where they end, which one a value belongs to, and the legend in words. Pure."""

from collections.abc import Sequence
from typing import Any

from . import words
from .charts import nice_ticks

CLASSES = 5


def breaks_of(values: Sequence[float], declared: Sequence[float]) -> list[float]:
    """The borders between classes: the declared ones, else round numbers over the range; few different values get a class each."""
    if declared:
        return list(declared)
    different = sorted(set(values))
    if len(different) <= 1:
        return []
    if len(different) <= CLASSES:
        return different[1:]
    ticks = nice_ticks(different[0], different[-1], CLASSES)
    inner = [tick for tick in ticks if different[0] < tick <= different[-1]]
    while len(inner) >= CLASSES:
        inner = inner[1::2]
    return inner


def class_of(value: float | None, breaks: Sequence[float]) -> int:
    """1 for a value below the first border, one more for each border reached; 0 for no report."""
    return 0 if value is None else 1 + sum(value >= border for border in breaks)


def legend_of(breaks: Sequence[float], decimals: int, language: str) -> list[dict[str, Any]]:
    """One line a class: its number and its range in words."""
    texts = [words.number_text(border, decimals, language) for border in breaks]
    if not texts:
        return [{"level": 1, "text": ""}]
    between = [f"{low} – < {high}" for low, high in zip(texts, texts[1:], strict=False)]
    ranges = [f"< {texts[0]}", *between, f"≥ {texts[-1]}"]
    return [{"level": spread(number, len(ranges)), "text": text} for number, text in enumerate(ranges, 1)]


def spread(level: int, count: int) -> int:
    """The colour of a class when there are fewer classes than colours: the extremes stay the extremes."""
    if level == 0 or count <= 1:
        return level and 3
    return 1 + round((level - 1) * (CLASSES - 1) / (count - 1))
