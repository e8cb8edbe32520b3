"""The verbs of what the public is told: tell of an incident, withdraw it, and answer the reports behind it."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.incidents.cases import actions as cases
from pendopo.incidents.cases.models import EntryKind, Incident
from pendopo.reports.actions import answer_together
from pendopo.reports.models import Report

from .models import PublicIncident


@transaction.atomic
def tell(*, incident: Incident, headline: str, text: str, by: Person) -> PublicIncident:
    """Everyone reads this of the incident from now on, on the front page and on the pages of its places. Refused for a drill."""
    if incident.exercise:
        raise Refused(_("This is a drill: the public is not told of it as of an incident."))
    if not headline.strip():
        raise Refused(_("Say in a few words what everyone shall read."))
    now = timezone.now()
    words = {"headline": headline.strip()[:120], "text": text.strip()[:1000]}
    before = PublicIncident.objects.select_for_update().filter(incident=incident).first()
    if before is not None and before.withdrawn is None and (before.headline, before.text) == (words["headline"], words["text"]):
        return before
    found, _new = PublicIncident.objects.update_or_create(incident=incident, defaults=words | {"by": by, "changed": now, "withdrawn": None})
    cases.note(incident=incident, kind=EntryKind.NOTE, text=_("Told to the public: %(headline)s") % {"headline": found.headline}, by=by)
    record(by=by, room="portal", verb="tell_incident", about=incident.get_absolute_url(), after=words, region=incident.region_id)
    return found


@transaction.atomic
def withdraw(*, incident: Incident, by: Person) -> bool:
    """The public reads nothing of it any more. False when it did not."""
    if not PublicIncident.objects.filter(incident=incident, withdrawn=None).update(withdrawn=timezone.now()):
        return False
    cases.note(incident=incident, kind=EntryKind.NOTE, text=_("Not told to the public any more"), by=by)
    record(by=by, room="portal", verb="withdraw_incident", about=incident.get_absolute_url(), region=incident.region_id)
    return True


@transaction.atomic
def answer_reports(*, incident: Incident, reports: Sequence[Report], text: str, by: Person) -> int:
    """One answer to everybody whose report the incident began with; each is told, the timeline says so. Returns how many were answered."""
    count = answer_together(reports=reports, text=text, by=by)
    if count:
        words = _("%(n)s citizen reports were answered: %(text)s") % {"n": count, "text": text.strip()[:500]}
        cases.note(incident=incident, kind=EntryKind.NOTE, text=words, by=by)
        record(
            by=by,
            room="portal",
            verb="answer_reports",
            about=incident.get_absolute_url(),
            after={"reports": count},
            region=incident.region_id,
        )
    return count
