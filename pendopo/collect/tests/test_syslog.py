"""Syslog as devices really send it: read whatever comes, heard over UDP, TCP and TLS."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.bus.messages import LogLine
from pendopo.collect.listening import Ears, Listener
from pendopo.collect.syslogs import LONGEST, read
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.tls import own_certificate

HEARD = datetime(2026, 11, 29, 9, 30, 0, tzinfo=UTC)
WIB = ZoneInfo("Asia/Jakarta")


def told(line: str) -> LogLine:
    """A line as it is read."""
    return read(line.encode(), "10.0.0.1", HEARD, WIB)


# The line; then facility, severity, host, app, time and text as they must be read.
LINES = [
    (
        "<34>1 2026-11-29T09:29:59.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
        (4, 2, "mymachine.example.com", "su", "2026-11-29T09:29:59.003Z", "'su root' failed for lonvick on /dev/pts/8"),
    ),
    (
        '<165>1 2026-11-29T16:29:00+07:00 192.0.2.1 evntslog 8710 ID47 [exampleSDID@32473 iut="3" note="a\\"]b"][x@1] An event',
        (20, 5, "192.0.2.1", "evntslog", "2026-11-29T09:29:00.000Z", "An event"),
    ),
    ("<165>1 - - - - - -", (20, 5, "", "", "2026-11-29T09:30:00.000Z", "")),
    (
        "<34>Nov 29 16:29:15 mymachine su: 'su root' failed",
        (4, 2, "mymachine", "su", "2026-11-29T09:29:15.000Z", "'su root' failed"),
    ),
    (
        "<38>Nov 29 16:29:15 gw sshd[4711]: Failed password for root from 10.9.8.7 port 22 ssh2",
        (4, 6, "gw", "sshd", "2026-11-29T09:29:15.000Z", "Failed password for root from 10.9.8.7 port 22 ssh2"),
    ),
    (
        "<189>45: *Nov 29 16:29:11.123: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
        (23, 5, "", "", "2026-11-29T09:29:11.000Z", "%LINK-3-UPDOWN: Interface Gi0/1, changed state to down"),
    ),
    (
        "<30>system,info,account user admin logged in from 10.1.1.1 via ssh",
        (3, 6, "", "", "2026-11-29T09:30:00.000Z", "system,info,account user admin logged in from 10.1.1.1 via ssh"),
    ),
    ("<13>2026-11-29T16:29:00+07:00 web nginx: ok", (1, 5, "web", "nginx", "2026-11-29T09:29:00.000Z", "ok")),
    ("Jan  1 00:00:00 sonne app: a clock of another year", (1, 5, "sonne", "app", "2026-11-29T09:30:00.000Z", "a clock of another year")),
    ("no head at all", (1, 5, "", "", "2026-11-29T09:30:00.000Z", "no head at all")),
    ("<999>1 x", (1, 5, "", "", "2026-11-29T09:30:00.000Z", "1 x")),
]


@pytest.mark.parametrize(("line", "wanted"), LINES)
def test_lines_of_the_standards_and_of_routers(line: str, wanted: tuple[object, ...]) -> None:
    found = told(line)
    assert (found.facility, found.severity, found.host, found.app, found.at, found.text) == wanted


def test_a_year_that_is_not_told_is_the_nearest() -> None:
    new_year = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)
    assert read(b"<13>Dec 31 23:59:00 a b: c", "x", new_year, UTC).at == "2026-12-31T23:59:00.000Z"
    assert read(b"<13>Feb 29 10:00:00 a b: c", "x", new_year, UTC).at == "2027-01-01T00:05:00.000Z", "too far away to be believed"


@given(st.binary(max_size=300))
def test_whatever_comes_becomes_a_line_that_can_be_kept(data: bytes) -> None:
    found = read(data, "10.0.0.1", HEARD, WIB)
    assert 0 <= found.severity <= 7 and 0 <= found.facility <= 23 and "\x00" not in found.raw + found.text + found.host
    assert abs(datetime.fromisoformat(found.at) - HEARD) <= timedelta(days=1)


def test_a_long_line_is_cut() -> None:
    assert len(read(b"<13>" + b"\xff" * 100_000, "x", HEARD, UTC).raw.encode()) <= LONGEST


def counted(line: bytes) -> bytes:
    """A line with its length before it (RFC 6587)."""
    return b"%d %s" % (len(line), line)


async def test_heard_by_udp_tcp_and_tls(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data", None)
    folder.prepare("real")
    certificate, key, authority = own_certificate(folder, "127.0.0.1")
    lines: list[LogLine] = []
    listener = Listener(Ears("127.0.0.1:0", "127.0.0.1:0", certificate, key), WIB, lines.append)
    listening = asyncio.create_task(listener.run())
    try:
        async with asyncio.timeout(10):
            while "tls" not in listener.places:
                await asyncio.sleep(0.01)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
                line.sendto(b"<13>Nov 29 16:29:15 a udp: satu\n", ("127.0.0.1", listener.places["udp"]))
            _reader, plain = await asyncio.open_connection("127.0.0.1", listener.places["tcp"])
            plain.write(b"<13>Nov 29 16:29:15 a tcp: dua\n<13>Nov 29 16:29:15 a tcp: tiga\n")
            plain.write(counted(b"<13>Nov 29 16:29:15 a tcp: four\n") + b"<13>Nov 29 16:29:15 a tcp: no newline at the end")
            plain.close()
            context = ssl.create_default_context(cafile=str(authority))
            _reader, secure = await asyncio.open_connection("127.0.0.1", listener.places["tls"], ssl=context, server_hostname="127.0.0.1")
            secure.write(counted(b"<13>Nov 29 16:29:15 a tls: lima"))
            await secure.drain()
            while len(lines) < 6:
                await asyncio.sleep(0.01)
            secure.close()
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    texts = [line.text for line in lines if line.app == "tcp"]
    assert texts == ["dua", "tiga", "four", "no newline at the end"]
    assert {line.app for line in lines} == {"udp", "tcp", "tls"} and {line.sender for line in lines} == {"127.0.0.1"}
