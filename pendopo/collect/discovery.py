"""Which devices answer at some hosts and networks."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from .credentials import Credentials
from .neighbours import Found, look_around
from .snmp import ATTEMPTS, PORT, Agent, Silent

Seen = TypeVar("Seen")

# At once; each waits for answers, not for the processor.
SIDE_BY_SIDE = 256
MOST_ADDRESSES = 65_536
# An address of a network may well be nobody: fewer questions than a named host gets.
ATTEMPTS_IN_A_NETWORK = 3


class WrongTarget(ValueError):
    """A sentence that says what to write instead."""


@dataclass(frozen=True)
class Target:
    """One address to ask; `named` is the text by which a person named this host, '' for one of a network."""

    address: str
    named: str = ""


@dataclass(frozen=True)
class Unheard:
    """A named host that gave no answer, and why."""

    named: str
    why: str


def targets_of(texts: Iterable[str]) -> tuple[list[Target], list[Unheard]]:
    """Every address once, in the order given, and the names that nobody knows. Raises `WrongTarget` for what is no network."""
    found: dict[str, Target] = {}
    unknown = []
    for text in texts:
        if "/" in text:
            for host in _hosts(text):
                found.setdefault(host, Target(host))
        elif (address := _address(text)) is not None:
            found[address] = Target(address, text)
        else:
            unknown.append(Unheard(text, "is a name that this machine cannot look up"))
        if len(found) > MOST_ADDRESSES:
            raise WrongTarget(f"More than {MOST_ADDRESSES:,} addresses at once; name smaller networks.")
    return list(found.values()), unknown


def _hosts(text: str) -> list[str]:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise WrongTarget(f"{text!r} is no network; write it as 10.20.0.0/24.") from None
    if network.num_addresses > MOST_ADDRESSES:
        raise WrongTarget(f"{text} has more than {MOST_ADDRESSES:,} addresses; name smaller networks.")
    return [str(host) for host in network.hosts()]


def _address(text: str) -> str | None:
    try:
        return str(socket.getaddrinfo(text, None, type=socket.SOCK_DGRAM)[0][4][0])
    except (OSError, UnicodeError):
        return None


async def discover(
    targets: list[Target], credentials: Credentials, look: Callable[[Agent], Awaitable[Seen]], *, port: int = PORT
) -> AsyncIterator[Seen | Unheard]:
    """What `look` sees of each device, in the order of the targets, and the named hosts that did not answer.

    Silent addresses of networks are left out.
    """
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def ask(target: Target) -> Seen | Unheard | None:
        async with gate:
            agent = Agent(target.address, credentials, port=port, attempts=ATTEMPTS if target.named else ATTEMPTS_IN_A_NETWORK)
            try:
                return await look(agent)
            except Silent as silent:
                return Unheard(target.named, str(silent)) if target.named else None

    tasks = [asyncio.create_task(ask(target)) for target in targets]
    for task in tasks:
        found = await task
        if found is not None:
            yield found


async def follow(targets: list[Target], credentials: Credentials, hops: int, *, port: int = PORT) -> AsyncIterator[Found | Unheard]:
    """Devices with their surroundings, and those to which they lead, so many steps away. A device with many addresses comes once."""
    asked, known = {target.address for target in targets}, set[str]()
    for _hop in range(hops + 1):
        leads: list[str] = []
        async for found in discover(targets, credentials, look_around, port=port):
            if isinstance(found, Found):
                if found.device.address in known:
                    continue
                known.update(found.addresses, [found.device.address])
                leads += found.leads_to
            yield found
        targets = [Target(address) for address in dict.fromkeys(leads) if address not in asked | known][:MOST_ADDRESSES]
        asked.update(target.address for target in targets)
