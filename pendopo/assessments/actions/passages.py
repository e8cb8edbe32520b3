"""Doors for auditors: made with an end, shown once, shut at any time."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import Actor, record

from ..models import Assessment, Passage

LONGEST_DAYS = 90


def digest_of_secret(secret: str) -> str:
    """What is kept of a door's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def new_passage(*, assessment: Assessment, label: str, days: int, by: Person) -> tuple[Passage, str]:
    """A read-only door to one assessment for so many days; the secret is answered here and never again."""
    if not label.strip():
        raise Refused(_("Say for whom the door is."))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("A door is open from 1 to %(days)s days.") % {"days": LONGEST_DAYS})
    secret = secrets.token_urlsafe(24)
    expires = timezone.now() + timedelta(days=days)
    made = Passage.objects.create(assessment=assessment, label=label.strip()[:200], digest=digest_of_secret(secret), by=by, expires=expires)
    after = {"passage": made.pk, "label": made.label, "expires": expires.isoformat()}
    record(by=by, room="assessments", verb="new_passage", about=assessment.get_absolute_url(), after=after)
    return made, secret


@transaction.atomic
def revoke_passage(*, passage: Passage, by: Actor) -> bool:
    """Shuts the door now. False when it was shut before."""
    shut = bool(Passage.objects.filter(pk=passage.pk, revoked=None).update(revoked=timezone.now()))
    if shut:
        about = passage.assessment.get_absolute_url()
        record(by=by, room="assessments", verb="revoke_passage", about=about, before={"passage": passage.pk, "label": passage.label})
    return shut
