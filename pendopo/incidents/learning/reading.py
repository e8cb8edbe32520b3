"""What reviews found, as it was known at a moment."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from pendopo.agencies.access import User

from ..cases.models import Incident
from ..procedures.logic import say
from ..procedures.models import ProcedureVersion
from .models import Finding


@dataclass(frozen=True)
class Learned:
    """A finding: its words, the step it is about, who wrote it when, and what became of it until the moment asked for."""

    pk: int
    text: str
    about: str
    by: str
    at: datetime
    version: ProcedureVersion | None
    url: str
    reason: str
    settled: datetime | None
    settled_by: str


def steps_of(incident: Incident) -> list[tuple[str, str]]:
    """Code and words of the steps of its procedure."""
    language = get_language() or "id"
    return [(step.code, say(step.do, language)) for step in incident.procedure.spec.steps] if incident.procedure else []


def learned(incident: Incident, at: datetime) -> list[Learned]:
    """The findings of an incident, the oldest first."""
    steps = dict(steps_of(incident))
    rows = Finding.objects.filter(incident=incident, at__lte=at).select_related("by", "settled_by", "version__procedure")
    return [_then(row, steps.get(row.step, ""), at) for row in rows]


def _then(row: Finding, about: str, at: datetime) -> Learned:
    if row.settled is None or row.settled > at:
        return Learned(row.pk, row.text, about, row.by.name, row.at, None, "", "", None, "")
    url = f"{row.version.procedure.get_absolute_url()}?version={row.version.number}" if row.version else ""
    settled_by = row.settled_by.name if row.settled_by else ""
    return Learned(row.pk, row.text, about, row.by.name, row.at, row.version, url, row.reason, row.settled, settled_by)


def origin_of(version: ProcedureVersion, reader: User) -> list[Finding]:
    """The findings that a version came of, of incidents that the reader may see."""
    seen = Finding.objects.filter(version=version, incident__in=Incident.objects.visible_to(reader))
    return list(seen.select_related("incident", "settled_by"))
