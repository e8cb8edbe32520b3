"""The river over HTTP: indicators, sources, the newest words and history. Writing is `ingest.py`, a lean route before Django."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.params import QueryEx

from pendopo.regions.models import Region

from . import history
from .concealing.reading import hidden_figures, is_everyone, key_of, told
from .health.league import standings
from .latest import Figure, figure_json, figures, single, utc_text
from .models import Indicator, IndicatorQuerySet, Source
from .newest import rows
from .reader import Reader, reader_of

router = Router(tags=["figures"])

Code = Literal["1h", "1d", "1w", "1M"]
Aggregate = Literal["mean", "sum", "min", "max", "last", "count"]


class Coverage(Schema):
    """How many of the expected regions reported."""

    reporting: int
    expected: int


class LatestOut(Schema):
    """The newest word about an indicator in a region, with its pulse. Times are RFC 3339 UTC; `age_s` in seconds."""

    indicator: str
    region: str
    at: str | None
    value: float | None
    unit: str
    quality: Literal["ok", "provisional", "suspect"] | None
    age_s: int | None
    freshness: Literal["fresh", "due", "stale", "silent"]
    source: str
    known_since: str | None
    coverage: Coverage
    partial: bool
    dims: dict[str, str] | None = None
    note: str | None = None


class ObservationOut(Schema):
    """One value as it was known. `value` is null and the note `suppressed` where it tells of few people and anybody asks."""

    indicator: str
    region: str
    at: str
    value: float | None
    quality: Literal["ok", "provisional", "suspect"]
    source: str
    known_since: str
    dims: dict[str, str] | None = None
    note: str | None = None


class IndicatorOut(Schema):
    """An indicator and its contract."""

    code: str
    name: dict[str, str]
    unit: str
    every: str
    grace: str
    kind: str
    rollup: str
    level: str
    publicity: str
    sources: list[str]
    derived: Any = None
    keep: str | None = None
    raw_since: str | None = None


class SourceOut(Schema):
    """Who sends figures, and how they keep their contracts: shares 0…1 of 30 days (`refused_24h`: of one), null when unknown."""

    code: str
    name: str
    agency: str
    simulated: bool
    last_heard: str | None
    silent_since: str | None = None
    periods_due: int = 0
    in_time: float | None = None
    complete: float | None = None
    refused_24h: float | None = None


class LatestPage(Schema):
    """A page of newest words."""

    items: list[LatestOut]
    next: str | None


class ObservationPage(Schema):
    """A page of history. `raw_since` stands where the question reaches before it: by indicator, from when on rows are still kept."""

    items: list[ObservationOut]
    next: str | None
    raw_since: dict[str, str] | None = None


class IndicatorPage(Schema):
    """A page of indicators."""

    items: list[IndicatorOut]
    next: str | None


class SourcePage(Schema):
    """A page of sources."""

    items: list[SourceOut]
    next: str | None


def reply(body: dict[str, Any]) -> HttpResponse:
    """The body as JSON, written once and exactly as built (the schemas above describe it; they do not filter it)."""
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


def only(request: HttpRequest, *known: str) -> None:
    """Refuses a parameter that the operation does not know, so that a slip of the pen never widens an answer."""
    for name in request.GET:
        if name not in known and not (name.startswith("dims.") and "dims." in known):
            raise HttpError(422, _("The parameter “%(name)s” is not known here: leave it out.") % {"name": name[:60]})


def moment(text: str | None, name: str) -> datetime | None:
    """A time of a parameter: RFC 3339 with an offset, or a date (00:00 in the government's zone). A `+` that became a space is mended."""
    if not text:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), ZoneInfo(settings.TIME_ZONE))
        found = datetime.fromisoformat(text.replace(" ", "+") if text[10:11] in "Tt" else text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1900 <= found.year < 2200:
        raise HttpError(422, _("“%(name)s” must be RFC 3339 with an offset, or a date: 2026-05-09T00:00:00Z.") % {"name": name})
    return found


def readable(reader: Reader, codes: str | None) -> list[Indicator]:
    """The indicators asked for (comma-separated; all when None) that the reader may read.

    404 for an unknown code, 401 or 403 for a closed one.
    """
    visible: IndicatorQuerySet = Indicator.objects.visible_to(reader)
    if not codes:
        return list(visible.select_related("weight").order_by("code"))
    wanted = {code.strip().replace("\x00", "␀") for code in codes.split(",")}
    found = {indicator.code: indicator for indicator in visible.select_related("weight").filter(code__in=wanted)}
    for code in sorted(wanted - found.keys()):
        if not Indicator.objects.filter(code=code).exists():
            raise HttpError(404, _("There is no indicator “%(code)s”.") % {"code": code[:80]})
        if getattr(reader, "is_anonymous", False):
            raise HttpError(401, _("“%(code)s” is not public: send a key or a token.") % {"code": code})
        raise HttpError(403, _("You may not read “%(code)s”.") % {"code": code})
    return [found[code] for code in sorted(found)]


def region_or_404(code: str | None) -> str | None:
    """The code of a known region."""
    if code and ("\x00" in code or not Region.objects.filter(pk=code[:20]).exists()):
        raise HttpError(404, _("There is no region “%(code)s”: use the Kemendagri code with dots.") % {"code": code[:30]})
    return code or None


@router.get("/latest", response=LatestPage, summary="The newest word, with roll-ups and coverage")
def latest(
    request: HttpRequest, indicator: str | None = None, region: str | None = None, as_of: str | None = None, cursor: str | None = None
) -> HttpResponse:
    """With a region: one figure an indicator, rolled up where the region stands above the indicator's level. Without: every series."""
    only(request, "indicator", "region", "as_of", "cursor")
    reader = reader_of(request)
    wanted = readable(reader, indicator)
    code = region_or_404(region)
    known_by = moment(as_of, "as_of")
    found: list[Figure]
    if code:
        found = figures(wanted, [code], as_of=known_by)
    else:
        by_id = {i.pk: i for i in wanted}
        found = [single(by_id[row.indicator_id], row) for row in rows(wanted, None, known_by)]
    found = sorted(found, key=lambda f: (f.indicator, f.region, sorted(f.dims.items())))
    start = int(cursor) if cursor and cursor.isdigit() and len(cursor) < 10 else 0
    shown = found[start : start + history.PAGE]
    hidden = hidden_figures(shown, {i.code: i for i in wanted}, known_by) if is_everyone(reader) else frozenset()
    items = [figure_json(figure, hidden=key_of(figure) in hidden) for figure in shown]
    return reply({"items": items, "next": str(start + history.PAGE) if len(found) > start + history.PAGE else None})


@router.get("/observations", response=ObservationPage, summary="History as it was known")
def observations(
    request: HttpRequest,
    indicator: str | None = None,
    region: str | None = None,
    since: Annotated[str | None, QueryEx(alias="from")] = None,
    to: str | None = None,
    as_of: str | None = None,
    every: Code | None = None,
    agg: Aggregate = "mean",
    cursor: str | None = None,
) -> HttpResponse:
    """`from` inclusive, `to` exclusive; a region means itself and all below it; `dims.NAME` picks series; `every` cuts buckets in the
    government's zone."""
    only(request, "indicator", "region", "from", "to", "as_of", "every", "agg", "cursor", "dims.")
    dims = tuple((name[5:], str(value)) for name, value in request.GET.items() if name.startswith("dims."))
    reader = reader_of(request)
    asked = readable(reader, indicator)
    question = history.Question(
        indicators=[i.pk for i in asked],
        region=region_or_404(region),
        dims=dims,
        since=moment(since, "from"),
        until=moment(to, "to"),
        as_of=moment(as_of, "as_of"),
        every=every,
        agg=agg,
    )
    try:
        found, following = history.page(question, cursor)
    except ValueError:
        raise HttpError(422, _("The cursor is not one of ours: ask without it and follow “next”.")) from None
    if is_everyone(reader):
        found = told(found, question, asked)
    forgotten = {i.code: utc_text(i.raw_since) for i in history.forgetful(asked, question.since)}
    return reply({"items": [known.as_json() for known in found], "next": following, **({"raw_since": forgotten} if forgotten else {})})


@router.get("/indicators", response=IndicatorPage, summary="What is measured")
def indicators(request: HttpRequest, q: str | None = None, cursor: str | None = None) -> HttpResponse:
    """The indicators the reader may read, by code; `q` looks in codes and names."""
    only(request, "q", "cursor")
    visible: IndicatorQuerySet = Indicator.objects.visible_to(reader_of(request))
    if q:
        visible = visible.filter(code__icontains=_clean(q)) | visible.filter(name_id__icontains=_clean(q))
    if cursor:
        visible = visible.filter(code__gt=_clean(cursor))
    found = list(visible.order_by("code").prefetch_related("sources")[: history.PAGE + 1])
    items = [
        {
            "code": i.code,
            "name": {"id": i.name_id, "en": i.name_en or i.name_id},
            "unit": i.unit,
            "every": i.every,
            "grace": i.grace,
            "kind": i.kind,
            "rollup": i.rollup,
            "level": i.level,
            "publicity": i.publicity,
            "sources": sorted(source.code for source in i.sources.all()),
            "derived": i.derived,
            "keep": i.keep or None,
            "raw_since": utc_text(i.raw_since),
        }
        for i in found[: history.PAGE]
    ]
    return reply({"items": items, "next": found[history.PAGE - 1].code if len(found) > history.PAGE else None})


@router.get("/sources", response=SourcePage, summary="Who sends figures")
def sources(request: HttpRequest, cursor: str | None = None) -> HttpResponse:
    """The sources of the indicators the reader may read, by code."""
    only(request, "cursor")
    visible = Indicator.objects.visible_to(reader_of(request)).values("pk")
    wanted = Source.objects.filter(indicators__in=visible).select_related("agency").distinct().order_by("code")
    if cursor:
        wanted = wanted.filter(code__gt=_clean(cursor))
    found = list(wanted[: history.PAGE + 1])
    health = {line.code: line.as_json() for line in standings(timezone.now())}
    items = [
        {
            "code": source.code,
            "name": source.name,
            "agency": source.agency.code,
            "simulated": source.simulated,
            "last_heard": source.last_heard.isoformat().replace("+00:00", "Z") if source.last_heard else None,
            **health.get(source.code, {}),
        }
        for source in found[: history.PAGE]
    ]
    return reply({"items": items, "next": found[history.PAGE - 1].code if len(found) > history.PAGE else None})


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:100]
