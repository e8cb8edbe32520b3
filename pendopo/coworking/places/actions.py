"""Verbs of places: set up places, floors and things to book; holidays and closures, which take back what was booked then."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.holidays import HOLIDAY, days_off
from pendopo.agencies.hours import read_hours
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.coworking.bookings.actions import close
from pendopo.coworking.bookings.models import Booking
from pendopo.ui.sentence import Sentence
from pendopo.ui.telling import told

from .models import Closure, Feature, Floor, Holiday, Kind, Place, Resource
from .plans import BadPlan, clean, marks

LONGEST_CLOSURE = timedelta(days=400)


@transaction.atomic
def set_place(*, code: str, by: Person | None, **fields: Any) -> Place:
    """Makes a place or changes one. Refused: opening hours or a zone that cannot be read."""
    kept = Place.objects.select_for_update().filter(code=code).first() or Place(code=code)
    before = {name: str(getattr(kept, name)) for name in fields} if kept.pk else {}
    for name, value in fields.items():
        setattr(kept, name, value)
    try:
        read_hours(kept.hours)
        ZoneInfo(kept.zone)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise Refused(_("There is no time zone “%(zone)s”: write it as Asia/Jakarta.") % {"zone": kept.zone[:40]}) from error
    except ValueError as error:
        raise Refused(told(error.args[0])) from error
    after = {name: str(getattr(kept, name)) for name in fields}
    if before != after:
        kept.save()
        record(by=by, room="coworking", verb="set_place", about=kept.get_absolute_url(), before=before, after=after)
    return kept


@transaction.atomic
def set_floor(*, place: Place, name: str, level: int, by: Person | None, plan: bytes = b"", floor: Floor | None = None) -> Floor:
    """Makes a floor or changes one. A plan with scripts or foreign parts is refused; things whose code is an id of it find their place."""
    kept = floor or Floor(place=place)
    kept.name, kept.level = name.strip()[:80], level
    if plan:
        try:
            drawing = clean(plan)
        except BadPlan as bad:
            raise Refused(told(bad.args[0])) from bad
        kept.plan, kept.width, kept.height = drawing.text, drawing.width, drawing.height
    kept.save()
    boxes = marks(kept.plan) if plan else {}
    for resource in Resource.objects.filter(place=place, code__in=boxes):
        resource.floor = kept
        resource.x, resource.y, resource.w, resource.h = boxes[resource.code]
        resource.save(update_fields=["floor", "x", "y", "w", "h"])
    record(
        by=by,
        room="coworking",
        verb="set_floor",
        about=place.get_absolute_url(),
        after={"floor": kept.name, "level": level, "plan": len(plan), "placed": sorted(boxes)},
    )
    return kept


@transaction.atomic
def set_resource(*, code: str, place: Place, by: Person | None, **fields: Any) -> Resource:
    """Makes a thing to book or changes one. Out of use (`active=False`), it keeps its history and takes no new bookings."""
    kept = Resource.objects.select_for_update(of=("self",)).filter(code=code).first() or Resource(code=code, place=place)
    if kept.place_id != place.pk:
        raise Refused(_("There is a “%(code)s” at another place already: choose another code.") % {"code": code})
    before = {name: getattr(kept, name) for name in fields if name != "floor"} if kept.pk else {}
    for name, value in fields.items():
        setattr(kept, name, value)
    kept.features = sorted(set(kept.features) & set(Feature.values))
    if kept.kind not in Kind.values or kept.capacity < 1:
        raise Refused(_("It has a kind, and room for at least one person."))
    kept.save()
    after = {name: getattr(kept, name) for name in fields if name != "floor"}
    if before != after:
        record(by=by, room="coworking", verb="set_resource", about=kept.get_absolute_url(), before=before, after=after)
    return kept


@transaction.atomic
def add_holiday(*, day: date, name: str, by: Person | None, place: Place | None = None) -> tuple[Holiday, int]:
    """A day on which nothing is open; answers it and how many bookings were taken back. Who had booked is told. Asked twice, one day."""
    row, made = Holiday.objects.get_or_create(day=day, place=place, defaults={"name": name.strip()[:120]})
    if made:
        record(by=by, room="coworking", verb="add_holiday", about="/coworking/holidays", after={"day": day.isoformat(), "name": row.name})
    return row, _clear_day(row, by) if made else 0


@transaction.atomic
def take_over_holidays(*, place: Place, by: Person | None, today: date | None = None) -> tuple[int, int]:
    """The national holidays of the coming year, of the house's own calendar, hold for the place. Answers how many days are new and how many
    bookings were taken back. A day that is a holiday already stays as it is."""
    first = today or timezone.localdate()
    last = first + timedelta(days=366)
    known = set(Holiday.objects.filter(Q(place=None) | Q(place=place)).values_list("day", flat=True))
    new = sorted(day for day, kind in days_off().items() if kind == HOLIDAY and first <= day <= last and day not in known)
    taken = sum(add_holiday(day=day, name=_("National holiday"), place=place, by=by)[1] for day in new)
    return len(new), taken


@transaction.atomic
def move_holiday(*, holiday: Holiday, day: date, by: Person | None) -> int:
    """A holiday falls on another day: the old day can be booked again, bookings of the new one are taken back. Answers how many."""
    kept = Holiday.objects.select_for_update().get(pk=holiday.pk)
    if kept.day == day:
        return 0
    if Holiday.objects.filter(day=day, place=kept.place).exists():
        raise Refused(_("This day is a holiday already."))
    before, kept.day = kept.day, day
    kept.save(update_fields=["day"])
    record(
        by=by,
        room="coworking",
        verb="move_holiday",
        about="/coworking/holidays",
        before={"day": before.isoformat()},
        after={"day": day.isoformat(), "name": kept.name},
    )
    return _clear_day(kept, by)


@transaction.atomic
def drop_holiday(*, holiday: Holiday, by: Person | None) -> bool:
    """The day is no holiday any more."""
    done, _rows = Holiday.objects.filter(pk=holiday.pk).delete()
    if done:
        record(
            by=by,
            room="coworking",
            verb="drop_holiday",
            about="/coworking/holidays",
            before={"day": holiday.day.isoformat(), "name": holiday.name},
        )
    return bool(done)


@transaction.atomic
def close_place(*, place: Place, start: datetime, end: datetime, why: str, by: Person | None) -> tuple[Closure, int]:
    """Closes a place for a while. Answers the closure and how many bookings were taken back; who had booked is told."""
    if end <= start or end - start > LONGEST_CLOSURE:
        raise Refused(_("A closure ends after it begins, and at most 400 days later."))
    if not why.strip():
        raise Refused(_("Say why: everybody who wants to book reads it."))
    row = Closure.objects.create(place=place, start=start, end=end, why=why.strip()[:200], by=by)
    count = _clear(Place.objects.filter(pk=place.pk), start, end, row.why, by)
    record(
        by=by,
        room="coworking",
        verb="close_place",
        about=place.get_absolute_url(),
        after={"start": start.isoformat(), "end": end.isoformat(), "why": row.why, "bookings": count},
    )
    return row, count


@transaction.atomic
def reopen_place(*, closure: Closure, by: Person | None) -> bool:
    """Ends a closure at once, or drops one to come."""
    done, _rows = Closure.objects.filter(pk=closure.pk).delete()
    if done:
        record(by=by, room="coworking", verb="reopen_place", about=closure.place.get_absolute_url(), before={"why": closure.why})
    return bool(done)


def _clear_day(holiday: Holiday, by: Person | None) -> int:
    places = Place.objects.filter(pk=holiday.place_id) if holiday.place_id else Place.objects.all()
    count = 0
    for place in places:
        start = datetime.combine(holiday.day, time(), ZoneInfo(place.zone))
        count += _clear([place], start, start + timedelta(days=1), holiday.name, by)
    return count


def _clear(places: Iterable[Place], start: datetime, end: datetime, why: str, by: Person | None) -> int:
    """Takes back what is booked and not over; holds the things meanwhile, so that nobody books into it."""
    now = timezone.now()
    held = Resource.objects.select_for_update(of=("self",), no_key=True).filter(place__in=list(places)).order_by("pk")
    found = Booking.objects.active().filter(resource__in=[resource.pk for resource in held], end__gt=now).meeting(start, end)
    reason = told(Sentence("The place is closed then: %(why)s.", why=why))
    return sum(close(booking=booking, by=by, why=reason, now=now) for booking in found.select_related("resource__place", "by"))
