"""The verbs about waiting rows. A decision is final, has a reason and one entry in the book; what is accepted or corrected becomes a figure
in a delivery of its own, by the person who decided. Asked twice, nothing changes the second time."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from .. import storing
from ..actions import enter_delivery, is_region, rules_for, series_of
from ..beside import us_of
from ..checks import QUALITY_CODES, Judge, Observation, Placed, SeriesKey
from ..judging import judge_with_history
from ..models import Delivery, KeptRow, Source, Waiting, Way
from ..sentences import sentence


class Refused(ValueError):
    """A decision that cannot be carried out; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class Decided:
    """How many rows the decision settled now, how many had been settled before, how many still wait for their newer twin's sake."""

    done: int = 0
    before: int = 0
    left: int = 0


def discard(*, rows: Iterable[int], reason: str, by: Person) -> Decided:
    """The rows will never be figures; they stay kept with the reason. Raises Refused."""
    with transaction.atomic():
        waiting, before = _take(rows, reason)
        if waiting:
            _settle(waiting, Waiting.DISCARDED, reason, by)
            _enter(waiting, "discarded", reason, by)
    return Decided(len(waiting), before)


def accept(*, rows: Iterable[int], reason: str, by: Person, quality: str = "ok") -> Decided:
    """The rows become observations as they were sent, of the quality chosen (`ok`, `provisional` or `suspect`). Raises Refused.

    Of several rows with different values for one series and time the newest is taken; the others go on waiting.
    """
    if quality not in QUALITY_CODES:
        raise Refused(_("“%(given)s” is no quality: use ok, provisional or suspect.") % {"given": quality})
    rows = list(rows)
    _prepare(KeptRow.objects.filter(pk__in=rows, state=Waiting.WAITING, at__isnull=False).values_list("at", flat=True))
    with transaction.atomic():
        waiting, before = _take(rows, reason)
        chosen, left = _newest_of_each(waiting)
        placed = [(row, _placed(row, QUALITY_CODES[quality])) for row in chosen]
        made = _store(placed, reason, by)
        if chosen:
            _settle(chosen, Waiting.ACCEPTED, reason, by, made)
            _enter(chosen, "accepted", reason, by, quality=quality, deliveries=sorted({head.pk for head in made.values()}))
    return Decided(len(chosen), before, left)


def correct(*, row: int, reason: str, by: Person, value: float, region: str, at: str, quality: str = "ok") -> Decided:
    """The row becomes an observation with another value, region or time (RFC 3339, or a date). Raises Refused.

    The corrected row is judged like any other: what cannot be placed, or is held again by a bound or the clock, is refused in words.
    """
    kept = KeptRow.objects.select_related("series__indicator", "delivery__source").get(pk=row)
    if kept.series is None:
        raise Refused(_("This row was rejected: it has no place that could be corrected. Send it again."))
    sent = Observation(kept.series.indicator.code, region, at, value, quality, reason.strip()[:1000], kept.series.dims or None)
    spot = _judge(kept, sent)
    ids = series_of({spot.key}, {spot.key: kept.series.dims})
    storing.prepare_months([spot])
    with transaction.atomic():
        waiting, before = _take([row], reason)
        made = _store([(kept, spot) for kept in waiting], reason, by, ids)
        if waiting:
            _settle(waiting, Waiting.CORRECTED, reason, by, made)
            after = {"value": value, "region": region, "at": at, "quality": quality}
            _enter(waiting, "corrected", reason, by, deliveries=[head.pk for head in made.values()], **after)
    return Decided(len(waiting), before)


def _judge(kept: KeptRow, sent: Observation) -> Placed:
    source = kept.delivery.source
    rules = rules_for({sent.indicator}, source)
    judge = Judge(rules=rules, is_region=is_region, zone=ZoneInfo(settings.TIME_ZONE), now=timezone.now())
    judged = judge.judge([sent], [kept.row])
    problem = next((p for p in (*judged.rejected, *(p for _s, p in judged.quarantined))), None)
    if problem is not None:
        raise Refused(sentence(problem.code, problem.params))
    return judged.placed[0]


def _take(rows: Iterable[int], reason: str) -> tuple[list[KeptRow], int]:
    """The rows that still wait, locked; and how many were settled before."""
    if not reason.strip():
        raise Refused(_("A decision about a waiting row needs a reason."))
    wanted = set(rows)
    found = list(
        KeptRow.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted)
        .select_related("delivery__source", "series__indicator")
        .order_by("pk")
    )
    waiting = [row for row in found if row.state == Waiting.WAITING]
    if any(row.state in (Waiting.REJECTED, Waiting.REPEATED) for row in found):
        raise Refused(_("Only waiting rows can be decided: rejected rows are sent again, repeated ones follow the first."))
    return waiting, len(found) - len(waiting)


def _newest_of_each(waiting: Sequence[KeptRow]) -> tuple[list[KeptRow], int]:
    newest = {(row.series_id, row.at): row for row in waiting}
    chosen = [row for row in waiting if row.value == newest[row.series_id, row.at].value]
    return chosen, len(waiting) - len(chosen)


def _placed(row: KeptRow, quality: int) -> Placed:
    series, at = row.series, row.at
    if series is None or at is None:
        raise Refused(_("This row was rejected: it has no place that could be corrected. Send it again."))
    note = row.raw.get("note") if isinstance(row.raw, dict) else None
    return Placed(row.row, (series.indicator.code, series.region_id, series.dims_key), us_of(at), row.value, quality, note or None)


def _prepare(times: Iterable[Any]) -> None:
    storing.prepare_months([Placed(0, ("", "", ""), us_of(at), None, 0, None) for at in times])


def _store(rows: Sequence[tuple[KeptRow, Placed]], reason: str, by: Person, ids: dict[SeriesKey, int] | None = None) -> dict[int, Delivery]:
    """One delivery for each source; gives it by the kept row's key. Neighbours whose step changes are judged anew."""
    by_source: dict[Source, list[tuple[KeptRow, Placed]]] = defaultdict(list)
    for kept, spot in rows:
        by_source[kept.delivery.source].append((kept, spot))
    made: dict[int, Delivery] = {}
    for source, parts in sorted(by_source.items(), key=lambda part: part[0].pk):
        series = ids or {spot.key: kept.series_id or 0 for kept, spot in parts}
        unique = {(spot.key, spot.at_us): spot._replace(row=number) for number, (_kept, spot) in enumerate(parts, 1)}
        placed = list(unique.values())
        rules = {code: replace(rule, asked=None) for code, rule in rules_for({spot.key[0] for spot in placed}, source).items()}
        suspect = sum(spot.quality == QUALITY_CODES["suspect"] for spot in placed)
        digest = hashlib.sha256(msgspec.json.encode([kept.raw for kept, _spot in parts])).hexdigest()
        head = Delivery(source=source, way=Way.DECISION, by=by, digest=digest, name=reason.strip()[:200], rows=len(parts))
        head.known_since, head.pk = storing.stamp()
        head.accepted, head.flagged, head.duplicates = len(placed) - suspect, suspect, len(parts) - len(placed)
        rejudged = judge_with_history(placed, (), rules, series, us_of(timezone.now())).rejudged
        packed = storing.pack(placed, series, rejudged)
        head.earliest = packed.earliest
        head.save(force_insert=True)
        storing.store(packed, delivery=head.pk, known_since=head.known_since)
        enter_delivery(head)
        made.update({kept.pk: head for kept, _spot in parts})
    return made


def _settle(rows: Sequence[KeptRow], state: Waiting, reason: str, by: Person, made: dict[int, Delivery] | None = None) -> None:
    now = timezone.now()
    for row in rows:
        row.state, row.reason, row.decided, row.decided_by = state, reason.strip()[:500], now, by
        row.outcome = (made or {}).get(row.pk)
    KeptRow.objects.bulk_update(rows, ["state", "reason", "decided", "decided_by", "outcome"], batch_size=500)


def _enter(rows: Sequence[KeptRow], verb: str, reason: str, by: Person, **after: Any) -> None:
    """One entry for all: which rows, as they were sent, and what was decided."""
    sent = [{"row": row.pk, "delivery": row.delivery_id, "code": row.code, "sent": row.raw} for row in rows]
    record(by=by, room="indicators", verb=verb, about="/quarantine", before={"rows": sent}, after={"reason": reason.strip()[:500], **after})
