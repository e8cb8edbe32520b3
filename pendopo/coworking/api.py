"""Room `coworking` over HTTP: what is free, book it, and what can be had instead."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError
from ninja.params import QueryEx

from pendopo.agencies.models import Person
from pendopo.indicators.reader import reader_of
from pendopo.regions.api import only

from .bookings.actions import knock
from .bookings.search import Search, find
from .counter import FURTHEST, Ask, serve
from .places.models import Feature
from .shapes import BookingIn, BookingMade, Conflict, ResourcePage

router = Router(tags=["coworking"])

PAGE = 500
A_WHILE = timedelta(hours=1)


def person_of(request: HttpRequest) -> Person:
    """Whoever asks, by token or session. Raises HttpError 401."""
    reader = reader_of(request)
    if not isinstance(reader, Person):
        raise HttpError(401, _("Send a person's token (pdt_…) that is valid."))
    return reader


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
            "code": one.resource.code,
            "name": one.resource.name,
            "kind": one.resource.kind,
            "capacity": one.resource.capacity,
            "free": one.free,
            "place": one.resource.place.code,
            "features": one.resource.features,
            "why": one.told,
        }
        for one in found[first : first + PAGE]
    ]
    return {"items": items, "next": str(first + PAGE) if len(found) > first + PAGE else None}


@router.post("/coworking/bookings", response={201: BookingMade, 409: Conflict}, summary="Book something")
def book_one(request: HttpRequest, body: BookingIn) -> HttpResponse:
    """Books for the person behind the token. 409 says why not, with the nearest slots that this person can have."""
    person = person_of(request)
    (reply,) = serve([Ask(request.body, get_language() or "id", person=person)])
    media = "application/problem+json" if reply.status >= HTTPStatus.BAD_REQUEST else "application/json"
    answer = JsonResponse(reply.body, status=reply.status, content_type=media)
    if reply.retry_after_s is not None:
        answer["Retry-After"] = str(reply.retry_after_s)
    return answer
