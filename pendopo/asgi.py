"""The one application: a few lean ASGI routes (ingest, live stream, health) stand before Django."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.urls import get_resolver

import pendopo.ready  # noqa: F401
from pendopo.coworking import counter
from pendopo.indicators import ingest, write
from pendopo.live import stream
from pendopo.meetings.media import signalling
from pendopo.portal.keeping import keeper
from pendopo.supervise import health
from pendopo.ui import static_files

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

django_app: App = ASGIHandler()  # type: ignore[assignment]
get_resolver().url_patterns  # noqa: B018 – loads every room's pages now, so that no reader waits for it

# (method, path) → route. Whatever is not here is Django's.
LEAN: dict[tuple[str, str], App] = {
    ("POST", "/api/v1/observations"): ingest.route,
    ("POST", "/api/v1/write"): write.route,
    ("POST", "/api/v1/coworking/bookings"): counter.route,
    ("GET", "/healthz"): health.healthz,
    ("GET", "/readyz"): health.readyz,
    ("GET", "/ca.crt"): health.authority,
}


# What a page takes at most; every form has a smaller limit of its own, and files of figures come in parts.
LARGEST_BODY = 256 * 1024 * 1024


def too_large(scope: Scope) -> bool:
    """Whether a body says of itself that it is larger than anything a page takes."""
    declared = dict(scope["headers"]).get(b"content-length", b"")
    return bool(declared.isdigit()) and int(declared) > LARGEST_BODY


async def refuse(send: Send) -> None:
    """Says so, and ends the line."""
    words = b"The file is larger than 256 MB: send a smaller one, or a link to it.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(words)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": words})


def counted(receive: Receive, send: Send) -> Receive:
    """The same body, measured as it comes: one that does not say its length is refused when it has grown too large, and read no further.

    Django is told that the sender went away: it throws away what it kept and answers nothing.
    """
    taken = 0

    async def take() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken <= LARGEST_BODY:
            return message
        await refuse(send)
        return {"type": "http.disconnect"}

    return take


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Dispatches by exact path to the lean routes, by prefix to stream, files, meetings and kept public pages, and the rest to Django."""
    if scope["type"] == "http":
        route = LEAN.get((scope["method"], scope["path"]))
        if route is not None:
            await route(scope, receive, send)
            return
        if too_large(scope):
            await refuse(send)
            return
        receive = counted(receive, send)
        if scope["path"].startswith(stream.PREFIX):
            await stream.route(scope, receive, send)
            return
        if scope["path"].startswith(static_files.PREFIX) and await static_files.route(scope, receive, send):
            return
        if await keeper.answer(scope, receive, send, django_app):
            return
    if scope["type"] == "websocket":
        await signalling.route(scope, receive, send)
        return
    await django_app(scope, receive, send)
