"""What is different between two configurations. Pure."""

import difflib
from dataclasses import dataclass

AROUND = 3


@dataclass(frozen=True)
class Line:
    """A line of a difference: `kind` is `added`, `removed`, `same`, or `gap` for lines that are left out."""

    kind: str
    text: str


def difference(before: str, after: str) -> list[Line]:
    """The lines that changed, with a few around them."""
    told: list[Line] = []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=AROUND, lineterm=""):
        if line.startswith(("---", "+++")) and not told:
            continue
        if line.startswith("@@"):
            told.append(Line("gap", "…"))
        else:
            told.append(Line({"+": "added", "-": "removed"}.get(line[:1], "same"), line[1:]))
    return told


def counts(before: str, after: str) -> tuple[int, int]:
    """How many lines came and went."""
    kinds = [line.kind for line in difference(before, after)]
    return kinds.count("added"), kinds.count("removed")
