"""The loop `reports.care`: closes what nobody replied to, notices when many report the same, and forgets contacts at night."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread
from pendopo.indicators.house.actions import declared

from .actions import close_silent, forget_contacts, note_clusters, remind

EVERY_S = 30.0
# The hours of the government's day in which contacts are forgotten.
NIGHT = range(1, 5)


def care() -> None:
    """One round. Without a source of its own (an empty house) nothing can raise an alert."""
    close_silent()
    remind()
    if timezone.localtime().hour in NIGHT:
        forget_contacts()
    source = declared()
    if source is not None:
        note_clusters(source=source)


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks twice a minute until the house closes; complains once when the database is away."""
    complaint = Complaint("citizen reports are not looked after")
    with ThreadPoolExecutor(1, thread_name_prefix="reports") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, care)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=EVERY_S)
