"""Hears syslog over UDP, TCP and TLS (RFC 5426, 6587, 5425)."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from pendopo.bus.messages import LogLine

from .syslogs import LONGEST, read

# A connection that says nothing for so long is closed.
IDLE_S = 3600.0


@dataclass(frozen=True)
class Ears:
    """Where to hear: `host:port` for UDP and TCP, another for TLS with its certificate and key; '' = not at all."""

    plain: str = ""
    secure: str = ""
    certificate: Path | None = None
    key: Path | None = None

    @property
    def wanted(self) -> bool:
        """Whether anything is to be heard."""
        return bool(self.plain or self.secure)


class Listener:
    """Hears until it is cancelled; each line goes to `put`. `places` are the ports, once they are open."""

    def __init__(self, ears: Ears, zone: tzinfo, put: Callable[[LogLine], None]) -> None:
        self.ears, self.zone, self.put = ears, zone, put
        self.places: dict[str, int] = {}

    async def run(self) -> None:
        """Opens the ports and hears. Raises OSError for one that cannot be opened."""
        transport: asyncio.BaseTransport | None = None
        servers: list[asyncio.Server] = []
        try:
            if self.ears.plain:
                host, port = place(self.ears.plain)
                loop = asyncio.get_running_loop()
                transport, _protocol = await loop.create_datagram_endpoint(lambda: _Datagrams(self.hear), local_addr=(host, port))
                self.places["udp"] = transport.get_extra_info("sockname")[1]
                servers.append(await asyncio.start_server(self._stream, host, port, limit=2 * LONGEST))
                self.places["tcp"] = servers[-1].sockets[0].getsockname()[1]
            if self.ears.secure:
                host, port = place(self.ears.secure)
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(str(self.ears.certificate), str(self.ears.key) if self.ears.key else None)
                servers.append(await asyncio.start_server(self._stream, host, port, limit=2 * LONGEST, ssl=context))
                self.places["tls"] = servers[-1].sockets[0].getsockname()[1]
            await asyncio.Event().wait()
        finally:
            if transport is not None:
                transport.close()
            for server in servers:
                server.close()

    def hear(self, data: bytes, sender: str) -> None:
        """One line came."""
        if data.strip():
            self.put(read(data, sender, datetime.now(UTC), self.zone))

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender = str(writer.get_extra_info("peername")[0])
        try:
            while True:
                async with asyncio.timeout(IDLE_S):
                    line = await framed(reader)
                if line is None:
                    return
                self.hear(line, sender)
        except (OSError, TimeoutError, ssl.SSLError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # what was whole was heard
        finally:
            writer.close()


async def hear_traps(where: str, told: Callable[[str], None]) -> None:
    """Hears SNMP traps at `host:port` until it is cancelled: from which address one came. What it says is asked of the device itself, so a
    forged one costs a question and nothing more. Raises OSError for a port that cannot be opened."""
    loop = asyncio.get_running_loop()
    transport, _protocol = await loop.create_datagram_endpoint(
        lambda: _Datagrams(lambda _data, sender: told(sender)), local_addr=place(where)
    )
    try:
        await asyncio.Event().wait()
    finally:
        transport.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, hear: Callable[[bytes, str], None]) -> None:
        self.hear = hear

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """One datagram is one line."""
        self.hear(data, addr[0])


async def framed(reader: asyncio.StreamReader) -> bytes | None:
    """The next line of a stream, counted (`57 <34>1 …`) or ended by a newline (RFC 6587); None at its end. ValueError for neither."""
    first = await reader.read(1)
    if not first:
        return None
    if not first.isdigit() or first == b"0":
        try:
            return first + await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as ended:
            return first + ended.partial
    count = first + await reader.readuntil(b" ")
    if not count.strip().isdigit() or not 0 < (length := int(count)) <= 64 * LONGEST:
        raise ValueError("no length of a line")
    return await reader.readexactly(length)


def place(text: str) -> tuple[str, int]:
    """Host and port of `host:port`; the port alone means all addresses."""
    host, _colon, port = text.rpartition(":")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104
