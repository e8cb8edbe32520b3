"""GET /api/v1/changes: what was said between two moments, for machines: new reports, corrections (old and new), retractions."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.params import QueryEx

from .api import moment, only, readable, region_or_404, reply
from .concealing.reading import Key, hidden_words, is_everyone
from .history import PAGE, Question, series_of
from .lineage import dims_of
from .models import Series
from .moments.changes import Change, Place, Span, changes
from .reader import reader_of

router = Router(tags=["figures"])

# So many series are asked about at once.
SERIES_AT_A_TIME = 500

# A moment as the cursor holds it.
Stamp = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$")]


class BeforeOut(Schema):
    """The word that was replaced. `value` null = it had been taken back."""

    value: float | None
    quality: Literal["ok", "provisional", "suspect"]
    known_since: str
    delivery: int


class ChangeOut(Schema):
    """A newer word about a series and time. `before` null = the first word."""

    kind: Literal["arrived", "corrected", "noted", "retracted", "restored"]
    indicator: str
    region: str
    at: str
    value: float | None
    quality: Literal["ok", "provisional", "suspect"]
    known_since: str
    delivery: int
    before: BeforeOut | None
    dims: dict[str, str] | None = None
    note: str | None = None


class ChangePage(Schema):
    """A page of changes."""

    items: list[ChangeOut]
    next: str | None


@router.get("/changes", response=ChangePage, summary="What was said between two moments")
def between(
    request: HttpRequest,
    indicator: str,
    since: Annotated[str, QueryEx(alias="from")],
    to: str | None = None,
    region: str | None = None,
    cursor: str | None = None,
) -> HttpResponse:
    """Every newer word known after `from` and up to `to` (default: now) about an indicator (several with commas), in a region and all
    below it; `dims.NAME` picks series. Ordered by indicator, region, dims, time and stamp."""
    only(request, "indicator", "from", "to", "region", "cursor", "dims.")
    reader = reader_of(request)
    wanted = readable(reader, indicator or "-")
    after, until = moment(since or "-", "from"), moment(to, "to") or timezone.now()
    if after is None or after >= until:
        raise HttpError(422, _("“to” must be later than “from”."))
    question = Question([one.pk for one in wanted], region_or_404(region), tuple(dims_of(request).items()))
    series = series_of(question)
    first, start = _resume(series, cursor) if cursor else (0, Place())
    found: list[Change] = []
    while first < len(series) and len(found) <= PAGE:
        spans = [Span(one) for one in series[first : first + SERIES_AT_A_TIME]]
        found += changes(spans, after, until, start=start, limit=PAGE + 1 - len(found))
        first, start = first + SERIES_AT_A_TIME, Place()
    following = _cursor(found[PAGE - 1]) if len(found) > PAGE else None
    shown = without_few(found[:PAGE]) if is_everyone(reader) else found[:PAGE]
    return reply({"items": [change.as_json() for change in shown], "next": following})


def without_few(found: Sequence[Change]) -> list[Change]:
    """The changes as everyone may read them: none from or to a number that tells of few people."""

    def key(change: Change) -> Key:
        return Key(change.series.indicator.code, change.series.region_id, change.series.dims_key, change.at)

    hidden = hidden_words([(key(one), value) for one in found for value in (one.value, one.before)])
    return [change for change in found if key(change) not in hidden]


def _cursor(last: Change) -> str:
    series = last.series
    place = [series.indicator.code, series.region_id, series.dims_key, last.at.isoformat(), last.known_since.isoformat()]
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _resume(series: Sequence[Series], cursor: str) -> tuple[int, Place]:
    """The series to go on with, and where in it."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        code, region, dims, at, known = msgspec.json.decode(text, type=tuple[str, str, str, Stamp, Stamp])
        datetime.fromisoformat(at), datetime.fromisoformat(known)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise HttpError(422, _("The cursor is not one of ours: ask without it and follow “next”.")) from None
    for index, one in enumerate(series):
        here = (one.indicator.code, one.region_id, one.dims_key)
        if here >= (code, region, dims):
            return index, Place(1, at, known) if here == (code, region, dims) else Place()
    return len(series), Place()
