"""GET /api/v1/assessments: indices as they stand, for whoever may see them."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from pendopo.agencies.access import require
from pendopo.agencies.models import Person
from pendopo.indicators.latest import utc_text
from pendopo.indicators.reader import reader_of
from pendopo.regions.api import only

from .catalogue import instrument_named
from .models import Assessment
from .sheet import Column, columns_from

router = Router(tags=["assessments"])

PAGE = 100


class RoundOut(Schema):
    """A side. `low` and `high` differ while requirements are `open`; until then `index` and `predicate` are null. Values are unrounded."""

    kind: str
    signed: str | None
    index: float | None
    predicate: str | None
    near_threshold: bool
    low: float
    high: float
    open: list[str]
    digest: str | None


class AssessmentOut(Schema):
    """One assessment."""

    code: str
    title: str
    instrument: str
    year: int
    agency: str | None
    rounds: list[RoundOut]


class AssessmentPage(Schema):
    """A page of assessments, the newest first, and where to go on."""

    items: list[AssessmentOut]
    next: str | None


@router.get("/assessments", response=AssessmentPage, exclude_none=False, summary="Assessments with their indices")
def assessments(
    request: HttpRequest, instrument: str | None = None, year: int | None = None, cursor: str | None = None
) -> dict[str, object]:
    """Those that the person sees, with every side's index or the range that it may still take."""
    only(request, "instrument", "year", "cursor")
    reader = reader_of(request)
    if not isinstance(reader, Person):
        raise HttpError(401, _("Assessments are for people: send a person's token (pdt_…)."))
    if not reader.has_perm("assessments.see"):
        require(reader, "assessments.see")
    found = Assessment.objects.visible_to(reader).select_related("agency").prefetch_related("rounds__answers").order_by("-pk")
    if instrument is not None:
        found = found.filter(instrument=instrument.replace("\x00", "")[:60])
    if year is not None:
        if not 1900 <= year <= 2200:
            raise HttpError(422, _("The year is from 1900 to 2200."))
        found = found.filter(year=year)
    if cursor:
        if not cursor.isdecimal() or len(cursor) > 18:
            raise HttpError(422, _("This cursor is none of ours: begin without one."))
        found = found.filter(pk__lt=int(cursor))
    rows = list(found[: PAGE + 1])
    items = [
        {
            "code": row.code,
            "title": row.title,
            "instrument": row.instrument,
            "year": row.year,
            "agency": row.agency.code if row.agency else None,
            "rounds": [round_json(column) for column in columns_from(row.rounds.all(), instrument_named(row.instrument))],
        }
        for row in rows[:PAGE]
    ]
    return {"items": items, "next": str(rows[PAGE - 1].pk) if len(rows) > PAGE else None}


def round_json(column: Column) -> dict[str, object]:
    """One side in the shape of RoundOut."""
    low, high = column.span.low, column.span.high
    return {
        "kind": column.round.kind,
        "signed": utc_text(column.round.signed) if column.round.signed else None,
        "index": float(low.index) if column.complete else None,
        "predicate": low.predicate if column.complete else None,
        "near_threshold": column.complete and low.near_threshold,
        "low": float(low.index),
        "high": float(high.index),
        "open": list(column.span.missing),
        "digest": column.round.digest or None,
    }
