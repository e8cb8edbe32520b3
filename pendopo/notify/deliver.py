"""The delivering loop: takes what is due, sends it, and notes how it ended; each channel with its own few places.

Nothing is sent twice: a dispatch is taken by one conditional UPDATE, and while the database is away after a send, its end is noted again
and again until it is kept. Nothing is lost: what a killed process had taken becomes due again when its lease ends. Only a process that
dies between the receiver's answer and the note can cause a repeat; it carries the same id as the first.
"""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread, listen

from . import actions
from .actions import Claimed
from .logic import Outcome
from .models import Result
from .transports import TRANSPORTS

logger = logging.getLogger(__name__)

# How many letters of one channel are on their way at once. A channel that hangs fills its own places only.
PLACES = 4

# Also when nobody woke the loop: quiet hours end, pauses are over.
POLL_S = 1.0

DATABASE_ERRORS = (DatabaseError, InterfaceError, psycopg.Error)


class Post:
    """The post office of one process: who is on the way, by channel."""

    def __init__(self, wake: asyncio.Event) -> None:
        self.wake = wake
        self.busy = dict.fromkeys(TRANSPORTS, 0)
        self.tasks: set[asyncio.Task[None]] = set()
        self.desk = ThreadPoolExecutor(1, thread_name_prefix="notify-desk")
        self.street = ThreadPoolExecutor(PLACES * len(TRANSPORTS), thread_name_prefix="notify-street")
        self.complaint = Complaint("notices: the database does not answer; they wait")

    async def next(self) -> bool:
        """Sends the next letter on its way; False when nothing is due or every place is taken."""
        free = [channel for channel, busy in self.busy.items() if busy < PLACES]
        claimed = await in_thread(self.desk, partial(actions.claim, channels=free)) if free else None
        if claimed is None:
            return False
        self.busy[claimed.letter.channel] += 1
        task = asyncio.create_task(self._carry(claimed))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return True

    async def _carry(self, claimed: Claimed) -> None:
        started = time.monotonic()
        try:
            outcome = Outcome(Result.REFUSED, detail=claimed.obstacle)
            if not claimed.obstacle:
                outcome = await asyncio.get_running_loop().run_in_executor(self.street, carry, claimed)
            await self._note(partial(actions.conclude, claimed=claimed, outcome=outcome, took_ms=int((time.monotonic() - started) * 1000)))
        finally:
            self.busy[claimed.letter.channel] -= 1
            self.wake.set()

    async def _note(self, note: partial[bool]) -> None:
        """Keeps the end of an attempt, however long the database is away: forgetting it would send the letter again."""
        while True:
            try:
                await in_thread(self.desk, note)
                self.complaint.well()
                return
            except DATABASE_ERRORS as problem:
                self.complaint.wrong(problem)
                await asyncio.sleep(POLL_S)

    async def close(self) -> None:
        """Waits for those on the way."""
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.desk.shutdown()
        self.street.shutdown()


def carry(claimed: Claimed) -> Outcome:
    """One letter, by its channel's transport. A fault of our own counts as a failure, so that one letter cannot stop the others."""
    try:
        return TRANSPORTS[claimed.letter.channel](claimed.letter)
    except Exception as problem:
        logger.exception("notices: dispatch %s", claimed.pk)
        return Outcome(Result.FAILED, detail=f"{type(problem).__name__}: {problem}")


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Delivers until the house closes; what is on the way then arrives first. Without the database it waits."""
    wake = asyncio.Event()
    post = Post(wake)
    listener = asyncio.create_task(listen(actions.WAKE_CHANNEL, wake))
    try:
        while not closing.is_set():
            wake.clear()
            try:
                while not closing.is_set() and await post.next():
                    pass
                post.complaint.well()
            except DATABASE_ERRORS as problem:
                post.complaint.wrong(problem)
            await first_of(wake, closing, timeout=POLL_S)
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
        await post.close()
