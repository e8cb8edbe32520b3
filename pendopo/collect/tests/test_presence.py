"""Presence, rates and checks: pure pieces with values fed in, and sockets of our own."""

import asyncio
import random
import socket
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.bus.messages import PollDevice, PollPort
from pendopo.collect.access import read_access
from pendopo.collect.checking import check
from pendopo.collect.clocks import question
from pendopo.collect.credentials import Credentials, WrongCredentials
from pendopo.collect.devices import HC_IN_OCTETS, IN_OCTETS, OPER
from pendopo.collect.polling import TOGETHER, UPTIME, Poller, questions
from pendopo.collect.presence import MOST_MISSES, Watched, misses_needed
from pendopo.collect.probing import echo, read
from pendopo.collect.rates import Reading, Reducer, growth, seconds_between


def live(watched: Watched, loss: float, seconds: float, dice: random.Random, *, start: float = 0.0, every_s: float = 0.05) -> list[float]:
    """Probes with so much loss and 5 ms of way; answers the times at which the verdict turned."""
    turned = []
    for turn in range(int(seconds / every_s)):
        now = start + turn * every_s
        if watched.look(now):
            turned.append(now)
        watched.probe(turn, now)
        if dice.random() >= loss and watched.answered(turn, now + 0.005):
            turned.append(now)
    return turned


def test_a_clean_line_that_is_cut_is_seen_in_a_quarter_of_a_second_and_a_lossy_one_is_not_called_cut() -> None:
    watched, dice = Watched(), random.Random(1)
    assert live(watched, 0.0, 10, dice) == [0.0] and watched.up
    turned = live(watched, 1.0, 2, dice, start=10.0)
    assert len(turned) == 1 and turned[0] - 10.0 <= 0.25 and watched.up is False
    assert len(live(watched, 0.0, 2, dice, start=12.0)) == 1 and watched.up
    lossy = Watched()
    live(lossy, 0.19, 20, dice)
    assert live(lossy, 0.19, 600, dice, start=20.0) == [] and 0.1 < lossy.loss < 0.3
    assert live(lossy, 1.0, 3, dice, start=700.0)[0] - 700.0 <= 1.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_loss_needs_more_misses(a: float, b: float) -> None:
    few, many = sorted((a, b))
    assert 3 <= misses_needed(few) <= misses_needed(many) <= MOST_MISSES


def test_a_router_that_refuses_counts_and_doubles_and_strangers_do_not() -> None:
    watched = Watched()
    watched.probe(1, 0.0)
    assert watched.answered(1, 0.01) and not watched.answered(1, 0.02) and not watched.answered(7, 0.02)
    watched.probe(2, 0.05)
    watched.probe(3, 0.10)
    assert not watched.refused(2) and not watched.refused(99) and watched.refused(3) and watched.up is False


def test_packets_are_read_as_they_are() -> None:
    sent = echo(77, 5)
    reply = bytes([0]) + sent[1:]
    assert read(reply, 77, with_ip=False) == ("answer", 5, "") and read(reply, 78, with_ip=False) is None
    head = bytes([0x45]) + bytes(8) + bytes([socket.IPPROTO_ICMP]) + bytes(2) + socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.9")
    assert read(head + reply, 77, with_ip=True) == ("answer", 5, "")
    refusal = bytes([3, 1, 0, 0, 0, 0, 0, 0]) + head + sent[:8]
    assert read(head + refusal, 77, with_ip=True) == ("unreachable", 5, "10.0.0.9")
    for cut in range(len(refusal)):
        read(refusal[:cut], 77, with_ip=False)


def test_wraps_and_restarts_are_told_apart() -> None:
    assert growth(2**32 - 100, 400, 32) == 500
    assert growth(500, 400, 64) is None
    assert growth(90_000, 3, 32) is None, "a counter that was cleared did not wrap"
    assert seconds_between(Reading(0, 1000), Reading(10, 2000)) == 10
    assert seconds_between(Reading(0, 1000), Reading(10, 300)) is None
    assert seconds_between(Reading(0, 2**32 - 500), Reading(10, 500)) == 10, "the uptime wrapped, the device went on"
    assert seconds_between(Reading(0, 0), Reading(1000, 100_000)) is None
    assert seconds_between(Reading(5, 0), Reading(5, 0)) is None


def test_samples_become_means_of_five_minutes() -> None:
    reducer, key = Reducer(), ("net.in", "a")
    done = [reducer.add(at, 10.0, [(key, 100.0 if at <= 150 else 300.0)]) for at in range(10, 310, 10)]
    assert done[:-1] == [[]] * 29
    assert done[-1] == [(key, 0.0, pytest.approx((15 * 100 + 14 * 300) / 29))]
    assert reducer.add(610, 10.0, []) == [(key, 300.0, 300.0)], "what vanished is told, too"


def test_a_device_becomes_rates_and_a_vanished_interface_says_nothing() -> None:
    told: list[tuple[str, dict[str, str], float, float]] = []
    lines: list[dict[str, bool]] = []
    device = PollDevice(code="r", address="192.0.2.1", region="35.16.13", ports=[PollPort(number=3, name="ether3")])
    poller = Poller(device, Credentials(), lambda *word: told.append(word), lambda _code, states: lines.append(states))
    octets = f"{HC_IN_OCTETS}.3"
    for second in range(0, 320, 10):
        poller.take({UPTIME: second * 100, f"{OPER}.3": 1, octets: second * 1000}, float(second))
    assert told == [("net.in", {"device": "r", "interface": "ether3"}, 0.0, 8000.0)] and lines[-1] == {"3": True}
    poller.take({UPTIME: 40_000}, 330.0)
    poller.take({UPTIME: 41_000, f"{OPER}.3": 2, octets: 5}, 340.0)
    assert len(told) == 1 and lines[-1] == {"3": False}
    groups = questions([PollPort(number=number, name=str(number)) for number in range(24)])
    assert all(len(group) <= TOGETHER + 1 and group[0] == UPTIME for group in groups) and sum(len(group) - 1 for group in groups) == 144


def test_an_uplink_keeps_each_rate_and_a_line_tells_its_turns() -> None:
    told: list[tuple[str, dict[str, str], float, float]] = []
    device = PollDevice(code="r", address="192.0.2.1", region="35.16.13", ports=[PollPort(number=3, name="wan", line=True, uplink=True)])
    poller = Poller(device, Credentials(), lambda *word: told.append(word), lambda *_word: None)
    dims = {"device": "r", "interface": "wan"}
    for second in range(0, 400, 10):
        poller.take({UPTIME: second * 100, f"{OPER}.3": 1 if second < 50 else 2, f"{HC_IN_OCTETS}.3": second * 1000}, float(second))
    fine = [(at, value) for name, _dims, at, value in told if name == "net.uplink.in"]
    assert fine == [(float(second), 8000.0) for second in range(10, 400, 10)]
    assert [word for word in told if word[0] == "net.line"] == [
        ("net.line", dims, 0.0, 1.0),
        ("net.line", dims, 50.0, 0.0),
        ("net.line", dims, 350.0, 0.0),
    ]


def test_an_interface_without_wide_counters_is_asked_for_narrow_ones() -> None:
    told: list[tuple[str, dict[str, str], float, float]] = []
    port = PollPort(number=3, name="ether3")
    device = PollDevice(code="r", address="192.0.2.1", region="35.16.13", ports=[port])
    poller = Poller(device, Credentials(), lambda *word: told.append(word), lambda *_word: None)
    poller.take({UPTIME: 0, f"{OPER}.3": 1}, 0.0)
    assert f"{IN_OCTETS}.3" in questions([port], poller.narrow)[0]
    for second in range(10, 320, 10):
        poller.take({UPTIME: second * 100, f"{OPER}.3": 1, f"{IN_OCTETS}.3": (2**32 - 50_000 + second * 1000) % 2**32}, float(second))
    assert told == [("net.in", {"device": "r", "interface": "ether3"}, 0.0, 8000.0)]


async def test_services_that_answer_and_that_do_not() -> None:
    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = await reader.readline()
        writer.write(b"HTTP/1.1 503 no\r\n\r\n" if b"/mati" in words else b"HTTP/1.1 200 ok\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(page, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        assert (await check(f"http://127.0.0.1:{port}/")).up and (await check(f"tcp://127.0.0.1:{port}")).up
        broken = await check(f"http://127.0.0.1:{port}/mati")
        assert not broken.up and broken.why == "answers 503"
        assert not (await check(f"https://127.0.0.1:{port}/")).up
    assert not (await check(f"tcp://127.0.0.1:{port}")).up
    assert not (await check("dns://tidak-ada.invalid")).up and not (await check("gopher://x")).up


def test_credentials_come_from_a_file_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "snmp.yaml"
    assert set(read_access(path)) == {"public"}
    path.write_text('core: {community: rahasia}\nv3: {v3: "monitor:SHA-256:authpass1234"}\n')
    found = read_access(path)
    assert found["core"].community == "rahasia" and found["v3"].user is not None and "rahasia" not in repr(found)
    for wrong in ("- a\n", "core: {}\n", "a: [\n"):
        path.write_text(wrong)
        with pytest.raises(WrongCredentials):
            read_access(path)


async def test_a_clock_that_is_off_and_one_that_tells_no_time() -> None:
    class Clock(asyncio.DatagramProtocol):
        """A server of time that is some seconds ahead."""

        def __init__(self, ahead_s: float, first: int = 0x24) -> None:
            self.ahead_s, self.first = ahead_s, first

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: object) -> None:
            now = question(time.time() + self.ahead_s)[40:48]
            answer = bytes([self.first, 2]) + bytes(22) + data[40:48] + now + now
            self.transport.sendto(answer, addr)  # type: ignore[attr-defined]

    loop = asyncio.get_running_loop()
    for clock, up in ((Clock(2.5), True), (Clock(0, first=0xE4), False)):
        transport, _protocol = await loop.create_datagram_endpoint(lambda clock=clock: clock, local_addr=("127.0.0.1", 0))  # type: ignore[misc]
        found = await check(f"ntp://127.0.0.1:{transport.get_extra_info('sockname')[1]}")
        transport.close()
        assert found.up is up
        if up:
            assert found.offset_s is not None and abs(found.offset_s - 2.5) < 0.5
        else:
            assert "not synchronised" in found.why
