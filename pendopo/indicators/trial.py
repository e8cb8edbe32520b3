"""What would become of a delivery, judged against history without writing anything: behind `--dry-run` and the preview of an upload."""

from collections.abc import Sequence
from datetime import datetime

from . import storing
from .actions import MAX_PROBLEMS, Receipt, judge_rows
from .checks import Observation, Problem, Refused, on_line, told_first, verdict_counts
from .judging import judge_with_history
from .models import Source
from .sentences import problem_json


def try_delivery(
    *,
    source: Source,
    rows: Sequence[Observation],
    numbers: Sequence[int] | None = None,
    refused: Sequence[Refused] = (),
    spread: int = 1,
    now: datetime | None = None,
) -> Receipt:
    """The receipt that `take_delivery` would give now; its delivery number is 0."""
    judged, judge = judge_rows(source=source, rows=rows, numbers=numbers or range(1, len(rows) + 1), now=now)
    placed = judged.placed
    ids = storing.find_series(sorted({spot.key for spot in placed}))
    # A series that does not exist yet has no history: any number that no series has will do.
    for number, key in enumerate(sorted({spot.key for spot in placed} - set(ids)), 1):
        ids[key] = -number
    beside = judge_with_history(placed, judged.quarantined, judge.rules, ids, judge.now_us)
    same = storing.already_known(beside.placed, ids)
    problems = [
        *judged.rejected,
        *(Problem(no.row, "rejected", no.field, no.code, no.params) for no in refused),
        *judged.duplicates,
        *(problem for _spot, problem in (*judged.quarantined, *beside.held)),
        *(Problem(row, "duplicates", "", "duplicate", {}) for row in same),
        *(problem for row, problem in beside.suspect.items() if row not in same),
    ]
    problems.sort(key=lambda problem: problem.row)
    counts = verdict_counts(problems, len(rows) + len(refused))
    told = [problem_json(on_line(problem, spread)) for problem in told_first(problems, MAX_PROBLEMS)]
    return Receipt(delivery=0, **counts, problems=told, problems_omitted=max(0, len(problems) - MAX_PROBLEMS), known_since=None)
