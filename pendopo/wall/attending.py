"""`/wall/meeting`: the screen of a meeting room. It comes by itself into what is planned at its place, and a phone governs it by a QR code.

The screen has the same right as one that shows boards (`kiosk.py`); its name is the place of the meetings that it joins.
"""

from datetime import timedelta

from asgiref.sync import async_to_sync
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.meetings.media.hall import halls
from pendopo.meetings.media.tickets import LIFE_S, Ticket
from pendopo.meetings.media.views import room_page
from pendopo.meetings.models import Meeting, Part, State
from pendopo.ui.qr import mark

from .actions import seat_of
from .kiosk import screen_of, take_token
from .models import KioskToken

# A screen comes so long before the beginning; its page looks this often.
EARLY = timedelta(minutes=3)
LOOK_EVERY_S = 15
MOST_SHOWN = 6
SALT = "pendopo.wall.remote"
# What a phone may press in the room of its screen: the buttons of the room's own bar.
BUTTONS = frozenset({"mic", "camera", "hand", "layout", "panel"})


def meetings_at(screen: KioskToken) -> list[Meeting]:
    """The meetings of the screen's place that go on or are to come within a day, the next first."""
    now = timezone.now()
    here = Meeting.objects.planned().filter(
        place__iexact=screen.label, start__lt=now + timedelta(days=1), start__gt=now - timedelta(days=1)
    )
    return [one for one in here.order_by("start") if one.ends > now or one.state == State.OPEN][:MOST_SHOWN]


def is_due(meeting: Meeting) -> bool:
    """Whether the screen comes in now: from a little before the beginning, or as soon as somebody opened it."""
    return not meeting.elsewhere and (meeting.state == State.OPEN or meeting.start - EARLY <= timezone.now())


def waiting(request: HttpRequest) -> HttpResponse:
    """What is planned at this place; as soon as a meeting is due the screen goes in."""
    clean = take_token(request)
    if clean is not None:
        return clean
    screen = _screen(request)
    found = meetings_at(screen)
    due = next((one for one in found if is_due(one)), None)
    if due is not None:
        return redirect("wall:attend", due.code)
    answer = render(request, "wall/waiting.html", {"screen": screen, "meetings": found, "every": LOOK_EVERY_S, "now": timezone.now()})
    answer["Cache-Control"] = "no-store"
    return answer


def attend(request: HttpRequest, code: str) -> HttpResponse:
    """The room, which this screen enters by itself with camera and microphone; its QR code leads a phone to the buttons."""
    screen = _screen(request)
    meeting = next((one for one in meetings_at(screen) if one.code == code and is_due(one)), None)
    if meeting is None:
        return redirect("wall:meeting")
    ticket = Ticket(code, seat_of(screen), screen.label, _("Meeting room"), Part.SPEAKER, True)
    address = request.build_absolute_uri(remote_path(screen, code))
    return room_page(request, meeting, ticket, back=reverse("wall:meeting"), remote=address, drawn=mark(address))


def remote_path(screen: KioskToken, code: str) -> str:
    """Where a phone finds the buttons of the screen in one meeting."""
    return reverse("wall:remote", args=[signing.dumps([screen.pk, code], salt=SALT)])


def _screen(request: HttpRequest) -> KioskToken:
    screen = screen_of(request)
    if screen is None:
        raise PermissionDenied(_("This screen has no right to show anything: open the address with its token once, or ask for a new one."))
    return screen


def remote(request: HttpRequest, token: str) -> HttpResponse:
    """The phone's page: the buttons of the screen in the room, for whoever stands before it and read its code, until the meeting ends."""
    try:
        pk, code = signing.loads(token, salt=SALT, max_age=LIFE_S)
    except (signing.BadSignature, TypeError, ValueError):
        raise PermissionDenied(_("This code is no longer good: read the one that the screen shows now.")) from None
    screen = KioskToken.objects.filter(pk=pk, revoked=None).first()
    meeting = Meeting.objects.planned().filter(code=code).first()
    if screen is None or meeting is None:
        raise PermissionDenied(_("This code is no longer good: read the one that the screen shows now."))
    if request.method == "POST":
        button = request.POST.get("do", "")
        if button in BUTTONS:
            async_to_sync(halls.tell)(code, seat_of(screen), {"say": "remote", "do": button})
        return redirect("wall:remote", token)
    return render(request, "wall/remote.html", {"screen": screen, "meeting": meeting})
