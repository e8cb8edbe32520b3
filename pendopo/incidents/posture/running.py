"""The loop `incidents.posture`: postures run out in time, whoever measures hears within a second how often to send, and the room's figures
are told every five minutes and whenever a posture changed."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import nats.errors
import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread
from pendopo.bus import messages, subjects
from pendopo.indicators.latest import utc_text

from . import actions, logic
from .models import Posture

POLL_S = 1.0
TELL_S = 300.0
# All words are told anew so often: whoever has just come, or a bus that has just started, knows them soon.
AGAIN_S = 60.0
FIRST_S = 20.0


def holding() -> dict[str, messages.PostureWord]:
    """The word about every region with a real posture, and about the government's own region always."""
    home = messages.PostureWord(region=settings.REGION, level=logic.NORMAL, cadence=1.0)
    found = {settings.REGION: home}
    for one in Posture.objects.running(timezone.now()).filter(exercise=False):
        found[one.region_id] = messages.PostureWord(
            region=one.region_id, level=one.level, cadence=logic.CADENCE[one.level], until=utc_text(one.until)
        )
    return found


def news(told: dict[str, messages.PostureWord], now: dict[str, messages.PostureWord]) -> list[messages.PostureWord]:
    """What changed since it was told: new words, and normal where a posture was."""
    over = [messages.PostureWord(region=region, level=logic.NORMAL, cadence=1.0) for region in told if region not in now]
    return [word for region, word in now.items() if told.get(region) != word] + over


def look() -> dict[str, messages.PostureWord]:
    """Lets postures run out; answers what holds."""
    actions.expire()
    return holding()


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks each second until the house closes; complains once while the database or the bus is away."""
    complaint = Complaint("postures do not run out")
    tell_at = time.monotonic() + FIRST_S
    told: dict[str, messages.PostureWord] = {}
    again_at = time.monotonic()
    with ThreadPoolExecutor(1, thread_name_prefix="posture") as thread:
        while not closing.is_set():
            try:
                now = await in_thread(thread, look)
                fresh = news(told, now)
                anew = time.monotonic() >= again_at
                for word in [*now.values(), *fresh] if anew else fresh:
                    await nc.publish(subjects.posture(word.region), messages.encode(word))
                again_at = time.monotonic() + AGAIN_S if anew else again_at
                if told and fresh or time.monotonic() >= tell_at:
                    await in_thread(thread, actions.publish)
                    tell_at = time.monotonic() + TELL_S
                told = now
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error, nats.errors.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=POLL_S)
