"""Bookings as iCalendar (RFC 5545): a person's feed by a signed address, for programs that cannot sign in, and one booking."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from pendopo.agencies.models import Person

from . import logic
from .models import Booking, State
from .search import zone_of

SALT = "pendopo.coworking.feed"
BACK, MOST = timedelta(days=60), 1000


def address_for(person: Person) -> str:
    """The full address of the person's feed; it stops when they leave."""
    return f"{settings.SITE_URL}{reverse('coworking:feed')}?key={signing.dumps(person.pk, salt=SALT)}"


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The bookings of the person, from two months ago on; those that were given back are told as cancelled."""
    try:
        pk = signing.loads(request.GET.get("key", ""), salt=SALT)
    except signing.BadSignature as why:
        raise Http404 from why
    person = Person.objects.filter(pk=pk, is_active=True).first()
    if person is None:
        raise Http404
    rows = Booking.objects.of(person).filter(start__gte=timezone.now() - BACK).select_related("resource__place").order_by("start")
    book = Calendar()
    book.add("prodid", "-//Pendopo//coworking//ID")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", _("Bookings of %(name)s") % {"name": person.name})
    for booking in rows[:MOST]:
        book.add_component(_event(booking))
    book.add_missing_timezones()
    return HttpResponse(book.to_ical(), content_type="text/calendar; charset=utf-8")


def _event(booking: Booking) -> Event:
    zone = zone_of(booking.resource.place)
    event = Event()
    event.add("uid", f"booking-{booking.code}@{settings.SITE_URL.partition('://')[2]}")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", booking.start.astimezone(zone))
    event.add("dtend", booking.end.astimezone(zone))
    event.add("summary", f"{booking.title} – {booking.resource.name}")
    event.add("location", ", ".join(filter(None, [booking.resource.place.name, booking.resource.place.address])))
    event.add("url", f"{settings.SITE_URL}{booking.get_absolute_url()}")
    states = {State.PENDING: "TENTATIVE", State.CONFIRMED: "CONFIRMED", State.HERE: "CONFIRMED"}
    event.add("status", states.get(State(booking.state), "CANCELLED" if booking.state not in logic.ACTIVE else "CONFIRMED"))
    return event
