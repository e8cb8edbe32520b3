"""The loop `portal.warnings`: what went out is told to its subscribers within seconds."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from .actions import tell_warnings

EVERY_S = 2.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks every two seconds until the house closes; complains once when the database is away."""
    complaint = Complaint("warnings are not told to subscribers")
    with ThreadPoolExecutor(1, thread_name_prefix="warnings") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, tell_warnings)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=EVERY_S)
