"""`/meetings/<code>`: the room's page, for accounts and for guests, and the files of its chat."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pendopo.agencies.access import agency_ids_of
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.meetings import actions
from pendopo.meetings.actions import digest_of
from pendopo.meetings.forms import GuestForm
from pendopo.meetings.models import Invitee, Meeting, Part, Seat, State, Where
from pendopo.ui.door import opens

from . import seats
from .actions import drop_file, keep_file
from .documents import pages_of
from .hall import ALL, halls
from .logic import may
from .tickets import NoTicket, Ticket, file_address, file_of, issue, read
from .words import REACTIONS, WORDS

GUEST_COOKIE = "pendopo_guest"
MAX_FILE_BYTES = 20 * 1024**2


@require_http_methods(["GET", "POST"])
def room(request: HttpRequest, code: str) -> HttpResponse:
    """The room: straight on for an account, after name and agency for a guest."""
    meeting = get_object_or_404(Meeting, code=code)
    if meeting.state in {State.ENDED, State.CANCELLED}:
        return render(request, "meetings/over.html", {"meeting": meeting}, status=410)
    if meeting.elsewhere:
        return _elsewhere(request, meeting)
    if isinstance(request.user, Person) and request.user.is_active and "k" not in request.GET:
        return room_page(request, meeting, ticket_for(meeting, request.user))
    return _for_guest(request, meeting)


def _elsewhere(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The way into a meeting of another system: that system may have no door, so only who is invited, or sees the meeting, gets it."""
    guest = invited_guest(meeting, request.GET.get("k", ""))
    person = request.user if isinstance(request.user, Person) and request.user.is_active else None
    knows = guest is not None or (person is not None and Meeting.objects.visible_to(person).filter(pk=meeting.pk).exists())
    return render(request, "meetings/elsewhere.html", {"meeting": meeting, "knows": knows}, status=200 if knows else 403)


def invited_guest(meeting: Meeting, token: str) -> Invitee | None:
    """The guest of a personal link that holds; None for a wrong, old or revoked one."""
    guest = Invitee.objects.filter(meeting=meeting, digest=digest_of(token)).first() if token else None
    return guest if guest is not None and guest.is_good else None


@require_POST
@opens("meetings.convene")
def open_about(request: HttpRequest) -> HttpResponse:
    """A situation room in one click: `about` (a path of this house), `subject`, `agencies` (codes), `people` (numbers). Leads into it."""
    codes, numbers = (
        [code.replace("\x00", "") for code in request.POST.getlist("agencies")],
        [one for one in request.POST.getlist("people") if one.isdecimal() and len(one) < 10],
    )
    try:
        meeting, _new = actions.open_about(
            about=request.POST.get("about", "").replace("\x00", ""),
            subject=request.POST.get("subject", "").replace("\x00", ""),
            by=person_of(request),
            agencies=list(Agency.objects.filter(code__in=codes, active=True)),
            people=list(Person.objects.filter(pk__in=numbers, is_active=True)),
        )
    except Refused as refused:
        return render(request, "meetings/refused.html", {"why": str(refused)}, status=422)
    return redirect(meeting)


def person_of(request: HttpRequest) -> Person:
    """Whoever is signed in: the door let only people in."""
    assert isinstance(request.user, Person)
    return request.user


def ticket_for(meeting: Meeting, person: Person) -> Ticket:
    """The ticket of an account: who is not invited waits in the lobby like everybody else."""
    part = meeting.part_of(person)
    agency = Agency.objects.filter(pk__in=agency_ids_of(person)).order_by("pk").first()
    name = agency.short_name or agency.name if agency else ""
    return Ticket(meeting.code, f"p{person.pk}", person.name, name, part or Part.SPEAKER, part is not None, person=person.pk)


def beside_of(about: str) -> str:
    """The page that a meeting shows beside the faces: what the page that it is about has under the name `beside`; '' without one."""
    try:
        found = resolve(about)
        return reverse(f"{found.namespace}:beside", args=found.args, kwargs=found.kwargs)
    except (Resolver404, NoReverseMatch):
        return ""


def _for_guest(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """A guest says name and agency. A personal link brings the name; a wrong, old or revoked one is refused with a sentence."""
    guest = None
    if token := request.GET.get("k", ""):
        guest = invited_guest(meeting, token)
        if guest is None:
            return render(request, "meetings/no_link.html", {"meeting": meeting}, status=403)
    form = GuestForm(request.POST or None, initial={"name": guest.name if guest else ""})
    if request.method == "POST" and form.is_valid():
        mark = request.get_signed_cookie(GUEST_COOKIE, default="") or secrets.token_hex(8)
        seat = f"i{guest.pk}" if guest else f"g{mark}"
        part = guest.part if guest else Part.SPEAKER
        words = form.cleaned_data
        ticket = Ticket(meeting.code, seat, words["name"], words["agency"], part, guest is not None, invitee=guest.pk if guest else None)
        answer = room_page(request, meeting, ticket)
        answer.set_signed_cookie(GUEST_COOKIE, mark, httponly=True, samesite="Lax", secure=settings.SECURE, max_age=86_400)
        return answer
    return render(request, "meetings/guest.html", {"meeting": meeting, "form": form, "guest": guest})


def room_page(request: HttpRequest, meeting: Meeting, ticket: Ticket, **more: str) -> HttpResponse:
    """The room's page for whoever the ticket names. With `back` (a path) it goes in by itself and returns
    there; `remote` is an address for a phone, `drawn` its QR code."""
    ticket = replace(ticket, language=get_language())
    context = {"meeting": meeting, "ticket": issue(ticket), "seat": ticket.seat, "name": ticket.name, "agency": ticket.agency}
    context["beside"] = beside_of(meeting.about) if ticket.person else ""
    words = {name: str(word) for name, word in WORDS.items()}
    answer = render(request, "meetings/room.html", {**context, **more, "words": words, "reactions": REACTIONS})
    answer["Cache-Control"] = "no-store"
    answer["Permissions-Policy"] = "camera=(self), microphone=(self), display-capture=(self), autoplay=(self)"
    return answer


@csrf_exempt
@require_POST
def files(request: HttpRequest, code: str) -> HttpResponse:
    """A file for the chat, or (`show`) a document for everybody to see. The ticket in the form says who sends it; a page of another site
    has none."""
    try:
        ticket = read(request.POST.get("ticket"))
    except NoTicket as problem:
        return JsonResponse({"detail": str(problem)}, status=403)
    given = request.FILES.get("file")
    seat = Seat.objects.filter(meeting__code=code, key=ticket.seat, where=Where.IN).first()
    if ticket.code != code or seat is None:
        return JsonResponse({"detail": _("You are not admitted to this meeting.")}, status=403)
    if given is None or not given.size or given.size > MAX_FILE_BYTES:
        return JsonResponse({"detail": _("The file was not taken: at most 20 MB.")}, status=422)
    name = Path(given.name or "file").name[-120:]
    stored = keep_file(given)
    end = file_address(code, stored, name)
    try:
        happened = _shown(ticket, stored, end, name) if "show" in request.POST else _told(ticket, end, name)
    except Refused as why:
        drop_file(stored)
        return JsonResponse({"detail": str(why)}, status=422)
    async_to_sync(halls.tell)(code, ALL, {"say": "happened", **happened})
    return JsonResponse({"file": f"/meetings/{code}/files/{end}"}, status=201)


def _told(ticket: Ticket, end: str, name: str) -> dict[str, Any]:
    """A file as a line of the chat."""
    return seats.happen(ticket, "chat", {"text": "", "file": f"/meetings/{ticket.code}/files/{end}", "file_name": name})


def _shown(ticket: Ticket, stored: str, end: str, name: str) -> dict[str, Any]:
    """A file as the document that everybody sees. Raises Refused."""
    if not may(seats.role_of(ticket), "page"):
        raise Refused(_("Whoever listens shows no document: ask the convener to let you speak."))
    pages = pages_of(stored)
    return seats.happen(ticket, "document", {"document": f"/meetings/{ticket.code}/documents/{end}", "title": name, "pages": pages})


@require_GET
def file(request: HttpRequest, code: str, address: str) -> FileResponse:
    """A file of the chat, always as a download."""
    found = file_of(address, code)
    if found is None or not default_storage.exists(found[0]):
        raise Http404(_("This file is not here any more."))
    answer = FileResponse(default_storage.open(found[0]), as_attachment=True, filename=found[1], content_type="application/octet-stream")
    answer["Cache-Control"] = "private, no-store"
    return answer
