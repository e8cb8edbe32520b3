"""Calendars by address: a person's meetings for programs that cannot sign in (the address carries a signed key), and one meeting."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.meetings.models import Feed, Meeting
from pendopo.ui.door import holds, opens

from . import calendars
from .access import guest_of
from .actions import renew_feed

SALT = "pendopo.meetings.feed"
BACK, AHEAD = timedelta(days=60), timedelta(days=400)
MOST = 1000


def address_for(person: Person) -> str:
    """The full address of the person's feed; it stops when they renew it, leave, or may not see meetings any more."""
    feed = Feed.objects.filter(person=person).first()
    return f"{settings.SITE_URL}{reverse('meetings:feed')}?key={signing.dumps([person.pk, feed.turn if feed else 0], salt=SALT)}"


def reader_of(key: str) -> Person | None:
    """Whose feed an address is; None when it is none of ours, or was renewed."""
    try:
        pk, turn = signing.loads(key, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    person = Person.objects.filter(pk=pk, is_active=True).first()
    now = Feed.objects.filter(person=person).first() if person else None
    return person if person and turn == (now.turn if now else 0) else None


@opens("meetings.see")
def calendar(request: PersonRequest) -> HttpResponse:
    """The address of the reader's calendar, and a new one when it came into other hands."""
    if request.method == "POST":
        renew_feed(person=request.user)
        messages.success(request, _("The address is another one now: give it to your calendar program again."))
        return redirect("meetings:calendar")
    answer = render(request, "meetings/calendar.html", {"address": address_for(request.user)})
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The meetings to which the person is invited or which they convene, from two months ago on."""
    person = reader_of(request.GET.get("key", ""))
    if person is None or not holds(person, "meetings.see", None):
        raise Http404
    now = timezone.now()
    rows = Meeting.objects.concerning(person).filter(start__gte=now - BACK, start__lt=now + AHEAD)
    body = calendars.feed(
        rows.select_related("convener", "series").order_by("start")[:MOST], _("Meetings of %(name)s") % {"name": person.name}
    )
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One meeting for the reader's calendar: for those who see it, and for a guest with a personal link."""
    guest = guest_of(code, request.GET.get("k", ""))
    meeting = guest.meeting if guest else None
    if meeting is None and isinstance(request.user, Person):
        meeting = Meeting.objects.visible_to(request.user).select_related("convener", "series").filter(code=code).first()
    if meeting is None:
        raise Http404
    answer = HttpResponse(calendars.feed([meeting], ""), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rapat.ics"'
    return answer
