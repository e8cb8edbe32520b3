"""The announcing loop: tells the bus the newest word of every series and of every roll-up above it, after commit.

It follows `latest.known_since`, which grows in commit order, so it never skips a delivery and needs no second write in the delivery's
transaction. The first change of a series leaves at once, later ones at most once a second, the last one always. After a start or a lost
bus everything is told again: start and recovery are the same path.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import nats.errors
import psycopg
from django.db import DatabaseError, InterfaceError, connection
from nats.aio.client import Client
from nats.js import JetStreamContext

from pendopo.audit.waking import POLL_S, Complaint, first_of, in_thread, listen
from pendopo.bus import client as bus
from pendopo.bus import messages, subjects
from pendopo.regions.logic import ancestors_of

from .latest import Ask, Figure, asked, utc_text
from .logic import QUALITY_WORDS, dims_key
from .models import Indicator
from .newest import read_dims
from .storing import WAKE_CHANNEL

logger = logging.getLogger(__name__)

# Later changes of one series are told at most this often.
SPACING_S = 1.0

# The loop rests as long as it worked. In a flood, words leave at this rate, so that most of the machine is left to the ingest.
# Those that changed longest ago go first; a series that changes ten times meanwhile is told once, with its last value.
WORDS_S = 3000
TOGETHER = 1500

CHANGED_SQL = """
SELECT l.series_id, i.code, i.id, i.rollup, s.region_id, s.dims, s.dims_key, l.at, l.value, l.quality, l.known_since, src.code
FROM indicators_latest l
JOIN indicators_series s ON s.id = l.series_id
JOIN indicators_indicator i ON i.id = s.indicator_id
LEFT JOIN indicators_delivery d ON d.id = l.delivery_id
LEFT JOIN indicators_source src ON src.id = d.source_id
WHERE l.known_since >= %(since)s AND (l.known_since, l.series_id) > (%(since)s, %(series)s)
ORDER BY l.known_since, l.series_id LIMIT %(limit)s
"""

# How far the loop has come: the stamp and the series (the series of one delivery have the same stamp).
Cursor = tuple[datetime | str, int]
BEGINNING: Cursor = ("-infinity", 0)


def changed(since: Cursor) -> tuple[dict[str, messages.Observed], set[tuple[int, str]], Cursor]:
    """The words of the next series that changed after `since`, by subject; the (indicator id, region) roll-ups above them; the new
    cursor. At most TOGETHER words: when so many come, there are more."""
    words: dict[str, messages.Observed] = {}
    above: set[tuple[int, str]] = set()
    newest = since
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_SQL, {"since": since[0], "series": since[1], "limit": TOGETHER})
        for series, code, pk, rollup, region, dims, key, at, value, quality, known_since, source in cursor.fetchall():
            words[subjects.observed(code, region, key)] = messages.Observed(
                indicator=code,
                region=region,
                dims=read_dims(dims),
                at=utc_text(at) or "",
                value=value,
                quality=QUALITY_WORDS[quality],
                source=source or "",
                known_since=utc_text(known_since) or "",
                reporting=0 if value is None else 1,
            )
            if rollup != "none":
                above.update((pk, ancestor) for ancestor in ancestors_of(region))
            newest = (known_since, series)
    above |= _weighted_by({pk for pk, _region in above}, above)
    return words, above, newest


def _weighted_by(changed_ids: set[int], above: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """The roll-ups that use a changed indicator as their weight."""
    dependants = Indicator.objects.filter(weight__in=changed_ids).values_list("pk", "weight_id")
    return {(pk, region) for pk, weight in dependants for changed_id, region in above if changed_id == weight}


def roll_ups(wanted: set[tuple[int, str]]) -> dict[str, messages.Observed]:
    """The words of the roll-ups, by subject. A region that reports by itself has no roll-up and is left out."""
    indicators = Indicator.objects.select_related("weight").in_bulk({pk for pk, _region in wanted})
    found = asked([Ask(indicators[pk], region) for pk, region in wanted])
    return {subject_of(f): word_of(f) for f in found if f.expected > 1}


def subject_of(figure: Figure) -> str:
    """Where a figure is told."""
    return subjects.observed(figure.indicator, figure.region, dims_key(figure.dims))


def word_of(figure: Figure) -> messages.Observed:
    """A figure as it is told: a page that shows the figure and a page that hears the word show the same."""
    return messages.Observed(
        indicator=figure.indicator,
        region=figure.region,
        dims=figure.dims,
        at=utc_text(figure.at) or "",
        value=figure.value,
        quality=figure.quality or "",
        source=figure.source,
        known_since=utc_text(figure.known_since) or "",
        reporting=figure.reporting,
        expected=figure.expected,
    )


class StreamEmptied(Exception):
    """The bus no longer holds every word that was told: all must be told anew."""

    def __init__(self) -> None:
        super().__init__("the bus has lost the last words")


class Teller:
    """Publishes words and notices when the stream, which is kept in memory, has lost some of them."""

    def __init__(self, nc: Client) -> None:
        self._nc = nc
        self._js: JetStreamContext = nc.jetstream(timeout=2)
        self._reconnects = nc.stats["reconnects"]
        self._number = 0

    async def check(self) -> None:
        """Raises StreamEmptied when the line was lost since the beginning, and ConnectionClosedError while it is."""
        if not self._nc.is_connected:
            raise nats.errors.ConnectionClosedError
        if self._nc.stats["reconnects"] != self._reconnects:
            raise StreamEmptied

    async def tell(self, words: dict[str, messages.Observed]) -> None:
        """Only the last word is acknowledged. The stream counts its words: a lower number than was told means that some are lost."""
        await self.check()
        *most, last = words.items()
        for subject, word in most:
            await self._nc.publish(subject, messages.encode(word))
        acknowledged = await self._js.publish(last[0], messages.encode(last[1]))
        if acknowledged.seq < self._number + len(words):
            raise StreamEmptied
        self._number = acknowledged.seq


class Pace:
    """At most one word per subject and second: the first at once, the last of a burst when its time has come."""

    def __init__(self, spacing_s: float = SPACING_S) -> None:
        self.spacing_s = spacing_s
        self._told: dict[str, float] = {}

    def due(self, subject: str, now: float) -> bool:
        """Whether the subject may be told now; if so, it counts as told."""
        if now - self._told.get(subject, -self.spacing_s) < self.spacing_s:
            return False
        self._told[subject] = now
        return True


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Tells until the house closes. Without bus or database it waits and then tells everything anew."""
    wake = asyncio.Event()
    complaint = Complaint("announcing waits")
    with ThreadPoolExecutor(1, thread_name_prefix="announce") as thread:
        listener = asyncio.create_task(listen(WAKE_CHANNEL, wake))
        try:
            while not closing.is_set():
                try:
                    await _tell_until_trouble(nc, thread, wake, closing, complaint)
                except (DatabaseError, InterfaceError, psycopg.Error, nats.errors.Error, TimeoutError, StreamEmptied) as problem:
                    complaint.wrong(problem)
                    await first_of(closing, timeout=POLL_S)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)


async def _tell_until_trouble(
    nc: Client, thread: ThreadPoolExecutor, wake: asyncio.Event, closing: asyncio.Event, complaint: Complaint
) -> None:
    teller, pace = Teller(nc), Pace()
    await bus.prepare_stream(nc.jetstream(timeout=2), subjects.OBSERVED)
    cursor = BEGINNING
    waiting: dict[str, messages.Observed] = {}
    waiting_above: set[tuple[int, str]] = set()
    while not closing.is_set():
        wake.clear()
        await teller.check()
        begun = time.monotonic()
        words, above, cursor = await in_thread(thread, partial(changed, cursor))
        waiting.update(words)
        waiting_above |= above
        now = time.monotonic()
        ready = {subject: word for subject, word in waiting.items() if pace.due(subject, now)}
        due_above = {pair for pair in waiting_above if pace.due(f"{pair[0]} {pair[1]}", now)}
        if due_above:
            ready |= await in_thread(thread, partial(roll_ups, due_above))
        if ready:
            await teller.tell(ready)
            complaint.well()
        waiting = {subject: word for subject, word in waiting.items() if subject not in ready}
        waiting_above -= due_above
        worked = time.monotonic() - begun
        await first_of(closing, timeout=worked)
        if wake.is_set():
            await first_of(closing, timeout=max(0.0, len(ready) / WORDS_S - worked))
        if len(words) < TOGETHER:
            await first_of(wake, closing, timeout=0.1 if waiting or waiting_above else POLL_S)
