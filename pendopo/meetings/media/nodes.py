"""The media servers and the rooms on them. A meeting lives on one node, chosen by its code; a room is made when its first person enters,
and made again by whoever enters first after the server died."""

import asyncio
import contextlib
import hashlib
import logging
import zlib
from typing import Any

from django.conf import settings

from .codec import Event, Refused
from .janus import Away, Line, open_line
from .logic import key, room_body

logger = logging.getLogger(__name__)

ROOM_EXISTS, NO_ROOM = 427, 426
RETRY_S = 0.15
RECORDINGS = "meetings/recordings"


def room_of(code: str) -> str:
    """The name of a meeting's room on its media server: not the code, which is part of an address that people pass on."""
    return hashlib.sha256(code.encode()).hexdigest()[:24]


class Node:
    """One media server, with the one line of this worker to it and a session for governing rooms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._line: Line | None = None
        self._lock = asyncio.Lock()
        self._control: tuple[Line, int, int] | None = None

    async def line(self, seconds: float = 0.0) -> Line:
        """The line, opened when there is none; waits up to `seconds` for a server that is away. Raises Away."""
        until = asyncio.get_running_loop().time() + seconds
        while True:
            async with self._lock:
                if self._line is not None and not self._line.broken:
                    return self._line
                try:
                    self._line = await open_line(self.url, settings.JANUS_SECRET)
                    return self._line
                except Away:
                    if asyncio.get_running_loop().time() >= until:
                        raise
            await asyncio.sleep(RETRY_S)

    async def govern(self, body: dict[str, Any]) -> dict[str, Any]:
        """Asks the rooms in the product's own name. Raises Refused or Away."""
        line = await self.line()
        if self._control is None or self._control[0] is not line:
            session = await line.session(self._lost)
            self._control = (line, session, await line.handle(session))
        return (await line.room(self._control[1], self._control[2], body)).data

    def _lost(self, event: Event) -> None:
        if event.kind in {"lost", "timeout"}:
            self._control = None

    def secret(self, code: str) -> str:
        """The secret of a meeting's room."""
        return key(settings.JANUS_SECRET, "room", code)

    async def open_room(self, code: str, token: str) -> None:
        """Makes the room where it is missing, and lets one token in."""
        room, folder = room_of(code), settings.FILES_DIR / RECORDINGS / room_of(code)
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        admin_key, secret = settings.JANUS_SECRET, self.secret(code)
        with contextlib.suppress(Refused):
            await self._make(room_body(room, admin_key=admin_key, secret=secret, cap_kbps=settings.MEDIA_CAP_KBPS, recordings=str(folder)))
        await self.govern({"request": "allowed", "secret": secret, "room": room, "action": "add", "allowed": [token]})
        await self.govern({"request": "allowed", "secret": secret, "room": room, "action": "enable"})

    async def _make(self, body: dict[str, Any]) -> None:
        try:
            await self.govern(body)
        except Refused as refused:
            if refused.code != ROOM_EXISTS:
                logger.warning("media: no room: %s", refused)
            raise

    async def close_door(self, code: str, token: str) -> None:
        """Lets a token in no more."""
        with contextlib.suppress(Refused, Away):
            words = {"request": "allowed", "secret": self.secret(code), "room": room_of(code)}
            await self.govern({**words, "action": "remove", "allowed": [token]})

    async def put_out(self, code: str, feed: str) -> None:
        """Removes a person from the room."""
        with contextlib.suppress(Refused, Away):
            await self.govern({"request": "kick", "secret": self.secret(code), "room": room_of(code), "id": feed})

    async def silence(self, code: str, feed: str, mid: str, *, muted: bool) -> None:
        """Stops or lets through one stream of a person, whatever their browser does."""
        words = {"request": "moderate", "secret": self.secret(code), "room": room_of(code)}
        with contextlib.suppress(Refused, Away):
            await self.govern({**words, "id": feed, "mid": mid, "mute": muted})

    async def record(self, code: str, *, on: bool) -> None:
        """Begins or ends writing every stream of the room to files. Raises Refused or Away."""
        words = {"request": "enable_recording", "secret": self.secret(code), "room": room_of(code)}
        await self.govern({**words, "record": on})

    async def end_room(self, code: str) -> None:
        """Closes the room: everyone's streams end."""
        with contextlib.suppress(Refused, Away):
            await self.govern({"request": "destroy", "secret": self.secret(code), "room": room_of(code)})


_nodes: dict[str, Node] = {}


def takes_calls(code: str) -> bool:
    """Whether telephones reach the meeting: there is an account for them, on the media server where it lives (the first of the list)."""
    return bool(settings.SIP_ACCOUNT and settings.JANUS_URLS) and node_of(code) is node_of("")


def node_of(code: str) -> Node:
    """The node on which a meeting lives. Raises Away where there is no media server."""
    urls = settings.JANUS_URLS
    if not urls:
        raise Away("no media server is set up")
    url = urls[zlib.crc32(code.encode()) % len(urls)]
    return _nodes.setdefault(url, Node(url))
