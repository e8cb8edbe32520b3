"""Run by a measurement: so many readers of one live stream in one process, on bare sockets. Prints `ready`, then counts until SIGTERM.

Usage: python bench/_viewers.py PORT TICKET COUNT
"""

import asyncio
import contextlib
import signal
import sys
import time

OPENING = 50  # at a time


class Count:
    """What all viewers together have heard."""

    def __init__(self) -> None:
        self.open = self.words = self.octets = self.lost = 0


async def view(port: int, ticket: str, count: Count, gate: asyncio.Semaphore) -> None:
    """One viewer: opens the stream and reads it to its end."""
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /live/{ticket} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise SystemExit(head.decode())
        count.open += 1
    while data := await reader.read(65536):
        count.octets += len(data)
        count.words += data.count(b"event: words")
    count.lost += 1


async def main() -> None:
    """Opens them all and waits for the end."""
    port, ticket, wanted = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    count, gate, end = Count(), asyncio.Semaphore(OPENING), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    tasks = [asyncio.create_task(view(port, ticket, count, gate)) for _ in range(wanted)]
    while count.open < wanted:
        for task in tasks:
            if task.done():
                task.result()
        await asyncio.sleep(0.1)
    print("ready", flush=True)
    used = time.process_time()
    begun = time.monotonic()
    await end.wait()
    seconds = time.monotonic() - begun
    print(f"{count.words} {count.octets} {count.lost} {(time.process_time() - used) / seconds:.3f}", flush=True)
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)


asyncio.run(main())
