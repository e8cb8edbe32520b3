"""The hub against a real nats-server, and the route as a browser meets it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from pendopo.bus import client as bus
from pendopo.bus import messages, subjects
from pendopo.live import stream, tickets
from pendopo.live.hub import Hub
from pendopo.live.logic import Follow, Ticket

KNOWN = "2026-01-01T00:00:00Z"


def word(value: float, region: str = "35.16.13", indicator: str = "hub-rain") -> tuple[str, bytes]:
    observed = messages.Observed(indicator=indicator, region=region, at=KNOWN, value=value, quality="ok", source="s", known_since=KNOWN)
    return subjects.observed(indicator, region), messages.encode(observed)


def ticket(*follows: Follow, life_s: float = 60, holder: str = "") -> Ticket:
    return Ticket(frozenset(follows), time.time() + life_s, holder)


def events(chunk: bytes) -> list[tuple[str, Any]]:
    """The events of a chunk, as EventSource would give them."""
    found = []
    for block in chunk.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def values(chunk: bytes) -> list[float]:
    return [w["value"] for event, data in events(chunk) if event == "words" for w in data]


async def next_of(frames: AsyncIterator[bytes]) -> bytes:
    return await asyncio.wait_for(anext(frames), 5)


async def test_a_viewer_hears_what_is_known_and_then_each_change() -> None:
    hub = Hub("unused")
    hub.tell(*word(1.0))
    hub.tell(*word(9.0, region="35.15.01"))
    await asyncio.sleep(0.05)
    frames = hub.stream(ticket(Follow("hub-rain", "35.16", below=True)))
    assert values(await next_of(frames)) == [1.0]
    hub.tell(*word(2.0))
    hub.tell(*word(8.0, region="35.15.01"))
    assert values(await next_of(frames)) == [2.0]
    await frames.aclose()
    assert hub.viewers == 0


async def test_changes_within_a_tick_are_merged_and_the_newest_stands() -> None:
    hub = Hub("unused")
    frames = hub.stream(ticket(Follow("hub-rain", "35.16", below=True)))
    await next_of(frames)
    for value in range(100):
        hub.tell(*word(float(value)))
    assert values(await next_of(frames)) == [99.0]
    await frames.aclose()


async def test_a_slow_viewer_gets_the_newest_of_all_that_changed_and_no_queue() -> None:
    hub = Hub("unused")
    frames = hub.stream(ticket(Follow("hub-rain", "35.16", below=True)))
    await next_of(frames)
    for value in (1.0, 2.0):
        hub.tell(*word(value))
        hub.tell(*word(value * 10, region="35.16.01"))
        await asyncio.sleep(0.25)
        hub.tell(*word(value * 100))
        await asyncio.sleep(0.25)
    assert sorted(values(await next_of(frames))) == [20.0, 200.0]
    await frames.aclose()


async def test_a_stream_ends_with_its_ticket_its_right_and_its_house() -> None:
    hub = Hub("unused")
    follow = Follow("hub-rain", "35.16")
    ran_out, revoked, closed = (
        hub.stream(t) for t in (ticket(follow, life_s=0.01), ticket(follow, holder="/wall/screens/7"), ticket(follow))
    )
    for frames in (ran_out, revoked, closed):
        await next_of(frames)
    await asyncio.sleep(0.02)
    hub.revoke("/wall/screens/7")
    for frames in (ran_out, revoked):
        assert events(await next_of(frames)) == [("state", {"state": "expired"})]
        with pytest.raises(StopAsyncIteration):
            await next_of(frames)
    waiting = asyncio.ensure_future(anext(closed))
    await asyncio.sleep(0)
    await hub.close()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(waiting, 5)


async def test_the_hub_follows_the_bus_from_its_last_words_on(nats_url: str) -> None:
    nc = await bus.connect(nats_url, name="test")
    await bus.prepare_streams(nc.jetstream())
    await nc.jetstream().publish(*word(1.0, indicator="hub-bus"))
    hub = Hub(nats_url)
    hub.start()
    frames = hub.stream(ticket(Follow("hub-bus", "35.16", below=True)))
    heard: list[float] = []
    states: list[str] = []
    while heard[-1:] != [1.0] or states[-1:] != ["live"]:
        chunk = await next_of(frames)
        heard += values(chunk)
        states += [data["state"] for event, data in events(chunk) if event == "state"]
    await nc.publish(*word(2.0, indicator="hub-bus"))
    assert values(await next_of(frames)) == [2.0]
    await nc.publish(
        subjects.did("wall", "revoked"), messages.encode(messages.Did(seq=1, at=KNOWN, actor="t", verb="v", about="/wall/screens/9"))
    )
    await nc.flush()
    await frames.aclose()
    await hub.close()
    await nc.close()


class Browser:
    """One request to the route, without a network."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))

    async def get(self, ticket_text: str, method: str = "GET") -> None:
        await stream.route({"type": "http", "method": method, "path": f"/live/{ticket_text}"}, self.receive, self.send)


async def test_the_route_refuses_foreign_and_old_tickets_with_a_sentence() -> None:
    old = tickets.issue([Follow("a", "35")], life_s=-1)
    for text, status in (("nonsense", 403), (old[:-2] + "xx", 403), (old, 410)):
        browser = Browser()
        await browser.get(text)
        assert browser.sent[0]["status"] == status
        assert json.loads(browser.sent[1]["body"])["detail"].endswith(".")


async def test_the_route_serves_until_the_viewer_goes(monkeypatch: pytest.MonkeyPatch, nats_url: str) -> None:
    hub = Hub(nats_url)
    monkeypatch.setattr(stream, "hub", hub)
    browser = Browser()
    serving = asyncio.create_task(browser.get(tickets.issue([Follow("hub-rain", "35")])))
    while len(browser.sent) < 2:
        await asyncio.sleep(0.01)
    assert hub.viewers == 1
    browser.gone.set()
    await asyncio.wait_for(serving, 5)
    assert hub.viewers == 0
    await hub.close()
