"""One device polled over SNMP: octets, errors, discards and the state of its lines become rates. One request in flight."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from gufo.snmp import ValueType

from pendopo.bus.messages import PollDevice, PollPort

from .credentials import Credentials
from .devices import HC_IN_OCTETS, HC_OUT_OCTETS, IF_TABLE, IN_OCTETS, OPER, OUT_OCTETS, whole, words
from .rates import Reading, Reducer, growth, seconds_between
from .snmp import Agent, Silent

logger = logging.getLogger(__name__)

UPTIME = "1.3.6.1.2.1.1.3.0"
IN_DISCARDS, IN_ERRORS, OUT_ERRORS = f"{IF_TABLE}.13", f"{IF_TABLE}.14", f"{IF_TABLE}.20"
# Column, the observation it becomes, its bits, and what one unit of the counter is in the observation's unit.
LOSSES = (
    (IN_ERRORS, "net.errors", 32, 1.0),
    (OUT_ERRORS, "net.errors.out", 32, 1.0),
    (IN_DISCARDS, "net.discards", 32, 1.0),
)
COUNTERS = (
    (HC_IN_OCTETS, "net.in", 64, 8.0),
    (HC_OUT_OCTETS, "net.out", 64, 8.0),
    *LOSSES,
)
# What interfaces without counters of 64 bits are asked instead.
NARROW_COUNTERS = (
    (IN_OCTETS, "net.in", 32, 8.0),
    (OUT_OCTETS, "net.out", 32, 8.0),
    *LOSSES,
)
# Ten-second rates of uplinks are kept as figures of their own.
FINE = {"net.in": "net.uplink.in", "net.out": "net.uplink.out"}
EVERY_S = 10.0
# The state of a line is told when it turns, and again after this.
LINES_S = 300.0
UNITS_S = 60.0
# So many values fit into a question and its answer on a real line, of 28 bytes at most each; eight ports of six columns.
TOGETHER = 48
UP = 1

Tell = Callable[[str, dict[str, str], float, float], None]
Lines = Callable[[str, dict[str, bool]], None]


class Counter(NamedTuple):
    """A counter of an interface: where it stands, what its rate is called, its bits, what one unit of it is, and as which figure each
    of its rates is kept ('' = only means)."""

    oid: str
    named: tuple[str, str]
    bits: int
    factor: float
    fine: str = ""


class Poller:
    """Polls one device every ten seconds until it is cancelled. `tell(indicator, dims, at, value)` takes means of five minutes."""

    def __init__(
        self, device: PollDevice, credentials: Credentials, tell: Tell, lines: Lines, cadence: Callable[[], float] = lambda: 1.0
    ) -> None:
        self.device, self.tell, self.lines, self.cadence = device, tell, lines, cadence
        self.agent = Agent(device.address, credentials, port=device.port)
        self.read: Reading | None = None
        self.before: dict[str, int] = {}
        self.reducer = Reducer()
        self.narrow: set[int] = set()
        self._settle()
        self.complained = False
        self.units_due = 0.0
        self.told: dict[str, tuple[bool, float]] = {}
        self.wake = asyncio.Event()

    def _settle(self) -> None:
        """What is asked each round and what becomes of it: made once, because a round is made for each device every ten seconds."""
        self.asked = questions(self.device.ports, self.narrow)
        self.states = [(str(port.number), f"{OPER}.{port.number}") for port in self.device.ports]
        self.counters = [
            Counter(f"{column}.{port.number}", (indicator, port.name), bits, factor, FINE.get(indicator, "") if port.uplink else "")
            for port in self.device.ports
            for column, indicator, bits, factor in counters_of(port, self.narrow)
        ]

    async def run(self, every_s: float = EVERY_S, start_s: float = 0.0) -> None:
        """Polls for ever, beginning after `start_s`, so that not all devices are asked at the same moment; at once when it is woken."""
        await asyncio.sleep(start_s)
        due = time.monotonic()
        while True:
            await self.once()
            due = max(due + every_s, time.monotonic())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), due - time.monotonic())
                due = time.monotonic()
                self.wake.clear()

    async def once(self) -> None:
        """One round; complains once when the device falls silent, and once when it is back."""
        try:
            values = await self._values()
        except Silent as silent:
            self._complain(str(silent))
            return
        except Exception as problem:  # whatever a device or the library makes of it: the next round asks again
            self._complain(f"cannot be asked ({type(problem).__name__}: {problem})")
            return
        if self.complained:
            logger.warning("collect: %s (%s) answers again", self.device.code, self.device.address)
        self.complained = False
        now = time.time()
        self.take(values, now)
        if self.units_due <= now:
            self.units_due = now + UNITS_S * self.cadence()
            self.take_units(values, now)

    def _complain(self, why: str) -> None:
        if not self.complained:
            logger.warning("collect: %s (%s) %s", self.device.code, self.device.address, why)
        self.complained = True

    async def _values(self) -> dict[str, ValueType]:
        found: dict[str, ValueType] = {}
        groups = self.asked
        if self.units_due <= time.time():
            units = [value.oid for value in self.device.values]
            groups = groups + [units[start : start + TOGETHER] for start in range(0, len(units), TOGETHER)]
        for group in groups:
            found |= await self.agent.get(group)
        return found

    def take(self, values: dict[str, ValueType], at: float) -> None:
        """What the device said at `at`: the state of lines, and rates against the round before. A vanished interface says nothing."""
        states = {number: values[oid] == UP for number, oid in self.states if oid in values}
        if states:
            self.lines(self.device.code, states)
            self._tell_lines(states, at)
        read = Reading(at, whole(values.get(UPTIME)) or 0)
        took = seconds_between(self.read, read) if self.read else None
        grown, self.read = self._grown(values), read
        if took is not None:
            self._tell_rates(grown, at, took)
        plain = {int(number) for number in states if f"{HC_IN_OCTETS}.{number}" not in values} - self.narrow
        if plain:
            self.narrow |= plain
            self._settle()

    def _tell_lines(self, states: dict[str, bool], at: float) -> None:
        """The state of lines goes into history when it turns, and every five minutes."""
        for port in self.device.ports:
            up = states.get(str(port.number))
            if not port.line or up is None:
                continue
            known = self.told.get(port.name)
            if known is None or known[0] != up or at - known[1] >= LINES_S:
                self.told[port.name] = (up, at)
                self.tell("net.line", {"device": self.device.code, "interface": port.name}, at, float(up))

    def take_units(self, values: dict[str, ValueType], at: float) -> None:
        """What sensors and meters show."""
        for value in self.device.values:
            shown = number(values.get(value.oid))
            if shown is not None:
                self.tell("net.unit", {"unit": value.unit}, at, shown * value.factor)

    def _grown(self, values: dict[str, ValueType]) -> list[tuple[Counter, int]]:
        """By how much each counter grew since the reading before; one that was not there then, is not now or was cleared is left out."""
        found, before = [], self.before
        after = {counter.oid: value for counter in self.counters if isinstance(value := values.get(counter.oid), int)}
        for counter in self.counters:
            if counter.oid in after and counter.oid in before:
                grown = growth(before[counter.oid], after[counter.oid], counter.bits)
                if grown is not None:
                    found.append((counter, grown))
        self.before = after
        return found

    def _tell_rates(self, grown: Sequence[tuple[Counter, int]], at: float, took: float) -> None:
        """Ten-second rates of uplinks as they are, means of five minutes of everything when they are complete."""
        rates = [(counter.named, grew * counter.factor / took) for counter, grew in grown]
        for (counter, _grew), (named, value) in zip(grown, rates, strict=True):
            if counter.fine:
                self.tell(counter.fine, {"device": self.device.code, "interface": named[1]}, at, value)
        for (indicator, interface), begin, mean in self.reducer.add(at, took, rates):
            self.tell(indicator, {"device": self.device.code, "interface": interface}, begin, mean)


def number(value: ValueType) -> float | None:
    """A number as devices send it: as one, or written in words ("23.5"); None for anything else."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(words(value)) if value is not None else None
    except ValueError:
        return None


def counters_of(port: PollPort, narrow: Collection[int]) -> tuple[tuple[str, str, int, float], ...]:
    """The counters of an interface: of 64 bits, where it has them."""
    return NARROW_COUNTERS if port.number in narrow else COUNTERS


def questions(ports: Sequence[PollPort], narrow: Collection[int] = ()) -> list[list[str]]:
    """The OIDs to ask, in groups that fit into one packet; each group begins with the uptime."""
    wanted = [f"{column}.{port.number}" for port in ports for column in (OPER, *(told[0] for told in counters_of(port, narrow)))]
    groups = [wanted[start : start + TOGETHER] for start in range(0, len(wanted), TOGETHER)] or [[]]
    return [[UPTIME, *group] for group in groups]
