"""How a collector's words reach the house: readings and lines of syslog, in order, each once; through a line that is cut, too."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, TypeVar

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig

from pendopo.bus import client as bus
from pendopo.bus import subjects
from pendopo.bus.messages import Copied, LogLine, LogLines, Reading, encode, pack

from .outbox import Outbox

logger = logging.getLogger(__name__)

SEND_S = 1.0
AGAIN_S = 1.0
# What waits in memory while the bus is away; the oldest go first.
MOST_READINGS, READINGS_TOGETHER = 200_000, 2000
MOST_LINES, LINES_TOGETHER = 100_000, 50
MOST_COPIES = 2000
# By this name the server knows a message that was sent twice.
NAME = "Nats-Msg-Id"
FAILURES = (nats.errors.Error, nats.js.errors.Error, TimeoutError)
# Under which name a site's forwarding remembers how far it has come.
FORWARDING = "forwarding"
Row = TypeVar("Row")


class LineCut(Exception):
    """The house did not say that it has a message."""


class Sender:
    """Sends what waits. With `keeping`, the bus here is a leaf node: everything is written to the site's disk first, and handed on from
    there in order, so that neither a cut line nor a restart loses or doubles anything."""

    def __init__(self, nc: Client, keeping: bool = False) -> None:
        self.nc, self.keeping = nc, keeping
        self.readings: Outbox[dict[str, Any]] = Outbox(MOST_READINGS, READINGS_TOGETHER)
        self.lines: Outbox[LogLine] = Outbox(MOST_LINES, LINES_TOGETHER)
        self.copies: Outbox[Copied] = Outbox(MOST_COPIES, 1)

    async def run(self, source: Callable[[], str]) -> None:
        """Sends for ever, in the name of `source()`; nothing leaves while that is ''."""
        if self.keeping:
            await self._prepare()
        loops = [
            self._empty(self.readings, source, lambda name, rows: (subjects.reading(name), encode(Reading(observations=rows)))),
            self._empty(self.lines, source, lambda name, rows: (subjects.syslog(name), encode(LogLines(lines=rows)))),
            self._empty(self.copies, source, lambda name, rows: (subjects.copied(name), pack(rows[0]))),
        ]
        if self.keeping:
            loops.append(self._forward())
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(loop)

    async def _prepare(self) -> None:
        """The stream on the site's disk; waits for the server where it is not ready yet."""
        while True:
            try:
                await bus.prepare_stream(self.nc.jetstream(), subjects.KEPT)
                return
            except FAILURES as problem:
                logger.warning("collect: the site's own bus does not keep anything yet: %s", problem)
                await asyncio.sleep(AGAIN_S)

    async def _empty(self, box: Outbox[Row], source: Callable[[], str], shape: Callable[[str, list[Row]], tuple[str, bytes]]) -> None:
        """Sends what waits in a box; a message counts as sent when a server says that it is on disk."""
        lost, dropped = False, 0
        while True:
            await asyncio.sleep(SEND_S)
            if box.dropped != dropped:
                logger.warning("collect: %s of what waited went unsent: too much for the memory", box.dropped - dropped)
                dropped = box.dropped
            while (name := source()) and (part := box.next()):
                subject, data = shape(name, part)
                try:
                    await self._publish(subjects.kept(subject) if self.keeping else subject, data, box.name)
                except nats.errors.MaxPayloadError:
                    logger.warning("collect: a message on %s is larger than the bus carries: it is left out", subject)
                except FAILURES as problem:
                    if not lost:
                        logger.warning("collect: readings wait for the bus: %s", problem)
                    lost = True
                    break
                lost = False
                box.safe()

    async def _publish(self, subject: str, data: bytes, name: str) -> None:
        await self.nc.jetstream().publish(subject, data, timeout=bus.ACK_TIMEOUT_S, headers={NAME: name})

    async def _forward(self) -> None:
        """Hands on what the site keeps: the next only when the house has the one before."""
        complained = False
        while True:
            try:
                consumer = await self._consumer()
                while True:
                    with contextlib.suppress(nats.errors.TimeoutError):
                        (message,) = await consumer.fetch(1, timeout=AGAIN_S)
                        await self._hand_on(message)
                        if complained:
                            logger.warning("collect: the line to the house is back")
                        complained = False
            except (LineCut, *FAILURES) as problem:
                if not complained:
                    logger.warning("collect: the line to the house is cut, readings are kept here: %s", problem)
                complained = True
                await asyncio.sleep(AGAIN_S)

    async def _hand_on(self, message: Msg) -> None:
        try:
            await self._publish(subjects.kept_for(message.subject), message.data, (message.headers or {})[NAME])
        except FAILURES as problem:
            await message.nak()
            raise LineCut(str(problem) or type(problem).__name__) from problem
        await message.ack_sync()

    async def _consumer(self) -> JetStreamContext.PullSubscription:
        """One message at a time: nothing overtakes what has not arrived."""
        (every,) = subjects.KEPT.subjects
        config = ConsumerConfig(max_ack_pending=1, ack_wait=2 * bus.ACK_TIMEOUT_S)
        return await self.nc.jetstream().pull_subscribe(every, durable=FORWARDING, stream=subjects.KEPT.name, config=config)
