"""The evaluating loop: judges what was committed, as soon as it was, by every rule.

How far it came stands in the database; what a rule remembers is read from history when it begins, so that a crash, a second process and a
changed rule are the same path. A word that is said twice changes nothing.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread, listen
from pendopo.indicators.storing import WAKE_CHANNEL

from .sitting import Sitting

logger = logging.getLogger(__name__)

# A burst of deliveries is taken together: the pause between two looks. Without news it looks by itself.
GATHER_S, IDLE_S = 0.05, 0.5


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Judges until the house closes; complains once when the database is away, and once of each rule that cannot be used."""
    wake = asyncio.Event()
    complaint = Complaint("rules are not judged")
    sitting, told = Sitting(), dict[str, str]()
    with ThreadPoolExecutor(1, thread_name_prefix="evaluate") as thread:
        listener = asyncio.create_task(listen(WAKE_CHANNEL, wake, name="evaluate"))
        try:
            while not closing.is_set():
                wake.clear()
                try:
                    await in_thread(thread, sitting.look)
                    complaint.well()
                except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                    complaint.wrong(problem)
                for code, fault in sitting.faults.items():
                    if told.get(code) != fault:
                        logger.warning("rule %s is not judged: %s", code, fault)
                told = dict(sitting.faults)
                await first_of(closing, timeout=GATHER_S)
                await first_of(wake, closing, timeout=IDLE_S)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
