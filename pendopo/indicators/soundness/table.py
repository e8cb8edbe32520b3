"""All checks in one explicit table, and the walk over a delivery with those that need history.

A row gets one verdict: of a hard check before a soft one, else of the check that stands first in the table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from ..checks import Placed, SeriesKey
from . import alone, together
from .alone import Sight
from .asked import SUSPECT, Asked
from .seen import Finding, Lines, Point, Surroundings
from .together import Values

Severity = Literal["hard", "soft", "note"]
AlongLine = Callable[[Sight], dict[str, Any] | None]
Beside = Callable[[str, Asked, Lines, Values, Surroundings], Iterator[Finding]]


class Check(NamedTuple):
    """A check: `code` as problems name it (its sentence is in sentences.py), `key` in the catalogue's `checks:`.

    hard = quarantined; soft = stored and shown as suspect; note = only counted with the delivery. `default` says what holds when the
    catalogue is silent.
    """

    code: str
    severity: Severity
    key: str
    example: str
    default: str
    along: AlongLine | None = None
    beside: Beside | None = None


CHECKS: tuple[Check, ...] = (
    Check("future", "hard", "future", "5m", "5m"),
    Check("range", "hard", "range", "[0, 20]", "off"),
    Check("monotonic", "hard", "monotonic", "true", "off", along=alone.monotonic),
    Check("clock", "soft", "clock", "true", "off", beside=together.clock),
    Check("copy", "soft", "copy", "true", "off", beside=together.copy),
    Check("scale", "soft", "scale", "true", "off", along=alone.scale),
    Check("step", "soft", "step", "1.5", "off"),
    Check("total", "soft", "total_of", "covid-cases", "off", beside=together.total_of),
    Check("adds-up", "soft", "adds_up", "0.0", "off", beside=together.adds_up),
    Check("agrees", "soft", "agrees", "{with: rain-radar, within: 0.2}", "off", beside=together.agrees),
    Check("stuck", "soft", "stuck", "12", "off", along=alone.stuck),
    Check("season", "soft", "season", "day", "off", along=alone.season),
    Check("late", "note", "", "", "on"),
    Check("out-of-order", "note", "", "", "on"),
)

BY_CODE = {check.code: check for check in CHECKS}
ORDER = {check.code: number for number, check in enumerate(CHECKS)}
# Which field of Asked switches a check on, where it has another name than the key.
SWITCH = {"agrees": "agrees_with"}


def _on(check: Check, asked: Asked) -> bool:
    value = getattr(asked, SWITCH.get(check.key, check.key))
    return value is not None and value is not False


class Verdicts(NamedTuple):
    """What the checks say: by row number the finding that stands, hard or soft; `behind` are rows older than the newest known one."""

    hard: dict[int, Finding]
    soft: dict[int, Finding]
    behind: frozenset[int] = frozenset()


def look(rows: Sequence[Placed], asked: Mapping[str, Asked], around: Surroundings) -> Verdicts:
    """The verdicts on the rows of one delivery: of indicators that ask for checks that need history, and of those they compare with."""
    lines: Lines = {}
    for row in rows:
        lines.setdefault(row.key, []).append(row)
    found: list[Finding] = []
    for key, line in lines.items():
        line.sort(key=lambda row: row.at_us)
        if key[0] in asked:
            found.extend(_along(asked[key[0]], around.known.get(key, ()), line))
    kept = _without(lines, {finding.row for finding in found if BY_CODE[finding.code].severity == "hard"})
    values = together.merged(kept, around)
    for code in {key[0] for key in kept} & set(asked):
        for check in CHECKS:
            if check.beside is not None and _on(check, asked[code]):
                found.extend(check.beside(code, asked[code], kept, values, around))
    hard: dict[int, Finding] = {}
    soft: dict[int, Finding] = {}
    for finding in sorted(found, key=lambda finding: ORDER[finding.code]):
        (hard if BY_CODE[finding.code].severity == "hard" else soft).setdefault(finding.row, finding)
    newest = {key: points[-1].at_us for key, points in around.known.items() if points}
    behind = frozenset(row.row for key, line in lines.items() for row in line if row.at_us < newest.get(key, row.at_us))
    return Verdicts(hard, {row: finding for row, finding in soft.items() if row not in hard}, behind)


def _without(lines: Lines, rows: set[int]) -> Lines:
    if not rows:
        return lines
    left = {key: [row for row in line if row.row not in rows] for key, line in lines.items()}
    return {key: line for key, line in left.items() if line}


def _along(asked: Asked, known: Sequence[Point], rows: Sequence[Placed]) -> Iterator[Finding]:
    """Walks one line in order of time. A quarantined row is no neighbour; a suspect one is, but no reference for a running total."""
    checks = [check for check in CHECKS if check.along is not None and _on(check, asked)]
    line: list[Point] = []
    at = 0
    for row in rows:
        while at < len(known) and known[at].at_us < row.at_us:
            line.append(known[at])
            at += 1
        same = None
        if at < len(known) and known[at].at_us == row.at_us:
            same = known[at].value
            at += 1
        if row.value is None:
            continue
        sight = Sight(asked, row, row.value, line, known[at] if at < len(known) else None, same)
        quality = row.quality
        for check in checks:
            params = check.along(sight) if check.along is not None else None
            if params is not None:
                yield Finding(row.row, check.code, params)
                quality = SUSPECT
                if check.severity == "hard":
                    break
        else:
            line.append(Point(row.at_us, row.value, quality))


def series_needed(asked: Mapping[str, Asked], keys: Sequence[SeriesKey], children: Mapping[str, tuple[str, ...]]) -> set[SeriesKey]:
    """The series whose known points `look` wants in its surroundings, the delivery's own included."""
    own = [key for key in keys if key[0] in asked]
    return {*own, *together.needed(asked, own, children)}
