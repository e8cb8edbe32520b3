"""What a search found beside what the inventory knows: which device is meant, what differs, and which of them are joined. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from pendopo.ui.sentence import Sentence

LONGEST_CODE = 60


class Port(msgspec.Struct, frozen=True):
    """An interface as the device itself tells it."""

    index: int
    name: str
    speed_bps: int | None = None
    oper: str = "other"


class Heard(msgspec.Struct, frozen=True):
    """A neighbour: the own interface, the other's name, interface and address; '' = not told."""

    port: str = ""
    name: str = ""
    their_port: str = ""
    address: str = ""


class Said(msgspec.Struct, frozen=True):
    """Everything that a device said. `addresses` (its own) and `spoken` (of others): address → the name of the interface."""

    address: str
    name: str = ""
    description: str = ""
    interfaces: list[Port] = []
    addresses: dict[str, str] = {}
    neighbours: list[Heard] = []
    spoken: dict[str, str] = {}

    @property
    def own(self) -> set[str]:
        """Every address by which it is known."""
        return {self.address, *self.addresses}


@dataclass(frozen=True)
class Known:
    """A device as the inventory has it. `ports`: name → (ifIndex, bit/s)."""

    code: str
    name: str
    address: str
    ports: Mapping[str, tuple[int | None, int | None]]


@dataclass(frozen=True)
class Join:
    """Two devices, by the addresses under which they were found, that are joined at these interfaces ('' = not told)."""

    a: str
    a_port: str
    b: str
    b_port: str


def code_of(text: str, taken: Collection[str] = ()) -> str:
    """A code made of a name, with a number behind it where it is taken."""
    plain = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")[: LONGEST_CODE - 4] or "device"
    number, code = 2, plain
    while code in taken:
        number, code = number + 1, f"{plain}-{number}"
    return code


def meant(said: Said, known: Iterable[Known]) -> Known | None:
    """The device of the inventory that this is: by one of its addresses, else by its name where no other address contradicts."""
    rows = list(known)
    by_address = [one for one in rows if one.address in said.own]
    by_name = [one for one in rows if not one.address and said.name and one.code == code_of(said.name)]
    return next(iter([*by_address, *by_name]), None)


def differences(said: Said, known: Known) -> list[Sentence]:
    """What the device says other than the inventory does, a sentence each."""
    told = []
    if not known.address:
        told.append(Sentence("The address %(address)s is new.", address=said.address))
    heard = {port.name: port for port in said.interfaces}
    for name, port in heard.items():
        if name not in known.ports:
            told.append(Sentence("The interface %(port)s is new.", port=name))
            continue
        number, speed = known.ports[name]
        if number != port.index:
            told.append(Sentence("%(port)s has the number %(found)s, not %(known)s.", port=name, found=port.index, known=number or "–"))
        if port.speed_bps and speed != port.speed_bps:
            told.append(
                Sentence("%(port)s runs at %(found)s Mbit/s, not %(known)s.", port=name, found=mega(port.speed_bps), known=mega(speed))
            )
    gone = sorted(name for name, (number, _speed) in known.ports.items() if number is not None and name not in heard)
    told += [Sentence("The interface %(port)s is not there any more.", port=name) for name in gone]
    return told


def mega(bits: int | None) -> str:
    """bit/s as Mbit/s; a dash for none."""
    return f"{bits / 1e6:g}" if bits else "–"


def joins(found: Iterable[Said]) -> list[Join]:
    """Which of these are joined: by what neighbours tell (LLDP, CDP), else by two that speak with nobody else on a pair of interfaces."""
    rows = list(found)
    of_address = {address: said for said in rows for address in said.own}
    of_name = {said.name.lower(): said for said in rows if said.name}
    told: dict[frozenset[tuple[str, str]], Join] = {}
    pairs: set[frozenset[str]] = set()

    def add(a: Said, a_port: str, b: Said, b_port: str) -> None:
        join = Join(a.address, a_port, b.address, b_port)
        told.setdefault(frozenset([(join.a, a_port), (join.b, b_port)]), join)
        pairs.add(frozenset([a.address, b.address]))

    for said in rows:
        for one in said.neighbours:
            other = of_address.get(one.address) or of_name.get(one.name.lower())
            if other is not None and other is not said:
                add(said, one.port, other, other_end(other, said, one))
    talks = _talks(rows, of_address)
    for (address, port), others in talks.items():
        said = of_address[address]
        if len(others) != 1:
            continue
        ((other_address, other_port),) = others
        back = talks.get((other_address, other_port), set())
        if back <= {(address, port)} and frozenset([address, other_address]) not in pairs:
            add(said, port, of_address[other_address], other_port)
    return list(told.values())


def other_end(other: Said, said: Said, heard: Heard) -> str:
    """The neighbour's interface: as it was told where it has one of that name, else as the neighbour tells it of us."""
    if any(port.name == heard.their_port for port in other.interfaces):
        return heard.their_port
    back = [one.port for one in other.neighbours if one.address in said.own or (said.name and one.name.lower() == said.name.lower())]
    return back[0] if len(back) == 1 else ""


def _talks(rows: list[Said], of_address: Mapping[str, Said]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """(address under which a device was found, interface) → the same of the devices with which it spoke there."""
    talks: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for said in rows:
        for address, port in said.spoken.items():
            other = of_address.get(address)
            if other is not None and other is not said and port:
                talks[said.address, port].add((other.address, other.addresses.get(address, "")))
    return talks
