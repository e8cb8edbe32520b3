"""Neighbours by LLDP from a real agent, the other ends of lines of two, and how a search goes on from one device to the next."""

import asyncio
import sys
from pathlib import Path

import pytest

from pendopo.collect.credentials import Credentials
from pendopo.collect.devices import Device
from pendopo.collect.discovery import Target, follow
from pendopo.collect.neighbours import Found, Neighbour, is_private, other_end, packed, printable

from . import agents

LLDP = "1.0.8802.1.1.2.1"
# OID, its kind, its value: one neighbour on the local port 1, whose number is that of lo.
ROWS = [
    (f"{LLDP}.3.7.1.3.1", "string", "lo"),
    (f"{LLDP}.4.1.1.7.0.1.1", "string", "ge-0/0/1"),
    (f"{LLDP}.4.1.1.8.0.1.1", "string", "to the district"),
    (f"{LLDP}.4.1.1.9.0.1.1", "string", "inti"),
    (f"{LLDP}.4.2.1.3.0.1.1.1.4.10.20.0.1", "integer", "2"),
]
# snmpd asks it by PING, get and getnext, line by line (pass_persist).
SCRIPT = """
import sys
rows = {rows!r}
rows = [(tuple(map(int, oid.split("."))), kind, value) for oid, kind, value in rows]
def say(row):
    print("." + ".".join(map(str, row[0])), row[1], row[2], sep="\\n", flush=True) if row else print("NONE", flush=True)
for line in iter(sys.stdin.readline, ""):
    word = line.strip()
    if word == "PING":
        print("PONG", flush=True)
        continue
    oid = tuple(map(int, sys.stdin.readline().strip().strip(".").split(".")))
    found = [row for row in rows if (row[0] == oid if word == "get" else row[0] > oid)]
    say(min(found) if found else None)
"""


async def everything(port: int, hops: int) -> list[Found]:
    """What a search from loopback finds."""
    search = follow([Target("127.0.0.1", "127.0.0.1")], Credentials(community="rahasia"), hops, port=port)
    return [found async for found in search if isinstance(found, Found)]


@agents.needed
def test_a_neighbour_by_lldp_with_its_interfaces_and_address(tmp_path: Path) -> None:
    script = tmp_path / "lldp.py"
    script.write_text(SCRIPT.format(rows=ROWS))
    with agents.snmpd(tmp_path, more=f"pass_persist .{LLDP} {sys.executable} {script}\n") as port:
        (found,) = asyncio.run(everything(port, 0))
    assert found.neighbours == (Neighbour("lo", "inti", "ge-0/0/1", "10.20.0.1"),)
    assert found.leads_to[0] == "10.20.0.1" and not any(address.startswith("127.") for address in found.addresses)


@pytest.mark.parametrize(
    ("address", "mask", "end"),
    [
        ("198.18.1.1", "255.255.255.252", "198.18.1.2"),
        ("198.18.1.2", "255.255.255.252", "198.18.1.1"),
        ("10.0.0.0", "255.255.255.254", "10.0.0.1"),
        ("10.0.0.1", "255.255.255.0", ""),
        ("10.0.0.1", "255.255.255.255", ""),
        ("10.0.0.1", "rusak", ""),
    ],
)
def test_the_other_end_of_a_line_of_two(address: str, mask: str, end: str) -> None:
    assert other_end(address, mask) == end


def test_a_search_stays_within_networks_of_ones_own() -> None:
    told = Found(
        Device("10.0.0.1", "a", "", ()), {"10.0.0.1": "e0"}, (Neighbour("e0", "b", "", "8.8.8.8"),), {"10.0.0.2": "e0", "10.0.0.1": "e0"}
    )
    assert told.leads_to == ["10.0.0.2"]
    assert not any(map(is_private, ("127.0.0.1", "169.254.1.1", "224.0.0.1", "1.1.1.1", "x")))
    assert packed(b"\x0a\x00\x00\x01") == "10.0.0.1" and packed(b"abc") == "" and packed(7) == ""
    assert printable(b"ge-0/0/1") == "ge-0/0/1" and printable(b"\x02\x00\x5e\xff\xfe\x01") == ""
