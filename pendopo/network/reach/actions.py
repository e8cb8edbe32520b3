"""The verbs of disputes: an interval is disputed, and another person decides."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.access import VERBS, grants_of, may
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.audit.actions import record

from ..models import Dispute, Link, Site, Verdict

LONGEST = timedelta(days=31)


def place_of(thing: Site | Link) -> Site:
    """The site whose engineers answer for a thing: its own, or that at the far end of a link."""
    return thing if isinstance(thing, Site) else thing.b.site


def may_dispute(person: Person, thing: Site | Link) -> bool:
    """Whoever holds the verb where the thing stands; and of a link its provider: who holds it in an agency of that name."""
    if may(person, "network.dispute", place_of(thing)):
        return True
    if not isinstance(thing, Link) or not thing.provider.strip():
        return False
    own = {agency for grant in grants_of(person) if grant.role in VERBS["network.dispute"] for agency in grant.agencies}
    name = thing.provider.strip()
    return Agency.objects.filter(Q(name__iexact=name) | Q(short_name__iexact=name), pk__in=own).exists()


@transaction.atomic
def dispute(*, thing: Site | Link, start: datetime, end: datetime, reason: str, by: Person) -> Dispute:
    """The interval does not count for the thing, so says this person; it is left out until another person decides.

    Refused: an interval that is not over, ends before it begins, or is longer than 31 days; one without a reason.
    """
    if not start < end <= timezone.now():
        raise Refused(_("A dispute is about a time that is over: give a beginning and an end that lies after it."))
    if end - start > LONGEST:
        raise Refused(_("A dispute is about 31 days at most: make several."))
    if not reason.strip():
        raise Refused(_("Say why this time should not count."))
    row = Dispute.objects.create(
        site=thing if isinstance(thing, Site) else None,
        link=thing if isinstance(thing, Link) else None,
        start=start,
        end=end,
        reason=reason.strip()[:500],
        by=by,
    )
    after = {"from": start.isoformat(), "to": end.isoformat(), "reason": row.reason}
    record(by=by, room="network", verb="dispute", about=thing.get_absolute_url(), after=after)
    return row


@transaction.atomic
def decide_dispute(*, row: Dispute, accepted: bool, why: str, by: Person) -> Dispute:
    """Another person than who disputed decides, once: the time stays left out, or it counts.

    Refused: one's own dispute, one that is decided, a decision without a reason.
    """
    if row.by_id == by.pk:
        raise Refused(_("Another person decides: you have disputed this yourself."))
    if not why.strip():
        raise Refused(_("Say why it is decided so."))
    verdict = Verdict.ACCEPTED if accepted else Verdict.REFUSED
    given = {"verdict": verdict, "decided_by": by, "decided_at": timezone.now(), "decided_why": why.strip()[:500]}
    if not Dispute.objects.filter(pk=row.pk, verdict=Verdict.OPEN).update(**given):
        raise Refused(_("This dispute is decided already: load the page anew."))
    after = {"dispute": row.pk, "verdict": verdict.value, "why": given["decided_why"]}
    record(by=by, room="network", verb="decide_dispute", about=row.thing.get_absolute_url(), before={"verdict": ""}, after=after)
    row.refresh_from_db()
    return row
