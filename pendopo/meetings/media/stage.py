"""One person's two connections of media: what they send (`pub`) and get (`sub`). Joins, passes on, and comes back after a loss."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from django.conf import settings

from . import codec
from .codec import Event, Refused
from .janus import Away, Line
from .logic import Joined, NotAllowed, feed_of, key, passed, without_data
from .nodes import Node, node_of, room_of

logger = logging.getLogger(__name__)

# How long a person's browser is told to wait for a media server that is being started again.
PATIENCE_S = 20.0
TOLD = frozenset({"webrtcup", "hangup", "slowlink", "media"})

Tell = Callable[[dict[str, Any]], Awaitable[None]]


class Stage:
    """A person on the media server. `tell` sends to their browser."""

    def __init__(self, *, code: str, seat: str, name: str, role: str, tell: Tell) -> None:
        self.code, self.seat, self.name, self.role = code, seat, name, role
        self.tell = tell
        self.cap_kbps: int = settings.MEDIA_CAP_KBPS
        self.joined: Joined | None = None
        self._node: Node | None = None
        self._line: Line | None = None
        self._session = 0
        self._handles: dict[str, int] = {}
        self._sent: dict[str, str] = {}
        self._silenced: set[str] = set()
        self._heard: asyncio.Queue[Event] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._joining = asyncio.Lock()
        self._passing = asyncio.create_task(self._pass_on())

    def is_now(self, feed: Any) -> bool:
        """Whether a browser's word belongs to the last joining."""
        return self.joined is not None and self.joined.feed == feed

    async def join(self) -> None:
        """Enters the room and tells the browser who is on stage. Raises Away or Refused."""
        async with self._joining:
            await self._join()

    async def _join(self) -> None:
        await self.leave()
        node = node_of(self.code)
        feed = feed_of(self.seat, secrets.token_hex(3))
        token = key(settings.JANUS_SECRET, "token", self.code, feed)
        line = await node.line(PATIENCE_S)
        await node.open_room(self.code, token)
        session = await line.session(self._heard.put_nowait)
        pub, sub = await asyncio.gather(line.handle(session), line.handle(session))
        self._node, self._line, self._session, self._handles = node, line, session, {"pub": pub, "sub": sub}
        room = room_of(self.code)
        body = {"request": "join", "ptype": "publisher", "room": room, "id": feed, "display": self.name, "token": token}
        answer = await line.room(session, pub, body)
        private = int(answer.data.get("private_id", 0))
        self.joined = Joined(room, feed, self.name, token, private, self.role, self.cap_kbps)
        self._sent.clear()
        await self.tell({"say": "stage", "feed": feed, "publishers": answer.data.get("publishers", []), "cap": self.cap_kbps})

    async def ask(self, handle: str, body: Any, jsep: Any) -> dict[str, Any]:
        """Passes a browser's request on; the answer for the browser. Raises NotAllowed, Refused or Away."""
        if self.joined is None or self._line is None:
            raise Away("not in the room")
        clean = passed(handle, body, self.joined, sends=jsep is not None)
        answer = await self._line.room(self._session, self._handles[handle], clean, described(jsep))
        if handle == "pub":
            await self._note_sent(answer.data.get("streams"), body)
        return {"data": answer.data, "jsep": answer.jsep}

    async def _note_sent(self, streams: Any, body: dict[str, Any]) -> None:
        """Remembers what each stream is (sound, picture, screen); what a convener stopped stays stopped after a new beginning."""
        described = {str(one.get("mid")): str(one.get("description")) for one in body.get("descriptions") or [] if isinstance(one, dict)}
        for stream in streams or []:
            mid = str(stream.get("mid"))
            self._sent[described.get(mid) or str(stream.get("type"))] = mid
        await self.govern_silence()

    async def govern_silence(self) -> None:
        """Has the media server hold back what a convener stopped."""
        if self.joined is not None and self._node is not None:
            for what in self._silenced & self._sent.keys():
                await self._node.silence(self.code, self.joined.feed, self._sent[what], muted=True)

    async def silence(self, what: str, *, muted: bool) -> None:
        """Stops sound, picture or screen at the media server, whatever the browser does, or lets it through again."""
        if muted:
            self._silenced.add(what)
        else:
            self._silenced.discard(what)
        if self.joined is not None and self._node is not None and what in self._sent:
            await self._node.silence(self.code, self.joined.feed, self._sent[what], muted=muted)

    async def trickle(self, handle: str, candidate: Any) -> None:
        """Passes one more address of the browser on."""
        if self._line is None or handle not in self._handles:
            return
        names = ("candidate", "sdpMid", "sdpMLineIndex")
        known = {name: candidate[name] for name in names if name in candidate} if isinstance(candidate, dict) else None
        with contextlib.suppress(Refused, Away):
            await self._line.ask(codec.trickle(self._session, self._handles[handle], known))

    async def change_role(self, role: str) -> None:
        """From now on the person may send, or not."""
        self.role = role
        if self.joined is not None:
            self.joined = replace(self.joined, role=role)

    async def change_cap(self, kbps: int) -> None:
        """From now on the person may send so much."""
        if kbps == self.cap_kbps:
            return
        self.cap_kbps = kbps
        if self.joined is not None and self._line is not None:
            self.joined = replace(self.joined, cap_kbps=kbps)
            with contextlib.suppress(Refused, Away):
                await self._line.room(self._session, self._handles["pub"], {"request": "configure", "bitrate": kbps * 1000})

    async def leave(self) -> None:
        """Gives up both connections; the token opens nothing any more."""
        joined, self.joined = self.joined, None
        line, self._line = self._line, None
        if line is not None:
            await line.end(self._session)
        if joined is not None and self._node is not None:
            await self._node.close_door(self.code, joined.token)

    async def close(self) -> None:
        """Leaves for good."""
        self._passing.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(self._passing, *self._tasks, return_exceptions=True)
        await self.leave()

    async def _pass_on(self) -> None:
        """Tells the browser what the media server says about its handles; a loss is mended."""
        while True:
            event = await self._heard.get()
            if event.session != self._session:
                continue
            if event.kind in {"lost", "timeout"}:
                self.joined = self._line = None
                await self.tell({"say": "media-lost"})
                task = asyncio.create_task(self.come_back())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                continue
            handle = next((name for name, number in self._handles.items() if number == event.handle), "")
            if handle and (event.kind == "event" or event.kind in TOLD):
                await self.tell({"say": "media", "handle": handle, "kind": event.kind, "data": shown(event), "jsep": event.jsep})

    async def come_back(self) -> None:
        """Joins again until it works."""
        while True:
            try:
                await self.join()
                return
            except (Away, Refused) as problem:
                logger.info("media: %s cannot come back yet: %s", self.seat, problem)
                await self.tell({"say": "media-lost"})
                await asyncio.sleep(0.5)


def described(jsep: Any) -> dict[str, Any] | None:
    """A browser's session description as it goes on: without data channels. Raises NotAllowed."""
    if jsep is None:
        return None
    if not isinstance(jsep, dict) or jsep.get("type") not in {"offer", "answer"} or not isinstance(jsep.get("sdp"), str):
        raise NotAllowed("not a session description")
    return {"type": jsep["type"], "sdp": without_data(jsep["sdp"])}


def shown(event: Event) -> dict[str, Any]:
    """What of an event is for the browser: nothing of the session and its numbers."""
    return {name: value for name, value in event.data.items() if name not in {"session_id", "sender", "private_id", "opaque_id", "room"}}
