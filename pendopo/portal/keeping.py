"""Public pages from memory: the quick path of readers without an account, and the last good page when the house behind it fails.

A view that says `@kept(seconds)` answers the same to everyone, but for language and theme. A worker keeps such an answer that long, and its
compressed twin, renews it once however many ask, and gives the old one while it is renewed or cannot be. It stands before Django.
"""

import asyncio
import gzip
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import wraps
from http.cookies import CookieError, SimpleCookie
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from .actions import note_visits

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Any, Send], Awaitable[None]]

HEADER = "X-Pendopo-Kept"
# Pages of the portal begin so; the front page is "/" alone.
PREFIXES = ("/open", "/w/", "/reports", "/services", "/guides", "/search", "/start")
MOST_PAGES, LONGEST_QUERY = 1000, 200
# How long the last good page is shown while the house behind it fails.
LAST_GOOD_S = 86_400.0
FLUSH_S = 30.0
SMALLEST_GZIP = 1024


def kept(seconds: float) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Marks a view whose answer is the same for everyone without an account, for so many seconds."""

    def around(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            found = view(request, *args, **kwargs)
            if found.status_code == 200 and not request.user.is_authenticated:
                found[HEADER] = str(seconds)
                found["Cache-Control"] = f"public, max-age={seconds:.0f}"
            return found

        return answer

    return around


@dataclass
class Page:
    """An answer as it is sent again: its headers, its body plain and compressed, until when it is fresh, and since when it stands."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    small: bytes
    until: float
    since: float


class Keeper:
    """The pages of one worker. `visits` counts what was shown, by path, until they are written down."""

    def __init__(self) -> None:
        self.pages: OrderedDict[tuple[str, ...], Page] = OrderedDict()
        self.locks: dict[tuple[str, ...], asyncio.Lock] = {}
        self.visits: Counter[str] = Counter()
        self.flushed = time.monotonic()
        self.tasks: set[asyncio.Task[None]] = set()

    async def answer(self, scope: Message, receive: Any, send: Send, app: App) -> bool:
        """Answers when this is such a page, says whether it did."""
        key = key_of(scope)
        if key is None:
            return False
        page = self.pages.get(key)
        now = time.monotonic()
        if page is None or now >= page.until:
            lock = self.locks.setdefault(key, asyncio.Lock())
            if page is None or not lock.locked():
                async with lock:
                    page = self.pages.get(key)
                    if page is None or time.monotonic() >= page.until:
                        page = await self.renew(key, scope, receive, send, app)
                if page is None:
                    return True
        self.count(scope["path"])
        await _send(page, scope, send)
        return True

    async def renew(self, key: tuple[str, ...], scope: Message, receive: Any, send: Send, app: App) -> Page | None:
        """Asks Django. None when the answer was no page to keep, and has been sent."""
        said: list[Message] = []
        old = self.pages.get(key)

        async def hear(message: Message) -> None:
            said.append(message)

        try:
            await app({**scope, "method": "GET"}, receive, hear)
        except Exception:
            if old is None:
                raise
            return old
        start: Message = said[0] if said else {"status": 500, "headers": []}
        seconds = next((float(value) for name, value in start["headers"] if name.lower() == HEADER.lower().encode()), 0.0)
        if start["status"] >= 500 and old is not None and time.monotonic() - old.since < LAST_GOOD_S:
            old.until = time.monotonic() + 1.0
            return old
        if not seconds:
            self.locks.pop(key, None)
            for message in said:
                await send({**message, "body": b""} if scope["method"] == "HEAD" and "body" in message else message)
            return None
        body = b"".join(message.get("body", b"") for message in said[1:])
        left_out = {b"set-cookie", b"content-length", HEADER.lower().encode()}
        headers = [(name, value) for name, value in start["headers"] if name.lower() not in left_out]
        page = Page(headers, body, gzip.compress(body, 6), time.monotonic() + seconds, time.monotonic())
        self.pages[key] = page
        self.pages.move_to_end(key)
        while len(self.pages) > MOST_PAGES:
            gone, _page = self.pages.popitem(last=False)
            self.locks.pop(gone, None)
        return page

    def count(self, path: str) -> None:
        """One more view; written down now and then, in the background."""
        self.visits[path[:60]] += 1
        if time.monotonic() - self.flushed > FLUSH_S:
            self.flushed = time.monotonic()
            visits, self.visits = self.visits, Counter()
            task = asyncio.create_task(sync_to_async(_noted)(dict(visits)))
            self.tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            # Counting is no reason to fail: a database that is away loses half a minute of counts.
            task.exception()


def _noted(visits: dict[str, int]) -> None:
    """Writes the counts and gives the line to the database back: a lost one is opened anew the next time."""
    try:
        note_visits(visits=visits)
    finally:
        connection.close()


keeper = Keeper()


def key_of(scope: Message) -> tuple[str, ...] | None:
    """What tells one page from another; None for what is not for keeping: other paths and methods, and readers with a session."""
    path = scope["path"]
    if (
        scope["method"] not in ("GET", "HEAD")
        or not (path == "/" or path.startswith(PREFIXES))
        or len(scope["query_string"]) > LONGEST_QUERY
    ):
        return None
    cookies = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    language, theme = settings.LANGUAGE_CODE, "auto"
    if cookies:
        try:
            read = SimpleCookie(cookies.decode("latin-1"))
        except CookieError:
            return None
        if settings.SESSION_COOKIE_NAME in read or "messages" in read:
            return None
        language = read[settings.LANGUAGE_COOKIE_NAME].value if settings.LANGUAGE_COOKIE_NAME in read else language
        theme = read["pendopo_theme"].value if "pendopo_theme" in read else theme
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return (path, scope["query_string"].decode("latin-1"), language, theme, host.decode("latin-1"))


async def _send(page: Page, scope: Message, send: Send) -> None:
    accepts = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
    small = b"gzip" in accepts and len(page.body) >= SMALLEST_GZIP
    body = page.small if small else page.body
    headers = [*page.headers, (b"content-length", str(len(body)).encode())]
    if small:
        headers.append((b"content-encoding", b"gzip"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False})
