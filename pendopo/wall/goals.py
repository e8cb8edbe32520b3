"""The tree of goals as a page of tiles reads it: every leaf is a number judged by its target, every branch follows from those below."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .aims import Light, Standing, borders, judge, leaf, weighted, worst
from .fields import Band, Text
from .logic import TileSpec
from .models import Direction, Goal, RollUp

WORDS: dict[Light, Text] = {
    "well": Text("Tercapai", "Reached"),
    "attention": Text("Mendekati", "Near"),
    "danger": Text("Belum tercapai", "Missed"),
    "unknown": Text("Belum diketahui", "Unknown"),
}


@dataclass
class Node:
    """A goal in the tree: how it stands, its figure (None for a branch), and the goals below it."""

    goal: Goal
    standing: Standing
    pulse: Any = None
    below: list["Node"] = field(default_factory=list)
    language: str = "id"

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.goal.name_en if self.language == "en" and self.goal.name_en else self.goal.name_id

    @property
    def word(self) -> str:
        """Its light in a word."""
        return WORDS[self.standing.light].say(self.language)

    @property
    def light(self) -> str:
        """Its light as a state of the screen; '' for unknown, which is grey everywhere."""
        return "" if self.standing.light == "unknown" else self.standing.light

    @property
    def share(self) -> str:
        """The share reached of a weighted branch: 72 %, or 60–80 % where something below is unknown."""
        if not self.below or self.goal.rollup != RollUp.WEIGHTED:
            return ""
        low, high = round(self.standing.low * 100), round(self.standing.high * 100)
        return f"{low} %" if low == high else f"{low}–{high} %"


def current() -> list[Goal]:
    """The goals that count, with their owners. One query."""
    return list(Goal.objects.filter(ended=None).select_related("owner").order_by("code"))


def leaves(goals: Sequence[Goal]) -> list[Goal]:
    """Those judged by an indicator of their own."""
    return [goal for goal in goals if goal.indicator]


def tile_of(goal: Goal) -> TileSpec:
    """A leaf as a number tile: what a page reads for it."""
    bands = tuple(
        Band("well" if light == "well" else "attention" if light == "attention" else "danger", WORDS[light], start, end)
        for light, start, end in borders(target=goal.target or 0.0, limit=goal.limit or 0.0, rising=goal.direction == Direction.UP)
    )
    return TileSpec("number", (1, 1), indicators=(goal.indicator,), region=goal.region, bands=bands)


def tree(goals: Sequence[Goal], read: dict[int, tuple[Any, Any]], language: str, top: str = "") -> list[Node]:
    """Trees of goals, or the one of code `top`. `read` gives by a leaf's key its value on time (else None) and its pulse."""
    children: dict[int | None, list[Goal]] = {}
    known = {goal.pk for goal in goals}
    for goal in goals:
        children.setdefault(goal.parent_id if goal.parent_id in known else None, []).append(goal)
    first = [goal for goal in goals if goal.code == top] if top else children.get(None, [])
    return [_node(goal, children, read, language) for goal in first]


def _node(goal: Goal, children: dict[int | None, list[Goal]], read: dict[int, tuple[Any, Any]], language: str) -> Node:
    below = [_node(child, children, read, language) for child in children.get(goal.pk, [])]
    if goal.indicator:
        value, pulse = read.get(goal.pk, (None, None))
        light = judge(value, target=goal.target or 0.0, limit=goal.limit or 0.0, rising=goal.direction == Direction.UP)
        own = leaf(light)
        return Node(goal, worst([own, *(node.standing for node in below)]) if below else own, pulse, below, language)
    if goal.rollup == RollUp.WEIGHTED:
        standing = weighted([(node.standing, node.goal.weight) for node in below])
    else:
        standing = worst([node.standing for node in below])
    return Node(goal, standing, None, below, language)
