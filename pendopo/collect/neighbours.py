"""What a device says of its surroundings: its own addresses (IP-MIB), neighbours (LLDP-MIB, CISCO-CDP-MIB) and whom it spoke to (ARP)."""

import ipaddress
from dataclasses import dataclass, field

from gufo.snmp import ValueType

from .devices import Device, look_at, whole, words
from .snmp import Agent

LLDP = "1.0.8802.1.1.2.1"
LLDP_LOCAL_PORT = f"{LLDP}.3.7.1.3"
LLDP_PORT, LLDP_PORT_TEXT, LLDP_NAME = (f"{LLDP}.4.1.1.{column}" for column in (7, 8, 9))
LLDP_ADDRESS = f"{LLDP}.4.2.1.3"
CDP = "1.3.6.1.4.1.9.9.23.1.2.1.1"
CDP_ADDRESS, CDP_NAME, CDP_PORT = (f"{CDP}.{column}" for column in (4, 6, 7))
OWN_ADDRESS, OWN_MASK = "1.3.6.1.2.1.4.20.1.2", "1.3.6.1.2.1.4.20.1.3"
SPOKEN_TO = "1.3.6.1.2.1.4.22.1.2"
# On networks as narrow as this there are two: whoever the other is, it is the other end of the line.
NETWORK_OF_TWO = 30
IPV4 = (1, 4)  # the kind and length of an address within an index of LLDP


@dataclass(frozen=True)
class Neighbour:
    """One that a device is joined to: the own interface, the other's name, interface and address; '' = not told."""

    port: str
    name: str
    their_port: str
    address: str


@dataclass(frozen=True)
class Found:
    """A device with its surroundings. `addresses` are its own, `spoken` those it spoke to and the other ends of lines of two, each with the
    name of the interface."""

    device: Device
    addresses: dict[str, str] = field(default_factory=dict)
    neighbours: tuple[Neighbour, ...] = ()
    spoken: dict[str, str] = field(default_factory=dict)

    @property
    def leads_to(self) -> list[str]:
        """Addresses of others in networks of one's own, in order; never the device's own."""
        told = [*(one.address for one in self.neighbours), *self.spoken]
        return [address for address in dict.fromkeys(told) if address not in self.addresses and is_private(address)]


def is_private(address: str) -> bool:
    """Whether an address is one of a network of one's own; loopback and link-local are of nobody else."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return False
    return told.is_private and not (told.is_loopback or told.is_link_local or told.is_multicast or told.is_unspecified)


async def look_around(agent: Agent) -> Found:
    """The device with its surroundings; raises `Silent` when it does not answer."""
    device = await look_at(agent)
    names = {port.index: port.name for port in device.interfaces}
    told = {dotted(index): names.get(whole(value) or 0, "") for index, value in (await agent.walk(OWN_ADDRESS)).items()}
    own = {address: port for address, port in told.items() if not ipaddress.ip_address(address).is_loopback}
    masks = {dotted(index): words(value) for index, value in (await agent.walk(OWN_MASK)).items()}
    ends = {end: port for address, port in own.items() if (end := other_end(address, masks.get(address, "")))}
    spoken = ends | {dotted(index[1:]): names.get(index[0], "") for index in await agent.walk(SPOKEN_TO) if len(index) == 5}
    heard = (*await _lldp(agent, names), *await _cdp(agent, names))
    return Found(device, own, tuple(dict.fromkeys(heard)), spoken)


def other_end(address: str, mask: str) -> str:
    """The other address of a network of two; '' where there may be more, or where the mask is none."""
    try:
        line = ipaddress.IPv4Interface(f"{address}/{mask}").network
    except ValueError:
        return ""
    others = [str(host) for host in line.hosts() if str(host) != address] if line.prefixlen >= NETWORK_OF_TWO else []
    return others[0] if len(others) == 1 else ""


async def _lldp(agent: Agent, names: dict[int, str]) -> list[Neighbour]:
    told = await agent.walk(LLDP_NAME)
    if not told:
        return []
    ports, texts = await agent.walk(LLDP_PORT), await agent.walk(LLDP_PORT_TEXT)
    local = {index[-1]: words(value) for index, value in (await agent.walk(LLDP_LOCAL_PORT)).items()}
    addresses = {index[:3]: dotted(index[5:]) for index in await agent.walk(LLDP_ADDRESS) if index[3:5] == IPV4 and len(index) == 9}
    found = []
    for index, name in told.items():
        # The number of a port of LLDP is mostly its ifIndex; where the port has a name of an interface, that counts.
        own = local.get(index[1], "")
        port = own if own in names.values() else names.get(index[1], own)
        their = printable(ports.get(index)) or words(texts.get(index))
        found.append(Neighbour(port, words(name), their, addresses.get(index[:3], "")))
    return found


async def _cdp(agent: Agent, names: dict[int, str]) -> list[Neighbour]:
    told = await agent.walk(CDP_NAME)
    if not told:
        return []
    ports, addresses = await agent.walk(CDP_PORT), await agent.walk(CDP_ADDRESS)
    return [
        Neighbour(names.get(index[0], ""), words(name), words(ports.get(index)), packed(addresses.get(index)))
        for index, name in told.items()
    ]


def dotted(numbers: tuple[int, ...]) -> str:
    """An IPv4 address of four numbers of an index."""
    return ".".join(map(str, numbers))


def packed(value: ValueType) -> str:
    """An IPv4 address of four bytes; '' for anything else."""
    return str(ipaddress.IPv4Address(value)) if isinstance(value, bytes) and len(value) == 4 else ""


def printable(value: ValueType) -> str:
    """A port's name; '' where it is named by bytes, such as a hardware address."""
    text = words(value)
    return text if text.isprintable() and "\ufffd" not in text else ""
