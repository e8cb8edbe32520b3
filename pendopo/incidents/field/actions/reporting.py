"""Writing lines of the field sheet: numbers of people and of damage, the state of roads and services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.regions.models import Region

from ...cases.actions.changing import held
from ...cases.actions.timeline import EARLIEST
from ...cases.models import Incident
from .. import logic
from ..models import WORDS, FieldLine, Topic, Works


@dataclass(frozen=True)
class Counted:
    """One word of the field, before it is written. Without number and state it takes the series back."""

    topic: str
    what: str
    region: Region
    number: int | None = None
    state: str = ""
    place: str = ""
    sex: str = ""
    age: str = ""
    vulnerable: str = ""
    note: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@transaction.atomic
def report(
    *, incident: Incident, counted: Sequence[Counted], source: str, by: Person | None, at: datetime | None = None
) -> list[FieldLine]:
    """Lines of the sheet, as they were at a moment, with who says so. What the sheet says already as of then is not written again.

    Refused: without a source, with a time that has not come, with a word that the sheet does not know, or a service without its state.
    """
    kept = held(incident)
    now = timezone.now()
    when = stated(at, now)
    if not source.strip():
        raise Refused(_("Say who reports this: a number without a source cannot be answered for."))
    if not counted:
        raise Refused(_("Write at least one number."))
    for one in counted:
        _known(one)
    told = {line.series: line for line in logic.newest(row.line for row in FieldLine.objects.filter(incident=kept))}
    rows = [
        FieldLine(
            incident=kept,
            topic=one.topic,
            what=one.what,
            region=one.region,
            place=one.place.strip()[:120],
            sex=one.sex,
            age=one.age,
            vulnerable=one.vulnerable,
            number=one.number,
            state=one.state,
            note=one.note.strip()[:500],
            source=source.strip()[:160],
            by=by,
            at=when,
            noted=now,
            latitude=one.latitude,
            longitude=one.longitude,
        )
        for one in counted
    ]
    new = [row for row in rows if not _same(row.line, told.get(row.line.series))]
    if not new:
        return []
    made = FieldLine.objects.bulk_create(new)
    Incident.objects.filter(pk=kept.pk).update(touched=now)
    after = {
        "lines": [[r.topic, r.what, r.region_id, r.number, r.state, r.sex, r.age, r.vulnerable, r.place] for r in made],
        "source": source.strip(),
        "at": when.isoformat(),
    }
    record(by=by, room="incidents", verb="report_field", about=kept.get_absolute_url(), after=after, region=kept.region_id)
    return made


def stated(at: datetime | None, now: datetime) -> datetime:
    """When it was so; refused for a time that has not come, or that lies before any telling."""
    if at is None:
        return now
    when = logic.stated(at, now)
    if when is None or when < EARLIEST:
        raise Refused(_("This time has not come yet: write what has happened."))
    return when


def _known(one: Counted) -> None:
    if one.topic not in WORDS or one.what not in WORDS[one.topic].values:
        raise Refused(_("The sheet knows no “%(what)s”: choose one from the list.") % {"what": one.what[:40]})
    if one.topic == Topic.SERVICE and one.state and one.state not in Works.values:
        raise Refused(_("Say how it stands: closed, limited or open."))
    if one.topic == Topic.SERVICE and not one.place.strip():
        raise Refused(_("Name the road or the service."))
    if one.number is not None and not 0 <= one.number <= 10_000_000:
        raise Refused(_("This number cannot be: look at its digits."))


def _same(new: logic.Line, known: logic.Line | None) -> bool:
    if known is None:
        return new.number is None and not new.state
    return (new.number, new.state, new.source, new.note) == (known.number, known.state, known.source, known.note) and new.at <= known.at
