"""The loop that keeps hours and days true: it follows what became known, and rests four times as long as it worked."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from .actions import bring_up

logger = logging.getLogger(__name__)

# Reads take what is younger from the raw rows, so there is no hurry; many changes of one hour are taken together.
PAUSE_S = 5.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Follows until the house closes; complains once when the database is away."""
    complaint = Complaint("hours and days wait")
    with ThreadPoolExecutor(1, thread_name_prefix="periods") as thread:
        while not closing.is_set():
            begun, more = time.monotonic(), False
            try:
                more = await in_thread(thread, bring_up)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error, OSError) as problem:
                complaint.wrong(problem)
            worked = time.monotonic() - begun
            await first_of(closing, timeout=worked if more else max(PAUSE_S, 4 * worked))
