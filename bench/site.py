"""A site whose line is cut: all of its readings are at the house afterwards, once and in order.

A house and a leaf node with the collector's own outbox; the line between them is cut for SECONDS while readings go on.
Usage: python bench/site.py [SECONDS, usually 600] [READINGS A SECOND]
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from _installation import free_port, line, machine
from nats.aio.client import Client

from pendopo.bus import client as bus
from pendopo.collect.sending import Sender
from pendopo.collect.tests.test_sending import Line, everything, server
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.nats import Nats
from pendopo.supervise.site import LeafNode, SiteOptions


async def client(nats: Nats | LeafNode) -> Client:
    """A client of one of the two."""
    os.environ.update(nats.credentials)
    return await bus.connect(nats.url, name="bench")


async def measure(folder: Path, away_s: float, a_second: int) -> None:
    """Both places, the cut, and what arrived."""
    entrance = free_port()
    places = [DataFolder(folder / "house", None), DataFolder(folder / "site", None)]
    for place, kind in zip(places, ("real", "site"), strict=True):
        place.prepare(kind)
    house = Nats(places[0], leaf=f"127.0.0.1:{entrance}")
    cable = Line(entrance)
    listening = await asyncio.start_server(cable.join, "127.0.0.1", 0)
    door = listening.sockets[0].getsockname()[1]
    children = [await asyncio.to_thread(server, house)]
    options = SiteOptions(
        places[1].path, "bench", f"tls://127.0.0.1:{door}", places[0].secret("collector"), places[0].path / "run/tls/ca.crt"
    )
    site = LeafNode(places[1], options)
    children.append(await asyncio.to_thread(server, site))
    hub = await client(house)
    await bus.prepare_streams(hub.jetstream())
    own = await client(site)
    sender = Sender(own, keeping=True)
    sending = asyncio.create_task(sender.run(lambda: "pendopo"))
    told, begun = 0, time.monotonic()
    cut_at, back_at, end = 5.0, 5.0 + away_s, 10.0 + away_s
    while (now := time.monotonic() - begun) < end:
        if cable.up and cut_at <= now < back_at:
            cable.cut()
        if not cable.up and now >= back_at:
            cable.up = True
        for _row in range(a_second // 4):
            sender.readings.put({"n": told})
            told += 1
        await asyncio.sleep(0.25)
    arrived = await everything(hub, told)
    took = time.monotonic() - begun - back_at
    print(line(f"line away for {away_s:.0f} s: readings sent", [told], ""))
    print(line("  arrived", [len(arrived)], ""))
    print(line("  arrived once and in order", [100.0 * (arrived == list(range(told)))], "%"))
    print(line("  all of them, after the line is back", [took], "s", 1))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    for one in (own, hub):
        await one.close()
    cable.cut()
    listening.close()
    for child in reversed(children):
        await asyncio.to_thread(child.stop)


def main() -> None:
    """Runs it and prints."""
    away_s, a_second = (float(word) for word in (*sys.argv[1:3], *("600", "40")[len(sys.argv) - 1 :]))
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), away_s, int(a_second)))


if __name__ == "__main__":
    main()
