"""The loop `alerts.hearing`: asks every feed when its time has come and takes in what is new, at most 50 requests a minute to a host."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urljoin, urlsplit

import httpx
import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from nats.aio.client import Client

from pendopo.agencies.actions import Refused
from pendopo.audit.waking import Complaint, first_of, in_thread

from ..cap.reading import LARGEST_BYTES
from . import actions, logic
from .models import Feed, FeedKind, Heard
from .reading import links_in

POLL_S = 5.0
TIMEOUT_S = 8.0
# BMKG allows 60 a minute; a restart forgets what was asked just before it.
PER_MINUTE = 50
MOST_STEPS = 4
# How much of the usual time lies between two looks at a moment.
Cadence = Callable[[datetime], float]


class Busy(Exception):
    """The host was asked as often as it allows: the rest waits for the next look."""


class Asker:
    """Asks addresses, never more often than a host allows. Of a body that is too large only so much is read that this is known."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.asked: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=PER_MINUTE))

    def get(self, address: str) -> bytes:
        """The body; another address on the same host is followed to. Raises httpx.HTTPError, or Busy when the minute is full."""
        host = urlsplit(address).hostname
        for _step in range(MOST_STEPS):
            body, onward = self._ask(address)
            if not onward:
                return body
            address = urljoin(address, onward)
            if urlsplit(address).hostname != host:
                raise httpx.TooManyRedirects(f"It leads to another host: {urlsplit(address).hostname}.")
        raise httpx.TooManyRedirects("It leads on and on.")

    def _ask(self, address: str) -> tuple[bytes, str]:
        """One request: the body, and where it leads on to ('' = here it is)."""
        times = self.asked[urlsplit(address).hostname or ""]
        if logic.pace(times, time.monotonic(), PER_MINUTE) > 0:
            raise Busy
        times.append(time.monotonic())
        with self.client.stream("GET", address) as answer:
            if answer.has_redirect_location:
                return b"", answer.headers["Location"]
            answer.raise_for_status()
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST_BYTES:
                    break
        return bytes(body), ""


def look(feed: Feed, asker: Asker, now: datetime) -> int:
    """Asks one feed and every message in it that is new; answers how many messages were taken in. What went wrong stands at the feed."""
    trouble, taken = "", 0
    try:
        body = asker.get(feed.url)
        if feed.kind == FeedKind.QUAKES:
            taken = len(actions.take_quakes(feed=feed, raw=body, now=now))
        else:
            links = links_in(body, feed.url)
            known = set(Heard.objects.filter(feed=feed, address__in=links).values_list("address", flat=True))
            for link in links:
                if link not in known:
                    taken += actions.take(feed=feed, raw=asker.get(link), address=link) is not None
    except Busy:
        return taken
    except (httpx.HTTPError, Refused) as why:
        trouble = str(why) or type(why).__name__
    actions.note_look(feed=feed, trouble=trouble, now=now)
    return taken


def look_at_due(asker: Asker, now: datetime | None = None, cadence: float = 1.0) -> int:
    """Every active feed whose time has come; answers how many messages were taken in. `cadence`: how much of the usual time lies between
    two looks, less while the posture is grave."""
    at = now or timezone.now()
    due = [
        feed
        for feed in Feed.objects.filter(active=True)
        if feed.looked is None or at - feed.looked >= timedelta(seconds=logic.wait_s(feed.every_s, cadence))
    ]
    return sum(look(feed, asker, at) for feed in due)


def round_of(asker: Asker, cadence: Cadence) -> int:
    """One look at every feed that is due, as often as the posture of this moment asks."""
    now = timezone.now()
    return look_at_due(asker, now, cadence(now))


async def run(nc: Client, closing: asyncio.Event, *, cadence: Cadence) -> None:
    """Looks until the house closes; complains once when the database is away. What posture asks for is told by the house above."""
    complaint = Complaint("feeds of warnings are not followed")
    agent = {"User-Agent": f"Pendopo (government command center; {settings.SITE_URL})"}
    with ThreadPoolExecutor(1, thread_name_prefix="hearing") as thread, httpx.Client(timeout=TIMEOUT_S, headers=agent) as client:
        asker = Asker(client)
        while not closing.is_set():
            try:
                await in_thread(thread, partial(round_of, asker, cadence))
                complaint.well()
            except (DatabaseError, InterfaceError, psycopg.Error) as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=POLL_S)
