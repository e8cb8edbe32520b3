"""Shelters in an incident: how many are present, which families, and that no family counts twice."""

import hashlib
import hmac
import re
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ...cases.actions.changing import held
from ...cases.models import Incident
from ..models import Shelter, ShelterReport, Stay
from .reporting import stated

CARD = re.compile(r"\d{16}", re.ASCII)


@transaction.atomic
def report_shelter(
    *, incident: Incident, shelter: Shelter, present: int, source: str, by: Person | None, needs: str = "", at: datetime | None = None
) -> ShelterReport:
    """How many people the shelter holds, and what it needs, as somebody there says."""
    kept = held(incident)
    now = timezone.now()
    if not source.strip():
        raise Refused(_("Say who reports this: a number without a source cannot be answered for."))
    made = ShelterReport.objects.create(
        incident=kept,
        shelter=shelter,
        present=present,
        needs=needs.strip()[:500],
        source=source.strip()[:160],
        by=by,
        at=stated(at, now),
        noted=now,
    )
    after = {"shelter": shelter.name, "present": present, "needs": made.needs, "source": made.source}
    record(by=by, room="incidents", verb="report_shelter", about=kept.get_absolute_url(), after=after, region=shelter.region_id)
    return made


def hash_of(card: str) -> str:
    """The family card's number as it is kept: a keyed hash, so that nobody reads numbers out of the database."""
    digits = re.sub(r"\D", "", card)
    if not CARD.fullmatch(digits):
        raise Refused(_("A family card has 16 digits: write them as they stand on it."))
    return hmac.new(force_bytes(settings.SECRET_KEY), b"kk" + digits.encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def check_in(*, incident: Incident, shelter: Shelter, card: str, head: str, people: int, by: Person | None) -> tuple[Stay, str]:
    """A family is in this shelter now; answers its stay and, where it was counted elsewhere, a sentence about that.

    A family counted in another shelter moves: there it is counted no more. The same again in the same shelter changes the number of
    people only.
    """
    kept = held(incident)
    if people < 1 or not head.strip():
        raise Refused(_("Write the head of the family and how many people came."))
    name, key, now = head.strip()[:120], hash_of(card), timezone.now()
    known = Stay.objects.select_for_update(of=("self",)).select_related("shelter").filter(incident=kept, card=key, until=None).first()
    if known is not None and known.shelter_id == shelter.pk:
        if known.people != people:
            Stay.objects.filter(pk=known.pk).update(people=people)
            _note(kept, shelter, "changed", people, by)
        known.people = people
        return known, _("This family is counted here already.")
    words = ""
    if known is not None:
        Stay.objects.filter(pk=known.pk).update(until=now, moved_to=shelter)
        words = _("It was counted in %(shelter)s, and is counted only here from now on.") % {"shelter": known.shelter.name}
    made = Stay.objects.create(incident=kept, shelter=shelter, card=key, head=name, people=people, since=now, by=by)
    _note(kept, shelter, f"moved from {known.shelter.name}" if known else "came", people, by)
    return made, words


@transaction.atomic
def check_out(*, stay: Stay, by: Person | None) -> bool:
    """The family has left. False when it had already."""
    gone = Stay.objects.filter(pk=stay.pk, until=None).update(until=timezone.now())
    if gone:
        _note(stay.incident, stay.shelter, "left", stay.people, by)
    return bool(gone)


def _note(incident: Incident, shelter: Shelter, what: str, people: int, by: Person | None) -> None:
    """The book holds no names of families."""
    after = {"shelter": shelter.name, "what": what, "people": people}
    record(by=by, room="incidents", verb="shelter_family", about=incident.get_absolute_url(), after=after, region=shelter.region_id)
