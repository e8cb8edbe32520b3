"""One telephone on the media server: its mixer, and the way between the mixer and the meeting's room.

The SIP plugin and the mixer (AudioBridge) speak WebRTC with each other inside the server. The mixer hands the telephone's sound alone to
the room as a publisher of its own, and the room hands everybody's sound to the mixer: the telephone is a person like all others, who may
be silenced, recorded and put out, and needs no picture.
"""

import asyncio
import contextlib
import secrets
from typing import Any

from django.conf import settings

from pendopo.meetings.media.codec import AUDIOBRIDGE, Answer, Event, Refused
from pendopo.meetings.media.janus import Away, Line
from pendopo.meetings.media.logic import feed_of, key
from pendopo.meetings.media.nodes import Node, room_of

from .logic import codec_of, with_keys

LOOPBACK = "127.0.0.1"
# Inside the server sound travels under this payload type, and a remote publisher's first stream under this source.
OPUS_NUMBER, FIRST_SOURCE = 100, 1000
# A mixer works at the rate of its telephone: it makes other rates of G.711 so crudely that every voice has a hissing double.
MIXED_HZ = {"opus": 48_000, "pcma": 8_000, "pcmu": 8_000}
CHEAPEST = 1
PHONE, ROOM = "phone", "room"
PROMPT_S = 12.0
SOUND_MID = "0"


class Bridge:
    """The mixer of one call, and its place in a meeting's room."""

    def __init__(self, node: Node, line: Line, session: int, prompts: str) -> None:
        self.node, self.line, self.session, self.prompts = node, line, session, prompts
        self.name = f"call-{secrets.token_hex(8)}"
        self._secret = secrets.token_hex(16)
        self._mixer = self._ear = 0
        self._code = self.feed = self._token = ""
        self._sources: dict[tuple[str, str], tuple[int, int]] = {}
        self._played, self._up = asyncio.Event(), asyncio.Event()
        self._bringing = asyncio.Lock()

    async def answer(self, offer: dict[str, Any]) -> dict[str, Any]:
        """The mixer's answer to a telephone's offer. Raises Refused or Away; ValueError for sound that nobody here speaks."""
        codec = codec_of(offer["sdp"])
        if not codec:
            raise ValueError("the telephone offers no codec that the mixer speaks")
        self._mixer = await self.line.handle(self.session, AUDIOBRIDGE)
        body = {
            "request": "create",
            "is_private": True,
            "sampling_rate": MIXED_HZ[codec],
            "groups": [PHONE, ROOM],
            "allow_rtp_participants": True,
        }
        await self._mix(body | {"admin_key": settings.JANUS_SECRET})
        await self._ask(self._mixer, {"request": "join", "room": self.name, "id": PHONE, "group": PHONE, "codec": codec})
        answered = await self._ask(self._mixer, {"request": "configure", "muted": False}, offer)
        assert answered.jsep is not None
        return {"type": "answer", "sdp": with_keys(answered.jsep["sdp"], offer["sdp"])}

    async def connected(self) -> None:
        """Waits until sound flows: what is done to a mixer before that is lost on it. Raises TimeoutError."""
        await asyncio.wait_for(self._up.wait(), PROMPT_S)

    async def play(self, what: str) -> None:
        """Says a sentence to the telephone alone, to its end."""
        self._played.clear()
        body = {"request": "play_file", "admin_key": settings.JANUS_SECRET, "group": ROOM, "filename": f"{self.prompts}/{what}.opus"}
        await self._mix(body)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._played.wait(), PROMPT_S)

    async def enter(self, code: str, seat: str, name: str) -> None:
        """Into the meeting's room: the telephone is heard there, and hears whoever speaks and will speak. Raises Refused or Away."""
        self._code, self.feed = code, feed_of(seat, secrets.token_hex(3))
        self._token = key(settings.JANUS_SECRET, "token", code, self.feed)
        await self.node.open_room(code, self._token)
        self._ear = await self.line.handle(self.session)
        ear = {"request": "join", "ptype": "publisher", "room": room_of(code), "id": f"{self.feed}.ear", "token": self._token}
        heard = await self._ask(self._ear, ear)
        stream = {"type": "audio", "mindex": 0, "mid": SOUND_MID, "codec": "opus", "pt": OPUS_NUMBER, "description": "audio"}
        body = {"request": "add_remote_publisher", "id": self.feed, "display": name, "iface": LOOPBACK, "port": 0, "streams": [stream]}
        made = await self._govern(body)
        away = {"request": "rtp_forward", "admin_key": settings.JANUS_SECRET, "group": PHONE, "ssrc": FIRST_SOURCE, "ptype": OPUS_NUMBER}
        await self._mix(away | {"host": LOOPBACK, "port": made["port"], "always_on": True})
        await self._follow(heard.data.get("publishers", []))

    async def hear(self, event: Event) -> None:
        """What the media server says about the mixer and the room: somebody begins to send, or does not send any more."""
        if event.handle == self._mixer and event.data.get("audiobridge") == "announcement-stopped":
            self._played.set()
        elif event.handle == self._mixer and event.kind == "webrtcup":
            self._up.set()
        elif event.handle == self._ear and event.kind == "event":
            await self._follow(event.data.get("publishers", []))
            for word in ("unpublished", "leaving"):
                await self._forget(str(event.data.get(word, "")))

    async def silence(self, *, muted: bool) -> None:
        """Stops the telephone's sound at the room, or lets it through again."""
        await self.node.silence(self._code, self.feed, SOUND_MID, muted=muted)

    async def leave(self) -> None:
        """Gives everything back; what is gone already is no fault."""
        with contextlib.suppress(Refused, Away):
            for feed in {feed for feed, _mid in self._sources}:
                await self._forget(feed)
            if self.feed:
                await self._govern({"request": "remove_remote_publisher", "id": self.feed})
        if self._token:
            await self.node.close_door(self._code, self._token)
        with contextlib.suppress(Refused, Away):
            await self._mix({"request": "destroy"})
        for handle in (self._ear, self._mixer):
            if handle:
                with contextlib.suppress(Refused, Away):
                    await self.line.detach(self.session, handle)

    async def _follow(self, publishers: list[dict[str, Any]]) -> None:
        sounds = [
            (str(one["id"]), str(stream.get("mid")))
            for one in publishers
            for stream in one.get("streams", [])
            if stream.get("type") == "audio" and not stream.get("disabled") and one["id"] != self.feed
        ]
        async with self._bringing:
            for source in sounds:
                if source not in self._sources:
                    with contextlib.suppress(Refused):
                        self._sources[source] = await self._bring(*source)

    async def _bring(self, feed: str, mid: str) -> tuple[int, int]:
        """Brings one stream of the room to the mixer: the mixer's handle for it, and the number under which the room sends it."""
        handle = await self.line.handle(self.session, AUDIOBRIDGE)
        # Without an address of its own: with one the mixer would hear only what comes from there, and the room sends from elsewhere.
        join = {"request": "join", "room": self.name, "id": f"{feed} {mid}", "group": ROOM, "codec": "opus", "quality": CHEAPEST}
        at = (await self._ask(handle, join | {"rtp": {"payload_type": OPUS_NUMBER}})).data["rtp"]
        stream = {"mid": mid, "host": LOOPBACK, "port": at["port"], "pt": OPUS_NUMBER}
        body = {"request": "rtp_forward", "publisher_id": feed, "host": LOOPBACK, "streams": [stream]}
        made = await self._govern(body)
        return handle, int(made["forwarders"][0]["stream_id"])

    async def _forget(self, feed: str) -> None:
        for source in [source for source in self._sources if source[0] == feed]:
            handle, number = self._sources.pop(source)
            with contextlib.suppress(Refused):
                await self._govern({"request": "stop_rtp_forward", "publisher_id": feed, "stream_id": number})
            with contextlib.suppress(Refused):
                await self.line.detach(self.session, handle)

    async def _ask(self, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None) -> Answer:
        return await self.line.room(self.session, handle, body, jsep)

    async def _mix(self, body: dict[str, Any]) -> None:
        await self._ask(self._mixer, body | {"room": self.name, "secret": self._secret})

    async def _govern(self, body: dict[str, Any]) -> dict[str, Any]:
        return await self.node.govern(
            body | {"room": room_of(self._code), "secret": self.node.secret(self._code), "admin_key": settings.JANUS_SECRET}
        )
