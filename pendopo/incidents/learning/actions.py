"""The verbs of learning: write a finding, change the procedure because of it, put it aside."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ..cases.actions.timeline import add_line
from ..cases.models import EntryKind, Incident
from ..procedures.actions import follow
from ..procedures.models import ProcedureVersion
from .models import Finding


@transaction.atomic
def write_finding(*, incident: Incident, text: str, by: Person, step: str = "") -> Finding:
    """What the review found, about a step of the procedure where it is about one."""
    if not text.strip():
        raise Refused(_("Write what the review found, in a sentence."))
    steps = {one.code for one in incident.procedure.spec.steps} if incident.procedure else set()
    if step and step not in steps:
        raise Refused(_("The procedure of this incident has no such step: choose one from the list."))
    made = Finding.objects.create(incident=incident, step=step, text=text.strip()[:2000], by=by)
    after = {"finding": made.pk, "step": step}
    record(by=by, room="incidents", verb="write_finding", about=incident.get_absolute_url(), after=after, region=incident.region_id)
    return made


def _waiting(finding: Finding) -> Finding:
    """The finding, locked; refused when somebody settled it already."""
    held = Finding.objects.select_for_update(of=("self",)).select_related("incident").get(pk=finding.pk)
    if held.settled:
        raise Refused(_("This finding is settled already."))
    return held


@transaction.atomic
def change_procedure(*, finding: Finding, base: ProcedureVersion, definition: dict[str, Any], by: Person) -> ProcedureVersion:
    """The next version of a procedure because of a finding; each leads to the other. Refused when `base` is not the newest any more."""
    held = _waiting(finding)
    version = follow(base=base, definition=definition, by=by)
    held.version, held.settled, held.settled_by = version, timezone.now(), by
    held.save(update_fields=["version", "settled", "settled_by"])
    page = f"{base.procedure.get_absolute_url()}?version={version.number}"
    words = _("The review changed the procedure: %(name)s, version %(n)s") % {"name": version.name, "n": version.number}
    add_line(held.incident, EntryKind.CHANGE, words, by=by, link=page)
    after = {"version": version.number, "finding": held.pk, "incident": held.incident.get_absolute_url()}
    record(
        by=by,
        room="incidents",
        verb="change_procedure",
        about=base.procedure.get_absolute_url(),
        before={"version": base.number},
        after=after,
    )
    return version


@transaction.atomic
def put_aside(*, finding: Finding, why: str, by: Person) -> Finding:
    """No procedure changes because of it, and why not."""
    if not why.strip():
        raise Refused(_("Say why nothing changes."))
    held = _waiting(finding)
    held.reason, held.settled, held.settled_by = why.strip()[:500], timezone.now(), by
    held.save(update_fields=["reason", "settled", "settled_by"])
    about, after = held.incident.get_absolute_url(), {"finding": held.pk, "reason": held.reason}
    record(by=by, room="incidents", verb="put_aside_finding", about=about, after=after, region=held.incident.region_id)
    return held
