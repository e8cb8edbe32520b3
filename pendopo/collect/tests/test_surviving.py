"""What a collector must outlive: bad targets, devices that never answer, files that cannot be read, plans with nothing in them."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from nats.aio.client import Client

from pendopo.bus.messages import PollCheck, PollDevice, PollPlan
from pendopo.collect import running
from pendopo.collect.checking import Checked, check
from pendopo.collect.credentials import Credentials
from pendopo.collect.listening import hear_traps
from pendopo.collect.polling import Poller
from pendopo.collect.running import Collector, Place


class Bus:
    """As much of a bus as a collector asks."""

    async def subscribe(self, *_subject: Any, **_options: Any) -> None:
        """Nothing ever comes."""


def device(code: str, address: str) -> PollDevice:
    return PollDevice(code=code, address=address, region="35.16")


@pytest.fixture
def broken_file(tmp_path: Path) -> Path:
    """A file of credentials that cannot be used."""
    path = tmp_path / "snmp.yaml"
    path.write_text("kominfo: 3")
    return path


@pytest.fixture
def one(broken_file: Path) -> Iterator[Collector]:
    """A collector that has heard of nothing yet, with a broken file of credentials."""
    made = Collector(cast(Client, Bus()), Place(access=broken_file))
    yield made
    if made.prober is not None:
        made.prober.line.close()


async def test_a_target_that_is_no_address_is_a_service_that_does_not_answer() -> None:
    for target in ("https://[rusak", "tcp://dinas", "http://x:99999999", "\x00", ""):
        assert not (await check(target)).up, target


async def test_services_that_never_answer_do_not_hold_up_the_others(one: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    async def never(target: str) -> Checked:
        begun.append(target)
        await asyncio.sleep(60)
        return Checked(False, 60)

    monkeypatch.setattr(running, "check", never)
    one.plan = PollPlan(source="pendopo", checks=[PollCheck(code=f"s{n}", target=f"tcp://{n}", region="35.16") for n in range(5)])
    task = asyncio.create_task(one._checks())
    await asyncio.sleep(0.05)
    task.cancel()
    assert begun == [f"tcp://{n}" for n in range(5)]


async def test_a_poller_asks_on_whatever_a_device_makes_the_library_say(caplog: pytest.LogCaptureFixture) -> None:
    poller, asked = Poller(device("r", "10.0.0.1"), Credentials(), lambda *_: None, lambda *_: None), []

    async def broken(oids: list[str]) -> dict[str, Any]:
        asked.append(oids)
        raise RuntimeError("no such thing")

    poller.agent.get = broken  # type: ignore[assignment,method-assign]
    task = asyncio.create_task(poller.run(every_s=0.01))
    await asyncio.sleep(0.1)
    assert not task.done() and len(asked) > 2
    assert sum("r (10.0.0.1) cannot be asked" in line for line in caplog.messages) == 1
    task.cancel()


async def test_a_loop_that_fails_ends_the_collector_so_that_it_is_started_anew(one: Collector, monkeypatch: pytest.MonkeyPatch) -> None:

    async def fails() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(one, "_checks", fails)
    with pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(one.run(asyncio.Event()), 5)


async def test_a_plan_with_nothing_ends_the_watch_and_a_broken_file_of_credentials_does_not(one: Collector) -> None:
    one.follow(PollPlan(source="pendopo", devices=[device("a", "10.0.0.1"), device("b", "fd00::1")]))
    assert set(one.devices) == {"a", "b"}
    if one.prober is not None:
        assert set(one.prober.watched) == {"10.0.0.1"}, "nobody can say that a device of IPv6 is gone"
    tasks = list(one.tasks.values())
    one.follow(PollPlan(source="pendopo"))
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not one.devices and not one.tasks and all(task.cancelled() for task in tasks)


async def test_a_trap_has_its_device_asked_at_once_and_a_strangers_nobody(one: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def once(poller: Poller) -> None:
        asked.append(poller.device.code)

    monkeypatch.setattr(Poller, "once", once)
    one.follow(PollPlan(source="pendopo", devices=[device("a", "127.0.0.1"), device("b", "10.0.0.2")]))
    await asyncio.sleep(0.05)
    begun = len(asked)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    hearing = asyncio.create_task(hear_traps(f"127.0.0.1:{port}", one._trapped))
    await asyncio.sleep(0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        for _turn in range(5):
            line.sendto(b"0\x82whatever", ("127.0.0.1", port))
    one._trapped("192.0.2.9")
    await asyncio.sleep(0.1)
    assert asked[begun:] == ["a"], "once for five of them"
    for task in (hearing, *one.tasks.values()):
        task.cancel()
    await asyncio.gather(hearing, *one.tasks.values(), return_exceptions=True)
