"""Changing an incident: who leads, how bad it is, where, and how it stands. Every change is a line of the timeline."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.alerts import actions as alerts
from pendopo.alerts.models import Severity
from pendopo.audit.actions import record
from pendopo.regions.models import Region

from .. import logic
from ..judging import score_of
from ..models import EntryKind, Incident, State, alerts_of, common_region
from .timeline import add_line


def held(incident: Incident) -> Incident:
    """The incident under its row's lock. Refused when it was merged: the other one goes on."""
    found = Incident.objects.select_for_update(of=("self",)).select_related("merged_into").get(pk=incident.pk)
    if found.merged_into is not None:
        raise Refused(_("It was merged into “%(title)s”: go on there.") % {"title": found.merged_into.title})
    return found


def take_on(incident: Incident, by: Person) -> None:
    """Within a verb: whoever acts upon an incident that nobody took on has taken it on; the alerts behind it ring no more."""
    if incident.acknowledged is not None:
        return
    incident.acknowledged = timezone.now()
    Incident.objects.filter(pk=incident.pk).update(acknowledged=incident.acknowledged)
    ringing = alerts_of(incident).filter(acknowledged=None, ended=None)
    alerts.acknowledge(alerts=ringing, by=by, note=_("Incident: %(title)s") % {"title": incident.title})


@transaction.atomic
def move(*, incident: Incident, to: str, by: Person, why: str = "") -> Incident:
    """Under control, over, closed, or open again. A drill gets its score when it is over. Refused when it does not stand so any more."""
    kept = held(incident)
    if to not in logic.moves_from(kept.state):
        raise Refused(_("The incident stands at “%(state)s” already: load the page anew.") % {"state": kept.get_state_display()})
    take_on(kept, by)
    before, now = kept.state, timezone.now()
    kept.state = State(to)
    if to == State.RESOLVED:
        kept.resolved = now
    elif to == State.CLOSED:
        kept.closed = now
    else:
        kept.closed = None
        if to == State.OPEN:
            kept.resolved = None
    if kept.exercise and to == State.RESOLVED:
        kept.score = score_of(kept)
    kept.save(update_fields=["state", "resolved", "closed", "score"])
    words = str(kept.get_state_display()) + (f": {why.strip()}" if why.strip() else "")
    add_line(kept, EntryKind.STATE, words, by=by)
    record(
        by=by,
        room="incidents",
        verb="move",
        about=kept.get_absolute_url(),
        before={"state": before},
        after={"state": to, "why": why},
        region=kept.region_id,
    )
    return kept


@transaction.atomic
def take_lead(*, incident: Incident, lead: Person | None, by: Person, instead_of: Person | None) -> Incident:
    """Who leads from now on. Refused when somebody else leads than the one (or nobody) whom it is taken from."""
    kept = held(incident)
    if kept.lead_id == (lead.pk if lead else None):
        return kept
    before = kept.lead
    if before != instead_of:
        raise Refused(_("%(name)s leads now: look again before you change it.") % {"name": before.name if before else _("Nobody")})
    if lead is not None:
        take_on(kept, by)
    kept.lead = lead
    kept.save(update_fields=["lead"])
    text = _("%(name)s leads") % {"name": lead.name} if lead else _("Nobody leads")
    if before is not None:
        text += _(" (before: %(name)s)") % {"name": before.name}
    add_line(kept, EntryKind.CHANGE, text, by=by)
    record(
        by=by,
        room="incidents",
        verb="lead",
        about=kept.get_absolute_url(),
        before={"lead": before.name if before else ""},
        after={"lead": lead.name if lead else ""},
        region=kept.region_id,
    )
    return kept


def edition(incident: Incident) -> str:
    """What changes whenever one of the facts does that `change` sets."""
    return hashlib.sha256(json.dumps(_facts(incident), sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def change(
    *,
    incident: Incident,
    by: Person,
    title: str,
    severity: str,
    detail: str,
    regions: Sequence[Region],
    agencies: Sequence[Agency],
    known: str,
) -> Incident:
    """The facts as they are known now. What changed stands in the timeline, word for word. Refused when they are not those (`edition`) any
    more that the writer had before their eyes."""
    kept = held(incident)
    if known != edition(kept):
        raise Refused(_("Somebody changed these facts meanwhile: open the page anew, so that nothing of theirs is lost."))
    if not title.strip():
        raise Refused(_("Say in a few words what happened."))
    before = _facts(kept)
    places = list(dict.fromkeys(regions)) or [Region.objects.get(pk=settings.REGION)]
    kept.title, kept.severity, kept.detail = title.strip()[:200], severity, detail.strip()[:4000]
    kept.region_id = common_region([place.pk for place in places], settings.REGION)
    kept.save(update_fields=["title", "severity", "detail", "region"])
    kept.regions.set(places)
    kept.agencies.set(agencies)
    after = _facts(kept)
    if before == after:
        return kept
    told = [f"{name}: {_said(before[key])} → {_said(after[key])}" for key, name in _names().items() if before[key] != after[key]]
    add_line(kept, EntryKind.CHANGE, "; ".join(told), by=by)
    record(by=by, room="incidents", verb="change", about=kept.get_absolute_url(), before=before, after=after, region=kept.region_id)
    return kept


def _names() -> dict[str, str]:
    return {
        "title": _("Title"),
        "severity": _("Severity"),
        "detail": _("What is known"),
        "regions": _("Regions"),
        "agencies": _("Agencies"),
    }


def _said(value: str) -> str:
    """A fact in words."""
    return str(Severity(value).label) if value in Severity.values else value or "–"


def _facts(incident: Incident) -> dict[str, Any]:
    return {
        "title": incident.title,
        "severity": incident.severity,
        "detail": incident.detail,
        "regions": ", ".join(incident.regions.order_by("code").values_list("name", flat=True)),
        "agencies": ", ".join(incident.agencies.order_by("name").values_list("name", flat=True)),
    }
