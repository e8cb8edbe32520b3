"""The loop `portal.snapshot`: the portal as files each minute, and this room's figures each hour."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread

from ..figures.actions import publish
from .writing import write

EVERY_S, FIRST_S = 60.0, 40.0
FIGURES_S = 3600.0


def folder() -> Path:
    """Where the snapshot lies."""
    return Path(settings.SNAPSHOT_DIR or settings.DATA_DIR / "snapshot")


def _write() -> int:
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    return write(place)


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Writes until the house closes; complains once when the database is away or the disk is full."""
    complaint = Complaint("the snapshot of the portal is not written")
    tell_at = 0.0
    with ThreadPoolExecutor(1, thread_name_prefix="snapshot") as thread:
        await first_of(closing, timeout=FIRST_S)
        while not closing.is_set():
            try:
                if time.monotonic() >= tell_at:
                    await in_thread(thread, publish)
                    tell_at = time.monotonic() + FIGURES_S
                await in_thread(thread, _write)
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error, OSError) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=EVERY_S)
