"""Verbs of triggers: set one, open the incidents that are due, and keep what nobody took on yet up to date with its alerts."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.alerts.grouping import worst
from pendopo.alerts.models import RANKS, Alert, Group, State
from pendopo.audit.actions import record
from pendopo.regions.models import Region

from ..cases.actions.opening import open_incident
from ..cases.actions.timeline import add_line
from ..cases.logic import ACTIVE
from ..cases.models import Cause, EntryKind, Incident, common_region
from ..procedures.models import ProcedureVersion, newest
from . import logic
from .models import Trigger

PAGE = "/incidents/triggers"

GROW_SQL = """
INSERT INTO incidents_incident_regions (incident_id, region_id)
SELECT DISTINCT c.incident_id, a.region_id FROM incidents_cause c JOIN alerts_alert a ON a.group_id = c.group_id AND a.state <> 'ended'
WHERE c.incident_id = ANY(%s) AND a.told IS NOT NULL ON CONFLICT DO NOTHING RETURNING incident_id
"""


@transaction.atomic
def set_trigger(*, trigger: Trigger, by: Person | None) -> Trigger:
    """A trigger as it shall be from now on, new or changed. Raises ValidationError with a sentence."""
    trigger.full_clean()
    known = Trigger.objects.select_for_update().filter(pk=trigger.pk).first()
    before: dict[str, Any] = model_to_dict(known) if known else {}
    after = model_to_dict(trigger)
    if before != after:
        trigger.save()
        record(by=by, room="incidents", verb="set_trigger", about=PAGE, before=before, after=model_to_dict(trigger))
    return trigger


def open_due(*, now: datetime | None = None) -> int:
    """Opens an incident for every group of alerts that meets a trigger and that no incident answers yet; answers how many groups found one.

    Asking again changes nothing. What somebody has taken on already as a whole opens nothing.
    """
    triggers = {one.pk: one for one in Trigger.objects.filter(active=True)}
    if not triggers:
        return 0
    wanted = [one.wanted for one in triggers.values()]
    firing = Alert.objects.firing().filter(group__closed=None, group__cause=None, cause=None).exclude(group=None)
    rows = firing.values_list("group", "family", "rule", "severity").annotate(n=Count("pk"), rings=Count("pk", filter=Q(acknowledged=None)))
    groups: dict[int, list[logic.Ringing]] = defaultdict(list)
    ringing: set[int] = set()
    for group, family, rule, severity, count, rings in rows:
        groups[group].append(logic.Ringing(family, rule, RANKS.get(severity, 0), count))
        if rings:
            ringing.add(group)
    opened = 0
    for group in sorted(ringing):
        met = logic.met_by(groups[group], wanted)
        if met is not None:
            opened += _answer(group, triggers[met.pk], now or timezone.now())
    return opened


@transaction.atomic
def _answer(pk: int, trigger: Trigger, now: datetime) -> bool:
    """The incident that goes on about the same thing takes the group in, else a new one opens. False when somebody was quicker."""
    group = Group.objects.select_for_update(no_key=True).get(pk=pk)
    if Cause.objects.filter(group=group).exists():
        return False
    alerts = Alert.objects.filter(group=group)
    facts = alerts.aggregate(began=Min("started"), detected=Min("heard"), real=Count("pk", filter=Q(exercise=False)))
    exercise = not facts["real"]
    procedure = next((one for one in newest() if one.procedure.code == trigger.kind), None) if trigger.kind else None
    incident = _going_on(group, procedure, exercise)
    line = _("Opened by itself: %(trigger)s") % {"trigger": trigger.name}
    if incident is None:
        incident = open_incident(
            title=group.title,
            by=None,
            severity=group.severity,
            regions=list(Region.objects.filter(pk__in=alerts.values("region"))),
            procedure=procedure,
            began=facts["began"],
            detected=facts["detected"],
            exercise=exercise,
        )
    else:
        line = _("More alerts joined by themselves: %(group)s") % {"group": group.title}
    Cause.objects.create(incident=incident, group=group, since=now)
    add_line(incident, EntryKind.ALERT, line, by=None, link=group.get_absolute_url())
    after = {"group": group.pk, "trigger": trigger.name}
    record(by=None, room="incidents", verb="attach", about=incident.get_absolute_url(), after=after, region=incident.region_id)
    return True


def _going_on(group: Group, procedure: ProcedureVersion | None, exercise: bool) -> Incident | None:
    """An incident that still goes on about the same: it answered this group's alerts or an earlier group of the same key, or it is of the
    same kind in a region that touches the group's."""
    active = Incident.objects.active().filter(exercise=exercise).order_by("-pk")
    same = active.filter(Q(causes__group__key=group.key) | Q(causes__alert__group=group)).first()
    if same is not None or procedure is None:
        return same
    above = [".".join(group.region_id.split(".")[: depth + 1]) for depth in range(group.region_id.count(".") + 1)]
    touches = Q(region__in=above) | Q(region__in=Region.objects.within(group.region_id).values("pk"))
    return active.filter(touches, procedure__procedure=procedure.procedure_id).first()


@transaction.atomic
def keep_up(*, now: datetime | None = None) -> int:
    """What opened by itself and nobody took on grows with its alerts: in regions and severity. When somebody took all its alerts on at the
    desk, the incident is taken on too. Answers how many changed."""
    waiting = Incident.objects.select_for_update(of=("self",), skip_locked=True)
    waiting = waiting.filter(state__in=ACTIVE, opened_by=None, acknowledged=None).prefetch_related("causes__group").order_by("pk")
    found = {one.pk: one for one in waiting}
    if not found:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(GROW_SQL, [list(found)])
        grown = {row[0] for row in cursor.fetchall()}
    told = Alert.objects.filter(group__cause__incident__in=found).values_list("group__cause__incident")
    rings = Count("pk", filter=Q(acknowledged=None, state=State.FIRING))
    taken = {pk: at for pk, at, ringing in told.annotate(at=Max("acknowledged"), rings=rings) if at is not None and not ringing}
    changed = 0
    for incident in found.values():
        before = {"severity": incident.severity, "region": incident.region_id}
        for cause in incident.causes.all():
            if cause.group is not None:
                incident.severity = worst(RANKS, incident.severity, cause.group.severity)
        if incident.pk in grown:
            incident.region_id = common_region(sorted(incident.regions.values_list("pk", flat=True)), incident.region_id)
        incident.acknowledged = taken.get(incident.pk)
        after: dict[str, Any] = {"severity": incident.severity, "region": incident.region_id}
        if before == after and incident.pk not in grown and incident.acknowledged is None:
            continue
        incident.touched = now or timezone.now()
        incident.save(update_fields=["severity", "region", "acknowledged", "touched"])
        after |= {"regions": incident.regions.count(), "taken_on": incident.acknowledged is not None}
        record(
            by=None, room="incidents", verb="grow", about=incident.get_absolute_url(), before=before, after=after, region=incident.region_id
        )
        changed += 1
    return changed
