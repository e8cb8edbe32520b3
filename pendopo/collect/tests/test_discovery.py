"""Devices found by SNMP: real agents, and ones that misbehave."""

import asyncio
import json
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from pendopo.cli import main
from pendopo.collect.credentials import Credentials, WrongCredentials, user_of
from pendopo.collect.devices import speed, words
from pendopo.collect.discovery import WrongTarget, targets_of
from pendopo.collect.pacing import LONGEST_S, SHORTEST_S, Pace
from pendopo.collect.snmp import Agent, Silent

from . import agents


def discover(*words: str) -> Result:
    """Runs the command; what is printed and what is complained about stand in `output`."""
    return CliRunner().invoke(main, ["network", "discover", *words, "--json"])


@agents.needed
def test_an_agent_and_what_its_interfaces_say(tmp_path: Path) -> None:
    with agents.snmpd(tmp_path) as port:
        done = discover("127.0.0.1", "--community", "rahasia", "--port", str(port))
    assert done.exit_code == 0, done.output
    (device,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (device["address"], device["name"], device["description"]) == ("127.0.0.1", "router-kecamatan", "Router uji Kecamatan Sooko")
    told = {item["name"]: item for item in device["interfaces"]}
    assert set(told) == set(psutil.net_if_stats())
    assert told["lo"]["oper"] == "up"
    assert list(told["lo"]) == ["index", "name", "speed_bps", "oper", "in_octets", "out_octets"]
    sent = psutil.net_io_counters(pernic=True)["lo"].bytes_sent
    assert 0 < told["lo"]["out_octets"] <= sent


@agents.needed
def test_v3_a_network_with_silent_addresses_and_a_named_host_that_is_silent(tmp_path: Path) -> None:
    with agents.snmpd(tmp_path, "127.8.0.1", "127.8.0.6", name="gerbang") as port:
        found = discover("127.8.0.0/29", "127.8.0.1", "--v3", agents.V3, "--port", str(port))
        assert found.exit_code == 0, found.output
        assert [json.loads(line)["address"] for line in found.stdout.splitlines()] == ["127.8.0.1", "127.8.0.6"]
        partly = discover("127.8.0.3", "127.8.0.6", "--v3", agents.V3, "--port", str(port))
        assert partly.exit_code == 1
        assert [json.loads(line)["address"] for line in partly.stdout.splitlines()] == ["127.8.0.6"]
        assert "127.8.0.3" in partly.stderr
        wrong = discover("127.8.0.1", "--v3", agents.V3.replace("authpass", "authfail"), "--port", str(port))
        assert (wrong.exit_code, wrong.stdout) == (1, "")


def test_what_is_wrong_usage() -> None:
    assert discover("10.0.0.0/4").exit_code == 2
    assert discover("10.0.0.0/99").exit_code == 2
    assert discover("127.0.0.1", "--v3", "monitor:SHA-3:authpass1234").exit_code == 2
    nobody = discover("tidak-ada.invalid")
    assert (nobody.exit_code, "cannot look up" in nobody.stderr) == (1, True)


def test_every_address_once_and_a_named_one_stays_named() -> None:
    targets, unknown = targets_of(["127.1.0.0/30", "127.1.0.2", "127.1.0.1/32"])
    assert [(target.address, target.named) for target in targets] == [("127.1.0.1", ""), ("127.1.0.2", "127.1.0.2")]
    assert unknown == []
    with pytest.raises(WrongTarget, match="more than 65,536"):
        targets_of(["10.0.0.0/8"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "USER:SHA-256"),
        ("a:SHA-256", "USER:SHA-256"),
        ("a:SHA-3:authpass1234", "no authentication"),
        ("a:SHA-256:short", "at least 8"),
        ("a:SHA-256:authpass1234:ROT13:privpass1234", "no privacy"),
    ],
)
def test_users_that_cannot_be(text: str, sentence: str) -> None:
    with pytest.raises(WrongCredentials, match=sentence):
        user_of(text)


def test_a_password_may_hold_colons_and_is_never_printed() -> None:
    user = user_of("a:SHA-256:authpass1234:AES-256:priv:pass:1234")
    assert user.priv_key is not None and user.priv_key.key == b"priv:pass:1234"
    assert "pass" not in repr(Credentials(community="passwort", user=user))


def ask(port: int, attempts: int = 3) -> str:
    """What an agent that may misbehave says its name is, or why it is silent."""

    async def run() -> str:
        try:
            values = await Agent("127.0.0.1", Credentials(), port=port, attempts=attempts).get(["1.3.6.1.2.1.1.5.0"])
        except Silent as silent:
            return f"silent: {silent}"
        return words(next(iter(values.values()), None))

    return asyncio.run(run())


def answer(asked: bytes, name: bytes = b"r1") -> bytes:
    """A right answer to a GET of one OID over v2c: the same message as a response (PDU tag 0xA2) with a value in place of the null."""
    oid = asked.index(bytes.fromhex("2b06010201010500"))
    body = asked[:oid] + asked[oid : oid + 8] + bytes([4, len(name)]) + name
    grown = len(body) - len(asked)
    fixed = bytearray(body)
    tag = fixed.index(0xA0)
    fixed[tag] = 0xA2
    for place in (1, tag + 1, oid - 5, oid - 3):  # the lengths of message, PDU, list and pair
        fixed[place] += grown
    return bytes(fixed)


def test_garbage_half_answers_and_doubles() -> None:
    def noisy(asked: bytes, number: int) -> list[bytes]:
        right = answer(asked)
        return [[b"\x00garbage"], [right[: len(right) // 2]], [right, right]][min(number, 3) - 1]

    with agents.misbehaving(noisy) as port:
        assert ask(port) == "r1"
    with agents.misbehaving(lambda _asked, _number: [b"\xff" * 40]) as port:
        assert ask(port).startswith("silent: answers what is no SNMP")
    with agents.misbehaving(lambda _asked, _number: []) as port:
        assert ask(port, attempts=2) == "silent: does not answer"


def test_an_answer_to_another_question_is_no_answer() -> None:
    """A late answer carries the number of the old request: it is not taken for one to the new."""
    kept: list[bytes] = []

    def late(asked: bytes, number: int) -> list[bytes]:
        kept.append(answer(asked, b"lama" if number == 1 else b"baru"))
        return [] if number == 1 else [kept[0], kept[-1]]

    with agents.misbehaving(late) as port:
        assert ask(port) == "baru"


def test_speeds() -> None:
    assert speed(1000, 1_000_000_000) == 1_000_000_000
    assert speed(10_000, 2**32 - 1) == 10_000_000_000
    assert speed(0, 64_000) == 64_000
    assert speed(0, 0) == 0
    assert speed(None, None) is None


@given(st.lists(st.one_of(st.none(), st.floats(0.0001, 20)), max_size=60))
def test_a_timer_stays_within_its_bounds_and_learns(events: list[float | None]) -> None:
    """Whatever comes (seconds of an answer, None = silence), the wait is bounded; steady answers bring it back near what they take."""
    pace = Pace()
    for took in events:
        pace = pace.missed() if took is None else pace.answered(took)
        assert SHORTEST_S <= pace.wait_s <= LONGEST_S
    for _ in range(60):
        pace = pace.answered(0.1)
    assert 0.1 <= pace.wait_s < 0.2
