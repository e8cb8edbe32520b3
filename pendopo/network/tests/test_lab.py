"""Twenty agencies on a real network with a real SNMP agent on every router: found, drawn, watched; cut, mended, slowed and made lossy."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import Q
from nats.aio.client import Client

from pendopo.agencies.actions import ensure_agency
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.alerts.models import Alert, State
from pendopo.bus import client as bus
from pendopo.cli.searching import as_said
from pendopo.collect.credentials import Credentials
from pendopo.collect.discovery import Unheard, follow, targets_of
from pendopo.collect.neighbours import Found
from pendopo.collect.running import Collector, Place
from pendopo.collect.tests import lab as labs
from pendopo.network import watching
from pendopo.network.actions import accept, load_inventory, propose
from pendopo.network.inventory import parse
from pendopo.network.models import Device, Link
from pendopo.regions.models import Region

AGENCIES = 20
REASON = labs.why_no_agents()
WAIT_S = 20.0

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True), pytest.mark.skipif(bool(REASON), reason=REASON)]


def inventory(lab: labs.Lab) -> str:
    """What people wrote before the search: who sits where. No interface and no link."""
    lines = ["sites:", '  - {code: pusat, name: "Pusat", region: "35.16.13", state: in_service}']
    for number in range(1, AGENCIES + 1):
        lines.append(f'  - {{code: s{number}, name: "Situs {number}", agency: "Dinas {number:02}", region: "35.16.13", state: in_service}}')
    lines += ["devices:", '  - {code: inti, site: pusat, name: "Router inti", role: core, address: 198.19.0.1}']
    for number in range(1, AGENCIES + 1):
        lines.append(f'  - {{code: r{number}, site: s{number}, name: "Router {number:02}", address: {lab.address(number)}}}')
    return "\n".join(lines)


def search(lab: labs.Lab) -> list[Found]:
    """Searches from the core on, in the watching place."""
    found: list[Found | Unheard] = []

    async def go() -> None:
        targets, _unknown = targets_of(["198.19.0.1"])
        found.extend([one async for one in follow(targets, Credentials(community="public"), 1)])

    def run() -> None:
        lab.enter()
        asyncio.run(go())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    return [one for one in found if isinstance(one, Found)]


@contextmanager
def collecting(lab: labs.Lab, url: str) -> Iterator[Collector]:
    """A collector of its own thread: its bus outside, its probes and questions in the watching place."""
    began: list[tuple[Collector, asyncio.AbstractEventLoop, asyncio.Event]] = []
    ready = threading.Event()

    async def go() -> None:
        nc = await bus.connect(url, name="lab")
        lab.enter()
        closing = asyncio.Event()
        began.append((Collector(nc, Place()), asyncio.get_running_loop(), closing))
        ready.set()
        try:
            await began[0][0].run(closing)
        finally:
            await nc.close()

    thread = threading.Thread(target=lambda: asyncio.run(go()))
    thread.start()
    assert ready.wait(20)
    collector, loop, closing = began[0]
    try:
        yield collector
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join(20)


@pytest.fixture
async def nc(nats_url: str) -> AsyncIterator[Client]:
    client = await bus.connect(nats_url, name="test")
    await bus.prepare_streams(client.jetstream())
    yield client
    await client.close()
    await sync_to_async(lambda: connection.close())()


async def fired(wanted: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """Open alerts (name → state) as soon as they are as wanted."""
    end = time.monotonic() + WAIT_S
    found: dict[str, str] = {}
    while time.monotonic() < end:
        found = await sync_to_async(lambda: {alert.name: alert.state for alert in Alert.objects.open()})()
        if wanted(found):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def one_alert(number: int, word: str) -> None:
    """Exactly one alert rings; it names the line and the agency."""
    found = await fired(lambda found: State.FIRING in found.values())
    (name,) = [name for name, state in found.items() if state == State.FIRING]
    line = await sync_to_async(Link.objects.get)(Q(a__code=f"r{number}") | Q(b__code=f"r{number}"))
    assert word in name and f"Dinas {number:02}" in name and line.name in name, found
    assert all(state == State.SUPPRESSED for other, state in found.items() if other != name), found


async def test_twenty_agencies_are_found_drawn_and_watched(
    nc: Client, nats_url: str, regency: Region, rani: Person, tmp_path: Path
) -> None:
    with labs.lab(AGENCIES, chain=False) as lab:
        lab.serve_snmp(tmp_path)

        def lay() -> str:
            for number in range(1, AGENCIES + 1):
                ensure_agency(f"Dinas {number:02}")
            load_inventory(inventory=parse(inventory(lab)), by=None)
            found = search(lab)
            accept(findings=propose(devices=[as_said(one) for one in found], by=None), by=None)
            assert len(found) == AGENCIES + 1 and Device.objects.count() == AGENCIES + 1, [one.device.name for one in found]
            assert Link.objects.count() == AGENCIES and not Link.objects.filter(a_interface=None).exists()
            return signed_in(rani).get("/network").content.decode()

        page = await sync_to_async(lay)()
        # The topology and the map each draw every line.
        assert page.count('<line class="wire') == page.count('<polyline class="wire') == AGENCIES
        assert page.count('class="dot') >= AGENCIES + 1
        closing = asyncio.Event()
        with collecting(lab, nats_url) as collector:
            task = asyncio.create_task(watching.run(nc, closing))
            try:
                await watched(collector)
                await troubles(lab)
            finally:
                closing.set()
                await asyncio.wait_for(task, 15)


async def watched(collector: Collector) -> None:
    """Waits until every device was reached and the core said how all of its lines stand."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        known = collector.prober.watched if collector.prober else {}
        if len(known) == AGENCIES + 1 and all(one.up for one in known.values()) and len(collector.lines.get("inti", ())) >= AGENCIES:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("Not every device was reached, or the core did not say how its lines stand.")


async def troubles(lab: labs.Lab) -> None:
    """Each trouble alone: one alert with the right names, then none."""
    await asyncio.to_thread(lab.cut, 3)
    await one_alert(3, "Sambungan putus")
    await asyncio.to_thread(lab.mend, 3)
    await fired(lambda found: not found)
    await asyncio.to_thread(lab.lose, 7, 0.1)
    await one_alert(7, "Paket hilang")
    await asyncio.to_thread(lab.lose, 7, 0.0)
    await fired(lambda found: not found)
    await asyncio.to_thread(lab.slow, 12, "6kbit")  # less than its probes need
    await one_alert(12, "")
    await asyncio.to_thread(lab.slow, 12, "")
    await fired(lambda found: not found)
