"""The closing loop: every night it closes the months that are old enough, and every few minutes gives back room."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from zoneinfo import ZoneInfo

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from ..retention.actions import forget_due
from .actions import Impossible, close_due, sweep
from .parquet import Damaged

logger = logging.getLogger(__name__)

LOOK_S = 600.0
# The hours of the government's day in which months are closed: after midnight, before the backup leaves.
NIGHT = range(1, 5)


def look(now: datetime, done: date | None) -> date | None:
    """One look at the clock: sweeps, and at night closes what is due, once a day. Answers the day that is done."""
    sweep(now=now)
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    if local.hour not in NIGHT or local.date() == done:
        return done
    for month in close_due(keep_open=settings.OPEN_MONTHS, now=now):
        logger.info("closed %s: %d rows in %d bytes", month, month.rows, month.bytes)
    if forgetful := forget_due(now=now):
        logger.info("forgot the old rows of %s", ", ".join(forgetful))
    return local.date()


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks until the house closes; complains once when something is in the way."""
    complaint = Complaint("closing months waits")
    done: date | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="closing") as thread:
        while not closing.is_set():
            try:
                done = await in_thread(thread, lambda day=done: look(timezone.now(), day))  # type: ignore[misc]
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error, OSError, Impossible, Damaged) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=LOOK_S)
