"""`GET /live/<ticket>`: the Server-Sent Events of one page. A lean ASGI route beside Django: thousands of streams fit in one worker."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
from django.conf import settings

from .hub import Hub
from .logic import Ticket
from .tickets import NoTicket, read

PREFIX = "/live/"

# More viewers than this in one worker are asked to come back: figures of the others stay on time.
MAX_VIEWERS = 5000

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

hub = Hub(settings.NATS_URL)

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def route(scope: Message, receive: Receive, send: Send) -> None:
    """Answers with the stream, or refuses: 403 for a foreign ticket, 410 for one that has run out, 503 when the worker is full."""
    if scope["method"] != "GET":
        await _refuse(send, 405, "method", "A live stream is read with GET.")
        return
    try:
        ticket = read(scope["path"].removeprefix(PREFIX))
    except NoTicket as problem:
        await _refuse(send, 410 if problem.expired else 403, "ticket", str(problem))
        return
    hub.start()
    if hub.closing or hub.viewers >= MAX_VIEWERS:
        await _refuse(send, 503, "full", "Too many pages are open on this server: try again in a few seconds.")
        return
    await _serve(ticket, receive, send)


async def _serve(ticket: Ticket, receive: Receive, send: Send) -> None:
    """Sends until the ticket ends or the viewer goes."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    sending = asyncio.ensure_future(_send_all(ticket, send))
    watching = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((sending, watching), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        watching.cancel()
        await asyncio.gather(sending, watching, return_exceptions=True)


async def _send_all(ticket: Ticket, send: Send) -> None:
    async for body in hub.stream(ticket):
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int, kind: str, detail: str) -> None:
    body = msgspec.json.encode({"type": f"/problems/live-{kind}", "title": detail, "status": status, "detail": detail})
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", b"3"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
