"""Meetings: how soon one is in, what the product costs beside its media server, how much is forwarded a core, and whether many hold.

Usage: python bench/meetings.py [PEOPLE] [SECONDS] [JOINS]. Runs in a network namespace of its own; needs Janus, Chromium and
`uv sync --group bench`. The peer is the same media server with the same streams and no product before it.
"""

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from _callers import Bare, Guest, Looped, ready_made
from _installation import Installation, line, machine

from pendopo.meetings.media.janus import open_line
from pendopo.meetings.media.logic import room_body
from pendopo.meetings.tests.rooms import House, Person, chromium, house, in_namespace, why_not
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.janus import Janus

CAMERAS, MESH = 12, 12
# Everybody of the mesh sends sound and a picture.
BOTH = [{"mid": "0"}, {"mid": "1"}]
INSIDE = "--inside"
# From the click to the first picture of somebody else that is drawn.
FIRST_FRAME = """() => new Promise((done) => {
  const begun = performance.now();
  const look = () => {
    const own = document.querySelector("pd-meeting").dataset.seat;
    for (const tile of document.querySelectorAll(`.meeting-tile[data-what="video"]:not([data-seat="${own}"])`)) {
      const shown = tile.querySelector("video");
      if (shown.srcObject && shown.getVideoPlaybackQuality().totalVideoFrames > 0) return done(performance.now() - begun);
    }
    requestAnimationFrame(look);
  };
  document.querySelector('button[data-do="join"]').click();
  look();
})"""


def joins(home: House, count: int) -> None:
    """Join click → first remote frame, of one who comes to one who is there."""
    meeting = home.meeting(*(f"Tamu {number}" for number in range(count)))
    took = []
    with chromium() as browser:
        rani = Person(browser, home).sign_in().open(meeting["url"]).join().inside()
        for url in meeting["guest_urls"]:
            guest = Person(browser, home, colour="blue").open(url, agency="Desa")
            guest.page.wait_for_selector('[data-check="camera"][data-state]')
            took.append(guest.page.evaluate(FIRST_FRAME))
            guest.leave()
        rani.leave()
    print(line("join click → first remote frame", took, "ms"))
    print(f"  99th percentile {statistics.quantiles(took, n=100)[98] if len(took) > 1 else took[0]:,.0f} ms (≤ 3,000; median ≤ 1,500)")


class Costs:
    """CPU seconds of the media server and of everything else of the installation, between two moments."""

    def __init__(self, running: Installation) -> None:
        self.running = running
        self._before, self._begun = running.cpu_s(), time.monotonic()

    def rates(self) -> tuple[float, dict[str, float]]:
        """CPU seconds a second: the media server's, and the product's own by part."""
        now, seconds = self.running.cpu_s(), time.monotonic() - self._begun
        used = {name: (now[name] - self._before.get(name, 0.0)) / seconds for name in now}
        return used.pop("Janus", 0.0), used


async def cost_of_a_mesh(home: House, running: Installation, clips: dict[str, list[tuple[bytes, float]]], seconds: float) -> None:
    """Everybody sees everybody: what the product adds to idle beside the media server, and the same streams without the product."""
    idle = Costs(running)
    await asyncio.sleep(seconds)
    _media, before = idle.rates()

    def own() -> list[Looped]:
        return [Looped(kind, packets) for kind, packets in clips.items()]

    meeting = home.meeting(*(f"Tamu {number}" for number in range(MESH)))
    guests = [Guest(url, own(), hears=lambda one: False) for url in meeting["guest_urls"]]
    for guest in guests:
        await guest.enter()
    for guest in guests:
        await guest.caller.get([{"id": other.feed, "streams": BOTH} for other in guests if other is not guest])
    media, product, forwarded = await _measured(running, [guest.caller.tracks for guest in guests], len(guests) - 1, seconds)
    print(f"{MESH} people, everybody sees everybody")
    print(line("  media server", [media * 100], "% of a core", 1))
    over = {name: product[name] - before.get(name, 0.0) for name in product}
    print(line("  product over idle", [sum(over.values()) * 100], "% of a core", 1))
    print("    of it " + ", ".join(f"{name} {share * 100:.1f}" for name, share in over.items()))
    print(line("  product over idle to media server (≤ 5 %)", [100 * sum(over.values()) / media], "%", 1))
    print(line("  packets forwarded a core", [forwarded], "a second"))
    for guest in guests:
        await guest.leave()
    bare = await _bare_mesh(running, own, seconds)
    print(line("  the same streams without the product", [bare], "a second"))
    print(line("  ratio (≥ 0.9)", [forwarded / bare], "", 2))


async def _measured(
    running: Installation, tracks: list[list[Looped]], hearers: int, seconds: float
) -> tuple[float, dict[str, float], float]:
    """CPU rates of the media server and the product, and packets forwarded a second of its CPU."""
    await asyncio.sleep(3)
    sent, costs = sum(track.sent for one in tracks for track in one), Costs(running)
    await asyncio.sleep(seconds)
    media, product = costs.rates()
    packets = (sum(track.sent for one in tracks for track in one) - sent) * hearers
    return media, product, packets / (media * seconds)


async def _bare_mesh(running: Installation, own: object, seconds: float) -> float:
    janus = Janus(DataFolder(running.folder, None))
    secret = janus.credentials["PENDOPO_JANUS_SECRET"]
    talk = await open_line(f"unix:{janus.socket}", secret)
    session = await talk.session(lambda event: None)
    handle = await talk.handle(session)
    body = room_body("bare", admin_key=secret, secret="bare", cap_kbps=1500, recordings="/nowhere")
    await talk.room(session, handle, {name: value for name, value in body.items() if name not in {"allowed", "rec_dir"}})
    people = [Bare(talk, "bare", f"p{number}", own()) for number in range(MESH)]  # type: ignore[operator]
    for one in people:
        await one.enter()
    listed = (await talk.room(session, handle, {"request": "listparticipants", "room": "bare"})).data["participants"]
    for one in people:
        await one.caller.get([{"id": other["id"], "streams": BOTH} for other in listed if other["id"] != one.name])
    _media, _product, forwarded = await _measured(running, [one.caller.tracks for one in people], MESH - 1, seconds)
    for one in people:
        await one.leave()
    await talk.close()
    return forwarded


async def crowd(home: House, running: Installation, clips: dict[str, list[tuple[bytes, float]]], people: int, seconds: float) -> None:
    """One speaks, twelve have a camera, the others listen; in the middle the media server is killed."""
    meeting = home.meeting(*(f"Tamu {number}" for number in range(people)))
    urls = iter(meeting["guest_urls"])
    speaker = Guest(next(urls), [Looped(kind, packets) for kind, packets in clips.items()], hears=lambda one: False)
    speaker.caller.subscribed = True
    guests = [speaker]
    await speaker.enter()

    def of_speaker(one: dict[str, object]) -> bool:
        return str(one["id"]).rpartition(".")[0] == speaker.seat

    cameras = [Guest(next(urls), [Looped("video", clips["video"])], hears=of_speaker) for _ in range(min(CAMERAS, people - 1))]
    listeners = [Guest(url, [], hears=of_speaker, counts=number < 2) for number, url in enumerate(urls)]
    begun = time.monotonic()
    for some in _tens([*cameras, *listeners]):
        await asyncio.gather(*(one.enter() for one in some))
    guests += [*cameras, *listeners]
    took = time.monotonic() - begun
    print(f"{len(guests)} people: 1 speaks, {len(cameras)} with a camera, {len(listeners)} listen; all in after {took:.0f} s")
    await _hold(running, guests, listeners[:2], seconds / 2)
    killed, pid = time.monotonic(), running.pid("Janus")
    os.kill(pid, signal.SIGKILL)
    while time.monotonic() - killed < 60 and not all(one.back_at > killed and one.caller.is_connected() for one in guests):
        await asyncio.sleep(0.1)
    back = [one.back_at - killed for one in guests if one.back_at > killed]
    print(line(f"  media server killed: back ({len(back)} of {len(guests)}; all ≤ 5 s)", back or [60.0], "s", 1))
    await _hold(running, guests, listeners[:2], seconds / 2)
    for one in guests:
        await one.leave()


async def _hold(running: Installation, guests: list[Guest], counting: list[Guest], seconds: float) -> None:
    """Holds for so long: nobody is lost, and what arrives at those who count."""
    costs, before, begun = Costs(running), [await one.caller.received() for one in counting], time.monotonic()
    sent = guests[0].caller.tracks[0].sent + guests[0].caller.tracks[1].sent
    lost: set[int] = set()
    while time.monotonic() - begun < seconds:
        await asyncio.sleep(1)
        lost |= {number for number, one in enumerate(guests) if one.refused or not one.caller.is_connected()}
    media, product = costs.rates()
    sent = guests[0].caller.tracks[0].sent + guests[0].caller.tracks[1].sent - sent
    arrived = [100 * (await one.caller.received() - was) / sent for one, was in zip(counting, before, strict=True)]
    print(
        f"  held {seconds:.0f} s: {len(lost)} lost; media server {media * 100:.0f} % of a core, product {sum(product.values()) * 100:.0f} %"
    )
    if arrived:
        print(line("  of the speaker's packets arrived", arrived, "%", 1))


def _tens(all_of_them: list[Guest]) -> list[list[Guest]]:
    return [all_of_them[at : at + 10] for at in range(0, len(all_of_them), 10)]


def main() -> None:
    """Prints the table."""
    people, seconds, count = (int(sys.argv[at]) if len(sys.argv) > at else usual for at, usual in ((2, 200), (3, 600), (4, 40)))
    print(machine())
    with tempfile.TemporaryDirectory(prefix="pendopo-bench-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o711)
        clips = {kind: ready_made(Path(place), kind) for kind in ("audio", "video")}
        with house(Path(place)) as home:
            assert home.up.process
            running = Installation(home.up.data, home.up.port, home.up.process, 0.0)
            joins(home, count)
            asyncio.run(cost_of_a_mesh(home, running, clips, min(30.0, seconds / 2)))
            asyncio.run(crowd(home, running, clips, people, seconds))


if sys.argv[1:2] == [INSIDE]:
    main()
else:
    if missing := why_not():
        raise SystemExit(missing)
    done = in_namespace(__file__, INSIDE, *sys.argv[1:], timeout=7200)
    print(done.stdout, end="")
    raise SystemExit(done.stderr[-3000:] if done.returncode else 0)
