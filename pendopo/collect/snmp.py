"""One device over SNMP: one request in flight, own retries with a learning timer. The library below has none of the three."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from gufo.snmp import SnmpAuthError, SnmpError, ValueType
from gufo.snmp.aio import SnmpSession

from .credentials import Credentials
from .pacing import Pace

Answer = TypeVar("Answer")

PORT = 161
ATTEMPTS = 5
# Rows a GETBULK asks for: an answer must fit into one packet of a real line (1,400 bytes).
ROWS = 20
# What gufo-snmp 0.13 throws (no Exception, and of no importable class) when a packet ends within a length: its Rust part gives up.
PANIC = "PanicException"


class Silent(Exception):
    """The device does not answer, or not with anything that can be read. The text says which."""


class Agent:
    """The SNMP agent of one device at `address` (an IP address)."""

    def __init__(self, address: str, credentials: Credentials, *, port: int = PORT, attempts: int = ATTEMPTS) -> None:
        self.address, self.attempts = address, attempts
        self.pace = Pace()
        self._credentials, self._port = credentials, port
        self._session: SnmpSession | None = None
        self._turn = asyncio.Lock()

    async def get(self, oids: Sequence[str]) -> dict[str, ValueType]:
        """The values of some OIDs; those that the device does not have are left out."""
        return await self._ask(lambda session: session.get_many(oids))

    async def column(self, oid: str) -> dict[int, ValueType]:
        """A column of a table with one index: index → value, in the order of the table."""
        return {index[-1]: value for index, value in (await self.walk(oid)).items()}

    async def walk(self, oid: str) -> dict[tuple[int, ...], ValueType]:
        """Everything below an OID: the numbers behind it → value, in the order of the table. Ends where the table ends."""

        async def through(session: SnmpSession) -> dict[tuple[int, ...], ValueType]:
            found: dict[tuple[int, ...], ValueType] = {}
            last: tuple[int, ...] = ()
            async for name, value in session.getbulk(oid):
                index = tuple(map(int, name[len(oid) + 1 :].split(".")))
                if index <= last:
                    break  # an agent that goes in circles
                found[index] = value
                last = index
            return found

        return await self._ask(through)

    async def _ask(self, question: Callable[[SnmpSession], Awaitable[Answer]]) -> Answer:
        why = "does not answer"
        async with self._turn:
            for attempt in range(self.attempts):
                began = time.monotonic()
                try:
                    answer = await question(await self._ready())
                except TimeoutError:
                    self.pace = self.pace.missed()
                    self._session = None  # a late answer to the old question must not be taken for one to the new
                    continue
                except SnmpAuthError:
                    why = "refuses the user or the keys of SNMP v3"
                    self._session = None  # a device that was replaced has another engine: learned anew, once
                    if attempt:
                        break
                    continue
                except OSError as problem:
                    why = f"cannot be reached ({problem.strerror or problem})"
                    self._session = None
                    await asyncio.sleep(self.pace.wait_s)
                    continue
                except BaseException as problem:
                    if not isinstance(problem, SnmpError) and type(problem).__name__ != PANIC:
                        raise
                    why = "answers what is no SNMP"
                    self._session = None
                    continue
                if attempt == 0:
                    self.pace = self.pace.answered(time.monotonic() - began)
                return answer
        raise Silent(why)

    async def _ready(self) -> SnmpSession:
        """The open session; an SNMP v3 one has first learned the device's engine."""
        if self._session is None:
            session = SnmpSession(
                addr=self.address,
                port=self._port,
                community=self._credentials.community,
                user=self._credentials.user,
                timeout=self.pace.wait_s,
                max_repetitions=ROWS,
            )
            await session.refresh()
            self._session = session
        return self._session
