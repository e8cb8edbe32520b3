"""Verbs about a booking that stands: cancel, approve, refuse, check in, leave, close, release. The conditional UPDATE is the lock."""

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.coworking.places.models import Resource

from .. import logic, telling
from ..models import Booking, State
from .booking import Wish, book
from .waiting import move_up

MOST_RELEASED = 200


def _change(booking: Booking, verb: str, to: State, of: tuple[str, ...], by: Person | None, now: datetime, **fields: Any) -> bool:
    """Moves a booking to another state if it stands in one of `of`: the conditional UPDATE is the lock."""
    done = Booking.objects.filter(pk=booking.pk, state__in=of).update(state=to, **fields)
    if done:
        record(
            by=by,
            room="coworking",
            verb=verb,
            about=booking.get_absolute_url(),
            before={"state": booking.state},
            after={"state": to.value, "why": fields.get("why", "")},
        )
        booking.state = to
        if to not in logic.ACTIVE:
            move_up(booking=booking, now=now)
    return bool(done)


@transaction.atomic
def cancel(*, booking: Booking, by: Person, now: datetime | None = None) -> bool:
    """The person (or a steward for them) gives it back. False when it was over already."""
    moment = now or timezone.now()
    if booking.end <= moment:
        raise Refused(_("This booking is over: there is nothing to give back."))
    return _change(booking, "cancel", State.CANCELLED, logic.ACTIVE, by, moment, ended=moment)


@transaction.atomic
def move(*, booking: Booking, resource: Resource, start: datetime, end: datetime, by: Person, now: datetime | None = None) -> Booking:
    """Another time or another thing for a booking that has not begun; what becomes free goes to who waits. Raises Unavailable."""
    moment = now or timezone.now()
    old = copy(booking)
    wish = Wish(resource, start, end, booking.title, min(booking.people, resource.capacity), moved=booking)
    moved = book(wish=wish, by=by, now=moment)
    move_up(booking=old, now=moment)
    return moved


@transaction.atomic
def approve(*, booking: Booking, by: Person) -> bool:
    """A steward says yes to one that waits."""
    done = _change(booking, "approve", State.CONFIRMED, (State.PENDING,), by, timezone.now())
    if done:
        telling.tell(booking, "approved", by)
    return done


@transaction.atomic
def refuse(*, booking: Booking, by: Person, why: str) -> bool:
    """A steward says no to one that waits, and why."""
    if not why.strip():
        raise Refused(_("Say why, so that the person can do something about it."))
    now = timezone.now()
    done = _change(booking, "refuse", State.REFUSED, (State.PENDING,), by, now, ended=now, why=why.strip()[:300])
    if done:
        booking.why = why.strip()[:300]
        telling.tell(booking, "refused", by)
    return done


@transaction.atomic
def check_in(*, booking: Booking, by: Person | None, now: datetime | None = None) -> bool:
    """Somebody is there: by QR at the thing, at the kiosk, or by a steward. False when they were there already."""
    moment = now or timezone.now()
    if booking.state == State.HERE:
        return False
    if not logic.may_check_in(booking.state, booking.start, booking.end, moment):
        raise Refused(_("One can check in from a quarter of an hour before a confirmed booking begins until it ends."))
    return _change(booking, "check_in", State.HERE, (State.CONFIRMED,), by, moment, arrived=moment)


@transaction.atomic
def leave(*, booking: Booking, by: Person | None, now: datetime | None = None) -> bool:
    """Somebody goes earlier than they booked: the rest is free for others."""
    moment = now or timezone.now()
    if not booking.start < moment < booking.end:
        raise Refused(_("One can only leave a booking that goes on."))
    done = Booking.objects.filter(pk=booking.pk, state=State.HERE, end__gt=moment).update(end=moment, ended=moment)
    if done:
        record(
            by=by,
            room="coworking",
            verb="leave",
            about=booking.get_absolute_url(),
            before={"end": booking.end.isoformat()},
            after={"end": moment.isoformat()},
        )
        move_up(booking=booking, now=moment)
    return bool(done)


@transaction.atomic
def close(*, booking: Booking, by: Person | None, why: str, now: datetime) -> bool:
    """The house takes a booking back, because the place is closed then; the person is told."""
    done = _change(booking, "close", State.CLOSED, logic.ACTIVE, by, now, ended=now, why=why[:300])
    if done:
        booking.why = why[:300]
        telling.tell(booking, "closed", by)
    return done


@transaction.atomic
def release_no_shows(*, now: datetime | None = None) -> int:
    """Gives back every booking to which nobody came in time; answers how many. Asked twice, it releases once."""
    moment = now or timezone.now()
    late = (
        Booking.objects.filter(
            state=State.CONFIRMED, start__lt=moment, end__gt=moment, resource__check_in=True, resource__place__grace_minutes__gt=0
        )
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("resource__place", "by")[:MOST_RELEASED]
    )
    count = 0
    for booking in late:
        grace = timedelta(minutes=booking.resource.place.grace_minutes)
        if logic.is_no_show(booking.state, booking.start, booking.made, grace, moment):
            count += _change(booking, "release", State.RELEASED, (State.CONFIRMED,), None, moment, ended=moment)
            telling.tell(booking, "released", None)
    return count
