"""The intake loop: readings and sensors' words from the bus become deliveries, each message exactly once.

The position in the stream is committed in the same transaction as the rows (`IntakePosition`), so neither side needs to remember for the
other: after any crash the loop goes on behind the last committed message.
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
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

from .actions import Reading, take_readings
from .bodies import Rows, read_rows
from .checks import Refused
from .latest import utc_text
from .models import IntakePosition, Source

logger = logging.getLogger(__name__)

# As many messages as wait are taken together, in one transaction, up to this number.
TOGETHER = 500


class _Envelope(msgspec.Struct):
    """A reading as it travels: the rows are read one by one, so that a bad one never refuses its neighbours."""

    observations: list[msgspec.Raw]
    v: int = 1


class _Word(msgspec.Struct):
    """A sensor's word: an object with a value and perhaps a time. Other members are ignored (a bus message may grow)."""

    value: msgspec.Raw
    at: str | None = None
    quality: str | None = None
    note: str | None = None
    dims: dict[str, str] | None = None


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
    consumer = await js.subscribe(">", stream=subjects.READING.name, ordered_consumer=True, config=config)
    try:
        while not closing.is_set():
            try:
                messages = [await consumer.next_msg(timeout=1)]
            except (TimeoutError, nats.errors.TimeoutError):
                continue
            while consumer.pending_msgs and len(messages) < TOGETHER:
                messages.append(await consumer.next_msg(timeout=1))
            await in_thread(thread, partial(take, messages))
            complaint.well()
    finally:
        await consumer.unsubscribe()


def take(messages: Sequence[Msg]) -> None:
    """Some messages in order: grouped by source, judged, stored, and the position behind the last of them noted, in one transaction."""
    rows: dict[str, Rows] = {}
    bodies: dict[str, bytes] = {}
    for message in messages:
        read = read_message(message.subject, message.data, message.metadata.timestamp)
        if read is None:
            logger.warning("intake: message %s on %s cannot be read: nothing is stored of it", _position(message), message.subject)
            continue
        source, found = read
        _append(rows.setdefault(source, Rows([], [], [])), found)
        bodies[source] = bodies.get(source, b"") + message.data
    known = {source.code: source for source in Source.objects.select_related("agency").filter(code__in=rows, active=True)}
    for code in rows.keys() - known.keys():
        logger.warning("intake: the source %r is unknown or retired: its readings are not stored", code)
    readings = [Reading(known[code], found, hashlib.sha256(bodies[code]).hexdigest()) for code, found in rows.items() if code in known]
    take_readings(readings=readings, position=_position(messages[-1]))


def _position(message: Msg) -> int:
    return int(message.metadata.sequence.stream)


def read_message(subject: str, data: bytes, stored: datetime) -> tuple[str, Rows] | None:
    """The source and the rows of a message: a reading with many rows, or one sensor's word. None when it is neither.

    A sensor's word without a time is about the moment at which the bus stored it (`stored`): the same at every reading of the stream.
    """
    if subject.startswith("reading."):
        try:
            return subject.partition(".")[2], read_rows(msgspec.json.decode(data, type=_Envelope).observations)
        except (msgspec.MsgspecError, RecursionError):
            return None
    sensor = subjects.read_sensor(subject)
    if sensor is None:
        return None
    source, indicator, region = sensor
    try:
        word = _word(data)
    except (msgspec.MsgspecError, RecursionError):
        given = data[:60].decode("utf-8", "replace")
        raw = {"topic": subject, "payload": data[:1000].decode("utf-8", "replace")}
        return source, Rows([], [], [Refused(1, "value", "not-a-number", {"given": given}, raw)])
    row = {
        "indicator": indicator,
        "region": region,
        "at": word.at or utc_text(stored),
        "value": word.value,
        "quality": word.quality,
        "note": word.note,
        "dims": word.dims,
    }
    return source, read_rows([msgspec.json.encode(row)])


def _word(data: bytes) -> _Word:
    if data.lstrip().startswith(b"{"):
        return msgspec.json.decode(data, type=_Word)
    msgspec.json.decode(data, type=float)
    return _Word(value=msgspec.Raw(data))


def _append(all_rows: Rows, found: Rows) -> None:
    """Adds rows behind those of earlier messages, counting on."""
    start = len(all_rows.rows) + len(all_rows.refused)
    all_rows.rows.extend(found.rows)
    all_rows.numbers.extend(number + start for number in found.numbers)
    all_rows.refused.extend(no._replace(row=no.row + start) for no in found.refused)
