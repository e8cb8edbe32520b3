"""The telling loop: whatever is done about incidents, orders, meetings and the watch is one word to the pages that show them.

It follows the book of deeds on the bus, so that a new verb needs nothing here. Several deeds at once are one word a region.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import nats.errors
import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client
from nats.aio.msg import Msg

from pendopo.audit.waking import Complaint, first_of, in_thread
from pendopo.bus import messages, subjects
from pendopo.indicators.latest import utc_text

from .models import Incident

ROOMS = ("incidents", "orders", "meetings", "wall")
TICK_S = 0.1
POLL_S = 5.0


def active() -> int:
    """How many incidents go on."""
    return Incident.objects.active().count()


def word(region: str, count: int, at: datetime) -> messages.Observed:
    """That something changed in a region."""
    text = utc_text(at) or ""
    return messages.Observed(
        indicator=subjects.INCIDENTS, region=region, at=text, value=count, quality="ok", source="pendopo", known_since=text
    )


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Tells until the house closes."""
    wake = asyncio.Event()
    regions: set[str] = set()

    async def heard(message: Msg) -> None:
        try:
            region = msgspec.json.decode(message.data, type=messages.Did).region
        except msgspec.MsgspecError:
            region = ""
        regions.add(region or settings.REGION)
        wake.set()

    complaint = Complaint("changes of incidents are not told")
    subscriptions = [await nc.subscribe(subjects.did(room, "*"), cb=heard) for room in ROOMS]
    with ThreadPoolExecutor(1, thread_name_prefix="incidents") as thread:
        try:
            while not closing.is_set():
                await first_of(wake, closing, timeout=POLL_S)
                if not regions or not nc.is_connected:
                    continue
                wake.clear()
                await first_of(closing, timeout=TICK_S)
                # What is heard from here on is told in the next round, also of the same region.
                told = sorted(regions)
                regions.clear()
                try:
                    count = await in_thread(thread, active)
                    for region in told:
                        await nc.publish(
                            subjects.observed(subjects.INCIDENTS, region), messages.encode(word(region, count, datetime.now(UTC)))
                        )
                    complaint.well()
                except (DatabaseError, InterfaceError, psycopg.Error, nats.errors.Error, TimeoutError) as problem:
                    regions.update(told)
                    complaint.wrong(problem)
                    await first_of(closing, timeout=POLL_S)
        finally:
            for subscription in subscriptions:
                await subscription.unsubscribe()
