"""Room `coworking` over HTTP: what is free, book it, and what can be had instead."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from ninja.params import QueryEx
from pydantic import ConfigDict, Field

from pendopo.agencies.actions import person_by_token
from pendopo.agencies.models import Person
from pendopo.indicators.latest import utc_text
from pendopo.regions.api import only

from .bookings.actions import Unavailable, Wish, book, knock
from .bookings.search import Search, find
from .places.models import Feature, Resource

router = Router(tags=["coworking"])

PAGE = 500
A_WHILE = timedelta(hours=1)
FURTHEST = timedelta(days=366)


class ResourceOut(Schema):
    """Something that can be booked. `free`: all the while between `from` and `to`; `why` says why not."""

    code: str
    name: str
    kind: str
    capacity: int
    free: bool
    place: str
    features: list[str]
    why: str | None


class ResourcePage(Schema):
    """Things to book, and where to go on."""

    items: list[ResourceOut]
    next: str | None


class BookingIn(Schema):
    """A booking as it is asked for; both times have an offset."""

    model_config = ConfigDict(extra="forbid")
    resource: str = Field(max_length=60)
    start: datetime
    end: datetime
    title: str = Field(min_length=1, max_length=200)
    people: int = Field(default=1, ge=1, le=10_000)


class BookingMade(Schema):
    """The booking: `pending` waits for a steward."""

    code: str
    status: str


class Instead(Schema):
    """A slot that is free."""

    resource: str
    name: str
    start: str
    end: str


class Conflict(Schema):
    """RFC 9457 with the nearest slots that can be had."""

    type: str
    title: str
    status: int
    detail: str
    alternatives: list[Instead]


def person_of(request: HttpRequest) -> Person:
    """Whoever asks, by token or session. Raises HttpError 401."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    person = person_by_token(secret.strip()) if scheme.lower() == "bearer" else request.user
    if not isinstance(person, Person):
        raise HttpError(401, _("Send a person's token (pdt_…) that is valid."))
    return person


def span_of(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The span asked for. Raises HttpError 422."""
    if (since is None) != (until is None):
        raise HttpError(422, _("Give from and to together."))
    now = timezone.now()
    start, end = since or now, until or now + A_WHILE
    if timezone.is_naive(start) or timezone.is_naive(end):
        raise HttpError(422, _("Times need an offset, such as 2026-05-09T09:00:00+07:00."))
    if end <= start:
        raise HttpError(422, _("The end must be later than the beginning."))
    if not now - FURTHEST < start < end < now + 2 * FURTHEST:
        raise HttpError(422, _("Choose a time within a year."))
    return start, end


@router.get("/coworking/resources", response=ResourcePage, exclude_none=False, summary="What can be booked, and what is free")
def resources(
    request: HttpRequest,
    since: Annotated[datetime | None, QueryEx(alias="from")] = None,
    until: Annotated[datetime | None, QueryEx(alias="to")] = None,
    people: Annotated[int, QueryEx(ge=1, le=10_000)] = 1,
    features: str = "",
    cursor: str | None = None,
) -> dict[str, Any]:
    """Everything with room for so many people and all of these features (separated by commas), the free first. Open to everybody."""
    only(request, "from", "to", "people", "features", "cursor")
    if request.headers.get("Authorization"):
        knock(by=person_of(request))
    start, end = span_of(since, until)
    wanted = {word.strip() for word in features.split(",") if word.strip()}
    if unknown := sorted(wanted - set(Feature.values)):
        known = ", ".join(Feature.values)
        raise HttpError(422, _("There is no feature “%(name)s”: choose of %(known)s.") % {"name": unknown[0][:40], "known": known})
    first = int(cursor) if cursor and cursor.isdecimal() and len(cursor) < 9 else 0
    if cursor and not first:
        raise HttpError(422, _("This cursor is none of ours: begin without one."))
    found = find(Search(start, end, people, wanted))
    items = [
        {
            "code": one.resource.code, "name": one.resource.name, "kind": one.resource.kind, "capacity": one.resource.capacity,
            "free": one.free, "place": one.resource.place.code, "features": one.resource.features, "why": one.told,
        }
        for one in found[first : first + PAGE]
    ]  # fmt: skip
    return {"items": items, "next": str(first + PAGE) if len(found) > first + PAGE else None}


@router.post("/coworking/bookings", response={201: BookingMade, 409: Conflict}, summary="Book something")
def book_one(request: HttpRequest, body: BookingIn) -> Status[dict[str, Any]] | HttpResponse:
    """Books for the person behind the token. 409 says why not, with the nearest slots that this person can have."""
    person = person_of(request)
    knock(by=person)
    if timezone.is_naive(body.start) or timezone.is_naive(body.end):
        raise HttpError(422, _("Times need an offset, such as 2026-05-09T09:00:00+07:00."))
    if body.end <= body.start:
        raise HttpError(422, _("The end must be later than the beginning."))
    if abs(body.start - timezone.now()) > FURTHEST or body.end - body.start > FURTHEST:
        raise HttpError(422, _("Choose a time within a year."))
    title = body.title.replace("\x00", "").strip()
    if not title:
        raise HttpError(422, _("Say what it is for."))
    resource = Resource.objects.select_related("place").filter(code=body.resource.replace("\x00", "")).first()
    if resource is None:
        raise HttpError(404, _("There is nothing to book with the code %(code)s.") % {"code": body.resource[:60]})
    try:
        booking = book(wish=Wish(resource, body.start, body.end, title, body.people), by=person)
    except Unavailable as gone:
        return _conflict(gone)
    return Status(201, {"code": booking.code, "status": booking.state})


def _conflict(gone: Unavailable) -> HttpResponse:
    items = [
        {"resource": resource.code, "name": resource.name, "start": utc_text(offer.start), "end": utc_text(offer.end)}
        for resource, offer in gone.alternatives
    ]
    body = {"type": "/api/problems#conflict", "title": "Conflict", "status": 409, "detail": str(gone), "alternatives": items}
    answer = JsonResponse(body, status=409, content_type="application/problem+json")
    answer["Content-Language"] = get_language() or "id"
    return answer
