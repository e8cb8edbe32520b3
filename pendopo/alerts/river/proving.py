"""Who watches Pendopo: each minute a figure goes in by the one door, must be judged by the rules, and must come out of the live stream of
a page, by HTTP, as a screen hears it. Only then the address of PENDOPO_WATCH_URL is called; else its `/fail`. A dead machine calls nothing:
that is the alarm.
"""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import httpx
import msgspec
import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from nats.aio.client import Client

from pendopo.audit.waking import Complaint, first_of, in_thread
from pendopo.bus.messages import Observed
from pendopo.indicators.actions import Receipt
from pendopo.indicators.checks import Observation
from pendopo.indicators.house.actions import declared, send
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue

from ..actions.keeping import position

PROBE = "sys.probe"
EVERY_S = 60.0
# The pages and the other loops begin at the same time as this one: so long after its start nothing is called a failure, only tried again.
STARTING_S = 180.0
AGAIN_S = 5.0
# From the delivery past the rules to the screen it may take so long; so often it is looked how far the rules have come.
IN_TIME_S = 15.0
LOOK_S = 0.1
CALL_S = 10.0


class NotProven(Exception):
    """The river does not run from end to end; the message says where it was seen to stop."""


@dataclass
class Prover:
    """One prover and what it measured last."""

    thread: ThreadPoolExecutor
    last_s: float = 0.0
    waits_for: str = ""

    async def prove(self) -> float:
        """Seconds from the delivery to the page's stream. Raises NotProven."""
        try:
            async with asyncio.timeout(IN_TIME_S):
                return await self._through()
        except TimeoutError:
            raise NotProven(f"A figure was not {self.waits_for} after {IN_TIME_S:.0f} seconds.") from None
        except (DatabaseError, InterfaceError, psycopg.Error) as problem:
            raise NotProven(f"A figure could not be stored: {type(problem).__name__}.") from problem
        except httpx.HTTPError as problem:
            raise NotProven(f"The pages do not answer at {address()}: {type(problem).__name__}.") from problem

    async def _through(self) -> float:
        self.waits_for = "on the screen"
        source = await in_thread(self.thread, declared)
        if source is None:
            raise NotProven("No source is declared yet: load a catalogue first.")
        ticket = issue([Follow(PROBE, settings.REGION)], life_s=2 * IN_TIME_S)
        async with (
            httpx.AsyncClient(verify=settings.CA_FILE or True, timeout=IN_TIME_S, trust_env=False) as client,
            client.stream("GET", f"{address()}/live/{ticket}") as answer,
        ):
            if answer.status_code != 200:
                raise NotProven(f"The live stream answers {answer.status_code}.")
            lines = answer.aiter_lines()
            await anext(lines)  # the page listens now
            begun, at = time.monotonic(), timezone.now().replace(microsecond=0)
            rows = [Observation(PROBE, settings.REGION, at.isoformat(), round(self.last_s, 3))]
            receipt = await in_thread(self.thread, partial(send, source=source, rows=rows))
            if not receipt.accepted:
                raise NotProven("The house's own figure was not accepted: load the catalogue sys.yaml again.")
            async for line in lines:
                if line.startswith("data: [") and any(datetime.fromisoformat(word.at) >= at for word in words(line) if word.at):
                    break
            else:
                raise NotProven("The live stream ended before the figure came.")
            await self._judged(receipt)
            self.last_s = time.monotonic() - begun
            return self.last_s

    async def _judged(self, receipt: Receipt) -> None:
        """Waits until the rules have had their say about what was delivered."""
        self.waits_for = "judged by the rules"
        assert receipt.known_since is not None
        while (through := await in_thread(self.thread, position)) is None or through < receipt.known_since:
            await asyncio.sleep(LOOK_S)


def words(line: str) -> list[Observed]:
    """The words of one event of the stream."""
    return msgspec.json.decode(line.removeprefix("data: "), type=list[Observed])


def address() -> str:
    """Where the pages of this installation answer: as the supervisor noted it, else as people reach it."""
    try:
        noted = json.loads((settings.DATA_DIR / "run/status.json").read_text(encoding="utf-8"))
        return str(noted["address"]).rstrip("/")
    except (OSError, ValueError, KeyError, TypeError):
        return str(settings.SITE_URL)


async def call(url: str, text: str, *, fail: bool) -> None:
    """Calls the watcher, as healthchecks.io and another Pendopo's `/ping/<key>` understand it. Raises httpx.HTTPError."""
    async with httpx.AsyncClient(timeout=CALL_S) as client:
        answer = await client.post(f"{url.rstrip('/')}/fail" if fail else url, content=text.encode())
        answer.raise_for_status()


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Proves and calls each minute until the house closes; without PENDOPO_WATCH_URL it waits for the end."""
    if not settings.WATCH_URL:
        await closing.wait()
        return
    unproven, unheard = Complaint("the river is not proven"), Complaint("the watcher does not answer")
    with ThreadPoolExecutor(1, thread_name_prefix="prover") as thread:
        prover = Prover(thread)
        starting = time.monotonic() + STARTING_S
        while not closing.is_set():
            begun = time.monotonic()
            fail, text = False, ""
            try:
                text = f"From delivery past the rules to the screen in {await prover.prove():.2f} s."
                unproven.well()
                starting = 0.0
            except NotProven as problem:
                if time.monotonic() < starting:
                    await first_of(closing, timeout=AGAIN_S)
                    continue
                fail, text = True, str(problem)
                unproven.wrong(problem)
            try:
                await call(settings.WATCH_URL, text, fail=fail)
                unheard.well()
            except httpx.HTTPError as problem:
                unheard.wrong(problem)
            await first_of(closing, timeout=max(1.0, EVERY_S - (time.monotonic() - begun)))
