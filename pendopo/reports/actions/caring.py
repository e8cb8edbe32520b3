"""What happens by itself: answered reports close when nobody replies, and many reports of one thing raise an alert."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from pendopo.agencies.keepers import keepers_of
from pendopo.alerts.actions.taking import take_alerts
from pendopo.alerts.outside.reading import Sent
from pendopo.audit.actions import record
from pendopo.indicators.models import Source
from pendopo.notify.actions import send

from .. import logic
from ..models import Category, Cluster, Kind, Report, State
from .handling import told, write_step

DISTRICT_PARTS = 3


@transaction.atomic
def close_silent(*, now: datetime | None = None) -> int:
    """Closes what was answered and to which nobody replied within ten working days. Returns how many."""
    moment = now or timezone.now()
    found = list(Report.objects.select_for_update(skip_locked=True).filter(state=State.ANSWERED, reply_by__lte=moment)[:500])
    for report in found:
        report.state = State.CLOSED
        write_step(report, Kind.CLOSED, "", by=None)
        report.save()
        told(report, "close", None)
    return len(found)


@transaction.atomic
def remind() -> int:
    """Tells the keepers of each agency what waits and what is overdue, at most one letter a day (`notify.kinds`). Returns how many."""
    waiting = Report.objects.filter(state__in=[State.RECEIVED, State.VERIFIED], held=False).exclude(agency=None)
    by_agency = Counter(waiting.values_list("agency__code", flat=True))
    late = Counter(waiting.overdue().values_list("agency__code", flat=True))
    told = 0
    for agency, number in sorted(by_agency.items()):
        notice = send(
            to=keepers_of(agency),
            kind="reports-wait",
            subject_template=gettext_noop("%(waiting)s citizen reports wait, %(late)s are overdue"),
            context={"waiting": number, "late": late[agency]},
            about="/handling",
            key=f"reports wait {agency}",
        )
        told += notice is not None
    return told


def counted(now: datetime) -> Counter[tuple[int, str]]:
    """How many reports of a category came from a district within the last day; voices ("me too") do not count, joined reports do."""
    recent = Report.objects.filter(created__gt=now - logic.CLUSTER_WINDOW, created__lte=now, held=False).exclude(state=State.REFUSED)
    rows = recent.filter(category__cluster__gt=0).values_list("category_id", "region_id")
    return Counter((category, ".".join(region.split(".")[:DISTRICT_PARTS])) for category, region in rows)


@transaction.atomic
def note_clusters(*, source: Source, now: datetime | None = None) -> list[Cluster]:
    """Begins and ends clusters, and says so as alerts of the house, so that an incident is opened from one as from any alert."""
    moment = now or timezone.now()
    counts = counted(moment)
    limits = dict(Category.objects.values_list("pk", "cluster"))
    going = {(one.category_id, one.region_id): one for one in Cluster.objects.select_for_update().filter(ended=None)}
    many = {key: number for key, number in counts.items() if number >= limits[key[0]] and key[1].count(".") == DISTRICT_PARTS - 1}
    changed = []
    for key, number in many.items():
        cluster = going.get(key) or Cluster(category_id=key[0], region_id=key[1], since=moment)
        if cluster.pk is None or number > cluster.most:
            cluster.most = number
            cluster.save()
            changed.append(cluster)
    for key, cluster in going.items():
        if counts[key] < max(1, limits[key[0]] // 2):
            cluster.ended = moment
            cluster.save()
            changed.append(cluster)
    if changed:
        take_alerts(
            source=source, rows=[one.pk for one in changed], read=lambda pk: _as_alert(next(c for c in changed if c.pk == pk), moment)
        )
        after = {"clusters": [one.pk for one in changed]}
        record(by=None, room="reports", verb="cluster", about="/handling", after=after)
    return changed


def _as_alert(cluster: Cluster, now: datetime) -> Sent:
    category = cluster.category
    return Sent(
        key=f"reports/{category.code}/{cluster.region_id}/{cluster.pk}",
        name=f"{category.name_id}: {cluster.most} laporan warga"[:200],
        started=cluster.since,
        ended=cluster.ended,
        firing=cluster.ended is None,
        severity=category.severity,
        region=cluster.region_id,
        reason="",
        value=float(cluster.most),
        link=cluster.get_absolute_url(),
        labels={"category": category.code},
    )
