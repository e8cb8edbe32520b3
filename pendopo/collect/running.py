"""The collector: takes the plan from the bus, probes, polls and checks, and sends readings. No Django, no database."""

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from pendopo.bus import client as bus
from pendopo.bus import subjects
from pendopo.bus.messages import PollCheck, PollDevice, PollPlan, Presence, Reading, encode

from .access import PUBLIC, read_access
from .checking import Checked, check
from .credentials import WrongCredentials
from .polling import EVERY_S, Poller
from .probing import NoProbes, Prober

logger = logging.getLogger(__name__)

PRESENCE_S = 60.0
CHECK_S = 60.0
# Services that are checked at once: those that never answer must not hold up the others.
CHECKS_TOGETHER = 16
SEND_S = 1.0
AGAIN_S = 5.0
# Readings that wait while the bus is away; the oldest go first.
MOST_WAITING = 200_000
IN_A_MESSAGE = 2000
# Words about several devices that change together leave together: all that hangs behind a cut is told with it.
GATHER_S = 0.06


def moment(at: float | None = None) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(time.time() if at is None else at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_probed(address: str) -> bool:
    """Whether the prober can reach such an address at all: it speaks ICMP over IPv4. Of others nobody says that they are gone."""
    return ":" not in address


class Collector:
    """Everything that one collector does, by the plan it was told last."""

    def __init__(self, nc: Client, access: Path | None, beat: Path | None = None, line: socket.socket | None = None) -> None:
        self.nc, self.access, self.beat = nc, access, beat
        self.plan = PollPlan(source="")
        self.known = b""
        self.devices: dict[str, PollDevice] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.lines: dict[str, dict[str, bool]] = {}
        self.waiting: list[dict[str, Any]] = []
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
        loops = [self._send(), self._presence(), self._checks()]
        if self.beat is not None:
            loops.append(self._beat(self.beat))
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
        if message.data == self.known:
            return
        try:
            self.follow(msgspec.json.decode(message.data, type=PollPlan))
        except (msgspec.MsgspecError, ValueError) as problem:
            logger.warning("collect: a plan cannot be used: %s", problem)
        self.known = message.data

    def follow(self, plan: PollPlan) -> None:
        """From now on this plan: what it leaves out is watched no more, what changed is begun anew."""
        try:
            credentials = read_access(self.access)
        except WrongCredentials as wrong:
            logger.warning("collect: devices are asked as “%s” only: %s", PUBLIC, wrong)
            credentials = read_access(None)
        wanted = {device.code: device for device in plan.devices}
        for code in [code for code, device in self.devices.items() if wanted.get(code) != device]:
            self.tasks.pop(code).cancel()
            self.lines.pop(code, None)
            del self.devices[code]
        for place, (code, device) in enumerate(wanted.items()):
            if code not in self.devices:
                known = credentials.get(device.access)
                if known is None:
                    logger.warning("collect: %s names the credentials “%s”, which are not in the file", code, device.access)
                    known = credentials[PUBLIC]
                poller = Poller(device, known, self.tell, self._line)
                self.tasks[code] = asyncio.create_task(poller.run(start_s=EVERY_S * place / max(1, len(wanted))))
                self.devices[code] = device
        self.plan = plan
        if self.prober is not None:
            self.prober.watch({device.address: None for device in plan.devices if is_probed(device.address)})

    def tell(self, indicator: str, dims: Mapping[str, str], at: float, value: float) -> None:
        """A reading of a device waits to be sent."""
        device = self.devices.get(dims.get("device", ""))
        if device is not None:
            self._wait(indicator, device.region, dims, at, value)

    def _wait(self, indicator: str, region: str, dims: Mapping[str, str], at: float, value: float) -> None:
        self.waiting.append({"indicator": indicator, "region": region, "at": moment(at), "value": round(value, 3), "dims": dict(dims)})
        del self.waiting[:-MOST_WAITING]

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
            word = Presence(at=moment(now), devices=told, lines=self.lines)
            with contextlib.suppress(nats.errors.Error):
                await self.nc.publish(subjects.presence(), encode(word))
                await self.nc.flush()

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
            due = time.monotonic() + PRESENCE_S
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
            await asyncio.sleep(CHECK_S if self.plan.checks else SEND_S)

    async def _check(self, one: PollCheck, gate: asyncio.Semaphore) -> None:
        async with gate:
            done = await check(one.target)
        dims, now = {"service": one.code}, time.time()
        self._wait("net.service.up", one.region, dims, now, float(done.up))
        if done.up:
            self._wait("net.service.time", one.region, dims, now, 1000 * done.took_s)
        if done.certificate_days is not None:
            self._wait("net.certificate.days", one.region, dims, now, done.certificate_days)
        self._complain(one, done)

    def _complain(self, one: PollCheck, done: Checked) -> None:
        if done.up and one.code in self.failing:
            logger.warning("collect: the service %s (%s) answers again", one.code, one.target)
        if not done.up and one.code not in self.failing:
            logger.warning("collect: the service %s (%s): %s", one.code, one.target, done.why)
        (self.failing.discard if done.up else self.failing.add)(one.code)

    async def _send(self) -> None:
        """Sends what waits, in order; a message counts as sent when the bus says that it is on disk."""
        lost = False
        while True:
            await asyncio.sleep(SEND_S)
            while self.waiting and self.plan.source:
                part = self.waiting[:IN_A_MESSAGE]
                try:
                    await self.nc.jetstream().publish(subjects.reading(self.plan.source), encode(Reading(observations=part)))
                except (nats.errors.Error, nats.js.errors.Error, TimeoutError) as problem:
                    if not lost:
                        logger.warning("collect: readings wait for the bus: %s", problem)
                    lost = True
                    break
                lost = False
                del self.waiting[: len(part)]

    async def _beat(self, beat: Path) -> None:
        """Writes the system's monotonic time each second: the supervisor starts a collector anew that hangs."""
        while True:
            with contextlib.suppress(OSError):
                beat.write_text(f"{time.monotonic():020.3f}", encoding="ascii")
            await asyncio.sleep(1.0)


async def run(url: str, access: Path | None, beat: Path | None = None) -> None:
    """Connects to the bus and collects until SIGTERM or SIGINT."""
    closing = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, closing.set)
    nc = await bus.connect(url, name="collect")
    try:
        await Collector(nc, access, beat).run(closing)
    finally:
        await nc.close()
