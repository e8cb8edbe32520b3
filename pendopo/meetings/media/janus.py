"""The line to one Janus: requests become futures, events go to whoever holds the session. A thin transport around `codec.py`.

One line serves all people of a web worker: each has a session of their own on it. When it breaks, every session on it is gone; whoever
holds one is told by the event `lost` and comes back through `Node.line()`.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from . import codec
from .codec import Answer, Event, Frame, Refused

logger = logging.getLogger(__name__)

PROTOCOL = Subprotocol("janus-protocol")
ANSWER_S = 8.0
KEEPALIVE_S = 12.0
# A session description of a big room has some hundred kilobytes.
MAX_TEXT_BYTES = 4 * 1024**2

Listener = Callable[[Event], None]


class Away(Exception):
    """The media server does not answer: the line is broken, or it was never there."""


class Line:
    """An open line. Made by `open_line`."""

    def __init__(self, socket: ClientConnection, secret: str) -> None:
        self._socket, self._secret = socket, secret
        self._waiting: dict[str, tuple[str, asyncio.Future[Answer]]] = {}
        self._listeners: dict[int, Listener] = {}
        self.broken = False
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._keep_alive())]

    async def ask(self, frame: Frame, *, seconds: float = ANSWER_S) -> Answer:
        """Asks and waits for the answer. Raises Refused when Janus refuses, Away when there is none in time."""
        transaction = secrets.token_urlsafe(9)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = (frame.janus, future)
        try:
            await self._socket.send(codec.write(frame, transaction=transaction, secret=self._secret))
            answer = await asyncio.wait_for(future, seconds)
        except (TimeoutError, WebSocketException, OSError) as problem:
            raise Away(str(problem) or "no answer") from problem
        finally:
            self._waiting.pop(transaction, None)
        if answer.refused:
            raise answer.refused
        return answer

    async def session(self, listener: Listener) -> int:
        """Opens a session whose events go to `listener`. It is kept alive as long as the line is."""
        number = int((await self.ask(codec.create())).data["id"])
        self._listeners[number] = listener
        return number

    async def handle(self, session: int, plugin: str = codec.VIDEOROOM) -> int:
        """Opens a handle to the rooms, or to another plugin."""
        return int((await self.ask(codec.attach(session, plugin))).data["id"])

    async def detach(self, session: int, handle: int) -> None:
        """Closes a handle."""
        await self.ask(codec.detach(session, handle))

    async def room(self, session: int, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None) -> Answer:
        """Asks the rooms, or the plugin behind another handle."""
        return await self.ask(codec.message(session, handle, body, jsep))

    async def end(self, session: int) -> None:
        """Ends a session; one that is gone already is no fault."""
        self._listeners.pop(session, None)
        if not self.broken:
            with contextlib.suppress(Refused, Away):
                await self.ask(codec.destroy(session), seconds=2)

    async def close(self) -> None:
        """Closes the line."""
        await self._socket.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                self._hear(text)
        except (WebSocketException, OSError) as problem:
            logger.info("media: %s", problem)
        finally:
            self._break()

    def _hear(self, text: str | bytes) -> None:
        heard = codec.read(text, waiting={transaction: kind for transaction, (kind, _) in self._waiting.items()})
        if isinstance(heard, Answer) and heard.transaction in self._waiting:
            future = self._waiting[heard.transaction][1]
            if not future.done():
                future.set_result(heard)
        elif isinstance(heard, Event) and heard.session in self._listeners:
            self._listeners[heard.session](heard)

    def _break(self) -> None:
        self.broken = True
        for _, future in self._waiting.values():
            if not future.done():
                future.set_exception(Away("the line broke"))
        listeners, self._listeners = self._listeners, {}
        for session, listener in listeners.items():
            listener(Event("lost", session, 0, {}))

    async def _keep_alive(self) -> None:
        while not self.broken:
            await asyncio.sleep(KEEPALIVE_S)
            for session in list(self._listeners):
                try:
                    await self.ask(codec.keepalive(session))
                except Refused:
                    if (listener := self._listeners.pop(session, None)) is not None:
                        listener(Event("lost", session, 0, {}))
                except Away:
                    break


async def open_line(url: str, secret: str) -> Line:
    """A line to the server at `unix:/path` or `ws://host:port`. Raises Away."""
    options: dict[str, Any] = {"subprotocols": [PROTOCOL], "max_size": MAX_TEXT_BYTES, "compression": None, "open_timeout": 3}
    try:
        if url.startswith("unix:"):
            return Line(await unix_connect(url.removeprefix("unix:"), uri="ws://localhost/", **options), secret)
        return Line(await connect(url, **options), secret)
    except (OSError, WebSocketException, TimeoutError) as problem:
        raise Away(str(problem)) from problem
