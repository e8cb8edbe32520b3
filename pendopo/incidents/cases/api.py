"""GET /api/v1/incidents: what goes on, as its reader may see it."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from pendopo.agencies.access import grants_of
from pendopo.agencies.models import Person
from pendopo.indicators.api import moment, only, region_or_404, reply
from pendopo.indicators.latest import utc_text
from pendopo.indicators.reader import reader_of

from . import logic
from .models import Incident
from .reading import checklist, timeline

router = Router(tags=["incidents"])

PAGE = 200
SeverityWord = Literal["Extreme", "Severe", "Moderate", "Minor"]
StateWord = Literal["open", "contained", "resolved", "closed", "merged"]


class ClocksOut(Schema):
    """RFC 3339 UTC; null while it has not come to that."""

    began: str | None
    detected: str
    acknowledged: str | None
    first_action: str | None
    responded: str | None
    resolved: str | None


class IncidentOut(Schema):
    """One incident. `merged_into` is the id of the one that goes on; `score` 0 to 100 at the end of an exercise."""

    id: int
    url: str
    title: str
    detail: str
    kind: str | None
    procedure_version: int | None
    severity: SeverityWord
    state: StateWord
    region: str
    regions: list[str]
    agencies: list[str]
    lead: str | None
    exercise: bool
    score: int | None
    merged_into: int | None
    clocks: ClocksOut
    closed: str | None


class IncidentPage(Schema):
    """A page of incidents, the newest first."""

    items: list[IncidentOut]
    next: str | None


class LineOut(Schema):
    """One line of the timeline; `by` is empty for the house."""

    at: str
    kind: str
    text: str
    by: str
    link: str


class StepOut(Schema):
    """One step of the pinned procedure."""

    code: str
    state: Literal["waiting", "late", "done", "skipped"]
    due: str | None
    in_time: bool | None


class WholeIncident(IncidentOut):
    """An incident with its checklist and timeline."""

    steps: list[StepOut]
    timeline: list[LineOut]


def _person(request: HttpRequest) -> Person:
    reader = reader_of(request)
    if not isinstance(reader, Person):
        raise HttpError(401, _("Incidents are for people: send a person's token (pdt_…)."))
    if not grants_of(reader):
        raise HttpError(403, _("You hold no post: ask an administrator for one."))
    return reader


@router.get("/incidents", response=IncidentPage, summary="What goes on")
def incidents(
    request: HttpRequest,
    state: StateWord | Literal["active", "all"] = "active",
    severity: SeverityWord | None = None,
    region: str | None = None,
    kind: str | None = None,
    since: str | None = None,
    cursor: str | None = None,
) -> HttpResponse:
    """Those that go on unless `state` says otherwise; a region means itself and all below it; `since` = touched at or after that moment."""
    only(request, "state", "severity", "region", "kind", "since", "cursor")
    found = Incident.objects.visible_to(_person(request))
    code, at = region_or_404(region), moment(since, "since")
    if state != "all":
        found = found.filter(state__in=logic.ACTIVE) if state == "active" else found.filter(state=state)
    if severity:
        found = found.filter(severity=severity)
    if kind:
        found = found.filter(procedure__procedure__code=kind.replace("\x00", "")[:40])
    if code:
        within = found.filter(region__code=code) | found.filter(region__code__startswith=f"{code}.")
        below = found.filter(regions__code=code) | found.filter(regions__code__startswith=f"{code}.")
        found = found.filter(pk__in=within.values("pk")) | found.filter(pk__in=below.values("pk"))
    if at:
        found = found.filter(touched__gte=at)
    if cursor:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise HttpError(422, _("The cursor is not one of ours: ask without it and follow “next”."))
        found = found.filter(pk__lt=int(cursor))
    rows = found.select_related("lead", "procedure__procedure").prefetch_related("regions", "agencies").order_by("-pk").distinct()
    page = list(rows[: PAGE + 1])
    return reply({"items": [incident_json(one) for one in page[:PAGE]], "next": str(page[PAGE - 1].pk) if len(page) > PAGE else None})


@router.get("/incidents/{number}", response=WholeIncident, summary="One incident with its timeline")
def incident(request: HttpRequest, number: int) -> HttpResponse:
    """The incident with its checklist and everything that happened, the oldest first."""
    only(request)
    person = _person(request)
    visible = Incident.objects.visible_to(person).select_related("lead", "procedure__procedure")
    found = visible.filter(pk=min(max(number, 0), 2**62)).first()
    if found is None:
        raise HttpError(404, _("There is no such incident, or you may not see it."))
    steps = [{"code": one.step.code, "state": one.state, "due": utc_text(one.due), "in_time": one.in_time} for one in checklist(found)]
    lines = [
        {"at": utc_text(one.at), "kind": one.kind, "text": one.text, "by": one.by, "link": one.link}
        for one in timeline(found, reader=person)
    ]
    return reply({**incident_json(found), "steps": steps, "timeline": lines})


def incident_json(incident: Incident) -> dict[str, Any]:
    """One incident in the shape of GET /api/v1/incidents."""
    clocks = incident.clocks
    return {
        "id": incident.pk,
        "url": incident.get_absolute_url(),
        "title": incident.title,
        "detail": incident.detail,
        "kind": incident.procedure.procedure.code if incident.procedure else None,
        "procedure_version": incident.procedure.number if incident.procedure else None,
        "severity": incident.severity,
        "state": incident.state,
        "region": incident.region_id,
        "regions": [one.pk for one in incident.regions.all()],
        "agencies": [one.code for one in incident.agencies.all()],
        "lead": incident.lead.name if incident.lead else None,
        "exercise": incident.exercise,
        "score": incident.score,
        "merged_into": incident.merged_into_id,
        "clocks": {
            name: utc_text(getattr(clocks, name)) for name in ("began", "detected", "acknowledged", "first_action", "responded", "resolved")
        },
        "closed": utc_text(incident.closed),
    }
