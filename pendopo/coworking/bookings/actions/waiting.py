"""Verbs of the waiting list: join, leave, and move up when something becomes free."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.coworking.places.models import Resource
from pendopo.ui.telling import told

from .. import logic, search, telling
from ..models import Booking, Wait
from ..reckoning import overrules, reckon
from .booking import Wish, refusal, write


@transaction.atomic
def wait(*, wish: Wish, by: Person, now: datetime | None = None) -> Wait:
    """Puts somebody on the waiting list of something that is taken; asked twice, they wait once."""
    moment = now or timezone.now()
    if wrong := logic.shape_refusal(wish.start, wish.end, moment):
        raise Refused(told(wrong))
    if closed := search.calendar_for(wish.resource, wish.start, wish.end).refusal(wish.start, wish.end):
        raise Refused(told(closed))
    if wish.people > wish.resource.capacity:
        raise Refused(_("It has room for %(count)s people: look for a bigger one.") % {"count": wish.resource.capacity})
    row, made = Wait.objects.get_or_create(
        resource=wish.resource,
        start=wish.start,
        end=wish.end,
        by=by,
        ended=None,
        defaults={"title": wish.title.strip()[:200], "people": wish.people, "made": moment},
    )
    if made:
        record(by=by, room="coworking", verb="wait", about=wish.resource.get_absolute_url(), after={"start": wish.start.isoformat()})
    return row


@transaction.atomic
def stop_waiting(*, wait: Wait, by: Person) -> bool:
    """Takes somebody off the waiting list."""
    done = Wait.objects.filter(pk=wait.pk, ended=None).update(ended=timezone.now())
    if done:
        record(by=by, room="coworking", verb="stop_waiting", about=wait.resource.get_absolute_url())
    return bool(done)


@transaction.atomic
def move_up(*, booking: Booking, now: datetime) -> Booking | None:
    """Gives what became free to the first of the waiting list who may have it, and tells them."""
    Resource.objects.select_for_update(no_key=True).get(pk=booking.resource_id)
    waiting = Wait.objects.filter(resource=booking.resource_id, ended=None, start__lt=booking.end, end__gt=booking.start, end__gte=now)
    for entry in waiting.select_related("by", "resource__place").order_by("pk"):
        wish = Wish(entry.resource, entry.start, entry.end, entry.title, entry.people)
        reckoning = None if overrules(entry.by, entry.resource) else reckon(entry.by, entry.start, now)
        if refusal(wish, reckoning, now) is None:
            made = write(wish, entry.by, now, pending=entry.resource.approval and reckoning is not None)
            Wait.objects.filter(pk=entry.pk).update(ended=now, booking=made)
            telling.tell(made, "moved_up", None)
            return made
    return None
