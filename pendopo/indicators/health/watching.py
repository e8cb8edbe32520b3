"""The loop that watches the sources: late jobs, silence and waiting rows twice a minute, the tallies of today and yesterday every five."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from ..pings.actions import find_late
from .actions import look, tally_recent

LOOK_S = 30.0
# Tallies rest so long, and at least so many times as long as they took: on a busy house they never take more than a twentieth of a core.
TALLY_S = 300.0
REST = 20
# Once at the start, so that the house catches up on days on which it did not run, and then once a day for late figures.
FAR_DAYS = 8
FAR_S = 86_400.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Watches until the house closes; complains once when the database is away."""
    complaint = Complaint("the sources are not watched")
    due, far = 0.0, float("-inf")
    with ThreadPoolExecutor(1, thread_name_prefix="watching") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, find_late)
                await in_thread(thread, look)
                now = time.monotonic()
                if now >= due:
                    days = FAR_DAYS if now - far >= FAR_S else 2
                    await in_thread(thread, partial(tally_recent, days=days))
                    far = now if days == FAR_DAYS else far
                    due = time.monotonic() + max(TALLY_S, REST * (time.monotonic() - now))
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=LOOK_S)
