"""The collector: takes the plan from the bus, probes, polls and checks, and sends readings. No Django, no database."""

import asyncio
import contextlib
import logging
import re
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from pendopo.bus import client as bus
from pendopo.bus import subjects
from pendopo.bus.messages import Copied, LogLine, PollCheck, PollDevice, PollPlan, PostureWord, Presence, encode, unpack

from .access import PUBLIC, read_access
from .checking import Checked, check
from .credentials import WrongCredentials
from .listening import Ears, Listener, hear_traps
from .polling import EVERY_S, Poller
from .probing import NoProbes, Prober
from .saving import Saver
from .sending import Sender
from .urgency import Urgency

logger = logging.getLogger(__name__)

PRESENCE_S = 60.0
CHECK_S = 60.0
# Services that are checked at once: those that never answer must not hold up the others.
CHECKS_TOGETHER = 16
IDLE_S = 1.0
AGAIN_S = 5.0
DEAF_S = 30.0
# Between two questions that traps of one device cause.
TRAPS_S = 1.0
# How devices say that somebody changed them.
CHANGED = re.compile(
    r"SYS-\d-CONFIG_I|UI_COMMIT|configured from|config(?:uration)? (?:changed|saved)|rule (?:added|changed|removed) by", re.I
)
# Words about several devices that change together leave together: all that hangs behind a cut is told with it.
GATHER_S = 0.06
# From when on a word of presence says how badly a device is reached: percent lost; times the usual answer. The house judges it.
REMARKABLE_LOSS, REMARKABLE_TIMES = 1.0, 1.5


def moment(at: float | None = None) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(time.time() if at is None else at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_probed(address: str) -> bool:
    """Whether the prober can reach such an address at all: it speaks ICMP over IPv4. Of others nobody says that they are gone."""
    return ":" not in address


@dataclass(frozen=True)
class Place:
    """Where a collector runs: its name ('' = the house's own), whether its bus is a leaf node that keeps, its files, where it hears."""

    name: str = ""
    keeping: bool = False
    access: Path | None = None
    beat: Path | None = None
    ears: Ears = field(default_factory=Ears)
    traps: str = ""
    zone: tzinfo = UTC


class Collector:
    """Everything that one collector does, by the plan it was told last."""

    def __init__(self, nc: Client, place: Place, line: socket.socket | None = None) -> None:
        self.nc, self.place = nc, place
        self.sender = Sender(nc, place.keeping)
        self.saver = Saver(self._copied)
        self.urgency = Urgency()
        self.plan = PollPlan(source="")
        self.known: tuple[bytes, float] = (b"", 0.0)
        self.devices: dict[str, PollDevice] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.pollers: dict[str, Poller] = {}
        self.woken: dict[str, float] = {}
        self.lines: dict[str, dict[str, bool]] = {}
        self.turned: set[str] = set()
        self.failing: set[str] = set()
        self.telling: asyncio.Task[None] | None = None
        self.prober: Prober | None = None
        with contextlib.suppress(NoProbes):
            self.prober = Prober(self._turned, line)

    async def run(self, closing: asyncio.Event) -> None:
        """Runs until the house closes."""
        if self.prober is None:
            logger.warning("collect: devices are not probed, only asked by SNMP: give CAP_NET_RAW, or allow net.ipv4.ping_group_range")
        await self.nc.subscribe(subjects.poll_plan(), cb=self._on_plan)
        await self.nc.subscribe(subjects.posture(">"), cb=self._on_posture)
        loops = [self.sender.run(lambda: self.plan.source), self._presence(), self._checks(), self.saver.run()]
        if self.place.beat is not None:
            loops.append(self._beat(self.place.beat))
        if self.place.ears.wanted:
            loops.append(self._hear("syslog", lambda: Listener(self.place.ears, self.place.zone, self._said).run()))
        if self.place.traps:
            loops.append(self._hear("SNMP traps", lambda: hear_traps(self.place.traps, self._trapped)))
        if self.prober is not None:
            loops.append(self.prober.run())
        running = [asyncio.create_task(loop) for loop in loops]
        closed = asyncio.create_task(closing.wait())
        try:
            # A loop that ends by itself has failed: the collector ends with it, and the supervisor starts it anew.
            done, _others = await asyncio.wait([closed, *running], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in [closed, *running, *self.tasks.values()]:
                task.cancel()
            await asyncio.gather(closed, *running, *self.tasks.values(), return_exceptions=True)

    async def _on_plan(self, message: Msg) -> None:
        word = (message.data, self._access_changed())
        if word == self.known:
            return
        if word[1] != self.known[1]:
            self._forget()  # a new password must be tried on every device
        try:
            self.follow(unpack(message.data, PollPlan))
        except (msgspec.MsgspecError, ValueError) as problem:
            logger.warning("collect: a plan cannot be used: %s", problem)
        self.known = word

    async def _on_posture(self, message: Msg) -> None:
        try:
            self.urgency.hear(msgspec.json.decode(message.data, type=PostureWord))
        except (msgspec.MsgspecError, ValueError) as problem:
            logger.warning("collect: the word of a posture cannot be used: %s", problem)

    def _often(self, region: str) -> float:
        """How much of the usual time lies between two measurements in a region now."""
        return self.urgency.cadence(region, time.time())

    def _access_changed(self) -> float:
        """When the file of credentials was written; 0 where there is none."""
        try:
            return self.place.access.stat().st_mtime if self.place.access else 0.0
        except OSError:
            return 0.0

    def _forget(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        self.tasks.clear()
        self.pollers.clear()
        self.devices.clear()

    def follow(self, told: PollPlan) -> None:
        """From now on this plan, as far as it is for this collector: what it leaves out is watched no more, what changed is begun anew."""
        try:
            credentials = read_access(self.place.access)
        except WrongCredentials as wrong:
            logger.warning("collect: devices are asked as “%s” only: %s", PUBLIC, wrong)
            credentials = read_access(None)
        mine = [device for device in told.devices if device.collector == self.place.name]
        plan = PollPlan(source=told.source, devices=mine, checks=[] if self.place.name else told.checks)
        wanted = {device.code: device for device in plan.devices}
        for code in [code for code, device in self.devices.items() if wanted.get(code) != device]:
            self.tasks.pop(code).cancel()
            self.pollers.pop(code, None)
            self.lines.pop(code, None)
            del self.devices[code]
        for place, (code, device) in enumerate(wanted.items()):
            if code not in self.devices:
                known = credentials.get(device.access)
                if known is None:
                    logger.warning("collect: %s names the credentials “%s”, which are not in the file", code, device.access)
                    known = credentials[PUBLIC]
                poller = Poller(device, known, partial(self._wait, device.region), self._line, partial(self._often, device.region))
                self.pollers[code] = poller
                self.tasks[code] = asyncio.create_task(poller.run(start_s=EVERY_S * place / max(1, len(wanted))))
                self.devices[code] = device
        self.plan = plan
        self.saver.follow({device.code: (device, credentials.get(device.access, credentials[PUBLIC])) for device in mine})
        if self.prober is not None:
            self.prober.watch({device.address: None for device in plan.devices if is_probed(device.address)})

    def tell(self, indicator: str, dims: Mapping[str, str], at: float, value: float) -> None:
        """A reading of a device waits to be sent."""
        device = self.devices.get(dims.get("device", ""))
        if device is not None:
            self._wait(device.region, indicator, dims, at, value)

    def _wait(self, region: str, indicator: str, dims: Mapping[str, str], at: float, value: float) -> None:
        row = {"indicator": indicator, "region": region, "at": moment(at), "value": round(value, 3), "dims": dict(dims)}
        self.sender.readings.put(row)

    def _line(self, device: str, states: dict[str, bool]) -> None:
        if self.lines.get(device) != states:
            self.lines[device] = states
            self._later()

    def _turned(self, address: str) -> None:
        self.turned.update(device.code for device in self.plan.devices if device.address == address)
        self._later()

    def _later(self) -> None:
        if self.telling is None or self.telling.done():
            self.telling = asyncio.create_task(self._tell_presence(GATHER_S))

    async def _tell_presence(self, wait_s: float = 0.0) -> None:
        """Who is reached, now: all of it, so that who hears it late is right too; what turned also goes into history."""
        await asyncio.sleep(wait_s)
        if self.prober is None:
            return
        known = self.prober.watched
        states = {device.code: known[device.address].up for device in self.plan.devices if device.address in known}
        if None in states.values():
            return  # a picture with holes would end outages that still are
        told = {code: bool(up) for code, up in states.items()}
        turned, self.turned = self.turned, set()
        now = time.time()
        for code in sorted(turned & told.keys()):
            self.tell("net.up", {"device": code}, now, float(told[code]))
        if told:
            word = Presence(at=moment(now), devices=told, lines=self.lines, weak=self._weak(), collector=self.place.name)
            with contextlib.suppress(nats.errors.Error):
                await self.nc.publish(subjects.presence(), encode(word))
                await self.nc.flush()

    def _weak(self) -> dict[str, list[float]]:
        """Who is reached, but badly."""
        found, now = {}, time.monotonic()
        for device in self.plan.devices:
            watched = self.prober.watched.get(device.address) if self.prober else None
            if watched is None or not watched.up:
                continue
            loss, usual, middle = 100 * watched.loss_while_up, watched.usual_s(now), watched.rtt_s
            if loss >= REMARKABLE_LOSS or (usual and middle and middle >= REMARKABLE_TIMES * usual):
                found[device.code] = [round(loss, 1), round(1000 * (middle or 0.0), 1), round(1000 * (usual or 0.0), 1)]
        return found

    async def _presence(self) -> None:
        """Each minute the presence, the way's time and loss of every device; each few seconds the presence for who listens."""
        due = time.monotonic() + AGAIN_S
        while True:
            await asyncio.sleep(AGAIN_S)
            if self.prober is None:
                continue
            await self._tell_presence()
            if time.monotonic() < due:
                continue
            due = time.monotonic() + PRESENCE_S * self.urgency.soonest((device.region for device in self.plan.devices), time.time())
            now = time.time()
            for device in self.plan.devices:
                watched = self.prober.watched.get(device.address)
                if watched is None or watched.up is None:
                    continue
                dims = {"device": device.code}
                self.tell("net.up", dims, now, float(watched.up))
                self.tell("net.loss", dims, now, 100 * watched.loss)
                if watched.up and watched.rtt_s is not None:
                    self.tell("net.rtt", dims, now, 1000 * watched.rtt_s)

    async def _checks(self) -> None:
        while True:
            gate = asyncio.Semaphore(CHECKS_TOGETHER)
            await asyncio.gather(*(self._check(one, gate) for one in self.plan.checks))
            often = self.urgency.soonest((one.region for one in self.plan.checks), time.time())
            await asyncio.sleep(CHECK_S * often if self.plan.checks else IDLE_S)

    async def _check(self, one: PollCheck, gate: asyncio.Semaphore) -> None:
        async with gate:
            done = await check(one.target)
        dims, now = {"service": one.code}, time.time()
        self._wait(one.region, "net.service.up", dims, now, float(done.up))
        if done.up:
            self._wait(one.region, "net.service.time", dims, now, 1000 * done.took_s)
        if done.certificate_days is not None:
            self._wait(one.region, "net.certificate.days", dims, now, done.certificate_days)
        if done.offset_s is not None:
            self._wait(one.region, "net.ntp.offset", dims, now, 1000 * done.offset_s)
        self._complain(one, done)

    def _complain(self, one: PollCheck, done: Checked) -> None:
        if done.up and one.code in self.failing:
            logger.warning("collect: the service %s (%s) answers again", one.code, one.target)
        if not done.up and one.code not in self.failing:
            logger.warning("collect: the service %s (%s): %s", one.code, one.target, done.why)
        (self.failing.discard if done.up else self.failing.add)(one.code)

    async def _hear(self, what: str, listen: Callable[[], Awaitable[None]]) -> None:
        """Hears; where a port cannot be opened, the rest of the collector goes on, and it is tried again."""
        complained = False
        while True:
            try:
                await listen()
            except OSError as problem:
                if not complained:
                    logger.warning("collect: %s are not heard: %s", what, problem)
                complained = True
                await asyncio.sleep(DEAF_S)

    def _trapped(self, address: str) -> None:
        """A device has something to say: it is asked at once, not in its turn, but not more often than it can be."""
        for code, device in self.devices.items():
            if device.address == address and time.monotonic() - self.woken.get(code, 0.0) >= TRAPS_S:
                self.woken[code] = time.monotonic()
                self.pollers[code].wake.set()

    def _said(self, line: LogLine) -> None:
        """A line of syslog waits to be sent; one that tells of a changed configuration has it copied."""
        self.sender.lines.put(line)
        if CHANGED.search(line.text):
            self.saver.changed(line.sender)

    def _copied(self, copy: Copied) -> None:
        self.sender.copies.put(msgspec.structs.replace(copy, at=moment()))

    async def _beat(self, beat: Path) -> None:
        """Writes the system's monotonic time each second: the supervisor starts a collector anew that hangs."""
        while True:
            with contextlib.suppress(OSError):
                beat.write_text(f"{time.monotonic():020.3f}", encoding="ascii")
            await asyncio.sleep(1.0)


async def run(url: str, place: Place) -> None:
    """Connects to the bus and collects until SIGTERM or SIGINT."""
    closing = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, closing.set)
    nc = await bus.connect(url, name=f"collect {place.name}".strip())
    try:
        await Collector(nc, place).run(closing)
    finally:
        await nc.close()
