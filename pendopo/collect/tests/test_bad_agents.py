"""Agents whose tables end badly, and a device that was replaced by another under the same address."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from pendopo.collect.credentials import Credentials, user_of
from pendopo.collect.devices import words
from pendopo.collect.snmp import Agent, Silent

from . import agents

TABLE = "1.3.6.1.2.1.2.2.1.10"
Pairs = Sequence[tuple[str, int]]


def packed(tag: int, content: bytes) -> bytes:
    """One element of BER whose content is shorter than 64 KiB."""
    size = len(content)
    return bytes([tag, size] if size < 128 else [tag, 0x82, size >> 8, size & 255]) + content


def oid(text: str) -> bytes:
    """An OID in BER, of arcs below 16,384."""
    first, second, *rest = map(int, text.split("."))
    arcs = [bytes([arc]) if arc < 128 else bytes([128 | arc >> 7, arc & 127]) for arc in rest]
    return packed(6, bytes([40 * first + second]) + b"".join(arcs))


def table(asked: bytes, pairs: Pairs, *, end: bool) -> bytes:
    """A response (v2c) to a GETBULK: these rows as counters and, with `end`, the end of the agent's view."""
    pdu = asked.index(0xA5)
    number = asked[pdu + 2 : pdu + 4 + asked[pdu + 3]]  # the element with the request's number
    rows = [packed(0x30, oid(name) + packed(0x41, value.to_bytes(4, "big"))) for name, value in pairs]
    if end:
        rows.append(packed(0x30, oid("1.3.6.1.9.9") + b"\x82\x00"))
    body = number + b"\x02\x01\x00\x02\x01\x00" + packed(0x30, b"".join(rows))
    return packed(0x30, asked[2:pdu] + packed(0xA2, body))


def column(answers: Callable[[bytes, int], list[bytes]]) -> dict[int, object] | str:
    """What a walk over the table finds at such an agent, or why it is silent."""

    async def run(port: int) -> dict[int, object] | str:
        try:
            return dict(await Agent("127.0.0.1", Credentials(), port=port, attempts=2).column(TABLE))
        except Silent as silent:
            return str(silent)

    with agents.misbehaving(answers) as port:
        return asyncio.run(asyncio.wait_for(run(port), 20))


def rows(*numbers: int) -> Pairs:
    """Rows of the table, each with ten times its number as value."""
    return [(f"{TABLE}.{number}", 10 * number) for number in numbers]


def test_an_answer_that_is_cut_short_is_continued() -> None:
    """As agents do whose answer would not fit: two rows instead of twenty, asked on from the last."""
    parts = [rows(1, 2), rows(3, 4), rows(5)]
    found = column(lambda asked, number: [table(asked, parts[min(number, 3) - 1], end=number >= 3)])
    assert found == {1: 10, 2: 20, 3: 30, 4: 40, 5: 50}


def test_rows_in_the_wrong_order_end_the_walk() -> None:
    assert column(lambda asked, _number: [table(asked, rows(1, 3, 2, 4), end=False)]) == {1: 10, 3: 30}


def test_an_agent_that_goes_in_circles_is_left() -> None:
    """It says the same two rows for ever."""
    assert column(lambda asked, _number: [table(asked, rows(1, 2), end=False)]) == {1: 10, 2: 20}


def test_rows_of_another_table_end_the_walk() -> None:
    assert column(lambda asked, _number: [table(asked, [*rows(7), ("1.3.6.1.2.1.2.2.1.16.1", 5)], end=False)]) == {7: 70}


@agents.needed
def test_a_replaced_device_with_another_engine_is_learned_anew(tmp_path: Path) -> None:
    """The line stays open over the change: same address, same keys, another engine of SNMP v3."""
    port = agents.free_port()
    agent = Agent("127.0.0.1", Credentials(user=user_of(agents.V3)), port=port, attempts=4)

    async def name() -> str:
        return words((await agent.get(["1.3.6.1.2.1.1.5.0"]))["1.3.6.1.2.1.1.5.0"])

    async def run() -> list[str]:
        told = []
        for router in ("lama", "baru"):
            with agents.snmpd(tmp_path, name=router, port=port):
                told += [await name(), await name()]
        return told

    assert asyncio.run(run()) == ["lama", "lama", "baru", "baru"]
