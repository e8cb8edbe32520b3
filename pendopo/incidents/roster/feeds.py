"""The calendar of a roster as iCalendar, for calendar programs that cannot sign in: the address carries a signed key."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event

from pendopo.agencies.models import Person
from pendopo.ui.door import holds

from .models import Roster, Shift, feed_number

SALT = "pendopo.incidents.roster"
BACK, AHEAD = timedelta(days=31), timedelta(days=120)


def address_for(person: Person, roster: Roster) -> str:
    """The full address of the feed for this person; it stops working when they leave, may not see rosters any more, or make it anew."""
    key = signing.dumps([person.pk, feed_number(person)], salt=f"{SALT}.{roster.code}")
    return f"{settings.SITE_URL}{reverse('incidents:roster-feed', args=[roster.code])}?key={key}"


def feed(request: HttpRequest, code: str) -> HttpResponse:
    """The shifts of one roster from a month ago on."""
    roster = get_object_or_404(Roster, code=code)
    try:
        pk, number = signing.loads(request.GET.get("key", ""), salt=f"{SALT}.{code}")
    except (signing.BadSignature, TypeError, ValueError) as why:
        raise Http404 from why
    person = Person.objects.filter(pk=pk, is_active=True).first()
    if person is None or number != feed_number(person) or not holds(person, "roster.see", None):
        raise Http404
    return HttpResponse(written(roster), content_type="text/calendar; charset=utf-8")


def written(roster: Roster) -> bytes:
    """The calendar itself (RFC 5545)."""
    now = timezone.now()
    book = Calendar()
    book.add("prodid", "-//Pendopo//roster//ID")
    book.add("version", "2.0")
    book.add("x-wr-calname", roster.name)
    host = settings.SITE_URL.partition("://")[2]
    for shift in Shift.objects.kept().filter(roster=roster).between(now - BACK, now + AHEAD).select_related("person"):
        event = Event()
        event.add("uid", f"shift-{shift.pk}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", shift.since)
        event.add("dtend", shift.until)
        event.add("summary", f"{roster.name}: {shift.person.name}")
        if shift.note:
            event.add("description", shift.note)
        event.add("url", f"{settings.SITE_URL}{shift.get_absolute_url()}")
        book.add_component(event)
    return bytes(book.to_ical())
