"""The registers of shelters and resources, and sending resources to incidents and back."""

from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ...cases.actions.changing import held
from ...cases.actions.timeline import add_line
from ...cases.models import EntryKind, Incident
from ..models import Movement, Readiness, Resource, Shelter


@transaction.atomic
def keep_shelter(*, shelter: Shelter | None, by: Person | None, **facts: Any) -> Shelter:
    """A shelter of the register, new, changed, or (with `closed`) not kept any more. Refused: leaving out one where families are."""
    kept = Shelter.objects.select_for_update(of=("self",)).get(pk=shelter.pk) if shelter else Shelter()
    for name, value in facts.items():
        setattr(kept, name, value)
    if kept.closed and kept.stays.filter(until=None).exists():
        raise Refused(_("Families are in this shelter: they leave or move first."))
    kept.full_clean()
    kept.save()
    after = {"name": kept.name, "capacity": kept.capacity, "readiness": kept.readiness, "kept": kept.closed is None}
    record(by=by, room="incidents", verb="keep_shelter", about="/field/shelters", after=after, region=kept.region_id)
    return kept


@transaction.atomic
def keep_resource(*, resource: Resource | None, by: Person | None, **facts: Any) -> Resource:
    """A resource of the register, new, changed, or (with `closed`) not kept any more. Refused: fewer than are out now."""
    kept = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk) if resource else Resource()
    for name, value in facts.items():
        setattr(kept, name, value)
    if kept.quantity < kept.out or kept.closed and kept.out:
        raise Refused(_("%(n)s of them are with incidents now: bring them back first.") % {"n": kept.out})
    kept.full_clean()
    kept.save()
    after = {
        "name": kept.name,
        "quantity": kept.quantity,
        "readiness": kept.readiness,
        "agency": kept.agency.name,
        "kept": kept.closed is None,
    }
    record(by=by, room="incidents", verb="keep_resource", about="/field/resources", after=after, region=kept.region_id or "")
    return kept


@transaction.atomic
def move(*, incident: Incident, resource: Resource, number: int, by: Person | None, note: str = "") -> Movement:
    """So many are sent (positive) or come back (negative). Refused: more than are free, more back than are there, or what is not usable."""
    kept = held(incident)
    if number == 0:
        raise Refused(_("Say how many."))
    held_one = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    if number > 0 and held_one.readiness == Readiness.NOT:
        raise Refused(_("%(name)s is not usable: look for another one.") % {"name": held_one.name})
    if number > held_one.free:
        raise Refused(_("Only %(n)s of %(name)s are free.") % {"n": held_one.free, "name": held_one.name})
    there = Movement.objects.filter(incident=kept, resource=held_one).aggregate(n=Sum("number"))["n"] or 0
    if number < 0 and -number > there:
        raise Refused(_("Only %(n)s of %(name)s are at this incident.") % {"n": there, "name": held_one.name})
    Resource.objects.filter(pk=held_one.pk).update(out=F("out") + number)
    made = Movement.objects.create(incident=kept, resource=held_one, number=number, note=note.strip()[:300], by=by, at=timezone.now())
    words = _("Sent: %(n)s × %(name)s") if number > 0 else _("Came back: %(n)s × %(name)s")
    add_line(kept, EntryKind.NOTE, words % {"n": abs(number), "name": held_one.name}, by=by, acts=number > 0)
    after = {"resource": held_one.name, "number": number, "note": made.note}
    record(by=by, room="incidents", verb="move_resource", about=kept.get_absolute_url(), after=after, region=kept.region_id)
    return made
