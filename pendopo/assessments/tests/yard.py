"""An SPBE assessment to play with."""

from pendopo.agencies.models import Person
from pendopo.assessments import actions
from pendopo.assessments.catalogue import instrument_named
from pendopo.assessments.models import Assessment, Round


def spbe(by: Person | None = None, *, instrument: str = "spbe-2020", year: int = 2025) -> Assessment:
    """An open assessment with its self-assessment round."""
    return actions.open_assessment(instrument=instrument, year=year, by=by)


def answer_all(round: Round, by: Person, value: str = "3", *, but: tuple[str, ...] = ()) -> None:
    """Answers every requirement of a round with one value, except some."""
    for node in instrument_named(round.assessment.instrument).leaves():
        if node.code not in but:
            actions.write_answer(round=round, node=node.code, by=by, value=value)
