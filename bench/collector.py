"""The whole collector: the share of a core that it takes to probe and poll a network, and to send what it hears to the bus.

DEVICES agents of 24 interfaces and 6 columns, each asked every ten seconds and probed over ICMP; two of the links are uplinks, whose
ten-second rates are kept. Usage: python bench/collector.py [DEVICES, usually 400] [SECONDS, usually 60]
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
from _agents import INTERFACES, address
from _installation import line, machine
from network import agents

from pendopo.bus import client as bus
from pendopo.bus.messages import PollDevice, PollPlan, PollPort
from pendopo.collect.running import Collector, Place
from pendopo.collect.tests.test_sending import server
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.nats import Nats

RUNS, SETTLES_S, UPLINKS = 3, 20.0, 2


def plan(devices: int, port: int) -> PollPlan:
    """What the collector is told to watch."""
    return PollPlan(
        source="pendopo",
        devices=[
            PollDevice(
                code=f"d{number}",
                address=address(number),
                region="35.16.13",
                port=port,
                ports=[PollPort(number=n, name=f"eth{n}", line=True, uplink=number < UPLINKS and n == 1) for n in range(1, INTERFACES + 1)],
            )
            for number in range(devices)
        ],
    )


async def measure(folder: Path, devices: int, seconds: float) -> None:
    """Runs the collector beside a bus and prints what its process takes."""
    place = DataFolder(folder / "house", None)
    place.prepare("real")
    house = Nats(place)
    child = await asyncio.to_thread(server, house)
    os.environ.update(house.credentials)
    nc = await bus.connect(house.url, name="bench")
    await bus.prepare_streams(nc.jetstream())
    closing, own = asyncio.Event(), psutil.Process()
    with agents(devices) as port:
        collector = Collector(nc, Place())
        collector.follow(plan(devices, port))
        running = asyncio.create_task(collector.run(closing))
        await asyncio.sleep(SETTLES_S)
        shares = []
        for _run in range(RUNS):
            before, begun = sum(own.cpu_times()[:2]), time.monotonic()
            await asyncio.sleep(seconds / RUNS)
            shares.append(100 * (sum(own.cpu_times()[:2]) - before) / (time.monotonic() - begun))
        silent = [poller.device.code for poller in collector.pollers.values() if poller.complained]
        seen = await nc.jetstream().stream_info("READING")
        closing.set()
        await running
    print(line(f"{devices} devices probed and polled: of a core", shares, "%", 1))
    print(line("  devices that fell silent", [len(silent)], ""))
    print(line("  messages with readings on the bus", [seen.state.messages], ""))
    await nc.close()
    await asyncio.to_thread(child.stop)


def main() -> None:
    """Runs it and prints."""
    devices, seconds = (float(word) for word in (*sys.argv[1:3], *("400", "60")[len(sys.argv) - 1 :]))
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), int(devices), seconds))


if __name__ == "__main__":
    main()
