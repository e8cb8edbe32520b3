"""Writing lines of a timeline: the one place where they are made."""

import hashlib
from datetime import UTC, datetime

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ..models import EntryKind, Incident, TimelineEntry

LARGEST = 25 * 1024 * 1024
# Nothing that a house tells began before; a slip of the pen in the year 0001 could not even be read again.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def add_line(
    incident: Incident, kind: str, text: str, *, by: Person | None, at: datetime | None = None, link: str = "", acts: bool = False
) -> TimelineEntry:
    """A line within the verb's transaction. `acts`: something was done about the incident, which stops the clock of the first action."""
    now = timezone.now()
    changes = {"touched": now}
    if acts and incident.first_action is None:
        changes["first_action"] = incident.first_action = now
    Incident.objects.filter(pk=incident.pk).update(**changes)
    return TimelineEntry.objects.create(
        incident=incident, kind=kind, text=text.strip()[:4000], by=by, at=at or now, noted=now, link=link[:500]
    )


@transaction.atomic
def write(
    *, incident: Incident, text: str, by: Person, at: datetime | None = None, link: str = "", file: "File[bytes] | None" = None
) -> TimelineEntry:
    """A line written by a person, with an attachment where there is one. `at`: when it happened, if not just now."""
    if not text.strip() and file is None:
        raise Refused(_("Write what happened, in a sentence."))
    if at is not None and at > timezone.now():
        raise Refused(_("This time has not come yet: write what has happened."))
    if at is not None and at < EARLIEST:
        raise Refused(_("This time lies too far back: look at the year."))
    if file is not None and (file.size or 0) > LARGEST:
        raise Refused(_("A file has 25 MB at most: give an address instead."))
    entry = add_line(incident, EntryKind.NOTE, text or (file.name or "" if file else ""), by=by, at=at, link=link)
    if file is not None:
        entry.digest = hashlib.sha256(b"".join(file.chunks())).hexdigest()
        entry.file_name = (file.name or "")[:200]
        entry.file = file
        entry.save(update_fields=["digest", "file_name", "file"])
    after = {"entry": entry.pk, "file": entry.file_name, "digest": entry.digest}
    record(by=by, room="incidents", verb="write", about=incident.get_absolute_url(), after=after, region=incident.region_id)
    return entry


@transaction.atomic
def note(*, incident: Incident, kind: str, text: str, by: Person | None, link: str = "") -> TimelineEntry:
    """A line that the house writes when something was done about the incident elsewhere: a meeting, a call-out, a report."""
    entry = add_line(incident, kind, text, by=by, link=link, acts=True)
    record(
        by=by,
        room="incidents",
        verb="note",
        about=incident.get_absolute_url(),
        after={"entry": entry.pk, "link": link},
        region=incident.region_id,
    )
    return entry
