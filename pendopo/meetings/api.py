"""Room `meetings` over HTTP: open a meeting with its guests' links, and who was there when."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict, Field

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.actions import Refused, person_by_token
from pendopo.agencies.models import Agency, Person

from .actions import invite_guest, plan
from .models import Attendance, Meeting

router = Router(tags=["meetings"])


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
def add(request: HttpRequest, body: MeetingIn) -> tuple[int, dict[str, Any]]:
    """Needs the right to convene meetings. Unknown agencies are refused by their code, and then nothing is made."""
    person = person_of(request)
    if not may_somewhere(person, "meetings.convene"):
        raise HttpError(403, _("Your posts do not allow this. Ask an administrator for the right role."))
    if timezone.is_naive(body.start):
        raise HttpError(422, _("start needs an offset, such as 2026-05-09T09:00:00+07:00."))
    agencies = list(Agency.objects.filter(code__in=body.agencies, active=True))
    if unknown := sorted(set(body.agencies) - {agency.code for agency in agencies}):
        raise HttpError(422, _("There is no agency with the code %(codes)s.") % {"codes": ", ".join(unknown)[:200]})
    try:
        with transaction.atomic():
            meeting = plan(subject=body.subject, start=body.start, minutes=body.minutes, agencies=agencies, by=person)
            links = [invite_guest(meeting=meeting, name=guest.name, email=guest.email, by=person)[1] for guest in body.guests]
    except Refused as refused:
        raise HttpError(422, str(refused)) from refused
    url = f"{settings.SITE_URL}{meeting.get_absolute_url()}"
    return 201, {"code": meeting.code, "url": url, "guest_urls": [f"{url}?k={token}" for token in links]}


@router.get("/meetings/{code}/attendance", response=Sheet, summary="Who was there")
def attendance(request: HttpRequest, code: str) -> dict[str, Any]:
    """For those who may see the meeting. One line a person, whoever came first first."""
    meeting = Meeting.objects.visible_to(person_of(request)).filter(code=code.replace("\x00", "")).first()
    if meeting is None:
        raise HttpError(404, _("There is no such meeting, or you may not see it."))
    return {"people": sheet(meeting)}


def sheet(meeting: Meeting) -> list[dict[str, Any]]:
    """The attendance as rows: stays of one person added up; `left` is None while they are there."""
    now = timezone.now()
    people: dict[str, dict[str, Any]] = {}
    for stay in Attendance.objects.filter(meeting=meeting).select_related("seat"):
        one = people.setdefault(
            stay.seat.key,
            {"name": stay.seat.name, "agency": stay.seat.agency, "role": stay.seat.part, "joined": _stamp(stay.joined), "seconds": 0.0},
        )
        end = stay.left or (now if stay.is_open(now) else stay.seen)
        one["left"] = None if stay.is_open(now) else _stamp(end)
        one["seconds"] += max(0.0, (end - stay.joined).total_seconds())
    return [{**one, "seconds": round(one["seconds"])} for one in people.values()]


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
