"""Pages of a place: its floors with plans, what is taken now, when it is open; the QR at a thing and the kiosk at the door."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pendopo.agencies.access import may
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.coworking.bookings import actions as bookings
from pendopo.coworking.bookings import logic
from pendopo.coworking.bookings.models import Booking
from pendopo.coworking.bookings.search import taken_between
from pendopo.ui.door import opens
from pendopo.ui.qr import picture
from pendopo.ui.telling import told as say

from .models import Floor, Place, Resource, calendar_of

KIOSK_SALT = "pendopo.coworking.kiosk"
LOOK_AHEAD = timedelta(days=7)
FARTHEST_DAYS = 366


def _place(code: str) -> Place:
    return get_object_or_404(Place, code=code, active=True)


def _moments(request: HttpRequest, place: Place) -> tuple[datetime, datetime]:
    """The hour that the plan shows: `?at=` on the clock of the place, else now, or when the place opens next."""
    now = timezone.now()
    try:
        at = datetime.fromisoformat(request.GET["at"].replace(" ", "+"))
        start = at if timezone.is_aware(at) else at.replace(tzinfo=ZoneInfo(place.zone))
    except (KeyError, ValueError):
        start = now
    if start == now or abs((start - now).days) > FARTHEST_DAYS:
        coming = calendar_of(place, now, now + LOOK_AHEAD).open_between(now, now + LOOK_AHEAD)
        start = max(now, coming[0][0]) if coming else now
    return start, start + timedelta(hours=1)


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """A place: each floor as a plan with what is free at a moment, and everything as a list. Open to everybody."""
    found = _place(code)
    start, end = _moments(request, found)
    taken = taken_between(start, end)
    calendar = calendar_of(found, start, end + LOOK_AHEAD)
    closed = calendar.refusal(start, end)
    things = list(Resource.objects.filter(place=found, active=True).select_related("floor"))
    words = {"free": _("free"), "taken": _("occupied"), "closed": _("not open")}
    for thing in things:
        standing = "closed" if closed else "taken" if thing.pk in taken else "free"
        thing.standing, thing.standing_word = standing, words[standing]  # type: ignore[attr-defined]
    floors = [
        (floor, [thing for thing in things if thing.floor_id == floor.pk and thing.x is not None])
        for floor in found.floors.order_by("level")
    ]
    context: dict[str, Any] = {
        "place": found,
        "floors": floors,
        "things": things,
        "closed_text": say(closed) if closed else "",
        "at": start.astimezone(ZoneInfo(found.zone)),
        "week": [
            (day, [(calendar.local(a), calendar.local(b)) for a, b in calendar.spans_of(day)], calendar.holidays.get(day, ""))
            for day in (start.astimezone(ZoneInfo(found.zone)).date() + timedelta(days=number) for number in range(7))
        ],
        "closures": found.closures.filter(end__gt=timezone.now(), start__lt=timezone.now() + timedelta(days=60)),
        "may_keep": isinstance(request.user, Person) and may(request.user, "coworking.keep", found),
    }
    return render(request, "coworking/place.html", context)


@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawing of a floor. It was cleaned when it came; as a picture with this policy nothing in it could act anyway."""
    floor = get_object_or_404(Floor, pk=pk, place__active=True)
    if not floor.plan:
        raise Http404
    answer = HttpResponse(floor.plan, content_type="image/svg+xml")
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "max-age=300"
    return answer


@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The mark to print and put at a thing: whoever scans it checks in."""
    found = get_object_or_404(Resource, code=code, active=True)
    return HttpResponse(picture(f"{settings.SITE_URL}{reverse('coworking:here', args=[found.code])}"), content_type="image/svg+xml")


@opens("")
def here(request: PersonRequest, code: str) -> HttpResponse:
    """Where the mark at a thing leads: checks in to the own booking of this moment, or offers to book it now."""
    found = get_object_or_404(Resource.objects.select_related("place"), code=code, active=True)
    now = timezone.now()
    own = (
        Booking.objects.of(request.user)
        .filter(resource=found, state__in=logic.ACTIVE, start__lte=now + logic.EARLY, end__gt=now)
        .select_related("resource__place", "by")
        .order_by("start")
        .first()
    )
    if request.method == "POST" and own is not None:
        try:
            bookings.check_in(booking=own, by=request.user)
            messages.success(request, _("Welcome. You are checked in."))
        except Refused as why:
            messages.error(request, str(why))
        return redirect(own)
    busy = Booking.objects.active().filter(resource=found).meeting(now, now + timedelta(hours=1)).order_by("start").first()
    start = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
    context = {"resource": found, "own": own, "busy": busy, "start": start, "end": start + timedelta(hours=1)}
    return render(request, "coworking/here.html", context)


def kiosk_address(place: Place) -> str:
    """The address that a tablet at the door opens; it needs no account and shows no names."""
    return f"{settings.SITE_URL}{reverse('coworking:kiosk', args=[signing.dumps(place.pk, salt=KIOSK_SALT)])}"


def kiosk(request: HttpRequest, token: str) -> HttpResponse:
    """The tablet at the door: the code of a booking checks in; what is free now stands beside it."""
    try:
        found = get_object_or_404(Place, pk=signing.loads(token, salt=KIOSK_SALT), active=True)
    except signing.BadSignature as why:
        raise Http404 from why
    told, well = "", False
    if request.method == "POST":
        code = request.POST.get("code", "").strip().upper().replace("\x00", "")
        booking = Booking.objects.filter(resource__place=found, code=code).select_related("resource__place", "by").first()
        if booking is None:
            told = _("There is no booking with this code here.")
        else:
            try:
                bookings.check_in(booking=booking, by=booking.by)
                told, well = _("Welcome: %(what)s.") % {"what": booking.resource.name}, True
            except Refused as why:
                told = str(why)
    now = timezone.now()
    taken = taken_between(now, now + timedelta(minutes=30))
    closed = calendar_of(found, now, now + timedelta(minutes=30)).refusal(now, now + timedelta(minutes=30))
    free = [] if closed else list(Resource.objects.filter(place=found, active=True).exclude(pk__in=taken).order_by("kind", "name")[:24])
    context = {"place": found, "told": told, "well": well, "free": free, "closed_text": say(closed) if closed else "", "now": now}
    return render(request, "coworking/kiosk.html", context)
