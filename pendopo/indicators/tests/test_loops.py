"""The two loops between the database and the bus, with a real PostgreSQL and a real nats-server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import nats.errors
import nats.js.errors
import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from nats.aio.client import Client
from nats.js.api import DeliverPolicy

from pendopo.bus import client as bus
from pendopo.bus import messages, subjects
from pendopo.indicators import announce, intake
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.announce import Pace
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Delivery, Indicator, IntakePosition, Way
from pendopo.supervise.account import service_account
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.nats import Nats

from .test_river import DISTRICTS, HOUR, known
from .yard import Yard, lay_out

pytestmark = pytest.mark.django_db(transaction=True)

Run = Callable[[Any], Awaitable[None]]


@pytest.fixture
def yard() -> Yard:
    return lay_out()


@pytest.fixture
async def nc(nats_url: str) -> AsyncIterator[Client]:
    client = await bus.connect(nats_url, name="test")
    await bus.prepare_streams(client.jetstream())
    for stream in subjects.STREAMS:
        await client.jetstream().purge_stream(stream.name)
    yield client
    await client.close()
    await sync_to_async(lambda: connection.close())()  # the wrapper of the thread in which the queries ran


@pytest.fixture
async def running(nc: Client) -> AsyncIterator[Run]:
    """Starts a loop that ends with the test."""
    closing = asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    async def start(loop: Any) -> None:
        tasks.append(asyncio.create_task(loop(nc, closing)))

    yield start
    closing.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 10)


async def until(ready: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Waits for the condition, checking every 50 ms."""
    for _turn in range(int(seconds / 0.05)):
        if await ready():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the condition did not come true in time")


def send(yard: Yard, code: str, region: str, at: str, value: float) -> None:
    take_delivery(source=yard.source, rows=[Observation(code, region, at, value)], digest="0" * 64, way=Way.API)


async def words(nc: Client) -> dict[str, messages.Observed]:
    """The last word of every subject, as a page that has just opened gets it."""
    found: dict[str, messages.Observed] = {}
    info = await nc.jetstream().stream_info(subjects.OBSERVED.name)
    if info.state.messages:
        consumer = await nc.jetstream().subscribe("observed.>", ordered_consumer=True, deliver_policy=DeliverPolicy.LAST_PER_SUBJECT)
        for _word in range(info.state.messages):
            message = await consumer.next_msg(timeout=2)
            found[message.subject] = msgspec.json.decode(message.data, type=messages.Observed)
        await consumer.unsubscribe()
    return found


async def test_a_committed_value_and_the_roll_ups_above_it_are_told(yard: Yard, nc: Client, running: Run) -> None:
    await running(announce.run)
    await sync_to_async(send)(yard, "cases", DISTRICTS[0], "2026-05-08", 5.0)
    subject = subjects.observed("cases", "35.16")

    async def told() -> bool:
        return subject in await words(nc)

    await until(told)
    found = await words(nc)
    roll_up = found[subject]
    assert (roll_up.value, roll_up.reporting, roll_up.expected) == (5.0, 1, 3)
    assert found[subjects.observed("cases", DISTRICTS[0])].value == 5.0
    assert found[subjects.observed("cases", "35")].expected == 3


async def test_of_a_burst_the_last_value_is_told(yard: Yard, nc: Client, running: Run) -> None:
    await running(announce.run)
    for value in range(20):
        await sync_to_async(send)(yard, "free", DISTRICTS[0], HOUR.format(1), float(value))
    subject = subjects.observed("free", DISTRICTS[0])

    async def told() -> bool:
        word = (await words(nc)).get(subject)
        return word is not None and word.value == 19.0

    await until(told)


async def test_a_start_tells_everything_that_is_known(yard: Yard, nc: Client, running: Run) -> None:
    await sync_to_async(send)(yard, "free", DISTRICTS[0], HOUR.format(1), 4.0)
    await running(announce.run)

    async def told() -> bool:
        return subjects.observed("free", DISTRICTS[0]) in await words(nc)

    await until(told)


async def test_an_emptied_stream_is_told_everything_anew(yard: Yard, nc: Client, running: Run) -> None:
    await running(announce.run)
    await sync_to_async(send)(yard, "free", DISTRICTS[0], HOUR.format(1), 4.0)
    first, second = subjects.observed("free", DISTRICTS[0]), subjects.observed("free", DISTRICTS[1])

    async def told() -> bool:
        return {first} <= set(await words(nc))

    await until(told)
    await nc.jetstream().delete_stream(subjects.OBSERVED.name)
    await bus.prepare_streams(nc.jetstream())
    await sync_to_async(send)(yard, "free", DISTRICTS[1], HOUR.format(1), 5.0)

    async def both() -> bool:
        return {first, second} <= set(await words(nc))

    await until(both)


async def test_a_bus_that_was_killed_is_told_everything_anew(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await sync_to_async(send)(yard, "free", DISTRICTS[0], HOUR.format(1), 4.0)
    tmp_path.chmod(0o711)
    folder = DataFolder(tmp_path / "data", service_account())
    folder.prepare("real")
    server = Nats(folder)
    server.prepare()
    child = server.child()
    child.start()
    monkeypatch.setenv("PENDOPO_NATS_PASSWORD", server.credentials["PENDOPO_NATS_PASSWORD"])
    assert await asyncio.to_thread(child.wait_ready, 10)
    client, closing = await bus.connect(server.url, name="test"), asyncio.Event()
    loop = asyncio.create_task(announce.run(client, closing))
    subject = subjects.observed("free", DISTRICTS[0])

    async def told() -> bool:
        try:
            return subject in await words(client)
        except (nats.errors.Error, nats.js.errors.Error):
            return False

    try:
        await until(told)
        child.kill()
        child.start()
        assert await asyncio.to_thread(child.wait_ready, 10)
        await until(told)
    finally:
        closing.set()
        await asyncio.wait_for(loop, 10)
        await client.close()
        await asyncio.to_thread(child.stop)
        await sync_to_async(lambda: connection.close())()


def test_the_series_of_one_delivery_are_all_told_also_when_they_do_not_fit_one_pass(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "TOGETHER", 2)
    rows = [Observation("free", region, HOUR.format(1), 1.0) for region in DISTRICTS]
    take_delivery(source=yard.source, rows=rows, digest="0" * 64, way=Way.API)
    found: dict[str, messages.Observed] = {}
    cursor, sizes = announce.BEGINNING, []
    while not sizes or sizes[-1]:
        told, _above, cursor = announce.changed(cursor)
        found |= told
        sizes.append(len(told))
    assert sizes == [2, 1, 0]
    assert set(found) == {subjects.observed("free", region) for region in DISTRICTS}


def test_the_pace_lets_the_first_through_and_holds_the_next_for_a_second() -> None:
    pace = Pace(1.0)
    assert [pace.due("a", now) for now in (10.0, 10.5, 11.0, 11.2)] == [True, False, True, False]
    assert pace.due("b", 10.5)


async def publish(nc: Client, source: str, *rows: dict[str, Any]) -> None:
    await nc.jetstream().publish(subjects.reading(source), msgspec.json.encode({"v": 1, "observations": list(rows)}))


def reading(hour: int, value: float) -> dict[str, Any]:
    return {"indicator": "level", "region": DISTRICTS[0], "at": HOUR.format(hour), "value": value}


async def test_readings_are_taken_once_and_the_loop_goes_on_where_it_stopped(yard: Yard, nc: Client) -> None:
    await publish(nc, "psda", reading(1, 1.0), {"indicator": "level"})
    await publish(nc, "nobody", reading(2, 1.0))
    await nc.jetstream().publish(subjects.reading("psda"), b"\xff not json")
    for hour in (3, 4):
        await publish(nc, "psda", reading(hour, 1.0))
    for _start in range(2):
        closing = asyncio.Event()
        task = asyncio.create_task(intake.run(nc, closing))
        last = (await nc.jetstream().stream_info(subjects.READING.name)).state.last_seq

        async def done(target: int = last) -> bool:
            return await IntakePosition.objects.filter(position=target).aexists()

        await until(done)
        closing.set()
        await asyncio.wait_for(task, 10)
    assert await sync_to_async(known)("level") == [("09 01", 1.0), ("09 03", 1.0), ("09 04", 1.0)]
    counts = [(d.rows, d.accepted, d.rejected) async for d in Delivery.objects.all()]
    assert [sum(column) for column in zip(*counts, strict=True)] == [4, 3, 1]
    assert await Indicator.objects.acount() == 3
