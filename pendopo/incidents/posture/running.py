"""The loop `incidents.posture`: postures run out in time, and the room's figures are told every five minutes."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from . import actions

POLL_S = 5.0
TELL_S = 300.0
FIRST_S = 20.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks every five seconds until the house closes; complains once while the database is away."""
    complaint = Complaint("postures do not run out")
    tell_at = time.monotonic() + FIRST_S
    with ThreadPoolExecutor(1, thread_name_prefix="posture") as thread:
        while not closing.is_set():
            try:
                changed = await in_thread(thread, actions.expire)
                if changed or time.monotonic() >= tell_at:
                    await in_thread(thread, actions.publish)
                    tell_at = time.monotonic() + TELL_S
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=POLL_S)
