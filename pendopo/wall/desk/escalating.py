"""The loop `wall.desk`: alerts that nobody took on go to their chain, at once when no desk is awake."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.agencies.actions import Refused
from pendopo.audit.waking import Complaint, first_of, in_thread

from . import actions

POLL_S = 1.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks each second until the house closes; complains once when it cannot."""
    complaint = Complaint("alerts that nobody took on are not called out")
    with ThreadPoolExecutor(1, thread_name_prefix="desk") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, actions.escalate)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error, ObjectDoesNotExist, Refused) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=POLL_S)
