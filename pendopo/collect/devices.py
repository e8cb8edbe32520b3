"""What a device says of itself and of its interfaces (SNMPv2-MIB system group, IF-MIB)."""

from dataclasses import dataclass

from gufo.snmp import ValueType

from .snmp import Agent

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
IF_TABLE = "1.3.6.1.2.1.2.2.1"
IF_X_TABLE = "1.3.6.1.2.1.31.1.1.1"
DESCR, SPEED, OPER, IN_OCTETS, OUT_OCTETS = (f"{IF_TABLE}.{column}" for column in (2, 5, 8, 10, 16))
NAME, HC_IN_OCTETS, HC_OUT_OCTETS, HIGH_SPEED = (f"{IF_X_TABLE}.{column}" for column in (1, 6, 10, 15))
OPER_WORDS = {1: "up", 2: "down"}
# ifSpeed of everything that is faster than it can say.
SPEED_OVERFLOW = 2**32 - 1
MEGABIT = 1_000_000


@dataclass(frozen=True)
class Interface:
    """One interface: counters in octets since some start (64 bit where the device has them), speed in bit/s; None = not told."""

    index: int
    name: str
    speed_bps: int | None
    oper: str
    in_octets: int | None
    out_octets: int | None


@dataclass(frozen=True)
class Device:
    """One device as it says itself."""

    address: str
    name: str
    description: str
    interfaces: tuple[Interface, ...]


async def look_at(agent: Agent) -> Device:
    """Asks the device for everything; raises `Silent` when it does not answer."""
    system = await agent.get([SYS_DESCR, SYS_NAME])
    columns = {oid: await agent.column(oid) for oid in (DESCR, SPEED, OPER, NAME, HIGH_SPEED, HC_IN_OCTETS, HC_OUT_OCTETS)}
    # Some devices have counters of 32 bit for some interfaces only.
    for wide, narrow in ((HC_IN_OCTETS, IN_OCTETS), (HC_OUT_OCTETS, OUT_OCTETS)):
        if set(columns[DESCR]) - set(columns[wide]):
            columns[wide] = {**await agent.column(narrow), **columns[wide]}
    interfaces = tuple(interface(index, {oid: values.get(index) for oid, values in columns.items()}) for index in columns[DESCR])
    return Device(agent.address, words(system.get(SYS_NAME)), words(system.get(SYS_DESCR)), interfaces)


def interface(index: int, row: dict[str, ValueType]) -> Interface:
    """One row of the two tables."""
    return Interface(
        index=index,
        name=words(row[NAME]) or words(row[DESCR]),
        speed_bps=speed(whole(row[HIGH_SPEED]), whole(row[SPEED])),
        oper=OPER_WORDS.get(whole(row[OPER]) or 0, "other"),
        in_octets=whole(row[HC_IN_OCTETS]),
        out_octets=whole(row[HC_OUT_OCTETS]),
    )


def speed(megabits: int | None, bits: int | None) -> int | None:
    """bit/s from ifHighSpeed (Mbit/s) and ifSpeed (bit/s, exact but at most 4.29 Gbit/s)."""
    if bits and bits != SPEED_OVERFLOW:
        return bits
    return megabits * MEGABIT if megabits else bits if megabits is None else 0


def words(value: ValueType) -> str:
    """Text as devices send it: bytes, often with a zero at the end; no database keeps a zero."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return text.replace("\x00", "").strip()


def whole(value: ValueType) -> int | None:
    """A whole number, None for anything else."""
    return value if isinstance(value, int) else None
