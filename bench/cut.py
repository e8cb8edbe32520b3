"""A cut link: how soon it is on the wall with the agencies named; and how soon a device is read whole when 10 % are lost each way.

A lab of AGENCIES namespaces with real SNMP agents beside a fresh `pendopo up`; its own house collector has nothing to watch, one more runs
inside the lab. A viewer holds the live stream of the page Network; once it hears, it asks the API for the alert that fires.
Needs root, iproute2, iptables and snmpd. Usage: python bench/cut.py [CUTS] [AGENCIES] [ROUNDS]
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from _installation import Installation, installation, line, machine

from pendopo.bus import client as bus
from pendopo.bus.messages import PollDevice, PollPort
from pendopo.cli.aim import aim
from pendopo.collect.credentials import Credentials
from pendopo.collect.polling import Poller
from pendopo.collect.running import Collector, Place
from pendopo.collect.tests import lab as labs

HERE = Path(__file__).resolve().parent
NAME, PATIENCE_S, LOSS = "lab", 60.0, 0.1


class Viewer:
    """One reader of the live stream: notes when a word came."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[float] = asyncio.Queue()

    async def run(self, port: int, ticket: str) -> None:
        """Reads until it is cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /live/{ticket} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
        while data := await reader.read(65536):
            if b"alerts" in data:
                self.heard.put_nowait(time.monotonic())


def inventory(lab: labs.Lab) -> str:
    """The lab, watched by the collector in it."""
    lines = ["sites:", f'  - {{code: pusat, name: "Pusat", region: "35.16.13", state: in_service, collector: {NAME}}}']
    devices, links = ["  - {code: inti, site: pusat, role: core, address: 198.19.0.1}"], []
    for number in range(1, lab.agencies + 1):
        lines.append(
            f'  - {{code: s{number}, name: "Situs {number}", agency: "Dinas {number:02}", region: "35.16.13", state: in_service, '
            f"collector: {NAME}}}"
        )
        devices.append(f'  - {{code: r{number}, site: s{number}, name: "Router {number}", address: {lab.address(number)}}}')
        links.append(f'  - {{code: l{number}, name: "Serat {number}", a: inti, b: r{number}, state: in_service}}')
    return "\n".join([*lines, "devices:", *devices, "links:", *links])


def prepare(running: Installation, lab: labs.Lab) -> dict[str, str]:
    """Lays the inventory; answers the ticket of the live stream, a token of the API and the address of the bus."""
    aim(running.folder)
    command = [sys.executable, str(HERE / "_cut_yard.py"), str(lab.agencies)]
    done = subprocess.run(command, input=inventory(lab), capture_output=True, text=True, check=True)
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def firing(running: Installation, token: str) -> list[str]:
    """The names of the alerts that fire, by the API."""
    asked = urllib.request.Request(f"{running.url}/api/v1/alerts", headers={"Authorization": f"Bearer {token}"})
    told: Any = json.loads(urllib.request.urlopen(asked, timeout=10).read())
    rows = told if isinstance(told, list) else told.get("items") or told.get("alerts") or []
    return [str(row["name"]) for row in rows if row.get("state") == "firing"]


async def named(running: Installation, token: str, wanted: bool, agency: str) -> float:
    """Waits until an alert that names the agency fires, or none does; when that was."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        names = await asyncio.to_thread(firing, running, token)
        if any(agency in name for name in names) == wanted:
            return time.monotonic()
        await asyncio.sleep(0.02)
    raise SystemExit(f"{agency}: {names}")


def collect(lab: labs.Lab, url: str, box: list[Any]) -> None:
    """The collector in the lab, in a thread of its own: its bus outside, its probes inside."""

    async def go() -> None:
        nc = await bus.connect(url, name=NAME)
        lab.enter()
        box.append((Collector(nc, Place(name=NAME)), asyncio.get_running_loop(), closing := asyncio.Event()))
        await box[0][0].run(closing)
        await nc.close()

    asyncio.run(go())


async def cuts(running: Installation, lab: labs.Lab, count: int, ticket: str, token: str) -> None:
    """Cuts one line after the other and prints how long each took."""
    viewer = Viewer()
    task = asyncio.create_task(viewer.run(running.port, ticket))
    told, shown = [], []
    for turn in range(count):
        number = 1 + turn % lab.agencies
        while not viewer.heard.empty():
            viewer.heard.get_nowait()
        begun = time.monotonic()
        await asyncio.to_thread(lab.cut, number)
        told.append((await asyncio.wait_for(viewer.heard.get(), PATIENCE_S) - begun) * 1e3)
        shown.append((await named(running, token, True, f"Dinas {number:02}") - begun) * 1e3)
        await asyncio.to_thread(lab.mend, number)
        await named(running, token, False, f"Dinas {number:02}")
        await asyncio.sleep(0.5)
    task.cancel()
    for name, values in (("cut → word on the live stream", told), ("cut → alert with the agency's name read from the API", shown)):
        print(line(name, values, "ms"))
        print(line("  95th percentile", [sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]], "ms"))


def lossy(lab: labs.Lab, rounds: int) -> None:
    """Every device read whole, 24 columns of values each round, with packets lost both ways."""
    took: list[float] = []

    async def go() -> None:
        ports = [PollPort(number=number, name=str(number)) for number in range(1, 25)]
        devices = [PollDevice(code=f"r{n}", address=lab.address(n), region="35.16", ports=ports) for n in range(1, lab.agencies + 1)]
        pollers = [Poller(device, Credentials(community="public"), lambda *_: None, lambda *_: None) for device in devices]
        await asyncio.gather(*(poller.once() for poller in pollers))

        async def once(poller: Poller) -> None:
            begun = time.monotonic()
            await poller.once()
            took.append((time.monotonic() - begun) * 1e3 if not poller.complained else float("inf"))

        for _round in range(rounds):
            await asyncio.gather(*(once(poller) for poller in pollers))

    def run() -> None:
        lab.enter()
        asyncio.run(go())

    for number in range(1, lab.agencies + 1):
        lab.lose(number, LOSS)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    print(line(f"{LOSS:.0%} lost each way: a device read whole", took, "ms"))
    print(line("  within 2 s", [100 * sum(value <= 2000 for value in took) / len(took)], "%", 1))


def main() -> None:
    """Runs all and prints."""
    count, agencies, rounds = (int(word) for word in (*sys.argv[1:4], *("40", "20", "20")[len(sys.argv) - 1 :]))
    if reason := labs.why_no_agents():
        raise SystemExit(reason)
    print(machine())
    with labs.lab(agencies, chain=False) as lab, tempfile.TemporaryDirectory() as folder:
        lab.serve_snmp(Path(folder))
        with installation() as running:
            told = prepare(running, lab)
            box: list[Any] = []
            thread = threading.Thread(target=collect, args=(lab, told["bus"], box))
            thread.start()
            while not (box and box[0][0].prober and len(box[0][0].prober.watched) == agencies + 1):
                time.sleep(0.2)
            while not all(one.up for one in box[0][0].prober.watched.values()):
                time.sleep(0.2)
            time.sleep(10)
            asyncio.run(cuts(running, lab, count, told["ticket"], told["token"]))
            box[0][1].call_soon_threadsafe(box[0][2].set)
            thread.join(20)
        lossy(lab, rounds)


if __name__ == "__main__":
    main()
