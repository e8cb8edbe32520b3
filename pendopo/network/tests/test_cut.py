"""A real network is cut: probes, blame, alerts and the word to the pages, in namespaces of our own."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from nats.aio.client import Client
from nats.aio.msg import Msg

from pendopo.agencies.actions import ensure_agency
from pendopo.alerts import tell
from pendopo.alerts.models import Alert, State
from pendopo.bus import client as bus
from pendopo.bus import subjects
from pendopo.collect.running import Collector, Place
from pendopo.collect.tests import lab as labs
from pendopo.network import watching
from pendopo.network.actions import load_inventory
from pendopo.network.inventory import parse
from pendopo.regions.models import Region

AGENCIES = 5
REASON = labs.why_not()

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True), pytest.mark.skipif(bool(REASON), reason=REASON)]


def inventory(lab: labs.Lab) -> str:
    """The lab as an inventory: agencies 1…n-1 on the core, the last behind the one before it."""
    lines = ["sites:", '  - {code: pusat, name: "Pusat", region: "35.16.13", state: in_service}']
    for number in range(1, AGENCIES + 1):
        lines.append(f'  - {{code: s{number}, name: "Situs {number}", agency: "Dinas {number}", region: "35.16.13", state: in_service}}')
    lines += ["devices:", "  - {code: inti, site: pusat, role: core, address: 198.19.0.1}"]
    for number in range(1, AGENCIES + 1):
        lines.append(f'  - {{code: r{number}, site: s{number}, name: "Router {number}", address: {lab.address(number)}}}')
    lines.append("links:")
    for number in range(1, AGENCIES + 1):
        above = "inti" if number < AGENCIES else f"r{AGENCIES - 1}"
        lines.append(f'  - {{code: l{number}, name: "Serat {number}", a: {above}, b: r{number}, state: in_service}}')
    return "\n".join(lines)


@pytest.fixture
async def nc(nats_url: str) -> AsyncIterator[Client]:
    client = await bus.connect(nats_url, name="test")
    await bus.prepare_streams(client.jetstream())
    yield client
    await client.close()
    await sync_to_async(lambda: connection.close())()


def firing() -> dict[str, str]:
    """Alerts that fire: name → state."""
    return {alert.name: alert.state for alert in Alert.objects.open()}


async def until(wanted: object, seconds: float = 10.0) -> dict[str, str]:
    """Waits until a predicate over the open alerts holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = await sync_to_async(firing)()
        if wanted(found):  # type: ignore[operator]
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(await sync_to_async(firing)())


async def test_a_cut_link_is_told_with_the_agencies_behind_it_and_so_is_its_end(nc: Client, regency: Region) -> None:
    with labs.lab(AGENCIES) as lab:

        def lay() -> None:
            for number in range(1, AGENCIES + 1):
                ensure_agency(f"Dinas {number}")
            load_inventory(inventory=parse(inventory(lab)), by=None)

        await sync_to_async(lay)()
        heard: asyncio.Queue[float] = asyncio.Queue()

        async def note(message: Msg) -> None:
            heard.put_nowait(time.monotonic())

        closing = asyncio.Event()
        await nc.subscribe(subjects.observed(subjects.ALERTS, "35.16.13"), cb=note)
        collector = Collector(nc, Place(), line=lab.line())
        tasks = [asyncio.create_task(loop) for loop in (collector.run(closing), watching.run(nc, closing), tell.run(nc, closing))]
        try:
            await ready(collector)
            took = []
            for number in (1, 2, 3):
                while not heard.empty():
                    heard.get_nowait()
                begun = time.monotonic()
                await asyncio.to_thread(lab.cut, number)
                took.append(await asyncio.wait_for(heard.get(), 10) - begun)
                found = await until(lambda found: any(state == State.FIRING for state in found.values()))
                fired = [name for name, state in found.items() if state == State.FIRING]
                assert len(fired) == 1 and f"Serat {number}" in fired[0] and f"Dinas {number}" in fired[0], found
                assert all(state == State.SUPPRESSED for name, state in found.items() if name not in fired), found
                await asyncio.to_thread(lab.mend, number)
                await until(lambda found: not found)
            assert statistics.median(took) < 2.0, took
            await asyncio.to_thread(lab.cut, AGENCIES - 1)
            found = await until(lambda found: len(found) == 3)
            (fired,) = [name for name, state in found.items() if state == State.FIRING]
            assert f"Dinas {AGENCIES - 1}" in fired and f"Dinas {AGENCIES}" in fired, found
        finally:
            closing.set()
            await asyncio.wait_for(asyncio.gather(*tasks), 15)


async def ready(collector: Collector) -> None:
    """Waits until every device was reached once."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        known = collector.prober.watched if collector.prober else {}
        if len(known) == AGENCIES + 1 and all(one.up for one in known.values()):
            await asyncio.sleep(1.0)
            return
        await asyncio.sleep(0.1)
    raise AssertionError("Not every device was reached.")
