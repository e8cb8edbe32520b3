"""Alerts over HTTP: what is bad, for those who may know, and the door for systems outside that report something."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from pendopo.agencies.access import grants_of
from pendopo.indicators.api import moment, only, region_or_404, reply
from pendopo.indicators.api_writing import PROBLEM
from pendopo.indicators.credentials import Refusal, writer_of
from pendopo.indicators.latest import utc_text
from pendopo.indicators.models import Source
from pendopo.indicators.reader import Reader, reader_of

from .actions.taking import take_alerts
from .models import Alert, AlertQuerySet, State
from .outside.reading import Sent, from_alertmanager, plain, rows_of

router = Router(tags=["alerts"])

PAGE = 500
SeverityWord = Literal["Extreme", "Severe", "Moderate", "Minor"]
StateWord = Literal["open", "waiting", "suppressed", "firing", "ended", "all"]


class AlertOut(Schema):
    """One alert. Times are RFC 3339 UTC; `ended` null while it is open; `quiet` says why it is not told."""

    id: int
    fingerprint: str
    name: str
    severity: SeverityWord
    state: Literal["waiting", "suppressed", "firing", "ended"]
    quiet: str
    reason: str
    region: str
    indicator: str | None
    dims: dict[str, str]
    labels: dict[str, str]
    value: float | None
    peak: float | None
    started: str
    heard: str
    ended: str | None
    acknowledged: str | None
    flapping: bool
    exercise: bool
    group: int | None
    rule: str | None
    source: str | None
    link: str


class AlertPage(Schema):
    """A page of alerts, the newest first."""

    items: list[AlertOut]
    next: str | None


class ProblemOut(Schema):
    """A row that was refused, or taken in another way than it says (`unknown-region`, `clock`). Rows count from 1."""

    row: int
    field: str
    code: str
    message: str


class TakenOut(Schema):
    """What became of the rows. Refused ones are kept with their reason."""

    accepted: int
    refused: int
    problems: list[ProblemOut]
    problems_omitted: int = 0


def _reader(request: HttpRequest) -> Reader:
    found = reader_of(request)
    if not isinstance(found, Source) and found.is_anonymous:
        raise Refusal(401, "credential", _("Alerts are for those who work here: send a key (pds_…) or a token (pdt_…)."))
    if not isinstance(found, Source) and not grants_of(found):
        raise Refusal(403, "no-right", _("You hold no post: ask an administrator for one."))
    return found


@router.get("/alerts", response=AlertPage, summary="What is bad")
def alerts(
    request: HttpRequest,
    state: StateWord = "open",
    severity: SeverityWord | None = None,
    region: str | None = None,
    indicator: str | None = None,
    rule: str | None = None,
    group: int | None = None,
    since: str | None = None,
    cursor: str | None = None,
) -> HttpResponse:
    """Open alerts unless `state` says otherwise; a region means itself and all below it; `since` = touched at or after that moment."""
    only(request, "state", "severity", "region", "indicator", "rule", "group", "since", "cursor")
    found = _narrowed(Alert.objects.visible_to(_reader(request)), state, region_or_404(region), moment(since, "since"))
    for name, value in (("severity", severity), ("indicator", indicator), ("rule__code", rule)):
        if value:
            found = found.filter(**{name: value.replace("\x00", "")})
    if group is not None:
        found = found.filter(group=min(max(group, 0), 2**62))
    if cursor:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise HttpError(422, _("The cursor is not one of ours: ask without it and follow “next”."))
        found = found.filter(pk__lt=int(cursor))
    page = list(found.select_related("rule", "source").order_by("-pk")[: PAGE + 1])
    items = [alert_json(alert) for alert in page[:PAGE]]
    return reply({"items": items, "next": str(page[PAGE - 1].pk) if len(page) > PAGE else None})


def _narrowed(found: AlertQuerySet, state: str, region: str | None, since: datetime | None) -> AlertQuerySet:
    if state == "open":
        found = found.exclude(state=State.ENDED)
    elif state != "all":
        found = found.filter(state=state)
    if region:
        found = found.filter(region__code=region) | found.filter(region__code__startswith=f"{region}.")
    return found.filter(touched__gte=since) if since else found


def alert_json(alert: Alert) -> dict[str, Any]:
    """One alert in the shape of GET /api/v1/alerts."""
    return {
        "id": alert.pk,
        "fingerprint": alert.fingerprint,
        "name": alert.name,
        "severity": alert.severity,
        "state": alert.state,
        "quiet": alert.quiet,
        "reason": alert.reason,
        "region": alert.region_id,
        "indicator": alert.indicator or None,
        "dims": alert.dims,
        "labels": alert.labels,
        "value": alert.value,
        "peak": alert.peak,
        "started": utc_text(alert.started),
        "heard": utc_text(alert.heard),
        "ended": utc_text(alert.ended),
        "acknowledged": utc_text(alert.acknowledged),
        "flapping": alert.flapping,
        "exercise": alert.exercise,
        "group": alert.group_id,
        "rule": alert.rule.code if alert.rule else None,
        "source": alert.source.code if alert.source else None,
        "link": alert.link,
    }


REFUSALS = {
    401: "The credential is missing, wrong or revoked",
    403: "The credential names no source",
    413: "The body is too large",
    422: "The body cannot be read, or holds no alert",
}
ANSWERS = {status: {"description": text, "content": {"application/problem+json": {"schema": PROBLEM}}} for status, text in REFUSALS.items()}
ROW = {"type": "object"}
BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["alerts"], "properties": {"alerts": {"type": "array", "minItems": 1, "items": ROW}}}
        }
    },
}
EXTRA = {"requestBody": BODY, "responses": ANSWERS}


@router.post("/alerts", response={201: TakenOut}, summary="Report alerts as plain JSON", openapi_extra=EXTRA)
def report(request: HttpRequest) -> HttpResponse:
    """`{"alerts":[{"name","status":"firing"|"resolved","id"?,"at"?,"ended"?,"severity"?,"region"?,"reason"?,"value"?,"link"?,"labels"?}]}`
    with a source's key. The same `id` is the same thing; without one, name, region and labels name it."""
    return _take(request, plain)


@router.post("/alerts/alertmanager", response={201: TakenOut}, summary="Prometheus Alertmanager's webhook", openapi_extra=EXTRA)
def alertmanager(request: HttpRequest) -> HttpResponse:
    """A `webhook_config` of Alertmanager with a source's key as its bearer credential. See docs/rooms/alerts.md."""
    return _take(request, from_alertmanager)


def _take(request: HttpRequest, read: Callable[[Any], Sent]) -> HttpResponse:
    writer = writer_of(request.headers.get("Authorization", ""), {name: str(value) for name, value in request.GET.items()})
    if writer.source is None:
        raise Refusal(403, "which-source", _("Alerts are sent in the name of a source: use its key (pds_…), or add ?source=CODE."))
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise HttpError(413, _("The body is too large: send the alerts in several parts."))
    try:
        rows = rows_of(request.body)
    except (ValueError, RecursionError):
        raise HttpError(422, _("The body must be JSON with a list of alerts: {“alerts”: […]}.")) from None
    taken = take_alerts(source=writer.source, rows=rows, read=read)
    return HttpResponse(msgspec.json.encode(taken.as_json()), status=201, content_type="application/json")
