"""What is free when: reads for pages, the API and the verbs. As many queries however many things there are."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Abs

from pendopo.agencies.hours import Span
from pendopo.coworking.places.hours import Calendar
from pendopo.coworking.places.models import Kind, Place, Resource, calendars
from pendopo.ui.sentence import Sentence
from pendopo.ui.telling import told

from . import logic
from .models import Booking

# Whether the person who asks may have a thing from one moment to another.
Allowed = Callable[[Resource, datetime, datetime], bool]

# The first look for alternatives is at so many things that fit best; all are looked at when it finds nothing.
FIRST_LOOK = 12
LAST_LOOK = 2


@dataclass(frozen=True)
class Found:
    """A thing as a search shows it: free all the while, or why not."""

    resource: Resource
    free: bool
    why: Sentence | None = None

    @property
    def told(self) -> str | None:
        """Why not, in the reader's language."""
        return told(self.why) if self.why else None


@dataclass(frozen=True)
class Search:
    """What is looked for. Features must all be there."""

    start: datetime
    end: datetime
    people: int = 1
    features: Collection[str] = ()
    kind: str = ""
    place: str = ""

    def resources(self) -> QuerySet[Resource]:
        """The things that fit, whether free or not, without their places."""
        found = Resource.objects.filter(active=True, place__active=True, capacity__gte=self.people)
        if self.features:
            found = found.filter(features__contains=sorted(self.features))
        if self.kind:
            found = found.filter(kind=self.kind)
        return found.filter(place__code=self.place) if self.place else found


def find(search: Search) -> list[Found]:
    """Everything that fits, the free first, small before big: a group of six is not sent to the hall."""
    resources = list(search.resources())
    places = Place.objects.in_bulk({resource.place_id for resource in resources})  # a thousand things stand in a few places
    for resource in resources:
        resource.place = places[resource.place_id]
    known = calendars(list(places.values()), search.start, search.end)
    closed = {pk: calendar.refusal(search.start, search.end) for pk, calendar in known.items()}
    taken = taken_between(search.start, search.end)
    found = []
    for resource in resources:
        why = closed[resource.place_id] or (TAKEN if resource.pk in taken else None)
        found.append(Found(resource, why is None, why))
    return sorted(found, key=lambda one: (not one.free, one.resource.capacity, one.resource.place.name, one.resource.name))


TAKEN = Sentence("Somebody has it at that time already.")


def taken_between(start: datetime, end: datetime) -> set[int]:
    """The keys of the things that are taken for a part of the span."""
    return set(Booking.objects.active().meeting(start, end).order_by().values_list("resource_id", flat=True))


def busy(resources: Iterable[int], start: datetime, end: datetime) -> dict[int, list[Span]]:
    """When each of some things is taken, in order."""
    rows = Booking.objects.active().filter(resource__in=list(resources)).meeting(start, end).order_by("start")
    found: dict[int, list[Span]] = defaultdict(list)
    for resource, begin, until in rows.values_list("resource_id", "start", "end"):
        found[resource].append((begin, until))
    return found


@dataclass(frozen=True)
class Question:
    """What is looked for instead of a thing: from when until when, for how many."""

    resource: Resource
    start: datetime
    end: datetime
    people: int = 1


@dataclass(frozen=True)
class Slots:
    """What is free near a question, the nearest first, and the things by key."""

    things: dict[int, Resource]
    offers: list[logic.Offer]

    def choose(self, allowed: Allowed) -> list[tuple[Resource, logic.Offer]]:
        """The best that somebody may have, up to five."""
        chosen = logic.choose(self.offers, lambda offer: allowed(self.things[offer.resource], offer.start, offer.end))
        return [(self.things[offer.resource], offer) for offer in chosen]


def slots(asked: Question, now: datetime, look: int) -> Slots:
    """What is free within seven days. Look 0: at what fits best; 1: at everything of that kind; 2: at everything else but equipment."""
    wanted = asked.resource
    fitting = Resource.objects.filter(active=True, place__active=True, capacity__gte=asked.people).select_related("place")
    kind = fitting.filter(kind=wanted.kind) if look < LAST_LOOK else fitting.exclude(kind__in=[wanted.kind, Kind.EQUIPMENT])
    ordered = kind.order_by(*_likeness(wanted))
    things = {thing.pk: thing for thing in (ordered[:FIRST_LOOK] if look == 0 else ordered)}
    if not things:
        return Slots({}, [])
    since, until = max(asked.start - logic.AHEAD, now), max(asked.start, now) + logic.AHEAD
    places = list({thing.place_id: thing.place for thing in things.values()}.values())
    when, taken = calendars(places, since, until), busy(things, since, until)
    first = next(iter(things.values()))
    length = logic.longest_open(when[first.place_id], max(asked.start, now), asked.end - asked.start)
    rows = ((pk, when[thing.place_id], taken.get(pk, [])) for pk, thing in things.items())
    return Slots(things, logic.offers(rows, (asked.start, asked.start + length), now))


def _likeness(wanted: Resource) -> list[Any]:
    """How well something stands in for another: itself, the same place, all of its features, about its size."""
    first = [Q(pk=wanted.pk), Q(place=wanted.place_id), Q(features__contains=wanted.features)]
    return [*(Case(When(one, then=0), default=1) for one in first), Abs(F("capacity") - wanted.capacity), "pk"]


def zone_of(place: Place | None = None) -> ZoneInfo:
    """The clock of a place; without one, the government's."""
    return ZoneInfo(place.zone if place else settings.TIME_ZONE)


def calendar_for(resource: Resource, start: datetime, end: datetime) -> Calendar:
    """When the place of a thing is open around a span."""
    return calendars([resource.place], start, end)[resource.place_id]
