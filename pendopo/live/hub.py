"""The hub: one in each web worker. It follows the bus once and tells all viewers, merging a viewer's updates in a short tick.

No viewer has a queue. Viewers who follow the same things are one audience and get the same bytes; a viewer who reads slowly gets, when
ready again, the newest word of everything that changed meanwhile. When the bus is lost the hub says so and begins again from nothing:
start and recovery are the same path.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import DeliverPolicy
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from pendopo.bus import client as bus
from pendopo.bus import subjects
from pendopo.bus.messages import Did

from .logic import HEARTBEAT, Follow, Ticket, opening, place_of, state_frame, words_frame

logger = logging.getLogger(__name__)

# A viewer hears at most one event per tick; the first change after a quiet tick leaves almost at once.
TICK_S = 0.2
FIRST_S = 0.01
HEARTBEAT_S = 15.0
RETRY_S = 0.5
WATCH_S = 0.25
ANSWER_S = 5


async def last_words(js: JetStreamContext) -> dict[str, bytes]:
    """The last word of every subject, as the stream keeps them; none while there is no stream."""
    found: dict[str, bytes] = {}
    try:
        consumer = await js.subscribe(
            subjects.EVERY_WORD, stream=subjects.OBSERVED.name, ordered_consumer=True, deliver_policy=DeliverPolicy.LAST_PER_SUBJECT
        )
    except NotFoundError:
        return found
    try:
        info = await consumer.consumer_info()
        waiting = (info.num_pending or 0) + (info.delivered.consumer_seq if info.delivered else 0)
        while waiting:
            message = await consumer.next_msg(timeout=ANSWER_S)
            found[message.subject] = message.data
            waiting = message.metadata.num_pending
    finally:
        await consumer.unsubscribe()
    return found


class Audience:
    """All viewers who follow the same things. `at` is the number of its newest change, `frame` the bytes that led there from `before`."""

    def __init__(self, follows: frozenset[Follow]) -> None:
        self.by_indicator: dict[str, list[Follow]] = {}
        for follow in follows:
            self.by_indicator.setdefault(follow.indicator, []).append(follow)
        self.viewers = 0
        self.at = 0
        self.before = 0
        self.frame = b""
        self.changed_at: dict[str, int] = {}
        self._waiter: asyncio.Future[None] | None = None

    def wants(self, subject: str) -> bool:
        """Whether its viewers follow the subject."""
        place = place_of(subject)
        return place is not None and any(follow.wants(*place) for follow in self.by_indicator.get(place[0], ()))

    async def wait(self) -> None:
        """Until something changed, or it is time for a heartbeat."""
        if self._waiter is None:
            self._waiter = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._waiter)

    def wake(self) -> None:
        """Lets every waiting viewer look again."""
        if self._waiter is not None:
            self._waiter.set_result(None)
            self._waiter = None


class Hub:
    """Follows the bus and keeps the last word of every subject. `state` is `live` or `lost`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.words: dict[str, bytes] = {}
        self.state = "lost"
        self.closing = False
        self._number = 1
        self._audiences: dict[frozenset[Follow], Audience] = {}
        self._dirty: set[str] = set()
        self._state_changed_at = 1
        self._flushed = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._revoked: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def viewers(self) -> int:
        """How many streams are open."""
        return sum(audience.viewers for audience in self._audiences.values())

    def start(self) -> None:
        """Begins to follow the bus; once."""
        if not self._tasks and not self.closing:
            self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._beat())]

    async def close(self) -> None:
        """Ends every stream and stops following: a web worker that is told to stop does not wait for its viewers."""
        self.closing = True
        for audience in self._audiences.values():
            audience.wake()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            for audience in self._audiences.values():
                audience.wake()

    async def _follow(self) -> None:
        complained = False
        while True:
            try:
                nc = await bus.connect(self.url, name="live")
                try:
                    await self._listen(nc)
                    complained = False
                    while nc.is_connected and not nc.stats["reconnects"]:
                        await asyncio.sleep(WATCH_S)
                finally:
                    self._set_state("lost")
                    await nc.close()
            except (nats.errors.Error, JetStreamError, OSError, TimeoutError) as problem:
                if not complained:
                    logger.warning("live: the bus does not answer, trying again: %s", problem)
                complained = True
            await asyncio.sleep(RETRY_S)

    async def _listen(self, nc: Client) -> None:
        """Every word from now on, the deeds that take a right to look away, and what was said last before.

        Words are heard as they pass, not out of the stream: when that is emptied, the announcing loop tells everything anew and nothing is
        missed here.
        """
        heard: set[str] = set()

        async def hear(message: Msg) -> None:
            heard.add(message.subject)
            self.tell(message.subject, message.data)

        await nc.subscribe(subjects.did("wall", "revoked"), cb=self._hear_revoked)
        await nc.subscribe(subjects.EVERY_WORD, cb=hear)
        await nc.flush(timeout=ANSWER_S)
        for subject, body in (await last_words(nc.jetstream(timeout=ANSWER_S))).items():
            if subject not in heard:
                self.tell(subject, body)
        self._set_state("live")

    async def _hear_revoked(self, message: Msg) -> None:
        self.revoke(msgspec.json.decode(message.data, type=Did).about)

    def tell(self, subject: str, body: bytes) -> None:
        """A new word. What was told already, as after a recovery, is no news."""
        if self.words.get(subject) == body:
            return
        self.words[subject] = body
        self._dirty.add(subject)
        self._plan()

    def revoke(self, holder: str) -> None:
        """Ends the streams of a ticket holder."""
        self._revoked.add(holder)
        for audience in self._audiences.values():
            audience.wake()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self._number += 1
            self._state_changed_at = self._number
            for audience in self._audiences.values():
                audience.wake()

    def _plan(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait = max(FIRST_S, self._flushed + TICK_S - loop.time())
            self._timer = loop.call_later(wait, self._flush)

    def _flush(self) -> None:
        """One tick: the changed words go to each audience that follows them, framed once for all its viewers."""
        self._timer = None
        self._flushed = asyncio.get_running_loop().time()
        self._number += 1
        dirty, self._dirty = self._dirty, set()
        for audience in self._audiences.values():
            mine = [subject for subject in dirty if audience.wants(subject)]
            if mine:
                audience.changed_at.update(dict.fromkeys(mine, self._number))
                audience.before, audience.at = audience.at, self._number
                audience.frame = words_frame(self.words[subject] for subject in mine)
                audience.wake()

    def _join(self, follows: frozenset[Follow]) -> Audience:
        audience = self._audiences.get(follows)
        if audience is None:
            audience = self._audiences[follows] = Audience(follows)
            audience.changed_at = {subject: self._number for subject in self.words if audience.wants(subject)}
            audience.at = self._number
        audience.viewers += 1
        return audience

    def _leave(self, ticket: Ticket, audience: Audience) -> None:
        audience.viewers -= 1
        if not audience.viewers:
            self._audiences.pop(ticket.follows, None)

    async def stream(self, ticket: Ticket) -> AsyncIterator[bytes]:
        """What one viewer hears: everything followed as it is now, then each change; heartbeats between. Ends when the ticket does."""
        audience = self._join(ticket.follows)
        try:
            told = audience.at
            said = self._number
            yield opening() + words_frame(self.words[subject] for subject in audience.changed_at) + state_frame(self.state)
            while True:
                if audience.at == told and self._state_changed_at <= said and not self._over(ticket):
                    await audience.wait()
                if self._over(ticket):
                    if not self.closing:
                        yield state_frame("expired")
                    return
                news = self._news(audience, told)
                if self._state_changed_at > said:
                    news += state_frame(self.state)
                told, said = audience.at, max(said, self._state_changed_at)
                yield news or HEARTBEAT
        finally:
            self._leave(ticket, audience)

    def _over(self, ticket: Ticket) -> bool:
        return self.closing or ticket.expires <= time.time() or ticket.holder in self._revoked

    def _news(self, audience: Audience, told: int) -> bytes:
        if audience.at == told:
            return b""
        if audience.before == told:
            return audience.frame
        return words_frame(self.words[subject] for subject, number in audience.changed_at.items() if number > told)
