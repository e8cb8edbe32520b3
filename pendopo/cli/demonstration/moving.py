"""The demonstration's heartbeat: every two seconds a few figures move, and every minute the regular ones are told."""

import asyncio
import contextlib
import logging
import time
from datetime import UTC, datetime

import nats.errors
from django.conf import settings
from django.db import connection
from nats.aio.client import Client

from pendopo.bus import subjects
from pendopo.bus.messages import Presence, encode
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Source

from .figures import OWN, Figure
from .networking import SOURCE, presence
from .seeding import catch_up, send

logger = logging.getLogger(__name__)

TURN_S = 2.0
REGULAR_S = 60.0


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Sends the model's figures as they become due, in a demonstration only; else waits for the end."""
    if not settings.DEMO:
        await closing.wait()
        return
    turn, regular_at = 0, 0.0
    while not closing.is_set():
        regular = time.monotonic() >= regular_at
        await asyncio.to_thread(one_turn, turn, regular)
        if regular:
            regular_at = time.monotonic() + REGULAR_S
        word = await asyncio.to_thread(presence_now)
        if word is not None:
            with contextlib.suppress(nats.errors.Error):
                await nc.publish(subjects.presence(), encode(word))
        turn += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), TURN_S)


def presence_now() -> Presence | None:
    """What a collector would say of the demonstration's network now."""
    try:
        return presence(datetime.now(UTC).replace(microsecond=0)) if Source.objects.filter(code=SOURCE).exists() else None
    finally:
        connection.close()


def one_turn(turn: int, regular: bool) -> int:
    """Sends one series of every moving figure as of now, and what is regularly due when asked. Returns how many rows."""
    try:
        if not Source.objects.filter(code="sim-rsud").exists():
            return 0
        now = datetime.now(UTC).replace(microsecond=0)
        sent = catch_up(now) if regular else 0
        return sent + sum(send(figure.source, [moved(figure, turn, now)], "model") for figure in OWN if figure.moves)
    finally:
        connection.close()


def moved(figure: Figure, turn: int, now: datetime) -> Observation:
    """The value that one series of the figure has now; the series take turns."""
    region, post = figure.keys[turn % len(figure.keys)]
    t_s = now.timestamp() + 7 * 3600
    return Observation(figure.indicator, region, now.isoformat(), figure.value(region, post, t_s), dims={"pos": post} if post else None)
