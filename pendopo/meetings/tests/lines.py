"""A browser's line to a meeting without a browser: what the tests of refusals and crowds speak with."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from pendopo.meetings.media import signalling
from pendopo.meetings.media.tickets import Ticket, issue


class Talk:
    """One person's line, opened in this process. `heard` is what the product said, oldest first."""

    def __init__(self, code: str, ticket: Ticket | str, *, origin: str = "") -> None:
        self.heard: list[dict[str, Any]] = []
        self.closed: int | None = None
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        headers = [(b"host", b"pendopo.test"), *([(b"origin", origin.encode())] if origin else [])]
        scope = {"type": "websocket", "path": f"/meetings/{code}/line", "headers": headers}
        self._said.put_nowait({"type": "websocket.connect"})
        self.say({"ticket": ticket if isinstance(ticket, str) else issue(ticket)})
        self._serving = asyncio.create_task(signalling.route(scope, self._said.get, self._hear))

    async def _hear(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            self.heard.append(json.loads(message["text"]))
        elif message["type"] == "websocket.close":
            self.closed = message["code"]

    def say(self, word: Any) -> None:
        """Says something to the product."""
        self._said.put_nowait({"type": "websocket.receive", "text": word if isinstance(word, str) else json.dumps(word)})

    async def hears(self, is_it: Callable[[dict[str, Any]], Any], seconds: float = 30) -> dict[str, Any]:
        """Waits for such a word. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                for word in self.heard:
                    if is_it(word):
                        return word
                await asyncio.sleep(0.01)

    async def standing(self, wanted: str) -> None:
        """Waits until the product says that the person stands there."""
        await self.hears(lambda word: word["say"] == "state" and word["standing"] == wanted)

    async def leave(self) -> None:
        """Closes the line."""
        self._said.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait_for(self._serving, 30)
