"""Flow records as nfdump writes them (`nfdump -o csv`), and their sums. Pure."""

import csv
import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

# nfdump 1.6 to 1.7.4 and from 1.7.5 on: when it began, from where, to where, octets.
HEADERS = (("ts", "sa", "da", "ibyt"), ("firstSeen", "srcAddr", "dstAddr", "bytes"))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NoFlows(ValueError):
    """A sentence that says what to write instead."""


@dataclass(frozen=True)
class Flow:
    """Octets from one address to another, with the moment at which it began."""

    at: datetime
    source: Address
    target: Address
    octets: int


@dataclass
class Talk:
    """Octets that an address of ours sent and received within an hour."""

    sent: int = 0
    received: int = 0


def read(lines: Iterable[str], zone: tzinfo) -> Iterator[Flow]:
    """The records of a file; nfdump tells times in the zone of its machine. What stands below (the summary) is left out.

    Raises NoFlows when the header is none of nfdump's.
    """
    rows = csv.reader(lines)
    header = [name.strip() for name in next(rows, [])]
    names = next((wanted for wanted in HEADERS if set(wanted) <= set(header)), None)
    if names is None:
        raise NoFlows("This is no CSV of nfdump: write it with `nfdump -r FILE -o csv`.")
    places = [header.index(name) for name in names]
    for row in rows:
        if len(row) <= max(places):
            return
        at, source, target, octets = (row[place].strip() for place in places)
        try:
            moment = datetime.fromisoformat(at)
            flow = Flow(
                moment if moment.tzinfo else moment.replace(tzinfo=zone),
                ipaddress.ip_address(source),
                ipaddress.ip_address(target),
                int(octets),
            )
        except ValueError:
            return
        if flow.octets >= 0:
            yield flow


def sums(flows: Iterable[Flow], ours: Iterable[Network]) -> dict[tuple[datetime, str], Talk]:
    """(hour, address of ours) → what it sent and received. Without networks of ours every private address is one."""
    networks = list(ours)

    def is_ours(address: Address) -> bool:
        return any(address in network for network in networks) if networks else address.is_private

    found: dict[tuple[datetime, str], Talk] = defaultdict(Talk)
    known: dict[Address, bool] = {}
    for flow in flows:
        hour = flow.at.replace(minute=0, second=0, microsecond=0)
        for address, sends in ((flow.source, True), (flow.target, False)):
            if address not in known:
                known[address] = is_ours(address)
            if known[address]:
                talk = found[hour, str(address)]
                talk.sent += flow.octets if sends else 0
                talk.received += 0 if sends else flow.octets
    return found


def owner(address: str, networks: Mapping[Network, str]) -> str:
    """Whose address it is: of the narrowest network that holds it; '' for nobody's."""
    told = ipaddress.ip_address(address)
    holding = [network for network in networks if told in network]
    return networks[max(holding, key=lambda network: network.prefixlen)] if holding else ""
