"""`GET /static/built/…`: the stylesheet, islands and fonts from memory, already compressed. A lean ASGI route beside Django.

The names carry a hash of the content, so a browser may keep them for ever. What this route does not hold is Django's to answer.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from .built import MANIFEST

PREFIX = "/static/built/"
TYPES = {".css": b"text/css; charset=utf-8", ".js": b"text/javascript; charset=utf-8", ".woff2": b"font/woff2"}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


@lru_cache(maxsize=256)
def _content(path: Path, changed_ns: int) -> bytes:
    """Read again only when the file changed."""
    return path.read_bytes()


def _found(name: str, accepted: str) -> tuple[bytes, str] | None:
    """The bytes of a built file and their encoding, the smallest that the browser takes; None when there is no such file."""
    if "/" in name or name.startswith(".") or Path(name).suffix not in TYPES:
        return None
    choices = [(code, suffix) for code, suffix in ENCODINGS if code in accepted]
    for code, suffix in [*choices, ("", "")]:
        path = MANIFEST.parent / f"{name}{suffix}"
        try:
            return _content(path, path.stat().st_mtime_ns), code
        except OSError:
            continue
    return None


async def route(scope: Message, _receive: Any, send: Send) -> bool:
    """Answers when it holds the file; says whether it did."""
    name = scope["path"].removeprefix(PREFIX)
    accepted = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"accept-encoding"), "")
    found = _found(name, accepted) if scope["method"] in ("GET", "HEAD") else None
    if found is None:
        return False
    body, encoding = found
    headers = [
        (b"content-type", TYPES[Path(name).suffix]),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"public, max-age=31536000, immutable"),
        (b"vary", b"accept-encoding"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if encoding:
        headers.append((b"content-encoding", encoding.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False})
    return True
