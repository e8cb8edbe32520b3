"""The loop `coworking.running`: no-shows give back what they hold, guests are forgotten in time, figures are told."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread
from pendopo.coworking.members.actions import forget_visitors
from pendopo.coworking.outcome.actions import publish

from . import actions

POLL_S = 20.0
TELL_S = 300.0
FIRST_S = 25.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks three times a minute until the house closes; complains once while the database is away."""
    complaint = Complaint("bookings of no-shows are not released")
    tell_at = time.monotonic() + FIRST_S
    with ThreadPoolExecutor(1, thread_name_prefix="coworking") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, actions.release_no_shows)
                if time.monotonic() >= tell_at:
                    await in_thread(thread, publish)
                    await in_thread(thread, forget_visitors)
                    tell_at = time.monotonic() + TELL_S
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=POLL_S)
