"""The loop that reminds of evidence which ends soon."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from .actions import remind

EVERY_S = 3600.0
FIRST_S = 90.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks every hour until the house closes; complains once when the database is away."""
    complaint = Complaint("the end of evidence is not told")
    with ThreadPoolExecutor(1, thread_name_prefix="assessments") as thread:
        await first_of(closing, timeout=FIRST_S)
        while not closing.is_set():
            try:
                await in_thread(thread, remind)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=EVERY_S)
