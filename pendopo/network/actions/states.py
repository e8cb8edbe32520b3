"""The verb that moves a site or link on its way into service."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from .. import logic
from ..models import Link, Medium, Site, State, Step

LARGEST = 25 * 1024 * 1024


@dataclass(frozen=True)
class Proof:
    """What shows that it came so far: words, a file (the OTDR measurement, a permit)."""

    note: str = ""
    file: "File[bytes] | None" = None


@transaction.atomic
def advance(*, thing: Site | Link, state: str, on: date, by: Person | None, proof: Proof | None = None) -> Step:
    """The site or link came into a state on a day. A fibre is accepted only with its OTDR measurement.

    Refused: a leap over a state, a day before the last step or in the future, a fibre without its measurement, a file over 25 MB.
    """
    given = proof or Proof()
    kept = type(thing).objects.select_for_update(of=("self",)).get(pk=thing.pk)
    assert isinstance(kept, Site | Link)
    if state not in logic.next_states(kept.state):
        raise Refused(_("From “%(now)s” it goes on one step at a time: load the page anew.") % {"now": kept.get_state_display()})
    if not logic.EARLIEST <= on <= timezone.localdate():
        raise Refused(_("A step is noted when it was taken: give today or a day before."))
    if kept.since and on < kept.since:
        raise Refused(_("The last step was on a later day than this one: correct the day."))
    measured = isinstance(kept, Link) and kept.medium == Medium.FIBRE and state == State.ACCEPTED
    if measured and given.file is None:
        raise Refused(_("A fibre is accepted with its OTDR measurement: attach the file."))
    if given.file is not None and given.file.size > LARGEST:
        raise Refused(_("The file is larger than 25 MB: attach a smaller one."))
    before = {"state": kept.state, "since": str(kept.since) if kept.since else None}
    kept.state, kept.since = State(state), on
    kept.save(update_fields=["state", "since"])
    step = write_step(kept, by=by, proof=given)
    after = {"state": state, "since": str(on), "note": given.note, "digest": step.digest}
    record(by=by, room="network", verb="advance", about=kept.get_absolute_url(), before=before, after=after)
    return step


def write_step(thing: Site | Link, *, by: Person | None, proof: Proof) -> Step:
    """The row that says so. `on` is the day since which it is so."""
    digest = ""
    if proof.file is not None:
        digest = hashlib.sha256(b"".join(proof.file.chunks())).hexdigest()
        proof.file.seek(0)
    assert thing.since is not None
    return Step.objects.create(
        site=thing if isinstance(thing, Site) else None,
        link=thing if isinstance(thing, Link) else None,
        state=thing.state,
        on=thing.since,
        by=by,
        note=proof.note[:500],
        file=proof.file,
        file_name=(proof.file.name or "")[:200] if proof.file else "",
        digest=digest,
    )
