"""The sealing loop against a real PostgreSQL and a real nats-server."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.utils import timezone

from pendopo.audit import relay
from pendopo.audit.actions import SEAL_LOCK, record, seal
from pendopo.audit.models import Entry
from pendopo.audit.verify import verify
from pendopo.audit.waking import address
from pendopo.bus import client as bus
from pendopo.bus import messages, subjects

pytestmark = pytest.mark.django_db(transaction=True)


@sync_to_async
def write(verb: str, **more: object) -> None:
    """One entry in a transaction of its own."""
    try:
        with transaction.atomic():
            record(by=None, room="house", verb=verb, about="/house", **more)  # type: ignore[arg-type]
    finally:
        connection.close()


@sync_to_async
def counts() -> tuple[int, int]:
    """How many entries are sealed, and how many of them told."""
    try:
        return Entry.objects.sealed().count(), Entry.objects.filter(told=True).count()
    finally:
        connection.close()


async def until(expected: tuple[int, int], seconds: float = 5.0) -> float:
    """Waits until so many are sealed and told; answers how long it took."""
    start = asyncio.get_running_loop().time()
    while await counts() != expected:
        passed = asyncio.get_running_loop().time() - start
        assert passed < seconds, (await counts(), expected)
        await asyncio.sleep(0.01)
    return asyncio.get_running_loop().time() - start


@pytest.fixture
async def nc(nats_url: str) -> AsyncIterator[bus.Client]:
    """A client on an empty stream of deeds."""
    client = await bus.connect(nats_url, name="test")
    await bus.prepare_streams(client.jetstream())
    await client.jetstream().purge_stream(subjects.DID.name)
    yield client
    await client.close()


async def told(nc: bus.Client) -> list[messages.Did]:
    """Everything that the stream of deeds holds."""
    js = nc.jetstream()
    state = (await js.stream_info(subjects.DID.name)).state
    found = []
    for number in range(state.first_seq, state.last_seq + 1):
        message = await js.get_msg(subjects.DID.name, number)
        found.append(messages.msgspec.json.decode(message.data or b"", type=messages.Did))
    return found


async def test_sealed_and_told_within_a_second_and_in_order(nc: bus.Client) -> None:
    """Entries from before the start, a quiet time, a burst: every one once."""
    await write("before")
    closing = asyncio.Event()
    loop = asyncio.create_task(relay.run(nc, closing))
    await until((1, 1))
    for number in range(5):
        await write(f"single{number}", after={"n": number}, region="35.16")
        assert await until((2 + number, 2 + number)) < 1.0
    for number in range(40):
        await write("burst", after={"n": number})
    await until((46, 46))
    closing.set()
    await asyncio.wait_for(loop, 5)
    words = await told(nc)
    assert [word.seq for word in words] == list(range(1, 47))
    assert words[1].verb == "house.single0" and words[1].after == {"n": 0} and words[1].region == "35.16" and words[1].actor == "pendopo"


async def test_sent_again_after_a_lost_answer_it_stands_once(nc: bus.Client) -> None:
    """The link of an entry is its message id."""
    await write("twice")
    await sync_to_async(seal)()
    entry = await sync_to_async(Entry.objects.get)()
    js = nc.jetstream()
    await js.purge_stream(subjects.DID.name)
    for _ in range(2):
        await relay._publish(js, entry)
    assert len(await told(nc)) == 1


async def test_without_a_bus_it_seals_and_tells_later(nc: bus.Client, nats_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """One complaint, nothing lost, and all told when the bus is back."""
    away = await bus.connect(nats_url, name="test-away")
    await away.close()
    closing = asyncio.Event()
    with caplog.at_level(logging.WARNING):
        loop = asyncio.create_task(relay.run(away, closing))
        for number in range(3):
            await write(f"kept{number}")
        await until((3, 0))
        await asyncio.sleep(1.5)
        closing.set()
        await asyncio.wait_for(loop, 5)
    assert len([line for line in caplog.messages if "cannot tell the bus" in line]) == 1
    closing = asyncio.Event()
    loop = asyncio.create_task(relay.run(nc, closing))
    await until((3, 3))
    closing.set()
    await asyncio.wait_for(loop, 5)
    assert [word.verb for word in await told(nc)] == ["house.kept0", "house.kept1", "house.kept2"]


async def test_a_deed_too_large_for_a_message_is_told_without_its_values(nc: bus.Client) -> None:
    """Bulk verbs carry lists; the reader finds them in the book by number."""
    await write("bulk", after={"codes": ["x" * 1000] * 2000})
    closing = asyncio.Event()
    loop = asyncio.create_task(relay.run(nc, closing))
    await until((1, 1))
    closing.set()
    await asyncio.wait_for(loop, 5)
    assert [(word.verb, word.after) for word in await told(nc)] == [("house.bulk", {})]


async def test_an_old_entry_without_a_seal_is_a_problem_while_the_loop_runs(nc: bus.Client) -> None:
    """Then somebody keeps the loop from sealing, and verify says so."""
    closing = asyncio.Event()
    loop = asyncio.create_task(relay.run(nc, closing))
    await asyncio.sleep(0.3)
    lock = await sync_to_async(_hold_the_lock)()
    await write("delayed")
    verdict = await sync_to_async(verify)(now=timezone.now() + timedelta(minutes=5))
    lock.close()
    assert [problem.code for problem in verdict.problems] == ["unsealed"]
    await until((1, 1))
    closing.set()
    await asyncio.wait_for(loop, 5)


def _hold_the_lock() -> relay.psycopg.Connection:
    other = relay.psycopg.connect(address("test"), autocommit=True)
    other.execute("SELECT pg_advisory_lock(%s)", [SEAL_LOCK])
    return other
