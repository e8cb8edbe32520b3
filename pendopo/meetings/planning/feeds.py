"""Calendars by address: a person's meetings for programs that cannot sign in (the address carries a signed key), and one meeting."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pendopo.agencies.models import Person
from pendopo.meetings.models import Meeting
from pendopo.ui.door import holds

from . import calendars
from .access import guest_of

SALT = "pendopo.meetings.feed"
BACK, AHEAD = timedelta(days=60), timedelta(days=400)
MOST = 1000


def address_for(person: Person) -> str:
    """The full address of the person's feed; it stops when they leave or may not see meetings any more."""
    return f"{settings.SITE_URL}{reverse('meetings:feed')}?key={signing.dumps(person.pk, salt=SALT)}"


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The meetings to which the person is invited or which they convene, from two months ago on."""
    try:
        pk = signing.loads(request.GET.get("key", ""), salt=SALT)
    except signing.BadSignature as why:
        raise Http404 from why
    person = Person.objects.filter(pk=pk, is_active=True).first()
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
