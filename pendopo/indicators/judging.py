"""The verdicts that need history, for a delivery about to be stored and for one that is only tried. Reads, never writes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .beside import lines, neighbours, us_of
from .checks import FLAG, Neighbours, Placed, Problem, Rejudged, Rule, SeriesKey, Verdict
from .models import Doubt
from .soundness.seen import Finding
from .steps import disturbed, judge_steps
from .surroundings import judge_beside


class Beside(NamedTuple):
    """The rows to store with their qualities, those that must wait, the problems of the suspect ones by row, known rows to write anew.

    `out_of_order` counts rows that came after a later one of their series (seen only where history was asked).
    """

    placed: list[Placed]
    held: list[tuple[Placed, Problem]]
    suspect: dict[int, Problem]
    rejudged: list[Rejudged]
    out_of_order: int


def judge_with_history(
    placed: list[Placed], waiting: Sequence[tuple[Placed, Problem]], rules: Mapping[str, Rule], ids: Mapping[SeriesKey, int], now_us: int
) -> Beside:
    """Asks history once, and only for indicators whose checks need it. `waiting` are rows of this delivery that a hard check holds."""
    asked = {code: rule.asked for code, rule in rules.items() if rule.asked is not None}
    steps = {code: rule.step for code, rule in rules.items() if rule.step is not None}
    suspect: dict[int, Problem] = {}
    held: list[tuple[Placed, Problem]] = []
    behind: set[int] = set()
    if asked:
        verdicts = judge_beside(placed, asked, waiting, now_us)
        if verdicts.hard:
            held = [(row, _problem("quarantined", verdicts.hard[row.row])) for row in placed if row.row in verdicts.hard]
            placed = [row for row in placed if row.row not in verdicts.hard]
        suspect = {row: _problem("flagged", finding) for row, finding in verdicts.soft.items()}
        behind.update(verdicts.behind)
    rejudged: list[Rejudged] = []
    checked = [row for row in placed if row.key[0] in steps] if steps else []
    if checked:
        nearest = neighbours(checked, ids)
        behind.update(row for row, known in nearest.items() if known.after_us is not None)
        jumped, rejudged = _steps(checked, steps, ids, nearest)
        for row in checked:
            if row.row in jumped:
                suspect.setdefault(row.row, Problem(row.row, "flagged", "value", "step", {"step": steps[row.key[0]]}))
    if suspect:
        placed = [row._replace(quality=FLAG[row.quality]) if row.row in suspect else row for row in placed]
    return Beside(placed, held, suspect, rejudged, len(behind))


def _problem(verdict: Verdict, finding: Finding) -> Problem:
    return Problem(finding.row, verdict, "at" if finding.code == "clock" else "value", finding.code, finding.params)


def _steps(
    rows: Sequence[Placed], steps: Mapping[str, float], ids: Mapping[SeriesKey, int], nearest: Mapping[int, Neighbours]
) -> tuple[dict[int, int], list[Rejudged]]:
    touched = disturbed(rows, steps, nearest)
    if not touched:
        return {}, []
    jumped, rejudged = judge_steps(rows, steps, lines(rows, touched, ids))
    return jumped, _still_doubted(rejudged, ids)


def _still_doubted(rejudged: list[Rejudged], ids: Mapping[SeriesKey, int]) -> list[Rejudged]:
    """Without the rows that another check than `step` doubts: those stay suspect."""
    if not rejudged:
        return rejudged
    doubts = Doubt.objects.filter(series__in={ids[change.key] for change in rejudged}).exclude(code="step")
    others = {(series, us_of(at), value) for series, at, value in doubts.values_list("series_id", "at", "value")}
    return [change for change in rejudged if change.quality in FLAG.values() or (ids[change.key], change.at_us, change.value) not in others]
