"""The deriving loop: follows what is committed and keeps derived figures true, each exactly once.

How far it came stands in the same transaction as the figures (`DerivedPosition`), and only differences are stored: after any crash it goes
on where it stopped.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import POLL_S, Complaint, first_of, in_thread, listen

from ..storing import WAKE_CHANNEL
from .actions import derive
from .catalogue import Compiled

logger = logging.getLogger(__name__)

# A burst of deliveries is taken together: the pause between two looks.
GATHER_S = 0.05


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Derives until the house closes; complains once when the database is away."""
    wake = asyncio.Event()
    complaint = Complaint("deriving waits")
    compiled = Compiled()
    told: dict[str, str] = {}
    with ThreadPoolExecutor(1, thread_name_prefix="derive") as thread:
        listener = asyncio.create_task(listen(WAKE_CHANNEL, wake, name="derive"))
        try:
            while not closing.is_set():
                wake.clear()
                more = False
                try:
                    await in_thread(thread, partial(derive, compiled=compiled))
                    more = bool(compiled.rebuilding)
                    complaint.well()
                except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                    complaint.wrong(problem)
                for code, fault in compiled.faults.items():
                    if told.get(code) != fault:
                        logger.warning("%s is not derived: %s", code, fault)
                told = dict(compiled.faults)
                if more:
                    continue
                await first_of(closing, timeout=GATHER_S)
                await first_of(wake, closing, timeout=POLL_S)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
