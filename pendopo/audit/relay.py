"""The sealing loop: gives every committed entry its place in the chain within a second and tells it on the bus, once, in order."""

import asyncio
import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor

import nats.errors
import nats.js.errors
import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client
from nats.js import JetStreamContext

from pendopo.bus import messages, subjects
from pendopo.bus.client import ACK_TIMEOUT_S

from .actions import WAKE_CHANNEL, mark_told, seal
from .models import Entry
from .verify import RELAY_NAME
from .waking import POLL_S, Complaint, first_of, in_thread, listen

logger = logging.getLogger(__name__)

# How many entries are sealed or told in one go.
BATCH = 500

# A message must fit the bus (1 MB). A deed with more than this is told without its values: read them in the book by `seq`.
LARGEST_AFTER_BYTES = 512 * 1024

BUS_ERRORS = (nats.errors.Error, nats.js.errors.Error, asyncio.TimeoutError, OSError)


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Seals and tells until the house closes. Without the bus it goes on sealing and tells later; without the database it waits."""
    wake = asyncio.Event()
    database, bus = Complaint("audit: cannot seal the book"), Complaint("audit: cannot tell the bus; entries are kept and told later")
    js = nc.jetstream(timeout=ACK_TIMEOUT_S)
    with ThreadPoolExecutor(1, thread_name_prefix="audit-relay") as thread:
        listener = asyncio.create_task(listen(WAKE_CHANNEL, wake, name=RELAY_NAME))
        telling = asyncio.create_task(_keep_telling(nc, js, thread, wake_told := asyncio.Event(), bus))
        try:
            while not closing.is_set():
                wake.clear()
                try:
                    while await in_thread(thread, lambda: seal(limit=BATCH)):
                        wake_told.set()
                    database.well()
                except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                    database.wrong(problem)
                await first_of(wake, closing, timeout=POLL_S)
        finally:
            for task in (listener, telling):
                task.cancel()
            await asyncio.gather(listener, telling, return_exceptions=True)


async def _keep_telling(nc: Client, js: JetStreamContext, thread: ThreadPoolExecutor, wake: asyncio.Event, bus: Complaint) -> None:
    """Tells what is sealed, on its own, so that a slow or absent bus never holds up a seal."""
    while True:
        wake.clear()
        try:
            if nc.is_connected:
                while await tell(js, thread):
                    pass
                bus.well()
            else:
                bus.wrong(nats.errors.ConnectionClosedError())
        except BUS_ERRORS as problem:
            bus.wrong(problem)
        except (DatabaseError, InterfaceError, psycopg.Error) as problem:
            logger.debug("audit: the book cannot be read now: %s", problem)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(wake.wait(), POLL_S)


async def tell(js: JetStreamContext, thread: ThreadPoolExecutor) -> int:
    """Publishes one batch of sealed entries in order and marks those that the bus has on disk. Answers how many.

    The link is the message id: a batch that is sent again after a lost answer is dropped by the bus.
    """
    entries: list[Entry] = await in_thread(thread, lambda: list(Entry.objects.untold()[:BATCH]))
    words = await asyncio.gather(*(_publish(js, entry) for entry in entries), return_exceptions=True)
    told: list[int] = []
    for entry, word in zip(entries, words, strict=True):
        if isinstance(word, BaseException):
            break
        told.append(entry.seq or 0)
    if told:
        await in_thread(thread, lambda: mark_told(seqs=told))
    for word in words:
        if isinstance(word, BaseException):
            raise word
    return len(entries)


async def _publish(js: JetStreamContext, entry: Entry) -> None:
    data = messages.encode(did(entry))
    await js.publish(subjects.did(entry.room, entry.verb), data, headers={"Nats-Msg-Id": message_id(entry)})


def message_id(entry: Entry) -> str:
    """The same for the same link; another one after a restore gave its number to another deed."""
    return f"audit-{entry.seq}-{bytes(entry.hash or b'').hex()[:16]}"


def did(entry: Entry) -> messages.Did:
    """The entry as it is told. `after` is left out when it would not fit a message."""
    word = messages.Did(
        seq=entry.seq or 0,
        at=entry.at.isoformat().replace("+00:00", "Z"),
        actor=entry.actor,
        verb=f"{entry.room}.{entry.verb}",
        about=entry.about,
        region=entry.region,
        after=entry.after,
    )
    if len(messages.encode(word)) > LARGEST_AFTER_BYTES:
        return messages.Did(seq=word.seq, at=word.at, actor=word.actor, verb=word.verb, about=word.about, region=word.region)
    return word
