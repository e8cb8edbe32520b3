"""What every background loop that follows the database needs: a wake-up call, a thread for queries, and manners when complaining."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

logger = logging.getLogger(__name__)

# A loop looks by itself this often, also when no notification came.
POLL_S = 0.5

T = TypeVar("T")


class Complaint:
    """Says once that something is wrong, and once that it is well again."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.bad = False

    def wrong(self, problem: BaseException) -> None:
        """Logs the first of a row of failures."""
        if not self.bad:
            logger.warning("%s: %s", self.what, str(problem).strip() or type(problem).__name__)
        self.bad = True

    def well(self) -> None:
        """Logs the end of a row of failures."""
        if self.bad:
            logger.warning("%s: well again", self.what)
        self.bad = False


async def in_thread(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """Runs database work in the loop's own thread and gives the connection back afterwards."""

    def guarded() -> T:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(thread, guarded)


async def first_of(*events: asyncio.Event, timeout: float) -> None:
    """Waits for the first of the events, or the time-out in seconds."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def listen(channel: str, wake: asyncio.Event, *, name: str = "") -> None:
    """Sets `wake` at every notification on the channel. A lost connection is opened again; until then the loop polls."""
    while True:
        with contextlib.suppress(psycopg.Error, OSError):
            async with await psycopg.AsyncConnection.connect(address(name or channel), autocommit=True) as listener:
                await listener.execute(f"LISTEN {channel}")
                wake.set()
                async for _word in listener.notifies():
                    wake.set()
        await asyncio.sleep(POLL_S)


def address(name: str) -> str:
    """How to reach the database outside Django; `name` shows who asks in pg_stat_activity."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    given = {names[key]: str(value) for key, value in connection.settings_dict.items() if key in names and value}
    return make_conninfo("", application_name=name, **given)
