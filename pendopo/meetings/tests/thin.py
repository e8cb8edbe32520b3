"""A place at the end of a thin line, for tests: a network namespace behind a cable of so many kbit/s, so much delay and so much loss.

Kernels without `netem` delay nothing, so a small program is the cable: it carries packets between two TUN devices.
Over there `http://localhost:PORT` is a way over the cable to the house: a secure context, as browsers want it for camera and microphone.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

NEAR, FAR = "10.78.0.1", "10.78.0.2"
PAGES_PORT = 18077
# How long a packet may wait for its turn before the cable drops it.
LONGEST_QUEUE_S = 0.6
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


@contextlib.contextmanager
def thin_line(folder: Path, port: int, program: str, *, kbps: int, loss_pct: float, rtt_ms: int) -> Iterator[str]:
    """Lays the cable to the house that listens on `port`; answers what starts the browser `program` over there."""
    there = subprocess.Popen(["unshare", "--net", "sleep", "3600"])
    running = [there]
    try:
        _wait_for(lambda: Path(f"/proc/{there.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink())
        inside = ["nsenter", f"--net=/proc/{there.pid}/ns/net"]
        carry = ["carry", str(there.pid), str(kbps), str(rtt_ms / 2000), str(loss_pct / 100)]
        ways = [carry, ["relay", "0.0.0.0", str(PAGES_PORT), "127.0.0.1", str(port)]]
        running += [subprocess.Popen([sys.executable, __file__, *words]) for words in ways]
        _wait_for(lambda: "thin:" in Path(f"/proc/{there.pid}/net/dev").read_text())
        running.append(subprocess.Popen([*inside, sys.executable, __file__, "relay", "127.0.0.1", str(port), NEAR, str(PAGES_PORT)]))
        _wait_for(lambda: _listens(running[2].pid, PAGES_PORT) and _listens(running[3].pid, port))
        start = folder / "chromium-there"
        start.write_text(f'#!/bin/sh\nexec {" ".join(inside)} {program} "$@"\n')
        start.chmod(0o755)
        yield str(start)
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(10)


def _wait_for(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < until, "the cable was not laid"
        time.sleep(0.05)


def _listens(pid: int, port: int) -> bool:
    """Whether somebody listens on the port in the network of a process."""
    return f":{port:04X} 00000000:0000 0A" in Path(f"/proc/{pid}/net/tcp").read_text()


def device(name: str, own: str, other: str) -> int:
    """A TUN device of this namespace with its address; the file to read and write its packets."""
    found = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(found, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    for words in ("link set lo up", f"addr add {own} peer {other} dev {name}", f"link set {name} up mtu 1500"):
        subprocess.run(["ip", *words.split()], check=True)
    return found


def carry(pid: int, kbps: float, delay_s: float, loss: float) -> None:
    """Carries packets both ways for ever: each waits for its turn at this rate, then for the delay; some are lost."""
    ends = [device("thin", NEAR, FAR)]
    with Path(f"/proc/{pid}/ns/net").open() as there:
        assert ctypes.CDLL(None, use_errno=True).setns(there.fileno(), 0) == 0
    ends.append(device("thin", FAR, NEAR))
    subprocess.run(["ip", "route", "add", "default", "via", NEAR], check=True)
    poll, on_the_way, number, free = select.poll(), [], 0, [0.0, 0.0]
    for end in ends:
        poll.register(end, select.POLLIN)
    while True:
        poll.poll(max(0.0, (on_the_way[0][0] - time.monotonic()) * 1000) if on_the_way else 1000)
        now = time.monotonic()
        for side, end in enumerate(ends):
            with contextlib.suppress(BlockingIOError):
                while packet := os.read(end, 2000):
                    turn = max(now, free[side])
                    if turn - now > LONGEST_QUEUE_S or random.random() < loss:
                        continue
                    free[side] = turn + len(packet) * 8 / kbps / 1000
                    number += 1
                    heapq.heappush(on_the_way, (free[side] + delay_s, number, ends[1 - side], packet))
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _at, _number, end, packet = heapq.heappop(on_the_way)
            with contextlib.suppress(OSError):
                os.write(end, packet)


async def relay(host: str, port: int, to_host: str, to_port: int) -> None:
    """Passes every connection to one address on to another, for ever."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(to_host, to_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pass_on(reader, there_writer), pass_on(there_reader, writer))

    async with await asyncio.start_server(serve, host, port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    what, *words = sys.argv[1:]
    if what == "carry":
        carry(int(words[0]), *map(float, words[1:]))
    else:
        asyncio.run(relay(words[0], int(words[1]), words[2], int(words[3])))
