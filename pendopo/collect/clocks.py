"""How far a clock of the network is from ours: one question by SNTP (RFC 4330)."""

import asyncio
import struct
import time

# Seconds from 1900 to 1970.
EPOCH_S = 2_208_988_800
FRACTION = 2**32
PORT = 123
UNSYNCHRONISED, KISS = 3, 0


class NoTime(OSError):
    """What answered tells no time that can be believed."""


def question(now: float) -> bytes:
    """A client's packet of version 4 with the moment at which it leaves."""
    return struct.pack("!B39xQ", 0x23, _stamp(now))


def _stamp(at: float) -> int:
    return int((at + EPOCH_S) * FRACTION) & (2**64 - 1)


def offset(answer: bytes, sent: int, back: float) -> float:
    """Seconds that the other clock is ahead of ours; `sent` is the stamp of the question, `back` when the answer came. Raises NoTime."""
    if len(answer) < 48:
        raise NoTime("answers what is no NTP")
    leap, stratum = answer[0] >> 6, answer[1]
    origin, received, transmitted = struct.unpack("!3Q", answer[24:48])
    if origin != sent:
        raise NoTime("answers another question")
    if leap == UNSYNCHRONISED or stratum == KISS:
        raise NoTime("is not synchronised itself")
    gone, come, away = (stamp / FRACTION - EPOCH_S for stamp in (sent, received, transmitted))
    return ((come - gone) + (away - back)) / 2


async def ask(host: str, port: int = PORT) -> float:
    """The offset in seconds. Raises NoTime or OSError; the caller limits the time."""
    loop = asyncio.get_running_loop()
    answers: asyncio.Future[tuple[bytes, float]] = loop.create_future()
    transport, _protocol = await loop.create_datagram_endpoint(lambda: _Once(answers), remote_addr=(host, port))
    try:
        packet = question(time.time())
        transport.sendto(packet)
        answer, back = await answers
        return offset(answer, struct.unpack("!Q", packet[40:48])[0], back)
    finally:
        transport.close()


class _Once(asyncio.DatagramProtocol):
    def __init__(self, answers: "asyncio.Future[tuple[bytes, float]]") -> None:
        self.answers = answers

    def datagram_received(self, data: bytes, addr: object) -> None:
        """The first answer counts."""
        if not self.answers.done():
            self.answers.set_result((data, time.time()))

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there."""
        if not self.answers.done():
            self.answers.set_exception(exc)
