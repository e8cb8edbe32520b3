"""The loop `meetings.remind`: a day and a quarter of an hour before a meeting; the end of those that nobody ended; the room's figures."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread
from pendopo.meetings.actions import end_forgotten, publish

from .actions import remind

EVERY_S = 20.0
TELL_S, FIRST_S = 300.0, 40.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks three times a minute until the house closes; complains once when the database is away."""
    complaint = Complaint("nobody is reminded of meetings")
    tell_at = time.monotonic() + FIRST_S
    with ThreadPoolExecutor(1, thread_name_prefix="meetings") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, remind)
                await in_thread(thread, end_forgotten)
                if time.monotonic() >= tell_at:
                    await in_thread(thread, publish)
                    tell_at = time.monotonic() + TELL_S
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=EVERY_S)
