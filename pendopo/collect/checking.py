"""Whether a service answers: HTTP(S), TCP, DNS, NTP, for how long its certificate holds, how far its clock is off."""

import asyncio
import contextlib
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from .clocks import PORT, ask

TIMEOUT_S = 10.0
DAY_S = 86_400.0
WELL_BELOW = 500  # a page that wants a sign-in is a page that answers


@dataclass(frozen=True)
class Checked:
    """What became of a check. `took_s` until the answer; `certificate_days` until the certificate ends and `offset_s` by which a clock is
    ahead of ours, None where there is none."""

    up: bool
    took_s: float
    why: str = ""
    certificate_days: float | None = None
    offset_s: float | None = None


async def check(target: str) -> Checked:
    """Checks `https://…`, `http://…`, `tcp://host:port`, `dns://name` or `ntp://host`. Never raises for what the network does."""
    begun = time.monotonic()
    try:
        parts = urlsplit(target)
        async with asyncio.timeout(TIMEOUT_S):
            if parts.scheme == "dns":
                await asyncio.get_running_loop().getaddrinfo(parts.hostname or "", None)
                return Checked(True, time.monotonic() - begun)
            if parts.scheme == "tcp":
                await _close((await asyncio.open_connection(parts.hostname, parts.port))[1])
                return Checked(True, time.monotonic() - begun)
            if parts.scheme == "ntp":
                ahead = await ask(parts.hostname or "", parts.port or PORT)
                return Checked(True, time.monotonic() - begun, offset_s=ahead)
            return await _http(target, begun)
    except TimeoutError:
        return Checked(False, time.monotonic() - begun, "no answer in time")
    except socket.gaierror:
        return Checked(False, time.monotonic() - begun, "a name that cannot be looked up")
    except ssl.SSLCertVerificationError as problem:
        return Checked(False, time.monotonic() - begun, f"its certificate is not good: {problem.verify_message}")
    except (OSError, ValueError) as problem:
        return Checked(False, time.monotonic() - begun, str(problem) or type(problem).__name__)


async def _http(target: str, begun: float) -> Checked:
    parts = urlsplit(target)
    secure = parts.scheme == "https"
    context = ssl.create_default_context() if secure else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
    try:
        path = parts.path or "/"
        query = f"?{parts.query}" if parts.query else ""
        writer.write(f"GET {path}{query} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: pendopo\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        words = (await reader.readline()).split()
        took = time.monotonic() - begun
        if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
            return Checked(False, took, "answers what is no HTTP")
        status = int(words[1])
        return Checked(status < WELL_BELOW, took, "" if status < WELL_BELOW else f"answers {status}", _days_left(writer))
    finally:
        await _close(writer)


def _days_left(writer: asyncio.StreamWriter) -> float | None:
    secure = writer.get_extra_info("ssl_object")
    if secure is None:
        return None
    ends = ssl.cert_time_to_seconds(secure.getpeercert()["notAfter"])
    return (ends - datetime.now(UTC).timestamp()) / DAY_S


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
