"""The loop that takes lines of syslog from the bus, judges them each few seconds, counts them each five minutes, and lets old ones go.

The position in the stream is committed with the lines (`LogPosition`), so that each is kept once whatever breaks.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import nats.errors
import nats.js.errors
import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from django.utils.translation import override
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from pendopo.audit.waking import POLL_S, Complaint, first_of, in_thread
from pendopo.bus import subjects
from pendopo.bus.messages import LogLine, LogLines
from pendopo.indicators.house.actions import declared

from ..actions.declaring import CATALOGUE
from ..models import LogEvent, LogPosition
from .actions import RATE_S, count, forget, judge, take

logger = logging.getLogger(__name__)

TOGETHER = 200
JUDGE_S = 2.0
FORGET_S = 3600.0


class Broom:
    """What is done now and then: judging, counting, letting go."""

    def __init__(self) -> None:
        self.judged = self.forgot = 0.0
        self.news = True
        self.counted = int(time.time() // RATE_S)

    def sweep(self) -> None:
        """Whatever is due."""
        now = time.monotonic()
        if self.news and now - self.judged >= JUDGE_S:
            self.judged = now
            with override(settings.LANGUAGE_CODE):
                judge(now=timezone.now())
            self.news = LogEvent.objects.filter(at__gte=timezone.now() - timedelta(hours=1)).exclude(kind="other").exists()
        slot = int(time.time() // RATE_S)
        if slot != self.counted:
            source = declared(CATALOGUE)
            if source is not None:
                count(source=source, until=datetime.fromtimestamp(slot * RATE_S, UTC))
            self.counted = slot
        if now - self.forgot >= FORGET_S:
            self.forgot = now
            forget(before=timezone.now() - timedelta(days=settings.SYSLOG_DAYS))


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Runs until the house closes; complains once when bus or database are away."""
    complaint = Complaint("the log of devices waits")
    broom = Broom()
    with ThreadPoolExecutor(1, thread_name_prefix="syslog") as thread:
        while not closing.is_set():
            try:
                await _follow(nc.jetstream(), thread, closing, complaint, broom)
            except (DatabaseError, InterfaceError, psycopg.Error, nats.errors.Error, nats.js.errors.Error, TimeoutError) as problem:
                complaint.wrong(problem)
                await first_of(closing, timeout=POLL_S)


async def _follow(js: JetStreamContext, thread: ThreadPoolExecutor, closing: asyncio.Event, complaint: Complaint, broom: Broom) -> None:
    position = await in_thread(thread, lambda: LogPosition.objects.values_list("position", flat=True).filter(pk=1).first() or 0)
    info = await js.stream_info(subjects.SYSLOG.name)
    if info.state.last_seq < position:  # the stream was made anew: its count begins at one again
        position = 0
    config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=position + 1)
    consumer = await js.subscribe(">", stream=subjects.SYSLOG.name, ordered_consumer=True, config=config)
    try:
        while not closing.is_set():
            messages = await _some(consumer)
            if messages:
                await in_thread(thread, partial(keep, messages))
                broom.news = True
            await in_thread(thread, broom.sweep)
            complaint.well()
    finally:
        await consumer.unsubscribe()


async def _some(consumer: JetStreamContext.PushSubscription) -> list[Msg]:
    """As many messages as wait; none after a second of silence."""
    try:
        messages = [await consumer.next_msg(timeout=1)]
    except (TimeoutError, nats.errors.TimeoutError):
        return []
    while consumer.pending_msgs and len(messages) < TOGETHER:
        messages.append(await consumer.next_msg(timeout=1))
    return messages


def keep(messages: Sequence[Msg]) -> int:
    """Some messages in order, in one transaction. One that cannot be read is told and left behind."""
    lines: list[LogLine] = []
    for message in messages:
        try:
            lines += msgspec.json.decode(message.data, type=LogLines).lines
        except msgspec.MsgspecError:
            logger.warning("syslog: a message on %s cannot be read: nothing is kept of it", message.subject)
    return take(lines=lines, position=int(messages[-1].metadata.sequence.stream))
