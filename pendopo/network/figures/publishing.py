"""The loop that publishes the figures of network and data centre every five minutes."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from .actions import publish
from .days import publish_days

EVERY_S = 300.0
# Each how many times days are counted again: a step noted late changes days that are over.
DAYS_EVERY = 12
# The first time soon, when devices have been heard once.
FIRST_S = 40.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Publishes until the house closes; complains once when the database is away."""
    complaint = Complaint("figures about the network are not told")
    with ThreadPoolExecutor(1, thread_name_prefix="network-figures") as thread:
        await first_of(closing, timeout=FIRST_S)
        for turn in count():
            if closing.is_set():
                return
            try:
                await in_thread(thread, publish)
                if turn % DAYS_EVERY == 0:
                    await in_thread(thread, publish_days)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=EVERY_S)
