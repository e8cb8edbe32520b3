"""The loop that takes copies of configurations from the bus. Each is told as taken after commit; one that comes twice changes nothing."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec
import nats.errors
import nats.js.errors
import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import POLL_S, Complaint, first_of, in_thread
from pendopo.bus import subjects
from pendopo.bus.messages import Copied, unpack

from .actions import keep

logger = logging.getLogger(__name__)

FOLLOWER = "network"
WAIT_S = 1.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Runs until the house closes; complains once when bus or database are away."""
    complaint = Complaint("configurations of devices wait")
    with ThreadPoolExecutor(1, thread_name_prefix="copies") as thread:
        while not closing.is_set():
            try:
                await _follow(nc, thread, closing, complaint)
            except (DatabaseError, InterfaceError, psycopg.Error, nats.errors.Error, nats.js.errors.Error, TimeoutError) as problem:
                complaint.wrong(problem)
                await first_of(closing, timeout=POLL_S)


async def _follow(nc: Client, thread: ThreadPoolExecutor, closing: asyncio.Event, complaint: Complaint) -> None:
    (every,) = subjects.COPIED.subjects
    consumer = await nc.jetstream().pull_subscribe(every, durable=FOLLOWER, stream=subjects.COPIED.name)
    while not closing.is_set():
        try:
            (message,) = await consumer.fetch(1, timeout=WAIT_S)
        except (TimeoutError, nats.errors.TimeoutError):
            continue
        try:
            copy = unpack(message.data, Copied)
        except (msgspec.MsgspecError, ValueError):
            logger.warning("configurations: a message on %s cannot be read: nothing is kept of it", message.subject)
        else:
            await in_thread(thread, partial(keep, copy=copy))
        await message.ack()
        complaint.well()
