"""The telling loop: says on the bus, after commit and at once, in which regions alerts changed. Pages that show alerts hear it.

It follows `touched`; a transaction that commits late is still seen, because the loop looks back a little and remembers what it told.
After a start or a lost bus it tells every region with open alerts again.
"""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import nats.errors
import psycopg
from django.db import DatabaseError, InterfaceError, connection
from nats.aio.client import Client

from pendopo.audit.waking import POLL_S, Complaint, first_of, in_thread, listen
from pendopo.bus import messages, subjects
from pendopo.indicators.latest import utc_text

from .actions.book import WAKE_CHANNEL

# A transaction that writes alerts takes less than this.
BACK = timedelta(seconds=20)

CHANGED_SQL = """
SELECT c.region_id, c.touched, (SELECT count(*) FROM alerts_alert a WHERE a.region_id = c.region_id AND a.state = 'firing')
FROM (SELECT region_id, max(touched) AS touched FROM alerts_alert WHERE touched > %s GROUP BY 1) c
"""


def changed(since: datetime) -> list[tuple[str, datetime, int]]:
    """The regions in which an alert was touched after a moment: (region, the newest touch, how many fire there)."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_SQL, [since])
        return list(cursor.fetchall())


def words(found: Iterable[tuple[str, datetime, int]], told: dict[str, datetime]) -> dict[str, messages.Observed]:
    """What is news among them, by subject; `told` remembers."""
    answer = {}
    for region, touched, firing in found:
        if told.get(region) == touched:
            continue
        told[region] = touched
        text = utc_text(touched) or ""
        answer[subjects.observed(subjects.ALERTS, region)] = messages.Observed(
            indicator=subjects.ALERTS, region=region, at=text, value=firing, quality="ok", source="pendopo", known_since=text
        )
    return answer


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Tells until the house closes; complains once when the bus or the database is away."""
    wake = asyncio.Event()
    complaint = Complaint("changes of alerts are not told")
    with ThreadPoolExecutor(1, thread_name_prefix="alerts-tell") as thread:
        listener = asyncio.create_task(listen(WAKE_CHANNEL, wake, name="alerts-tell"))
        try:
            while not closing.is_set():
                try:
                    await _follow(nc, closing, wake, thread, complaint)
                except (DatabaseError, InterfaceError, psycopg.Error, nats.errors.Error, TimeoutError) as problem:
                    complaint.wrong(problem)
                    await first_of(closing, timeout=POLL_S)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)


async def _follow(nc: Client, closing: asyncio.Event, wake: asyncio.Event, thread: ThreadPoolExecutor, complaint: Complaint) -> None:
    """Until the line was lost: then all is told anew."""
    reconnects = nc.stats["reconnects"]
    told: dict[str, datetime] = {}
    since = datetime.now(UTC) - timedelta(days=1)
    while not closing.is_set() and nc.is_connected and nc.stats["reconnects"] == reconnects:
        wake.clear()
        found = await in_thread(thread, partial(changed, since))
        for subject, word in words(found, told).items():
            await nc.publish(subject, messages.encode(word))
        if found:
            await nc.flush(timeout=2)
            since = max(since, max(touched for _region, touched, _firing in found) - BACK)
        complaint.well()
        await first_of(wake, closing, timeout=POLL_S)
    await first_of(closing, timeout=0.05)
