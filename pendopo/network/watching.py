"""The loop that tells collectors what to watch, and hears from them who is reached.

The plan is told whole every few seconds. The mark `run/network.plan` in the data folder lets the supervisor start a collector only where
there is something to watch.
"""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import msgspec
import nats.errors
import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils.translation import override
from nats.aio.client import Client
from nats.aio.msg import Msg

from pendopo.audit.waking import Complaint, first_of, in_thread
from pendopo.bus import subjects
from pendopo.bus.messages import PollPlan, Presence, pack

from .actions import Heard, declare, hear
from .graph import Network
from .plan import poll_plan
from .reading import Names, read_network, span_ends
from .weakness import Weakness

PLAN_S = 5.0
# A collector that was not heard for so long is cut off itself: of its devices nobody says anything.
SILENT_S = 30.0
# The same is judged again this often: alerts may have been changed by others meanwhile.
AGAIN_S = 60.0
MARK = "run/network.plan"
# Loss, time now, time usually.
WEAK_FIGURES = 3


@dataclass
class Picture:
    """The network as the loop read it last."""

    network: Network
    names: Names
    ends: dict[tuple[str, str], str]


@dataclass
class Listener:
    """The newest word of each collector; older ones are no news. One that was not heard for a while says nothing any more."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    words: dict[str, tuple[float, Presence]] = field(default_factory=dict)

    async def take(self, message: Msg) -> None:
        """A word came."""
        with contextlib.suppress(msgspec.MsgspecError):
            word = msgspec.json.decode(message.data, type=Presence)
            if is_usable(word):
                self.words[word.collector] = (time.monotonic(), word)
                self.wake.set()

    def together(self) -> Presence | None:
        """What all collectors say, as one word at the newest moment; None when nobody says anything."""
        now = time.monotonic()
        self.words = {name: (at, word) for name, (at, word) in self.words.items() if now - at <= SILENT_S}
        told = sorted((word for _at, word in self.words.values()), key=lambda word: datetime.fromisoformat(word.at))
        if not told:
            return None
        devices = {code: up for word in told for code, up in word.devices.items()}
        lines = {code: states for word in told for code, states in word.lines.items()}
        weak = {code: figures for word in told for code, figures in word.weak.items() if len(figures) == WEAK_FIGURES}
        return Presence(at=told[-1].at, devices=devices, lines=lines, weak=weak)


@dataclass
class Judge:
    """Judges what is heard; the same about the same network only once in a while, so that a quiet network costs nothing."""

    heard: tuple[Heard, Network] | None = None
    at: float = 0.0
    weakness: Weakness = field(default_factory=Weakness)
    weighed: str = ""

    def take(self, picture: Picture, word: Presence) -> bool:
        """Judges a word where it says something new. Says whether it did."""
        heard, now = heard_of(picture, word), time.monotonic()
        if word.at != self.weighed:  # the same word heard again says nothing more
            self.weighed = word.at
            self.weakness.take(word.weak, heard.reached)
        heard = replace(heard, weak=frozenset(one for one in self.weakness.weak.values() if one.device in heard.reached))
        if (heard, picture.network) == self.heard and now - self.at < AGAIN_S:
            return False
        judge(picture, heard, word.at)
        self.heard, self.at = (heard, picture.network), now
        return True


def look() -> tuple[PollPlan, Picture | None]:
    """The plan and the network; declares the figures once there is something to watch, and leaves or takes away the mark."""
    plan = poll_plan()
    mark = settings.DATA_DIR / MARK
    if not plan.devices and not plan.checks:
        mark.unlink(missing_ok=True)
    else:
        declare()
        if mark.parent.is_dir() and not mark.exists():
            mark.touch()
    network, names = read_network()
    return plan, Picture(network, names, span_ends()) if network.sites else None


def heard_of(picture: Picture, word: Presence) -> Heard:
    """What a word of presence says: what it means for lines counts only from devices that are reached."""
    reached = frozenset(code for code, up in word.devices.items() if up)
    spans: dict[bool, set[str]] = {True: set(), False: set()}
    for device, lines in word.lines.items():
        for number, up in lines.items():
            if device in reached and (device, number) in picture.ends:
                spans[up].add(picture.ends[device, number])
    return Heard(reached, frozenset(word.devices) - reached, frozenset(spans[False]), frozenset(spans[True] - spans[False]))


def judge(picture: Picture, heard: Heard, at: str) -> None:
    """Outages become alerts, in the language of the house."""
    with override(settings.LANGUAGE_CODE):
        hear(network=picture.network, names=picture.names, heard=heard, at=datetime.fromisoformat(at), region=settings.REGION)


def is_usable(word: Presence) -> bool:
    """Whether its moment is one, with a zone: a word without is no word."""
    try:
        return datetime.fromisoformat(word.at).tzinfo is not None
    except ValueError:
        return False


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Runs until the house closes; complains once when bus or database are away."""
    complaint = Complaint("the network is not watched")
    listener = Listener()
    await nc.subscribe(subjects.presence(), cb=listener.take)
    with ThreadPoolExecutor(1, thread_name_prefix="network") as thread:
        await _follow(nc, closing, listener, thread, complaint)


async def _follow(nc: Client, closing: asyncio.Event, listener: Listener, thread: ThreadPoolExecutor, complaint: Complaint) -> None:
    clock = asyncio.get_running_loop().time
    due = 0.0
    picture: Picture | None = None
    judge = Judge()
    while not closing.is_set():
        try:
            if clock() >= due:
                due = clock() + PLAN_S
                plan, picture = await in_thread(thread, look)
                # An empty plan is told too: a collector that runs must let go of what was taken out of use.
                await nc.publish(subjects.poll_plan(), pack(plan))
            listener.wake.clear()
            word = listener.together()
            if word is not None and picture is not None:
                await in_thread(thread, partial(judge.take, picture, word))
            complaint.well()
        except (DatabaseError, InterfaceError, psycopg.Error, nats.errors.Error, TimeoutError) as problem:
            complaint.wrong(problem)
        await first_of(listener.wake, closing, timeout=max(0.05, due - clock()))
