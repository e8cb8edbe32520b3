"""The loop `incidents.triggers`: as soon as alerts change, what is due opens, and what nobody took on keeps up with its alerts."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.alerts.actions.book import WAKE_CHANNEL
from pendopo.audit.waking import Complaint, first_of, in_thread, listen

from . import actions

# A storm is answered this often; without news the loop looks by itself.
GATHER_S, IDLE_S = 0.5, 5.0


def look() -> int:
    """One round; answers how many incidents opened or changed."""
    return actions.open_due() + actions.keep_up()


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks until the house closes; complains once while the database is away."""
    wake = asyncio.Event()
    complaint = Complaint("incidents do not open by themselves")
    with ThreadPoolExecutor(1, thread_name_prefix="triggers") as thread:
        listener = asyncio.create_task(listen(WAKE_CHANNEL, wake, name="triggers"))
        try:
            while not closing.is_set():
                wake.clear()
                try:
                    await in_thread(thread, look)
                    complaint.well()
                except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                    complaint.wrong(problem)
                await first_of(closing, timeout=GATHER_S)
                await first_of(wake, closing, timeout=IDLE_S)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
