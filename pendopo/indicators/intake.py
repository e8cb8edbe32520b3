"""The intake loop: readings from the bus become deliveries, each exactly once.

The position in the stream is committed in the same transaction as the rows (`IntakePosition`), so neither side needs to remember for the
other: after any crash the loop goes on behind the last committed message.
"""

import asyncio
import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec
import nats.errors
import nats.js.errors
import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from pendopo.audit.waking import POLL_S, Complaint, first_of, in_thread
from pendopo.bus import subjects

from .actions import take_reading
from .bodies import read_rows
from .models import IntakePosition, Source

logger = logging.getLogger(__name__)

BATCH = 100


class _Envelope(msgspec.Struct):
    """A reading as it travels: the rows are read one by one, so that a bad one never refuses its neighbours."""

    observations: list[msgspec.Raw]
    v: int = 1


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Takes readings in order until the house closes; complains once when bus or database are away."""
    complaint = Complaint("intake waits")
    with ThreadPoolExecutor(1, thread_name_prefix="intake") as thread:
        while not closing.is_set():
            try:
                await _follow(nc.jetstream(), thread, closing, complaint)
            except (DatabaseError, InterfaceError, psycopg.Error, nats.errors.Error, nats.js.errors.Error, TimeoutError) as problem:
                complaint.wrong(problem)
                await first_of(closing, timeout=POLL_S)


async def _follow(js: JetStreamContext, thread: ThreadPoolExecutor, closing: asyncio.Event, complaint: Complaint) -> None:
    position = await in_thread(thread, lambda: IntakePosition.objects.values_list("position", flat=True).filter(pk=1).first() or 0)
    info = await js.stream_info(subjects.READING.name)
    if info.state.last_seq < position:  # the stream was made anew: its count begins at one again
        position = 0
    config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=position + 1)
    consumer = await js.subscribe("reading.>", stream=subjects.READING.name, ordered_consumer=True, config=config)
    try:
        while not closing.is_set():
            try:
                message = await consumer.next_msg(timeout=1)
            except (TimeoutError, nats.errors.TimeoutError):
                continue
            await in_thread(thread, partial(take, message))
            complaint.well()
    finally:
        await consumer.unsubscribe()


def take(message: Msg) -> None:
    """One message: judged, stored, and its position noted, in one transaction. A message that cannot be read is logged and passed."""
    position = message.metadata.sequence.stream
    code = message.subject.partition(".")[2]
    source = Source.objects.select_related("agency").filter(code=code, active=True).first()
    if source is None:
        logger.warning("intake: message %s names the unknown source %r: it stays in the stream, nothing is stored", position, code)
        return
    try:
        envelope = msgspec.json.decode(message.data, type=_Envelope)
    except (msgspec.MsgspecError, RecursionError) as problem:
        logger.warning("intake: message %s of source %s cannot be read (%s)", position, code, problem)
        return
    take_reading(source=source, found=read_rows(envelope.observations), digest=hashlib.sha256(message.data).hexdigest(), position=position)
