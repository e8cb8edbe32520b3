"""ICMP echo to many devices over one socket. Needs the right to it: root, CAP_NET_RAW, or ping_group_range."""

import asyncio
import contextlib
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping

from .presence import Watched

ECHO_REPLY, UNREACHABLE, ECHO = 0, 3, 8
# A raw socket hears every ICMP packet of the machine; the kernel is asked to keep back all kinds but two (linux/icmp.h).
SOL_RAW, ICMP_FILTER = 255, 1
TOGETHER = 64
FEW, INTERVAL_S, INTERVAL_OF_MANY_S = 100, 0.05, 0.1
# While a device is gone it is asked less often.
EASED = 4
PAYLOAD = b"pendopo-presence"


class NoProbes(Exception):
    """This process may not send ICMP; the text says what would let it."""


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data)) if len(data) % 2 == 0 else checksum(data + b"\0") ^ 0xFFFF
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def echo(ident: int, number: int) -> bytes:
    """An echo request."""
    body = struct.pack("!BBHHH", ECHO, 0, 0, ident, number) + PAYLOAD
    return struct.pack("!BBHHH", ECHO, 0, checksum(body), ident, number) + PAYLOAD


def read(packet: bytes, ident: int, *, with_ip: bool) -> tuple[str, int, str] | None:
    """What an ICMP packet says of one of our probes: (`answer` or `unreachable`, its number, the address probed), None for anything else.

    The address is '' for an answer: it is the sender's.
    """
    start = (packet[0] & 0x0F) * 4 if with_ip and packet else 0
    message = packet[start:]
    if len(message) < 8:
        return None
    kind, _code, _sum, told, number = struct.unpack("!BBHHH", message[:8])
    if kind == ECHO_REPLY and told == ident:
        return "answer", number, ""
    if kind != UNREACHABLE or len(message) < 8 + 28:
        return None
    inner = message[8:]
    head = (inner[0] & 0x0F) * 4
    if inner[9] != socket.IPPROTO_ICMP or len(inner) < head + 8:
        return None
    kind, _code, _sum, told, number = struct.unpack("!BBHHH", inner[head : head + 8])
    return ("unreachable", number, socket.inet_ntoa(inner[16:20])) if kind == ECHO and told == ident else None


def opened() -> socket.socket:
    """A socket for ICMP: raw, or of the kind that the kernel numbers for whoever ping_group_range allows. Raises NoProbes."""
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        with contextlib.suppress(OSError):
            return socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP)
    raise NoProbes("Devices are not probed: give the program CAP_NET_RAW, or allow its group in net.ipv4.ping_group_range.")


class Prober:
    """Probes devices by address for ever; `changed(address)` is told when a verdict changed."""

    def __init__(self, changed: Callable[[str], None], line: socket.socket | None = None) -> None:
        self.changed = changed
        self.watched: dict[str, Watched] = {}
        self.number = 0
        self.turn = 0
        self.line = line or opened()
        self.raw = self.line.type == socket.SOCK_RAW
        self.line.setblocking(False)
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        if self.raw:
            self.line.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("I", ~(1 << ECHO_REPLY | 1 << UNREACHABLE) & 0xFFFFFFFF))
        else:
            self.line.bind(("", 0))
        # Of a datagram socket the kernel writes its own number.
        self.ident = os.getpid() & 0xFFFF if self.raw else self.line.getsockname()[1]

    def watch(self, addresses: Mapping[str, object]) -> None:
        """From now on these and no others."""
        self.watched = {address: self.watched.get(address) or Watched() for address in addresses}

    async def run(self) -> None:
        """Sends and hears until it is cancelled."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self.line, self.hear)
        try:
            due = time.monotonic()
            while True:
                self.send()
                due = max(due + self.interval_s, time.monotonic())
                await asyncio.sleep(due - time.monotonic())
        finally:
            loop.remove_reader(self.line)
            self.line.close()

    @property
    def interval_s(self) -> float:
        """Between two probes of one device."""
        return INTERVAL_S if len(self.watched) <= FEW else INTERVAL_OF_MANY_S

    def send(self) -> None:
        """One probe to each device, after counting what is late."""
        self.turn += 1
        self.number = (self.number + 1) & 0xFFFF
        packet = echo(self.ident, self.number)
        now = time.monotonic()
        for address, watched in self.watched.items():
            if watched.look(now):
                self.changed(address)
            if watched.up is False and self.turn % EASED:
                continue
            watched.probe(self.number, now)
            try:
                self.line.sendto(packet, (address, 0))
            except OSError:  # no way from here, a full buffer: as good as no answer
                continue

    def hear(self) -> None:
        """Everything that has come."""
        for _turn in range(TOGETHER):
            try:
                packet, sender = self.line.recvfrom(2048)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # the kernel tells an ICMP error of an earlier packet
            self._take(packet, sender[0])

    def _take(self, packet: bytes, sender: str) -> None:
        said = read(packet, self.ident, with_ip=self.raw)
        if said is None:
            return
        what, number, target = said
        address = target or sender
        watched = self.watched.get(address)
        if watched is None:
            return
        changed = watched.answered(number, time.monotonic()) if what == "answer" else watched.refused(number)
        if changed:
            self.changed(address)
