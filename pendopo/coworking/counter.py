"""The counter: who comes in the same moment is served in one go, so that two hundred who want one room all have their answer at once.

What holds for all (tokens, the limit of the minute, the things, what is free instead) is read once for those who wait; each booking is
judged and written by the same verb as everywhere. `route` stands before Django (asgi.py); `serve` is what the API's own view calls, too.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from django.db import DatabaseError, connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from pydantic import ValidationError

from pendopo.agencies.actions import people_by_tokens
from pendopo.agencies.models import Holding, Person
from pendopo.indicators.latest import utc_text

from .bookings.actions import Round, TooOften, Unavailable, Wish, book, knock_together
from .bookings.reckoning import reckon_together
from .places.models import Resource
from .shapes import BookingIn

logger = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
FURTHEST = timedelta(days=366)
MOST_AT_ONCE = 128

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Ask:
    """One request: what was sent, in which language its answer is, and by whom (a token's secret, or somebody who signed in)."""

    body: bytes
    language: str = "id"
    secret: str = ""
    person: Person | None = None


@dataclass(frozen=True)
class Reply:
    """One answer. Refusals are RFC 9457."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    retry_after_s: int | None = None


def refusal(status: int, code: str, detail: str, *, retry_after_s: int | None = None, **more: Any) -> Reply:
    """A problem."""
    body = {"type": f"/api/problems#{code}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return Reply(status, body, retry_after_s)


def serve(asks: Sequence[Ask]) -> list[Reply]:
    """Answers all of them, in their order."""
    now = timezone.now()
    known = people_by_tokens({ask.secret for ask in asks if ask.secret})
    people = [ask.person or known.get(ask.secret) for ask in asks]
    left = knock_together(asked=Counter(person.pk for person in people if person is not None), now=now)
    wanted = [_read(ask) for ask in asks]
    codes = {one.resource.replace("\x00", "") for one in wanted if isinstance(one, BookingIn)}
    things = {thing.code: thing for thing in Resource.objects.filter(code__in=codes).select_related("place")}
    together = Round()
    starts = [one.start for one in wanted if isinstance(one, BookingIn)]
    if len({person.pk for person in people if person}) > 1 and len(set(starts)) == 1:
        asking = {person.pk for person in people if person}
        together.reckonings = reckon_together(asking, starts[0], now)
        together.without_post = asking - set(Holding.objects.current(now).filter(person__in=asking).values_list("person", flat=True))
    replies = []
    for ask, person, one in zip(asks, people, wanted, strict=True):
        with translation.override(ask.language):
            if person is None:
                replies.append(refusal(401, "credential", _("Send a person's token (pdt_…) that is valid.")))
                continue
            left[person.pk] -= 1
            if left[person.pk] < 0:
                often = TooOften(now)
                replies.append(refusal(429, "quota", str(often), retry_after_s=often.retry_after_s))
            elif isinstance(one, Reply):
                replies.append(one)
            else:
                replies.append(_served(ask, partial(_book, one, things.get(one.resource), person, now, together)))
    return replies


def _read(ask: Ask) -> BookingIn | Reply:
    """What somebody wants, or why it cannot be read."""
    with translation.override(ask.language):
        try:
            one = BookingIn.model_validate_json(ask.body)
        except ValidationError as error:
            places = ", ".join(sorted({str(item["loc"][-1]) if item["loc"] else "body" for item in error.errors()}))
            sentence = _("These parameters cannot be read: %(places)s. See /api/ for what they take.") % {"places": places}
            return refusal(422, "parameter", sentence)
        if timezone.is_naive(one.start) or timezone.is_naive(one.end):
            return refusal(422, "parameter", _("Times need an offset, such as 2026-05-09T09:00:00+07:00."))
        if one.end <= one.start:
            return refusal(422, "parameter", _("The end must be later than the beginning."))
        if abs(one.start - timezone.now()) > FURTHEST or one.end - one.start > FURTHEST:
            return refusal(422, "parameter", _("Choose a time within a year."))
        if not one.title.replace("\x00", "").strip():
            return refusal(422, "parameter", _("Say what it is for."))
    return one


def _served(ask: Ask, answer: Callable[[], Reply]) -> Reply:
    """One answer; a failure is this one's alone."""
    try:
        return answer()
    except DatabaseError as error:
        logger.warning("counter: %s", str(error).strip() or type(error).__name__)
        return away(ask)
    except Exception:
        logger.exception("counter: a booking failed")
        return refusal(500, "failure", _("Something failed on our side. It was noted; please try again."))


def _book(one: BookingIn, thing: Resource | None, person: Person, now: datetime, together: Round) -> Reply:
    if thing is None:
        code = one.resource[:60].replace("\x00", "")
        return refusal(404, "not-found", _("There is nothing to book with the code %(code)s.") % {"code": code})
    wish = Wish(thing, one.start, one.end, one.title.replace("\x00", ""), one.people)
    try:
        made = book(wish=wish, by=person, now=now, together=together)
    except Unavailable as gone:
        offers = [
            {"resource": other.code, "name": other.name, "start": utc_text(offer.start), "end": utc_text(offer.end)}
            for other, offer in gone.alternatives
        ]
        return refusal(409, "conflict", str(gone), alternatives=offers)
    return Reply(201, {"code": made.code, "status": made.state})


@dataclass
class Queue:
    """Those who wait in this process, and the one thread that serves them: whoever comes while it works is served in its next go."""

    waiting: list[tuple[Ask, asyncio.Future[Reply]]] = field(default_factory=list)
    work: asyncio.Task[None] | None = None

    async def answer(self, ask: Ask) -> Reply:
        """Waits for the answer."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[Reply] = loop.create_future()
        self.waiting.append((ask, mine))
        if self.work is None or self.work.done():
            self.work = loop.create_task(self._work())
        return await mine

    async def _work(self) -> None:
        while self.waiting:
            now, self.waiting = self.waiting[:MOST_AT_ONCE], self.waiting[MOST_AT_ONCE:]
            asks = [ask for ask, _mine in now]
            replies = await asyncio.get_running_loop().run_in_executor(_thread, _in_database, asks)
            for (_ask, mine), reply in zip(now, replies, strict=True):
                if not mine.done():
                    mine.set_result(reply)


_thread = ThreadPoolExecutor(1, thread_name_prefix="counter")
_queue = Queue()


def _in_database(asks: list[Ask]) -> list[Reply]:
    try:
        return serve(asks)
    except DatabaseError as error:
        logger.warning("counter: %s", str(error).strip() or type(error).__name__)
        return [away(ask) for ask in asks]
    finally:
        connection.close()


def away(ask: Ask) -> Reply:
    """The answer while the database cannot keep its word."""
    with translation.override(ask.language):
        sentence = _("Nothing was stored, because the database cannot make it durable now: send the same again shortly.")
        return refusal(503, "unavailable", sentence, retry_after_s=2)


async def route(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /api/v1/coworking/bookings with a person's token."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    language = "en" if headers.get(b"accept-language", b"").lower().startswith(b"en") else "id"
    body, more = b"", True
    while more and len(body) <= LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if len(body) > LARGEST_BODY:
        with translation.override(language):
            reply = refusal(413, "too-large", _("A booking is a small thing: send 64 KB at most."))
    else:
        scheme, _space, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        reply = await _queue.answer(Ask(body, language, secret.strip() if scheme.lower() == "bearer" else ""))
    await _send(send, reply, language)


async def _send(send: Send, reply: Reply, language: str) -> None:
    media = b"application/problem+json" if reply.status >= HTTPStatus.BAD_REQUEST else b"application/json"
    body = msgspec.json.encode(reply.body)
    headers = [(b"content-type", media), (b"content-length", str(len(body)).encode()), (b"content-language", language.encode())]
    headers.append((b"cache-control", b"no-store"))
    if reply.retry_after_s is not None:
        headers.append((b"retry-after", str(reply.retry_after_s).encode()))
    if reply.status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Bearer realm="Pendopo"'))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
