"""Who of a meeting is connected to this worker, and how all workers of a meeting hear one another.

A word is given to the people here at once and to the other workers over the bus (`meeting.<code>`, core NATS: nothing is kept, because
whoever comes later reads the room's state from the database). With the bus away the people of one worker still hear each other.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec
from django.conf import settings
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as BusError

from pendopo.bus import client as bus
from pendopo.bus import subjects
from pendopo.bus.messages import Said

logger = logging.getLogger(__name__)

ALL, CONVENERS = "*", "conveners"
WORKER = secrets.token_hex(6)


class Present(Protocol):
    """A connected person, as a hall sees one."""

    seat: str
    role: str

    async def hear(self, word: dict[str, Any]) -> None: ...


class Hall:
    """The connected people of one meeting on this worker."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.people: set[Present] = set()

    async def tell_here(self, to: str, word: dict[str, Any]) -> None:
        """Gives a word to those of this worker for whom it is: everybody, the conveners, or one seat."""
        wanted = [one for one in self.people if to == ALL or (to == CONVENERS and one.role == "convener") or to == one.seat]
        await asyncio.gather(*(one.hear(word) for one in wanted), return_exceptions=True)


class Halls:
    """All meetings on this worker."""

    def __init__(self, connect: Callable[[], Awaitable[Client]]) -> None:
        self._connect = connect
        self._halls: dict[str, Hall] = {}
        self._follows: dict[str, Any] = {}
        self._client: Client | None = None
        self._lock = asyncio.Lock()

    async def enter(self, code: str, person: Present) -> Hall:
        """Adds a person; the first one of a meeting makes this worker follow it."""
        hall = self._halls.setdefault(code, Hall(code))
        hall.people.add(person)
        async with self._lock:
            if code not in self._follows:
                with contextlib.suppress(BusError, OSError):
                    self._client = self._client or await self._connect()
                    self._follows[code] = await self._client.subscribe(subjects.meeting(code), cb=self._hear)
        return hall

    async def leave(self, hall: Hall, person: Present) -> None:
        """Takes a person out; after the last one of a meeting this worker follows it no more."""
        hall.people.discard(person)
        if hall.people or self._halls.get(hall.code) is not hall:
            return
        del self._halls[hall.code]
        if follow := self._follows.pop(hall.code, None):
            with contextlib.suppress(BusError):
                await follow.unsubscribe()

    async def tell(self, code: str, to: str, word: dict[str, Any]) -> None:
        """Tells everybody of the meeting for whom the word is, on this worker and on the others."""
        if hall := self._halls.get(code):
            await hall.tell_here(to, word)
        if self._client is not None and self._client.is_connected:
            said = Said(worker=WORKER, code=code, to=to, word=word)
            with contextlib.suppress(BusError):
                await self._client.publish(subjects.meeting(code), msgspec.json.encode(said))

    async def _hear(self, message: Msg) -> None:
        said = msgspec.json.decode(message.data, type=Said)
        hall = self._halls.get(said.code)
        if said.worker != WORKER and hall is not None:
            await hall.tell_here(said.to, said.word)


async def _connected() -> Client:
    return await bus.connect(settings.NATS_URL, name="meetings")


halls = Halls(_connected)
