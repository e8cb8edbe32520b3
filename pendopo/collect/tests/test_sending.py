"""A line that is cut: what a site's collector says is kept on its disk and arrives once and in order."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.aio.msg import Msg

from pendopo.bus import client as bus
from pendopo.bus import subjects
from pendopo.bus.messages import PollPlan, pack, unpack
from pendopo.collect.outbox import Outbox
from pendopo.collect.sending import Sender
from pendopo.supervise.child import Child
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.nats import Nats, free_port
from pendopo.supervise.site import LeafNode, SiteOptions


@given(st.lists(st.sampled_from(["put", "next", "safe"]), max_size=200))
def test_an_outbox_loses_only_the_oldest_and_keeps_the_order(deeds: list[str]) -> None:
    box, sent, number = Outbox[int](5, 3), list[int](), 0
    for deed in deeds:
        if deed == "put":
            box.put(number)
            number += 1
        elif deed == "next":
            part, name = list(box.next()), box.name
            assert (box.next(), box.name) == (part, name), "a part stays what it is until it is safe"
        elif box.part:
            sent += box.part
            box.safe()
    everything = [*sent, *box.part, *box.waiting]
    assert everything == sorted(set(everything)) and len(everything) + box.dropped == number
    assert len(box.waiting) <= 5


def test_a_plan_of_a_large_network_fits_into_a_message() -> None:
    plan = PollPlan(source="pendopo")
    assert unpack(pack(plan), PollPlan) == plan
    with pytest.raises(ValueError, match="incorrect header"):
        unpack(b"{}", PollPlan)


class Line:
    """A line between two places that can be cut."""

    def __init__(self, port: int) -> None:
        self.port, self.up = port, True
        self.ends: set[asyncio.StreamWriter] = set()

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection through the line."""
        if not self.up:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.ends |= {writer, far_writer}
        await asyncio.gather(self.carry(reader, far_writer), self.carry(far_reader, writer), return_exceptions=True)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction."""
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    def cut(self) -> None:
        """Nothing passes any more, and what was open is torn."""
        self.up = False
        for writer in self.ends:
            writer.transport.abort()
        self.ends.clear()


def server(nats: Nats) -> Child:
    """A server that answers."""
    nats.prepare()
    child = nats.child()
    child.start()
    assert child.wait_ready(20), child.last_words()
    return child


@pytest.fixture
async def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Nats, LeafNode, Line]]:
    """A house, a site, and the line between them."""
    entrance = free_port()
    house_folder, site_folder = DataFolder(tmp_path / "house", None), DataFolder(tmp_path / "site", None)
    house_folder.prepare("real")
    site_folder.prepare("site")
    house = Nats(house_folder, leaf=f"127.0.0.1:{entrance}")
    line = Line(entrance)
    listening = await asyncio.start_server(line.join, "127.0.0.1", 0)
    door = listening.sockets[0].getsockname()[1]
    children = [await asyncio.to_thread(server, house)]
    authority = house_folder.path / "run/tls/ca.crt"
    site = LeafNode(
        site_folder, SiteOptions(site_folder.path, "sooko", f"tls://127.0.0.1:{door}", house_folder.secret("collector"), authority)
    )
    children.append(await asyncio.to_thread(server, site))
    try:
        yield house, site, line
    finally:
        line.cut()
        listening.close()
        for child in reversed(children):
            await asyncio.to_thread(child.stop)


async def open_bus(nats: Nats, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client of one of the two."""
    for name, value in nats.credentials.items():
        monkeypatch.setenv(name, value)
    return await bus.connect(nats.url, name="test")


@pytest.mark.slow
async def test_readings_of_a_site_that_was_cut_off_arrive_once_and_in_order(
    places: tuple[Nats, LeafNode, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, site, line = places
    hub, own = await open_bus(house, monkeypatch), await open_bus(site, monkeypatch)
    await bus.prepare_streams(hub.jetstream())
    sender = Sender(own, keeping=True)
    sending = asyncio.create_task(sender.run(lambda: "pendopo"))
    dice, told = random.Random(7), 0
    try:
        for turn in range(30):
            for _row in range(dice.randrange(1, 20)):
                sender.readings.put({"n": told})
                told += 1
            if turn == 8:
                line.cut()
            if turn == 20:
                line.up = True
            await asyncio.sleep(0.25)
        arrived = await everything(hub, told)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await own.close()
        await hub.close()
    assert arrived == list(range(told))


async def everything(hub: Client, wanted: int) -> list[int]:
    """The numbers of all readings that the house has, once so many have come or nothing comes any more."""
    js, rows = hub.jetstream(), list[int]()
    consumer = await js.subscribe(subjects.reading("pendopo"), stream=subjects.READING.name, ordered_consumer=True)
    while len(rows) < wanted:
        message = await consumer.next_msg(timeout=20)
        rows += [row["n"] for row in json.loads(message.data)["observations"]]
    return rows


@pytest.mark.slow
async def test_a_site_may_say_and_hear_only_what_a_collector_needs(
    places: tuple[Nats, LeafNode, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, site, _line = places
    hub, own = await open_bus(house, monkeypatch), await open_bus(site, monkeypatch)
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def note(message: Msg) -> None:
        heard.put_nowait(message.subject)

    for subject in (subjects.did("alerts", "opened"), subjects.presence()):
        await hub.subscribe(subject, cb=note)
    told = {subjects.poll_plan(), subjects.posture("35.16")}
    for subject in (subjects.poll_plan(), subjects.posture(">")):
        await own.subscribe(subject, cb=note)
    await asyncio.sleep(1.0)
    for subject in (subjects.did("alerts", "opened"), subjects.presence()):
        await own.publish(subject, b"{}")
    for subject in told:
        await hub.publish(subject, b"{}")
    assert {await asyncio.wait_for(heard.get(), 5) for _word in range(3)} == {subjects.presence(), *told}
    await asyncio.sleep(0.3)
    assert heard.empty()
    await own.close()
    await hub.close()
