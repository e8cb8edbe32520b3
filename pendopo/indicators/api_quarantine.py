"""GET /api/v1/quarantine: rows that were kept and are no figures, for the programs of those who must decide."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from .api import only, reply
from .latest import utc_text
from .models import KeptRow, Source, Waiting
from .reader import reader_of

router = Router(tags=["figures"])

PAGE = 1000
State = Literal["waiting", "accepted", "corrected", "discarded", "rejected", "repeated"]


class KeptOut(Schema):
    """A kept row: its place as far as it has one, why it was held, and what a person decided."""

    id: int
    source: str
    delivery: int
    row: int
    state: State
    indicator: str | None
    region: str | None
    at: str | None
    value: float | None
    code: str
    message: str
    received: str
    decided: str | None
    reason: str | None


class KeptPage(Schema):
    """A page of kept rows."""

    items: list[KeptOut]
    next: str | None


@router.get("/quarantine", response=KeptPage, summary="Rows that wait, and what was decided")
def quarantine(request: HttpRequest, state: State = "waiting", source: str | None = None, cursor: str | None = None) -> HttpResponse:
    """The newest first: for a key the rows of its own source, for a person those of the sources whose deliveries they may see."""
    only(request, "state", "source", "cursor")
    reader = reader_of(request)
    if isinstance(reader, Source):
        rows = KeptRow.objects.filter(delivery__source=reader)
    elif reader.is_anonymous:
        raise HttpError(401, _("Kept rows are not public: send a key or a token."))
    else:
        rows = KeptRow.objects.visible_to(reader)
    rows = rows.filter(state=Waiting(state)).select_related("delivery__source", "series__indicator").order_by("-pk")
    if source:
        rows = rows.filter(delivery__source__code=source.replace("\x00", "")[:60])
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise HttpError(422, _("The cursor is not one of ours: ask without it and follow “next”."))
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows[: PAGE + 1])
    return reply({"items": [kept_json(row) for row in found[:PAGE]], "next": str(found[PAGE - 1].pk) if len(found) > PAGE else None})


def kept_json(row: KeptRow) -> dict[str, object]:
    """A kept row as JSON; `reason` is the person's."""
    return {
        "id": row.pk,
        "source": row.delivery.source.code,
        "delivery": row.delivery_id,
        "row": row.row,
        "state": row.state,
        "indicator": row.series.indicator.code if row.series else None,
        "region": row.series.region_id if row.series else None,
        "at": utc_text(row.at),
        "value": row.value,
        "code": row.code,
        "message": row.message,
        "received": utc_text(row.delivery.received),
        "decided": utc_text(row.decided),
        "reason": row.reason or None,
    }
