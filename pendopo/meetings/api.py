"""Room `meetings` over HTTP: open a meeting with its guests' links, and who was there when."""

from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import ConfigDict, Field

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.actions import Refused, person_by_token
from pendopo.agencies.models import Agency, Person
from pendopo.regions.api import only

from .models import Answer, Meeting
from .papers.attendance import lines
from .planning.actions import Plan, arrange
from .planning.logic import Guest

router = Router(tags=["meetings"])

PAGE = 500


class GuestIn(Schema):
    """A guest without an account."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=200)
    email: str = Field(default="", max_length=254)


class MeetingIn(Schema):
    """A meeting as it is asked for. `start` has an offset; `agencies` are codes."""

    model_config = ConfigDict(extra="forbid")
    subject: str = Field(min_length=1, max_length=200)
    start: datetime
    minutes: int = Field(default=60, ge=1, le=1440)
    agencies: list[str] = Field(default=[], max_length=500)
    guests: list[GuestIn] = Field(default=[], max_length=500)


class MeetingMade(Schema):
    """Its code and address, and the guests' personal links in the order in which they were given; shown once."""

    code: str
    url: str
    guest_urls: list[str]


class MeetingOut(Schema):
    """One meeting as its reader sees it; times are UTC. `come` of `invited` said that they come."""

    code: str
    subject: str
    start: str
    minutes: int
    state: str
    convener: str
    place: str
    elsewhere: str
    url: str
    invited: int
    come: int


class MeetingPage(Schema):
    """A page of meetings, the latest first, and where to go on."""

    items: list[MeetingOut]
    next: str | None


class Stay(Schema):
    """One person's time in the room: from the first coming to the last going, and how long they were there in between."""

    name: str
    agency: str
    role: str
    joined: str
    left: str | None
    seconds: int


class Sheet(Schema):
    """The attendance of one meeting."""

    people: list[Stay]


def person_of(request: HttpRequest) -> Person:
    """Whoever asks, by token or session. Raises HttpError 401."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    person = person_by_token(secret.strip()) if scheme.lower() == "bearer" else request.user
    if not isinstance(person, Person):
        raise HttpError(401, _("Send a person's token (pdt_…) that is valid."))
    return person


@router.post("/meetings", response={201: MeetingMade}, summary="Plan a meeting")
def add(request: HttpRequest, body: MeetingIn) -> Status[dict[str, Any]]:
    """Needs the right to convene meetings. Unknown agencies are refused by their code, and then nothing is made."""
    person = person_of(request)
    if not may_somewhere(person, "meetings.convene"):
        raise HttpError(403, _("Your posts do not allow this. Ask an administrator for the right role."))
    if timezone.is_naive(body.start):
        raise HttpError(422, _("start needs an offset, such as 2026-05-09T09:00:00+07:00."))
    agencies = list(Agency.objects.filter(code__in=map(_clean, body.agencies), active=True))
    if unknown := sorted(set(body.agencies) - {agency.code for agency in agencies}):
        raise HttpError(422, _("There is no agency with the code %(codes)s.") % {"codes": ", ".join(unknown)[:200]})
    guests = [_guest(guest) for guest in body.guests]
    wish = Plan(subject=_clean(body.subject), start=body.start, minutes=body.minutes, agencies=agencies, guests=guests)
    try:
        meeting, links = arrange(wish=wish, by=person)
    except Refused as refused:
        raise HttpError(422, str(refused)) from refused
    url = f"{settings.SITE_URL}{meeting.get_absolute_url()}"
    return Status(201, {"code": meeting.code, "url": url, "guest_urls": [f"{url}?k={token}" for token in links]})


@router.get("/meetings", response=MeetingPage, exclude_none=False, summary="Meetings")
def meetings(
    request: HttpRequest, state: Literal["planned", "open", "ended", "cancelled"] | None = None, cursor: str | None = None
) -> dict[str, Any]:
    """Those that the person convenes or is invited to; all for a post without a scope."""
    only(request, "state", "cursor")
    found = Meeting.objects.visible_to(person_of(request)).select_related("convener")
    if state:
        found = found.filter(state=state)
    if cursor:
        if not cursor.isdecimal() or len(cursor) > 18:
            raise HttpError(422, _("This cursor is none of ours: begin without one."))
        found = found.filter(pk__lt=int(cursor))
    asked = Q(invitees__revoked=None)
    found = found.annotate(invited=Count("invitees", filter=asked), come=Count("invitees", filter=asked & Q(invitees__answer=Answer.YES)))
    rows: list[Any] = list(found.order_by("-pk")[: PAGE + 1])
    items = [
        {
            "code": row.code,
            "subject": row.subject,
            "start": _stamp(row.start),
            "minutes": row.minutes,
            "state": row.state,
            "convener": row.convener.name if row.convener else "",
            "place": row.place,
            "elsewhere": row.elsewhere,
            "url": f"{settings.SITE_URL}{row.page}",
            "invited": row.invited,
            "come": row.come,
        }
        for row in rows[:PAGE]
    ]
    return {"items": items, "next": str(rows[PAGE - 1].pk) if len(rows) > PAGE else None}


@router.get("/meetings/{code}/attendance", response=Sheet, summary="Who was there")
def attendance(request: HttpRequest, code: str) -> dict[str, Any]:
    """For those who may see the meeting. One line a person, whoever came first first."""
    meeting = Meeting.objects.visible_to(person_of(request)).filter(code=code.replace("\x00", "")).first()
    if meeting is None:
        raise HttpError(404, _("There is no such meeting, or you may not see it."))
    return {"people": lines(meeting)}


def _clean(text: str) -> str:
    return text.replace("\x00", "")


def _guest(given: GuestIn) -> Guest:
    """A guest whose letter can arrive. Raises HttpError 422."""
    email = _clean(given.email).strip()
    try:
        if email:
            validate_email(email)
    except ValidationError as why:
        raise HttpError(422, _("%(email)s is no e-mail address.") % {"email": email[:80]}) from why
    return Guest(_clean(given.name), email.lower())


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
