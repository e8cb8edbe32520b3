"""The loop `incidents.callout`: goes on with every call-out whose time has come, however many processes run it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from . import actions
from .models import CallOut, State

POLL_S = 0.5


def go_on() -> int:
    """One round; how many call-outs took a step. One that cannot go on keeps no other waiting: its fault is raised at the end."""
    steps, fault = 0, None
    for found in CallOut.objects.filter(state=State.RUNNING).order_by("next_at"):
        try:
            steps += actions.advance(call_out=found)
        except (OperationalError, InterfaceError):
            raise
        except Exception as why:
            fault = fault or why
    if fault is not None:
        raise fault
    return steps


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks twice a second until the house closes; complains once while the database is away."""
    complaint = Complaint("call-outs wait")
    with ThreadPoolExecutor(1, thread_name_prefix="callout") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, go_on)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=POLL_S)
