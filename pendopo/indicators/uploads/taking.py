"""The loop that takes confirmed files which are too long for one request, and goes on with those that a stopped machine left half taken."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.utils import timezone
from nats.aio.client import Client

from pendopo.audit.waking import POLL_S, Complaint, first_of, in_thread

from .actions import DEAD, drop_old, take
from .models import Upload, UploadState

logger = logging.getLogger(__name__)

# Old files are looked for so often.
CARE_S = 3600


def take_next() -> bool:
    """Takes the oldest confirmed file. False when none waits."""
    now = timezone.now()
    left = Q(state=UploadState.TAKING, heard__lt=now - DEAD)
    waiting = Upload.objects.filter(left | Q(state=UploadState.WAITING, failure="") | Q(state=UploadState.WAITING, heard__lt=now - DEAD))
    upload = waiting.order_by("heard").first()
    if upload is None:
        return False
    take(upload=upload)
    return True


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Takes files one after the other until the house closes; complains once when the database is away."""
    complaint = Complaint("uploads wait")
    loop = asyncio.get_running_loop()
    cared = 0.0
    with ThreadPoolExecutor(1, thread_name_prefix="uploads") as thread:
        while not closing.is_set():
            try:
                busy = await in_thread(thread, take_next)
                if loop.time() - cared > CARE_S:
                    await in_thread(thread, drop_old)
                    cared = loop.time()
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
                busy = False
            if not busy:
                await first_of(closing, timeout=4 * POLL_S)
