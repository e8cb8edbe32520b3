"""Boards that rotate: which of its boards a screen shows, and which follows."""

from dataclasses import dataclass
from typing import Any

from .boards import boards_for
from .logic import BoardSpec, Scene, Text

NOTHING = BoardSpec("", Text("", ""), Text("", ""), ())


@dataclass(frozen=True)
class Standing:
    """The scene that stands now: its board, its place in the round (from 0), for how many seconds, and its neighbours."""

    spec: BoardSpec
    index: int
    count: int
    seconds: int

    @property
    def following(self) -> int:
        """The place of the next scene."""
        return (self.index + 1) % self.count

    @property
    def before(self) -> int:
        """The place of the scene before."""
        return (self.index - 1) % self.count

    @property
    def number(self) -> int:
        """Its place as people count."""
        return self.index + 1


def scene_of(spec: BoardSpec, asked: str, user: Any) -> Standing | None:
    """The scene asked for (a number from 0; what is none is the first); None for a board that does not rotate.

    Boards that the asker may not see, that are gone, or that rotate themselves are passed over.
    """
    if not spec.scenes:
        return None
    there = {found.spec.code: found.spec for found in boards_for(user) if not found.spec.scenes}
    shown: list[Scene] = [scene for scene in spec.scenes if scene.board in there]
    if not shown:
        return Standing(NOTHING, 0, 1, spec.scenes[0].seconds)
    index = int(asked) % len(shown) if asked.isdecimal() and len(asked) < 6 else 0
    return Standing(there[shown[index].board], index, len(shown), shown[index].seconds)
