"""`/healthz`, `/readyz` and `/ca.crt`: lean routes that need no sign-in, no session and no template.

`/healthz` says that this worker turns. `/readyz` asks each part and says why one is not ready: 200 when the product may be used,
else 503. It names no addresses, versions or secrets.
"""

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from .external import check_nats
from .folder import DISK_FULL_SHARE, DISK_WARN_SHARE
from .janus import is_heard
from .refusal import Refusal
from .web import HEARTBEAT_LATE_S

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Part:
    """What one part answered. `ready` decides about the whole, `about` is for people."""

    name: str
    ready: bool
    about: str


def database() -> Part:
    """The database answers, and no migration is missing that the web application would need."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations")
    except Exception as problem:
        return Part("database", False, f"does not answer ({type(problem).__name__})")
    finally:
        connection.close()
    return Part("database", True, "answers")


def bus() -> Part:
    """The bus answers. Figures are taken and kept without it, but nothing is live."""
    try:
        check_nats(settings.NATS_URL)
    except Refusal as refusal:
        return Part("bus", False, str(refusal).split(":")[0])
    return Part("bus", True, "answers")


def work() -> Part:
    """The background loops turn. Unknown, and no reason to refuse visitors, where they run on another machine."""
    place = Path(settings.DATA_DIR) / "run/work.beat"
    try:
        age = time.monotonic() - float(place.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return Part("work", not (place.parent / "status.json").exists(), "has not reported")
    return Part("work", age < HEARTBEAT_LATE_S, f"turned {age:.0f} s ago")


def media() -> Part:
    """The media servers of meetings. Everything else works without them, so they never make the whole unready."""
    if not settings.JANUS_URLS:
        return Part("media", True, "missing: meetings have no picture and no sound")
    silent = [url for url in settings.JANUS_URLS if not is_heard(url)]
    return Part("media", True, f"{len(silent)} of {len(settings.JANUS_URLS)} do not answer" if silent else "answers")


def disk() -> Part:
    """Room for data. A full disk stops taking figures (503) while reading goes on, so it never makes the whole unready."""
    try:
        usage = shutil.disk_usage(settings.DATA_DIR)
    except OSError:
        return Part("disk", False, "the data folder is missing")
    share = usage.used / (usage.used + usage.free)
    warning = ": almost full, make room now" if share >= DISK_FULL_SHARE else ": make room soon" if share >= DISK_WARN_SHARE else ""
    return Part("disk", True, f"{share:.0%} used{warning}")


async def answer(send: Send, status: int, body: dict[str, Any]) -> None:
    """One JSON answer that nobody may keep."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
    """This worker turns."""
    await answer(send, 200, {"status": "ok"})


async def authority(scope: Scope, receive: Receive, send: Send) -> None:
    """`/ca.crt`: the certificate of this installation's own authority, which people install once on their devices."""
    if not settings.CA_FILE:
        await answer(send, 404, {"status": "this installation has no certificate authority of its own"})
        return
    text = await asyncio.to_thread(Path(settings.CA_FILE).read_bytes)
    headers = [(b"content-type", b"application/x-x509-ca-cert"), (b"content-disposition", b'attachment; filename="pendopo-ca.crt"')]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def readyz(scope: Scope, receive: Receive, send: Send) -> None:
    """Every part and why."""
    parts = await asyncio.gather(*(asyncio.to_thread(ask) for ask in (database, bus, work, media, disk)))
    ready = all(part.ready for part in parts)
    body = {part.name: {"ready": part.ready, "about": part.about} for part in parts}
    await answer(send, 200 if ready else 503, {"status": "ready" if ready else "not ready", "parts": body})
