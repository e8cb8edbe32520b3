"""The verbs of people about alerts: take them on, keep one quiet for a while, plan maintenance."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.indicators.models import Source
from pendopo.regions.models import Region

from ..models import Acknowledgement, Alert, Change, Maintenance, Rule, Snooze, State
from .book import TOLD_IN_ONE, lock, ring
from .judging import Judge


@transaction.atomic
def acknowledge(*, alerts: Iterable[Alert], by: Person, note: str = "", way: str = "page", now: datetime | None = None) -> int:
    """A person takes these alerts on: they ring no more. Answers how many nobody had taken on before; the others get the note only."""
    moment = now or timezone.now()
    every = list(alerts)
    if not every:
        return 0
    waiting = Alert.objects.filter(pk__in=[alert.pk for alert in every], acknowledged=None)
    fresh = set(waiting.select_for_update().values_list("pk", flat=True))
    Alert.objects.filter(pk__in=fresh).update(acknowledged=moment, touched=moment)
    given = [Acknowledgement(alert=alert, by=by, at=moment, note=note[:500], way=way) for alert in every]
    Acknowledgement.objects.bulk_create(given, batch_size=2000)
    changes = [Change(alert=alert, at=moment, state="acknowledged", reason=note[:500], by=by) for alert in every]
    Change.objects.bulk_create(changes, batch_size=2000)
    for start in range(0, len(every), TOLD_IN_ONE):
        part = every[start : start + TOLD_IN_ONE]
        about = part[0].get_absolute_url() if len(every) == 1 else "/alerts"
        told = [{"id": alert.pk, "fingerprint": alert.fingerprint, "group": alert.group_id} for alert in part]
        record(
            by=by,
            room="alerts",
            verb="acknowledged",
            about=about,
            after={"alerts": told, "note": note, "way": way},
            region=part[0].region_id if len(every) == 1 else "",
        )
    ring()
    return len(fresh)


@transaction.atomic
def snooze(*, alert: Alert, by: Person, until: datetime, reason: str, now: datetime | None = None) -> Snooze:
    """Keeps one thing quiet until a moment. It is still watched: it may end, and rings again afterwards when it is still bad."""
    moment = now or timezone.now()
    lock()
    row = Snooze.objects.create(fingerprint=alert.fingerprint, by=by, at=moment, until=until, reason=reason[:300])
    Change.objects.create(alert=alert, at=moment, state="snoozed", reason=reason[:500], by=by)
    after = {"fingerprint": alert.fingerprint, "until": until.isoformat(), "reason": reason}
    record(by=by, room="alerts", verb="snoozed", about=alert.get_absolute_url(), after=after, region=alert.region_id)
    _look(alert.fingerprint, moment)
    return row


@transaction.atomic
def wake(*, alert: Alert, by: Person, now: datetime | None = None) -> None:
    """Ends the snooze of a thing."""
    moment = now or timezone.now()
    lock()
    if Snooze.objects.filter(fingerprint=alert.fingerprint, until__gt=moment).update(until=moment):
        Change.objects.create(alert=alert, at=moment, state="woken", by=by)
        record(by=by, room="alerts", verb="woken", about=alert.get_absolute_url(), region=alert.region_id)
    _look(alert.fingerprint, moment)


def _look(fingerprint: str, now: datetime) -> None:
    judge = Judge([fingerprint], now)
    judge.look(fingerprint)
    judge.write()
    ring()


@transaction.atomic
def plan_maintenance(
    *,
    by: Person,
    name: str,
    region: Region,
    start: datetime,
    end: datetime,
    reason: str = "",
    rule: Rule | None = None,
    source: Source | None = None,
) -> Maintenance:
    """A window in which what is new is watched and kept quiet; what was told before goes on and may recover."""
    window = Maintenance(name=name, region=region, start=start, end=end, reason=reason, rule=rule, source=source, by=by)
    window.full_clean()
    window.save()
    after = {"name": name, "start": start.isoformat(), "end": end.isoformat(), "reason": reason}
    after |= {"rule": rule.code if rule else "", "source": source.code if source else ""}
    record(by=by, room="alerts", verb="planned_maintenance", about="/alerts/maintenance", after=after, region=region.pk)
    return window


@transaction.atomic
def cancel_maintenance(*, window: Maintenance, by: Person, now: datetime | None = None) -> bool:
    """The window is over now; what it kept quiet and is still bad rings within a second. False when it was over already."""
    moment = now or timezone.now()
    lock()
    done = Maintenance.objects.filter(pk=window.pk, cancelled=None, end__gt=moment).update(cancelled=moment)
    if done:
        Alert.objects.open().filter(state=State.SUPPRESSED, quiet="maintenance").update(quiet_until=moment)
        record(
            by=by,
            room="alerts",
            verb="cancelled_maintenance",
            about="/alerts/maintenance",
            before={"name": window.name},
            region=window.region_id,
        )
        ring()
    return bool(done)
