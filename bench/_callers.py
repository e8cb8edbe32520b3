"""People without a browser for `meetings.py`: aiortc speaks WebRTC, pictures and sound come ready-made from a file, and what arrives is
dropped by a filter in the kernel unless somebody counts it: a viewer costs next to nothing, so that the server is what is measured."""

import asyncio
import ctypes
import fractions
import itertools
import json
import re
import socket
import struct
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import httpx
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection, connect

from pendopo.meetings.media.janus import Line

SO_ATTACH_FILTER = 26
# Classic BPF on a UDP socket: everything but RTP passes (STUN and DTLS begin below 128; RTCP has packet types 64 to 95 without the marker).
WITHOUT_RTP = [
    (0x30, 0, 0, 8),
    (0x35, 0, 4, 128),
    (0x30, 0, 0, 9),
    (0x54, 0, 0, 0x7F),
    (0x35, 0, 2, 64),
    (0x35, 1, 0, 96),
    (0x06, 0, 0, 0xFFFFFFFF),
    (0x06, 0, 0, 0),
]
PICTURES = ["-f", "lavfi", "-i", "testsrc=size=640x360:rate=15", "-c:v", "libvpx", "-deadline", "realtime", "-g", "15", "-b:v", "400k"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440", "-c:a", "libopus", "-b:a", "32k"]


def drop_rtp(udp: socket.socket) -> None:
    """Has the kernel drop pictures and sound that arrive here."""
    code = b"".join(struct.pack("HBBI", *one) for one in WITHOUT_RTP)
    kept = ctypes.create_string_buffer(code)
    udp.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HxxxxxxP", len(WITHOUT_RTP), ctypes.addressof(kept)))


def ready_made(folder: Path, kind: str) -> list[tuple[bytes, float]]:
    """Four seconds of encoded pictures or sound: (packet, seconds since the beginning)."""
    file = folder / f"{kind}.webm"
    program = PICTURES if kind == "video" else SOUND
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *program, "-t", "4", str(file)], check=True)
    with av.open(str(file)) as opened:
        return [(bytes(one), float(one.pts * one.time_base)) for one in opened.demux() if one.size and one.pts is not None]


class Looped(MediaStreamTrack):
    """A track that plays ready-made packets again and again at their pace."""

    def __init__(self, kind: str, packets: list[tuple[bytes, float]]) -> None:
        super().__init__()
        self.kind = kind
        span = packets[-1][1] + (packets[1][1] - packets[0][1])
        self._all = ((data, at + turn * span) for turn in itertools.count() for data, at in packets)
        self._begun = time.monotonic()
        self.sent = 0

    async def recv(self) -> av.Packet:
        """The next packet when its time has come."""
        data, at = next(self._all)
        await asyncio.sleep(max(0.0, self._begun + at - time.monotonic()))
        packet = av.Packet(data)
        packet.pts, packet.time_base = round(at * 90_000), fractions.Fraction(1, 90_000)
        self.sent += 1
        return packet


Ask = Callable[[str, dict[str, Any], dict[str, str] | None], Awaitable[dict[str, Any]]]


@dataclass
class Caller:
    """One person's media. `ask` passes a request to the media server, by the product or directly."""

    ask: Ask
    tracks: list[Looped]
    counts: bool = False
    pcs: list[RTCPeerConnection] = field(default_factory=list)
    subscribed: bool = False

    async def send(self) -> None:
        """Publishes the own tracks."""
        pc = RTCPeerConnection()
        self.pcs.append(pc)
        for track in self.tracks:
            pc.addTransceiver(track, "sendonly")
        await pc.setLocalDescription(await pc.createOffer())
        described = [{"mid": one.mid, "description": one.kind} for one in pc.getTransceivers()]
        answer = await self.ask("pub", {"request": "publish", "descriptions": described}, _jsep(pc))
        await pc.setRemoteDescription(RTCSessionDescription(**answer["jsep"]))

    async def get(self, publishers: list[dict[str, Any]]) -> None:
        """Subscribes to all of these streams at once."""
        streams = [{"feed": one["id"], "mid": stream["mid"]} for one in publishers for stream in one.get("streams", [])]
        self.subscribed = not streams
        if not streams:
            return
        pc = RTCPeerConnection()
        self.pcs.append(pc)
        answer = await self.ask("sub", {"request": "join", "streams": streams}, None)
        if not self.counts:
            _filtered(pc)
        await pc.setRemoteDescription(RTCSessionDescription(**answer["jsep"]))
        await pc.setLocalDescription(await pc.createAnswer())
        if not self.counts:
            _filter_sockets(pc)
        await self.ask("sub", {"request": "start"}, _jsep(pc))
        self.subscribed = True

    def is_connected(self) -> bool:
        """Whether all its connections stand."""
        return self.subscribed and all(pc.connectionState == "connected" for pc in self.pcs)

    async def received(self) -> int:
        """Packets that arrived, for one that counts."""
        reports = [await one.receiver.getStats() for pc in self.pcs for one in pc.getTransceivers()]
        return sum(one.packetsReceived for report in reports for one in report.values() if one.type == "inbound-rtp")

    async def close(self) -> None:
        """Ends both connections."""
        pcs, self.pcs, self.subscribed = self.pcs, [], False
        await asyncio.gather(*(pc.close() for pc in pcs), return_exceptions=True)


def _jsep(pc: RTCPeerConnection) -> dict[str, str]:
    return {"type": pc.localDescription.type, "sdp": pc.localDescription.sdp}


def _filtered(pc: RTCPeerConnection) -> None:
    """What this viewer gets is never decoded."""
    pc._RTCPeerConnection__decode = False


def _filter_sockets(pc: RTCPeerConnection) -> None:
    for transport in {one.receiver.transport.transport for one in pc.getTransceivers()}:
        for protocol in transport.iceGatherer._connection._protocols:
            drop_rtp(protocol.transport.get_extra_info("socket"))


class Guest:
    """A person in the product: comes by a personal link, speaks over the room's WebSocket, joins again when the media server was lost."""

    def __init__(self, url: str, tracks: list[Looped], *, hears: Callable[[dict[str, Any]], bool], counts: bool = False) -> None:
        self.url, self.hears = url, hears
        self.caller = Caller(self._ask, tracks, counts)
        self.back_at = 0.0
        self._socket: ClientConnection | None = None
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self.feed = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused = ""
        self.seat = ""

    async def enter(self) -> None:
        """Through the page into the room, until media flows."""
        async with httpx.AsyncClient(timeout=60, follow_redirects=True) as browser:
            form = (await browser.get(self.url)).text
            key = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
            assert key, form[:500]
            page = (await browser.post(self.url, data={"csrfmiddlewaretoken": key[1], "name": "Tamu", "agency": "Desa"})).text
        ticket, line = (re.search(rf'data-{name}="([^"]+)"', page) for name in ("ticket", "line"))
        assert ticket and line, page[:500]
        self._socket = await connect(f"ws{self.url.removeprefix('http').partition('/meetings/')[0]}{line[1]}", max_size=None)
        await self._socket.send(json.dumps({"ticket": ticket[1]}))
        self._start(self._read())
        async with asyncio.timeout(60):
            while not self.caller.is_connected():
                await asyncio.sleep(0.05)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self) -> None:
        assert self._socket
        async for text in self._socket:
            word = json.loads(text)
            if word["say"] == "answer" and (future := self._answers.pop(word["n"], None)):
                future.set_result(word)
            elif word["say"] == "stage":
                self.feed = word["feed"]
                self._start(self._on_stage(word["publishers"]))
            elif word["say"] == "state" and word["standing"] == "in":
                self.seat = word["seat"]
            elif word["say"] == "state" and word["standing"] != "waiting":
                self.refused = word["standing"]

    async def _on_stage(self, publishers: list[dict[str, Any]]) -> None:
        await self.caller.close()
        if self.caller.tracks:
            await self.caller.send()
        await self.caller.get([one for one in publishers if self.hears(one)])
        while not self.caller.is_connected():
            await asyncio.sleep(0.02)
        self.back_at = time.monotonic()

    async def _ask(self, handle: str, body: dict[str, Any], jsep: dict[str, str] | None) -> dict[str, Any]:
        assert self._socket
        n = next(self._numbers)
        self._answers[n] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"do": "media", "handle": handle, "feed": self.feed, "body": body, "jsep": jsep, "n": n}))
        word = await asyncio.wait_for(self._answers[n], 30)
        assert "error" not in word, word
        return word

    async def leave(self) -> None:
        """Closes everything."""
        await self.caller.close()
        if self._socket:
            await self._socket.close()
        for task in self._tasks:
            task.cancel()


class Bare:
    """A person on the media server itself, without the product: what the product is measured against."""

    def __init__(self, line: Line, room: str, name: str, tracks: list[Looped]) -> None:
        self.line, self.room, self.name = line, room, name
        self.caller = Caller(self._ask, tracks)
        self._session = 0
        self._handles: dict[str, int] = {}
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def enter(self) -> None:
        """Joins as publisher, until media flows."""
        self._session = await self.line.session(lambda event: self._heard.put_nowait(event.data))
        self._handles = {name: await self.line.handle(self._session) for name in ("pub", "sub")}
        body = {"request": "join", "ptype": "publisher", "room": self.room, "id": self.name, "display": self.name}
        answer = await self.line.room(self._session, self._handles["pub"], body)
        self._private = answer.data["private_id"]
        await self.caller.send()
        async with asyncio.timeout(60):
            while not all(pc.connectionState == "connected" for pc in self.caller.pcs):
                await asyncio.sleep(0.05)

    async def _ask(self, handle: str, body: dict[str, Any], jsep: dict[str, str] | None) -> dict[str, Any]:
        if body["request"] == "join":
            body = {**body, "ptype": "subscriber", "room": self.room, "private_id": self._private, "use_msid": True, "autoupdate": True}
        answer = await self.line.room(self._session, self._handles[handle], body, jsep)
        return {"data": answer.data, "jsep": answer.jsep}

    async def leave(self) -> None:
        """Closes everything."""
        await self.caller.close()
        await self.line.end(self._session)
