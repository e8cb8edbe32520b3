"""What becomes of a record: part of an incident, a request, the same as another, or nothing to do."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Post
from pendopo.audit.actions import record as note
from pendopo.regions.models import Region

from ...cases.actions import open_incident
from ...cases.actions.changing import held
from ...cases.actions.timeline import add_line
from ...cases.models import EntryKind, Incident
from ...field.actions import ask
from ..models import Record, State

OPEN = (State.NEW, State.INCIDENT)


def _held(record: Record, *states: str) -> Record:
    kept = Record.objects.select_for_update(of=("self",)).select_related("region").get(pk=record.pk)
    if kept.state not in states:
        raise Refused(_("The record stands at “%(state)s” already: load the page anew.") % {"state": kept.get_state_display()})
    return kept


def _decided(record: Record, by: Person, **after: object) -> Record:
    record.save(update_fields=["state", "incident", "need", "same_as", "reason", "region"])
    note(
        by=by,
        room="incidents",
        verb="decide_record",
        about=record.get_absolute_url(),
        after={"state": record.state, **after},
        region=record.region_id or "",
    )
    return record


@transaction.atomic
def place_at(*, record: Record, region: Region, by: Person) -> Record:
    """Where it is, chosen by a person; what was said about it stays."""
    kept = _held(record, *State.values)
    kept.region = region
    return _decided(kept, by, region=region.pk)


@transaction.atomic
def to_incident(*, record: Record, incident: Incident | None, by: Person) -> Record:
    """A line of the timeline of this incident, or (None) of a new one that begins with it. The line has the time at which it was said."""
    kept = _held(record, State.NEW)
    if incident is None:
        made = open_incident(
            title=kept.text[:120],
            by=by,
            regions=[kept.region] if kept.region else [],
            began=None,
            detected=kept.at,
            detail=kept.text if len(kept.text) > 120 else "",
            exercise=kept.exercise,
        )
    else:
        made = held(incident)
        if made.exercise != kept.exercise:
            raise Refused(_("A drill and a real incident stay apart."))
    kept.state, kept.incident = State.INCIDENT, made
    where = kept.region.name if kept.region else kept.place
    add_line(made, EntryKind.NOTE, f"{kept.text} ({where})" if where else kept.text, by=by, at=kept.at, link=kept.get_absolute_url())
    return _decided(kept, by, incident=made.pk)


@transaction.atomic
def to_request(*, record: Record, incident: Incident, by: Person, owner: Post | None = None, due: datetime | None = None) -> Record:
    """A request on the sheet of this incident, for the post that answers for it until a time."""
    kept = _held(record, *OPEN)
    asked: dict[str, Any] = {"region": kept.region, "place": kept.place[:160], "source": kept.caller}
    kept.need = ask(incident=incident, what=kept.text[:300], by=by, owner=owner, due=due, **asked)
    kept.state, kept.incident = State.REQUEST, incident
    return _decided(kept, by, need=kept.need.pk)


@transaction.atomic
def same(*, record: Record, as_what: Record, by: Person) -> Record:
    """It tells the same as another record. Both stay. Refused: the same as itself, or in a circle."""
    kept = _held(record, State.NEW)
    first = as_what
    while first.same_as is not None:
        first = first.same_as
    if first.pk == kept.pk:
        raise Refused(_("A record is not the same as itself: choose another one."))
    kept.state, kept.same_as, kept.incident = State.SAME, first, first.incident
    return _decided(kept, by, same_as=first.pk)


@transaction.atomic
def close(*, record: Record, why: str, by: Person) -> Record:
    """Nothing is to do, with the reason."""
    kept = _held(record, State.NEW)
    if not why.strip():
        raise Refused(_("Write why."))
    kept.state, kept.reason = State.CLOSED, why.strip()[:300]
    return _decided(kept, by, why=kept.reason)
