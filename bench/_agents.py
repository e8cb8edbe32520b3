"""Many SNMP agents in one quick process: each answers on an address of its own (127.77.x.y) from one table.

Usage: python bench/_agents.py PORT COUNT [RECORDING]

The table holds the system group and the interfaces of a real recording (`.snmprec`), repeated until there are INTERFACES of them; without
a recording the values are made up. Only what pollers ask is spoken: GET, GETNEXT and GETBULK of SNMP v2c.
"""

import bisect
import contextlib
import selectors
import socket
import sys
from pathlib import Path

INTERFACES = 24
IF_TABLE, IF_X_TABLE = (1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
# Column → the tag of its values: state, errors and discards (32 bit), octets (64 bit), names.
COLUMNS = {
    (*IF_TABLE, 8): 0x02,
    (*IF_TABLE, 13): 0x41,
    (*IF_TABLE, 14): 0x41,
    (*IF_TABLE, 20): 0x41,
    (*IF_X_TABLE, 6): 0x46,
    (*IF_X_TABLE, 10): 0x46,
}
GET, GETNEXT, GETBULK, RESPONSE = 0xA0, 0xA1, 0xA5, 0xA2
END_OF_MIB = b"\x82\x00"
Oid = tuple[int, ...]


def address(number: int) -> str:
    """The address of an agent."""
    return f"127.77.{number // 250}.{number % 250 + 1}"


def length(size: int) -> bytes:
    """BER length."""
    return bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else bytes([0x82, size >> 8, size & 255])


def packed(tag: int, body: bytes) -> bytes:
    """One value."""
    return bytes([tag]) + length(len(body)) + body


def whole(value: int, tag: int = 0x02) -> bytes:
    """A number."""
    return packed(tag, value.to_bytes(max(1, (value.bit_length() + 8) // 8), "big"))


def oid_bytes(oid: Oid) -> bytes:
    """An OID's body."""
    out = bytearray([oid[0] * 40 + oid[1]])
    for part in oid[2:]:
        pieces = [part & 127]
        while part := part >> 7:
            pieces.append((part & 127) | 128)
        out += bytes(reversed(pieces))
    return bytes(out)


def oid_of(body: bytes) -> Oid:
    """An OID of its body."""
    parts, part = [body[0] // 40, body[0] % 40], 0
    for byte in body[1:]:
        part = (part << 7) | (byte & 127)
        if byte < 128:
            parts.append(part)
            part = 0
    return tuple(parts)


def item(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag, body and the place behind a value."""
    tag, size, start = data[at], data[at + 1], at + 2
    if size & 128:
        count = size & 127
        size, start = int.from_bytes(data[start : start + count], "big"), start + count
    return tag, data[start : start + size], start + size


def recorded(path: Path) -> dict[Oid, str]:
    """The values of a recording by OID."""
    found = {}
    for line in path.read_text(errors="replace").splitlines():
        oid, _bar, rest = line.partition("|")
        with contextlib.suppress(ValueError):
            found[tuple(map(int, oid.strip(".").split(".")))] = rest.partition("|")[2]
    return found


def table(recording: Path | None) -> dict[Oid, bytes]:
    """Everything that an agent knows: OID → its value in BER."""
    told = recorded(recording) if recording else {}
    known = {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): packed(0x04, b"agent"),
        (1, 3, 6, 1, 2, 1, 1, 3, 0): whole(8_640_000, 0x43),
        (1, 3, 6, 1, 2, 1, 1, 5, 0): packed(0x04, b"agent"),
    }
    for column, tag in COLUMNS.items():
        values = [int(value) for oid, value in sorted(told.items()) if oid[:-1] == column and value.isdigit()] or [
            1 if column[-1] == 8 else 123_456_789
        ]
        for number in range(1, INTERFACES + 1):
            known[*column, number] = whole(values[number % len(values)], tag)
    for number in range(1, INTERFACES + 1):
        known[*IF_TABLE, 1, number] = whole(number)
        known[*IF_TABLE, 2, number] = known[*IF_X_TABLE, 1, number] = packed(0x04, f"eth{number}".encode())
    return known


class Agents:
    """Answers from one table."""

    def __init__(self, known: dict[Oid, bytes]) -> None:
        self.order = sorted(known)
        self.pairs = {oid: packed(0x30, packed(0x06, oid_bytes(oid)) + known[oid]) for oid in self.order}
        self.raw = {oid_bytes(oid): self.pairs[oid] for oid in self.order}

    def after(self, oid: Oid) -> int:
        """Where the next one stands."""
        return bisect.bisect_right(self.order, oid)

    def answer(self, data: bytes) -> bytes:
        """The answer to a question."""
        _tag, message, _end = item(data, 0)
        _tag, _version, at = item(message, 0)
        head = message[:at]
        _tag, _community, end = item(message, at)
        head += message[at:end]
        kind, pdu, _end = item(message, end)
        _tag, number, at = item(pdu, 0)
        _tag, first, at = item(pdu, at)
        _tag, second, at = item(pdu, at)
        _tag, asked, _end = item(pdu, at)
        names, at = [], 0
        while at < len(asked):
            _tag, pair, at = item(asked, at)
            names.append(item(pair, 0)[1])
        if kind == GET:
            body = b"".join(self.raw.get(name) or packed(0x30, packed(0x06, name) + b"\x80\x00") for name in names)
        else:
            repeat = int.from_bytes(second, "big") if kind == GETBULK else 1
            plain = int.from_bytes(first, "big") if kind == GETBULK else 0
            body = b"".join(self.next_of(name, 1 if place < plain else repeat) for place, name in enumerate(names))
        told = packed(0x02, number) + whole(0) + whole(0) + packed(0x30, body)
        return packed(0x30, head + packed(RESPONSE, told))

    def next_of(self, name: bytes, repeat: int) -> bytes:
        """The next ones behind a name."""
        start = self.after(oid_of(name))
        found = [self.pairs[oid] for oid in self.order[start : start + repeat]]
        return b"".join(found) or packed(0x30, packed(0x06, name) + END_OF_MIB)


def main() -> None:
    """Serves until it is ended."""
    port, count = int(sys.argv[1]), int(sys.argv[2])
    agents = Agents(table(Path(sys.argv[3]) if len(sys.argv) > 3 else None))
    waiting = selectors.DefaultSelector()
    for number in range(count):
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.bind((address(number), port))
        line.setblocking(False)
        waiting.register(line, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _events in waiting.select():
            line = key.fileobj
            assert isinstance(line, socket.socket)
            with contextlib.suppress(BlockingIOError):
                while True:
                    asked, sender = line.recvfrom(4096)
                    line.sendto(agents.answer(asked), sender)


if __name__ == "__main__":
    main()
