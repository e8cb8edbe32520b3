"""Opening an incident: by hand from a kind, or from an alert with one button."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.alerts import actions as alerts
from pendopo.alerts.models import Alert, Group, Severity
from pendopo.audit.actions import record
from pendopo.regions.models import Region

from ...procedures.models import ProcedureVersion
from ..models import Cause, EntryKind, Incident, common_region, incident_of
from .timeline import EARLIEST, add_line


@transaction.atomic
def open_incident(
    *,
    title: str,
    by: Person | None,
    severity: str = Severity.SEVERE,
    regions: Sequence[Region] = (),
    agencies: Sequence[Agency] = (),
    lead: Person | None = None,
    procedure: ProcedureVersion | None = None,
    detail: str = "",
    began: datetime | None = None,
    detected: datetime | None = None,
    exercise: bool = False,
    split_from: Incident | None = None,
) -> Incident:
    """An incident that goes on from now. Who opens it has taken it on; `detected` is now unless something noticed it before.

    Refused: without a title, or with a beginning in the future.
    """
    now = timezone.now()
    if not title.strip():
        raise Refused(_("Say in a few words what happened."))
    if began is not None and began > now:
        raise Refused(_("This time has not come yet: write what has happened."))
    if began is not None and began < EARLIEST:
        raise Refused(_("This time lies too far back: look at the year."))
    places = list(dict.fromkeys(regions)) or [Region.objects.get(pk=settings.REGION)]
    region = common_region([place.pk for place in places], settings.REGION)
    noticed = min(detected or now, now)
    incident = Incident.objects.create(
        title=title.strip()[:200],
        detail=detail.strip()[:4000],
        severity=severity,
        procedure=procedure,
        lead=lead,
        region_id=region,
        opened=now,
        opened_by=by,
        began=min(began, noticed) if began else None,
        detected=noticed,
        acknowledged=now if by else None,
        exercise=exercise,
        split_from=split_from,
        touched=now,
    )
    incident.regions.set(places)
    incident.agencies.set(agencies)
    add_line(incident, EntryKind.OPENED, _("Opened: %(title)s") % {"title": incident.title}, by=by)
    after = {
        "title": incident.title,
        "severity": severity,
        "regions": [place.pk for place in places],
        "exercise": exercise,
        "procedure": str(procedure.pk) if procedure else "",
    }
    record(by=by, room="incidents", verb="open", about=incident.get_absolute_url(), after=after, region=region)
    return incident


def begins_as(alert: Alert) -> str:
    """The title that an incident from this alert gets."""
    return (alert.group.title if alert.group else "") or f"{alert.name}, {alert.region.name}"


@transaction.atomic
def open_from_alert(*, alert: Alert, by: Person, procedure: ProcedureVersion | None = None) -> Incident:
    """The incident that answers this alert: the one that there is, or a new one that takes over the alert's group, severity, region and
    clocks. The alerts behind it count as taken on: they ring no more."""
    # The group before the alert, as who judges holds them.
    list(Group.objects.select_for_update(no_key=True).filter(alerts=alert.pk))
    locked = Alert.objects.select_for_update(of=("self",)).select_related("group", "region").get(pk=alert.pk)
    known = incident_of(locked)
    if known is not None:
        return known
    behind = list(Alert.objects.filter(group=locked.group_id).select_related("region")) if locked.group_id else [locked]
    incident = open_incident(
        title=begins_as(locked),
        by=by,
        severity=locked.group.severity if locked.group else locked.severity,
        regions=[one.region for one in behind],
        procedure=procedure,
        began=min(one.started for one in behind),
        detected=min(one.heard for one in behind),
        exercise=all(one.exercise for one in behind),
    )
    _attach(incident, locked, by)
    ringing = [one for one in behind if one.acknowledged is None and one.ended is None]
    if ringing:
        alerts.acknowledge(alerts=ringing, by=by, note=_("Incident: %(title)s") % {"title": incident.title})
    return incident


def _attach(incident: Incident, alert: Alert, by: Person | None) -> None:
    if alert.group_id:
        Cause.objects.create(incident=incident, group_id=alert.group_id)
    else:
        Cause.objects.create(incident=incident, alert=alert)
    add_line(incident, EntryKind.ALERT, _("Alert: %(name)s") % {"name": alert.name}, by=by, link=alert.get_absolute_url())


@transaction.atomic
def attach(*, incident: Incident, alert: Alert, by: Person) -> None:
    """This alert, with its group, is answered by this incident. Refused when another incident answers it: merge the two instead."""
    locked = Alert.objects.select_for_update(of=("self",)).select_related("group").get(pk=alert.pk)
    known = incident_of(locked)
    if known == incident:
        return
    if known is not None:
        raise Refused(_("The incident “%(title)s” answers this alert already: merge the two instead.") % {"title": known.title})
    _attach(incident, locked, by)
    if locked.acknowledged is None and locked.ended is None:
        alerts.acknowledge(alerts=[locked], by=by, note=_("Incident: %(title)s") % {"title": incident.title})
    record(by=by, room="incidents", verb="attach", about=incident.get_absolute_url(), after={"alert": alert.pk}, region=incident.region_id)
