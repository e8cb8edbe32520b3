"""What the papers tell, as it was known at a moment: the same moment gives the same timeline, checklist, decisions and figures."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.alerts.cap.models import PublicWarning
from pendopo.indicators.models import Indicator

from ..cases import logic
from ..cases.judging import drill_parts
from ..cases.knowing import Known, OrderThen, known_at, orders_at
from ..cases.models import EntryKind, Incident, TimelineEntry
from ..cases.reading import Happened, checklist, family, figures_known, timeline
from ..cases.views.page import step_rows
from ..field.models import FieldLine, Movement, ShelterReport
from ..field.reading import Sheet, sheet_of
from ..incoming.models import Record
from ..learning.reading import Learned, learned

# A first situation report tells this much.
FIRST = timedelta(hours=24)


@dataclass(frozen=True)
class SituationReport:
    """A situation report: what happened since the last one, what is done and what comes next, and the figures known at `at`."""

    incident: Incident
    known: Known
    number: int
    at: datetime
    since: datetime
    news: list[Happened]
    done: list[dict[str, Any]]
    coming: list[dict[str, Any]]
    orders: list[OrderThen]
    decisions: list[Any]
    figures: list[dict[str, Any]]
    sheet: Sheet


def issued(incident: Incident, before: datetime | None = None) -> list[TimelineEntry]:
    """The situation reports that were issued, the oldest first; with `before`, only those issued before a moment."""
    found = TimelineEntry.objects.filter(incident=incident, kind=EntryKind.PAPER)
    return list(found.filter(at__lt=before) if before else found)


def situation(incident: Incident, reader: Person, at: datetime) -> SituationReport:
    """The situation report as it drafts itself at a moment."""
    earlier = issued(incident, at)
    since = earlier[-1].at if earlier else max(incident.detected - timedelta(minutes=1), at - FIRST)
    steps = step_rows(checklist(incident, at=at), incident)
    return SituationReport(
        incident=incident,
        known=known_at(incident, at),
        number=len(earlier) + 1,
        at=at,
        since=since,
        news=[one for one in timeline(incident, reader=reader, as_of=at) if one.at > since],
        done=[step for step in steps if step["state"] in ("done", "skipped")],
        coming=[step for step in steps if step["state"] in ("waiting", "late")],
        orders=orders_at(incident, at),
        decisions=list(incident.decisions.filter(at__lte=at).select_related("by", "post")),
        figures=[{**one, "at": datetime.fromisoformat(one["at"]) if one["at"] else None} for one in figures_known(incident, reader, at)],
        sheet=sheet_of(incident, at),
    )


@dataclass(frozen=True)
class AfterAction:
    """The after-action report: clocks, 7-1-7, the checklist, decisions, orders, findings, the score of a drill, the whole timeline."""

    incident: Incident
    known: Known
    at: datetime
    clocks: list[tuple[str, datetime | None]]
    spans: list[tuple[str, logic.Span]]
    targets: list[tuple[str, logic.Span]]
    steps: list[dict[str, Any]]
    in_time: tuple[int, int]
    decisions: list[tuple[Any, list[dict[str, Any]]]]
    orders: list[OrderThen]
    timeline: list[Happened]
    people: list[str]
    sheet: Sheet
    path: list[tuple[str, datetime]]
    findings: list[Learned]
    parts: list[tuple[str, logic.Part]] = field(default_factory=list)


def first_of_each(incident: Incident, at: datetime) -> list[tuple[str, datetime]]:
    """The way of the news, from the first report that came in to the public: when each first happened, in the order of time."""
    cases = family(incident)
    warnings = PublicWarning.objects.filter(about__in=[one.get_absolute_url() for one in cases]).exclude(stage="dropped")
    sheltered = ShelterReport.objects.filter(incident__in=cases)
    firsts = [
        (_("First report came in"), Record.objects.filter(incident__in=cases).aggregate(at=Min("at"))["at"]),
        (_("Incident opened"), incident.opened),
        (_("First number from the field"), FieldLine.objects.filter(incident__in=cases).aggregate(at=Min("noted"))["at"]),
        (_("First shelter reported"), sheltered.aggregate(at=Min("noted"))["at"]),
        (_("First resource sent"), Movement.objects.filter(incident__in=cases).aggregate(at=Min("at"))["at"]),
        (_("Warning of the public written"), warnings.aggregate(at=Min("created"))["at"]),
        (_("Warning of the public out"), warnings.aggregate(at=Min("sent"))["at"]),
    ]
    return sorted(((name, when) for name, when in firsts if when is not None and when <= at), key=lambda pair: pair[1])


def after_action(incident: Incident, reader: Person, at: datetime) -> AfterAction:
    """The after-action report as things stand at a moment."""
    clocks = incident.clocks
    words = {
        "detect": _("Began to detected"),
        "acknowledge": _("Detected to taken on"),
        "act": _("Detected to first action"),
        "resolve": _("Detected to over"),
    }
    targets = {"detect": _("Detected within 7 days"), "notify": _("Taken on within 1 day"), "respond": _("Early response within 7 days")}
    parts = {
        "acknowledge": _("Taken on within 5 minutes"),
        "act": _("Acted upon within 15 minutes"),
        "steps": _("Steps done"),
        "in_time": _("Steps in time"),
        "orders": _("Orders answered in time"),
        "requests": _("Requests of the field met"),
        "warned": _("Public warned within 30 minutes"),
        "intake": _("First report became an incident within 5 minutes"),
        "counted": _("First number from the field within 30 minutes"),
    }
    named = {
        "began": _("Began"),
        "detected": _("Detected"),
        "acknowledged": _("Taken on"),
        "first_action": _("First action"),
        "responded": _("Early response complete"),
        "resolved": _("Over"),
    }
    standing = checklist(incident, at=at)
    judged = [one.in_time for one in standing if one.in_time is not None]
    lines = timeline(incident, reader=reader, as_of=at)
    readable = set(Indicator.objects.visible_to(reader).values_list("code", flat=True))
    decisions = incident.decisions.filter(at__lte=at).select_related("by", "post").order_by("at")
    return AfterAction(
        incident=incident,
        known=known_at(incident, at),
        at=at,
        clocks=[(name, moment if moment and moment <= at else None) for code, name in named.items() for moment in [getattr(clocks, code)]],
        spans=[(words[span.code], span) for span in logic.spans(clocks)],
        targets=[(targets[span.code], span) for span in logic.seven_one_seven(clocks)],
        steps=step_rows(standing, incident),
        in_time=(sum(judged), len(judged)),
        decisions=[(one, [figure for figure in one.figures if figure["indicator"] in readable]) for one in decisions],
        orders=orders_at(incident, at),
        timeline=lines,
        people=sorted({one.by for one in lines if one.by}),
        sheet=sheet_of(incident, at),
        path=first_of_each(incident, at),
        findings=learned(incident, at),
        parts=[(parts[part.code], part) for part in drill_parts(incident)] if incident.exercise and incident.resolved else [],
    )
