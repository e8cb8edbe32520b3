"""The live stream alone: words put on the bus, heard by 2,000 viewers. The web's CPU, and how old a word is when a viewer has it.

A board's worth of series speaks once a second each. Beside it, in the same run: a bare NATS subscriber of the same words.
Usage: python bench/live_viewers.py [VIEWERS] [SERIES] [SECONDS]
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime

from _installation import HERE, Installation, installation, machine
from nats.aio.msg import Msg

from pendopo.bus import client as bus
from pendopo.bus import messages, subjects
from pendopo.cli.aim import aim

REGION = "35.16"
PROBES = 5

# Asked of a process that aims at the installation: only that one may sign.
ISSUE = """
import sys
import pendopo.ready
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
print(issue(Follow(f"bench-{number}", sys.argv[2]) for number in range(int(sys.argv[1]))))
"""


def ticket(series: int) -> str:
    """A ticket for the series of this measurement."""
    done = subprocess.run([sys.executable, "-c", ISSUE, str(series), REGION], capture_output=True, text=True, check=True)
    return done.stdout.strip()


async def probe(port: int, text: str, ages: list[float], heard: list[int]) -> None:
    """A viewer that notes how old each word is when it arrives."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    writer.write(f"GET /live/{text} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    while data := await reader.readline():
        if data.startswith(b"data: ["):
            now = time.time()
            words = json.loads(data[6:])
            ages.extend(now - word["value"] for word in words)
            heard[0] += len(words)


async def speak(client: bus.Client, series: int, seconds: float) -> int:
    """Every series once a second, spread over the second; the value is the moment of sending."""
    begun, told = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        word = messages.Observed(
            indicator=f"bench-{told % series}", region=REGION, at=at, value=time.time(), quality="ok", source="bench", known_since=at
        )
        await client.publish(subjects.observed(word.indicator, REGION), messages.encode(word))
        told += 1
        await asyncio.sleep(max(0.0, begun + told / series - time.monotonic()))
    return told


def quantiles(name: str, ages: list[float]) -> str:
    """Median and 99th percentile in milliseconds."""
    ages.sort()
    return f"{name:<44} {1000 * statistics.median(ages):8.1f} ms   p99 {1000 * ages[int(len(ages) * 0.99)]:8.1f} ms   n={len(ages):,}"


async def measure(running: Installation, count: int, series: int, seconds: float) -> None:
    """Prints the table."""
    text = ticket(series)
    client = await bus.connect(os.environ["PENDOPO_NATS_URL"], name="bench")
    bare: list[float] = []

    async def hear(message: Msg) -> None:
        bare.append(time.time() - json.loads(message.data)["value"])

    await client.subscribe(subjects.EVERY_WORD, cb=hear)
    await speak(client, series, 1)
    command = [sys.executable, str(HERE / "_viewers.py"), str(running.port), text, str(count)]
    others = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if others.stdout is None or others.stdout.readline().strip() != "ready":
        raise SystemExit("The viewers could not connect.")
    ages: list[float] = []
    heard = [0]
    probes = [asyncio.create_task(probe(running.port, text, ages, heard)) for _ in range(PROBES)]
    await asyncio.sleep(2)
    ages.clear()
    bare.clear()
    cpu, begun = running.cpu_s(), time.monotonic()
    told = await speak(client, series, seconds)
    await asyncio.sleep(0.5)
    spent, after = time.monotonic() - begun, running.cpu_s()
    others.send_signal(signal.SIGTERM)
    events, octets, lost, load = others.communicate(timeout=30)[0].split()
    for task in probes:
        task.cancel()
    await client.close()
    memory = running.memory_mb()["Web"][0]
    print(f"{count:,} viewers, {series} series once a second, {spent:.0f} s, {told:,} words\n")
    print(quantiles("a word's age at a viewer", ages))
    print(quantiles("at a bare NATS subscriber", bare))
    used = (after["Web"] - cpu["Web"]) / spent
    deliveries = told / spent * count
    print(
        f"the web used {used:.2f} cores for {deliveries:,.0f} deliveries/s ({deliveries / max(used, 0.001):,.0f} a core), {memory:.0f} MB"
    )
    print(f"the viewers heard {int(events):,} events ({int(octets) / 1e6:.0f} MB) and used {load} cores; {lost} lost their stream")


def main() -> None:
    """Runs it."""
    count, series, seconds = (int(word) for word in (*sys.argv[1:], *("2000", "24", "20")[len(sys.argv) - 1 :]))
    print(machine())
    with installation() as running:
        aim(running.folder)
        asyncio.run(measure(running, count, series, seconds))


main()
