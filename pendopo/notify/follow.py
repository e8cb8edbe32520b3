"""The following loop: turns deeds of other rooms into notices, as `deeds.py` says."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from . import actions

POLL_S = 1.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Follows the book until the house closes; complains once when the database is away."""
    complaint = Complaint("deeds are not told")
    with ThreadPoolExecutor(1, thread_name_prefix="follow") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, actions.tell_deeds)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=POLL_S)
