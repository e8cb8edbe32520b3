"""JetStream producers: a real client signs in with a source's key, is told that its reading is on disk, and each message counts once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import nats
import nats.errors
import pytest
from asgiref.sync import sync_to_async
from nats.aio.client import Client

from pendopo.indicators import intake, sensors
from pendopo.indicators.models import Delivery, Source

from .test_loops import nc, running, until, yard  # noqa: F401 – fixtures
from .test_river import known
from .yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def body(hour: int, value: float, indicator: str = "level") -> bytes:
    """One row as POST /api/v1/observations takes it."""
    row = {"indicator": indicator, "region": "35.16.01", "at": f"2026-05-09T{hour:02d}:00:00Z", "value": value}
    return msgspec.json.encode({"observations": [row]})


@pytest.fixture
async def said() -> list[str]:
    """What the server refused a producer."""
    return []


@pytest.fixture
async def producer(yard: Yard, nc: Client, running: Any, nats_url: str, said: list[str]) -> AsyncIterator[Client]:  # noqa: F811
    """A client of the yard's source."""
    await running(sensors.run)
    await running(intake.run)
    await asyncio.sleep(0.2)

    async def hear(problem: Exception) -> None:
        said.append(str(problem).lower())

    client = await nats.connect(nats_url, user="psda", password=yard.key, inbox_prefix="_INBOX.psda", error_cb=hear, allow_reconnect=False)
    yield client
    await client.close()


async def test_a_reading_is_answered_when_it_is_on_disk_and_counts_once(yard: Yard, producer: Client) -> None:  # noqa: F811
    js = producer.jetstream()
    first = await js.publish("reading.psda", body(4, 1.5), timeout=5, headers={"Nats-Msg-Id": "a"})
    again = await js.publish("reading.psda", body(4, 1.5), timeout=5, headers={"Nats-Msg-Id": "a"})
    assert (first.stream, first.duplicate, again.duplicate, again.seq) == ("READING", None, True, first.seq)
    await js.publish("reading.psda", body(5, 2.5), timeout=5, headers={"Nats-Msg-Id": "b"})

    async def stored() -> bool:
        return await sync_to_async(known)("level") == [("09 04", 1.5), ("09 05", 2.5)]

    await until(stored)
    assert await Delivery.objects.filter(way="bus", duplicates=0, source__code="psda").acount() in (1, 2)


async def test_a_producer_speaks_for_itself_alone_and_hears_no_others_answers(
    yard: Yard,  # noqa: F811
    producer: Client,
    nc: Client,  # noqa: F811
    said: list[str],
) -> None:
    await Source.objects.acreate(code="other", name="Other", agency=yard.source.agency)
    before = (await nc.jetstream().stream_info("READING")).state.messages
    for subject in ("reading.other", "reading", "observed.level._.35.16.01", "$JS.API.STREAM.PURGE.READING"):
        with pytest.raises(nats.errors.Error):
            await producer.request(subject, body(4, 1.5), timeout=0.5)
    heard: list[bytes] = []

    async def hear(message: Any) -> None:
        heard.append(message.data)

    for subject in ("_INBOX.>", "_INBOX.other.>", "reading.>", "observed.>"):
        await producer.subscribe(subject, cb=hear)
    await producer.flush()
    for subject in ("_INBOX.other.1", "_INBOX.free", "observed.x._.35"):
        await nc.publish(subject, b"secret")
    await nc.flush()
    await asyncio.sleep(0.3)
    assert heard == []
    assert (await nc.jetstream().stream_info("READING")).state.messages == before
    for refused in ('publish to "reading.other"', 'publish to "$js.api.stream.purge.reading"', 'subscription to "_inbox.>"'):
        assert any(refused in line for line in said), (refused, said)
