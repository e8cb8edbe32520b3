"""The verbs of source health: keep the days' tallies, note silence and its end, and tell of rows that wait. Safe to repeat at any time."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from pendopo.audit.actions import record

from ..derivation.actions import DERIVED_SOURCES
from ..latest import contract_of
from ..models import Delivery, KeptRow, Source, Waiting, Way
from .logic import reminder_due, silent_after
from .models import ContractDay, SourceDay, Watched
from .tallying import first_heard, kept_on, span_of

# The house's own sources answer for themselves.
OWN_SOURCES = (*DERIVED_SOURCES, "pendopo")
# A source that comes and goes is told of once in this time; waiting rows are told at once, later ones together after this time.
CALM = timedelta(days=1)
DIGEST = timedelta(hours=4)
# A delivery that is still being sent in parts is told of as a whole.
SETTLE = timedelta(minutes=1)
# So many of the waiting rows are named in the letter.
NAMED_ROWS = 5

ROSTER_SQL = """
INSERT INTO indicators_roster AS r (source_id, series_id, first, last)
SELECT d.source_id, o.series_id, min(o.at), max(o.at)
FROM indicators_delivery d JOIN indicators_observation o ON o.delivery_id = d.id AND o.known_since = d.known_since
WHERE d.known_since >= %(start)s AND d.known_since < %(end)s AND o.known_since >= %(start)s AND o.value IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (source_id, series_id) DO UPDATE SET first = least(r.first, excluded.first), last = greatest(r.last, excluded.last)
WHERE r.first > excluded.first OR r.last < excluded.last
"""


def watched_sources() -> Iterable[Source]:
    """The sources in use that belong to people."""
    return Source.objects.filter(active=True).exclude(code__in=OWN_SOURCES).select_related("agency").prefetch_related("indicators")


@transaction.atomic
def tally(*, day: date, now: datetime | None = None) -> None:
    """Writes how every source kept its contracts on a day, and what it sent. The same day may be tallied again: late figures are added."""
    moment, zone = now or timezone.now(), ZoneInfo(settings.TIME_ZONE)
    start, end = span_of(day, zone)
    with connection.cursor() as cursor:
        cursor.execute(ROSTER_SQL, {"start": start, "end": end})
    kept, sent = [], []
    for source in watched_sources():
        since = first_heard(source)
        if since is None:
            continue
        for indicator in source.indicators.all():
            found = kept_on(source, indicator, since, day, moment, zone)
            if found.due:
                kept.append(
                    ContractDay(
                        source=source,
                        indicator=indicator,
                        day=day,
                        due=found.due,
                        in_time=min(found.in_time, found.due),
                        arrived=min(found.arrived, found.due),
                    )
                )
    counted = Delivery.objects.filter(known_since__gte=start, known_since__lt=end).exclude(way=Way.DECISION).order_by()
    for line in counted.values("source").annotate(n=Count("id"), taken=Sum("rows"), held=Sum("quarantined"), refused=Sum("rejected")):
        sent.append(
            SourceDay(
                source_id=line["source"],
                day=day,
                deliveries=line["n"],
                rows=line["taken"],
                quarantined=line["held"],
                rejected=line["refused"],
            )
        )
    ContractDay.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["source", "indicator", "day"], update_fields=["due", "in_time", "arrived"]
    )
    SourceDay.objects.bulk_create(
        sent, update_conflicts=True, unique_fields=["source", "day"], update_fields=["deliveries", "rows", "quarantined", "rejected"]
    )


def tally_recent(*, days: int, now: datetime | None = None) -> None:
    """Today and the days before it, oldest first."""
    moment = now or timezone.now()
    today = moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    for back in range(days - 1, -1, -1):
        tally(day=today - timedelta(days=back), now=moment)


def look(*, now: datetime | None = None) -> None:
    """Notes which sources fell silent or were heard again, reminds of long silences, and tells of rows that wait."""
    moment = now or timezone.now()
    for source in watched_sources():
        note_silence(source=source, now=moment)
        tell_waiting(source=source, now=moment)


@transaction.atomic
def note_silence(*, source: Source, now: datetime) -> None:
    """One entry in the book when a source falls silent, one at each reminder, one when it is heard again; none otherwise.

    The row of the source is locked, so that of two work processes one writes. A source that was never heard is not silent.
    """
    Watched.objects.get_or_create(source=source)
    kept = Watched.objects.select_for_update().get(source=source)
    patience = silent_after(contract_of(indicator) for indicator in source.indicators.all())
    heard = Source.objects.filter(pk=source.pk).values_list("last_heard", flat=True).get()
    if patience is None or heard is None:
        return
    if now - heard <= patience:
        if kept.silent_since is not None:
            since, told, kept.silent_since, kept.told = kept.silent_since, kept.told, None, 0
            kept.save()
            _enter(source, "heard_again", since, tell=told > 0)
        return
    if kept.silent_since is None:
        calm = kept.told_at is not None and now - kept.told_at < CALM
        kept.silent_since, kept.told = heard, 0 if calm else 1
        kept.told_at = kept.told_at if calm else now
        kept.save()
        _enter(source, "fell_silent", heard, tell=not calm)
    elif reminder_due(kept.silent_since, max(kept.told, 1), now):
        kept.told, kept.told_at = max(kept.told, 1) + 1, now
        kept.save()
        _enter(source, "still_silent", kept.silent_since, tell=True)


def _enter(source: Source, verb: str, since: datetime, *, tell: bool) -> None:
    """`tell` says whether the source's people must hear of it; room notify follows these entries."""
    after = {"source": source.name, "agency": source.agency.code, "since": since.isoformat(), "tell": tell}
    if verb == "fell_silent":
        record(by=None, room="indicators", verb="fell_silent", about=f"/sources/{source.code}", after=after)
    elif verb == "still_silent":
        record(by=None, room="indicators", verb="still_silent", about=f"/sources/{source.code}", after=after)
    else:
        record(by=None, room="indicators", verb="heard_again", about=f"/sources/{source.code}", after=after)


@transaction.atomic
def tell_waiting(*, source: Source, now: datetime) -> None:
    """One entry for the rows that wait since the last one: at once for the first, later ones together every four hours."""
    Watched.objects.get_or_create(source=source)
    kept = Watched.objects.select_for_update().get(source=source)
    if kept.rows_told_at is not None and now - kept.rows_told_at < DIGEST:
        return
    mine = KeptRow.objects.filter(delivery__source=source, state=Waiting.WAITING)
    facts = mine.aggregate(
        newest=Max("pk"),
        total=Count("pk"),
        fresh=Count("pk", filter=Q(pk__gt=kept.rows_told)),
        last=Max("delivery__received", filter=Q(pk__gt=kept.rows_told)),
    )
    if not facts["fresh"] or now - facts["last"] < SETTLE:
        return
    unheard = mine.filter(pk__gt=kept.rows_told)
    named = unheard.order_by().values_list("series__indicator__code").annotate(n=Count("pk")).order_by("-n")
    first = [_told(row) for row in unheard.select_related("series__region", "series__indicator").order_by("pk")[:NAMED_ROWS]]
    kept.rows_told, kept.rows_told_at = facts["newest"], now
    kept.save()
    after = {
        "source": source.name,
        "agency": source.agency.code,
        "rows": facts["fresh"],
        "total": facts["total"],
        "indicators": dict(named[:10]),
        "first": first,
        "tell": True,
    }
    record(by=None, room="indicators", verb="rows_wait", about=f"/quarantine?source={source.code}", after=after)


def _told(row: KeptRow) -> dict[str, Any]:
    """A waiting row as the letter names it."""
    series = row.series
    return {
        "indicator": series.indicator.code if series else "",
        "region": f"{series.region.name} ({series.region_id})" if series else "",
        "at": row.at.isoformat() if row.at else "",
        "value": row.value,
        "why": row.message,
    }
