"""The public face: views of the front page a second beside the same page made anew, and on a slow phone its weight, LCP, CLS and INP.

The peer of the kept page is the application itself, asked with a session cookie, which is never answered from memory.
Usage: python bench/portal.py [SECONDS] [CONNECTIONS]
"""

import asyncio
import sys
import time

from _installation import Installation, installation, machine
from playwright.sync_api import Page, sync_playwright

# A mid-range phone on a slow 4G line, as Lighthouse throttles: 1.6 Mbit/s, 150 ms, a CPU four times slower.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SLOWER = 4
# A busy machine takes long over a phone that is four times slower; what is measured is what the page says itself.
PATIENCE_MS = 120_000
# What a person taps and that does not leave the page; the theme paints all of it anew.
TAPPED = ("input[type=search]", ".choice-card", "textarea", "summary", "button[name=theme]")
PAGES = ("/", "/w/35.16.13", "/reports/new", "/open")
WATCH = """
window.seen = {lcp: 0, cls: 0, inp: 0};
{ const watch = (kind, take, more = {}) =>
  new PerformanceObserver(list => list.getEntries().forEach(take)).observe({type: kind, buffered: true, ...more});
watch("largest-contentful-paint", e => { seen.lcp = e.startTime; });
watch("layout-shift", e => { if (!e.hadRecentInput) seen.cls += e.value; });
watch("event", e => { seen.inp = Math.max(seen.inp, e.duration); }, {durationThreshold: 16}); }
"""


async def reader(port: int, path: str, cookie: str, until: float, counts: list[int]) -> None:
    """One connection that asks again as soon as it has the answer."""
    stream, line = await asyncio.open_connection("127.0.0.1", port)
    ask = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{cookie}\r\n".encode()
    while time.monotonic() < until:
        line.write(ask)
        head = await stream.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        await stream.readexactly(length)
        counts[0] += 1
        counts[1] = len(head) + length
    line.close()


async def views(port: int, path: str, cookie: str, seconds: float, connections: int) -> tuple[float, int]:
    """Views a second, and the bytes of one."""
    counts = [0, 0]
    begun = time.monotonic()
    await asyncio.gather(*(reader(port, path, cookie, begun + seconds, counts) for _ in range(connections)))
    return counts[0] / (time.monotonic() - begun), counts[1]


def on_a_phone(page: Page, address: str) -> dict[str, float]:
    """What a person on a mid-range phone waits for; its controls are then tapped."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    weight = {"all": 0.0, "script": 0.0}
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda event: kinds.__setitem__(event["requestId"], event["type"]))

    def finished(event: dict[str, object]) -> None:
        size = float(str(event["encodedDataLength"]))
        weight["all"] += size
        weight["script"] += size if kinds.get(str(event["requestId"])) == "Script" else 0

    session.on("Network.loadingFinished", finished)
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(1500)
    for place in TAPPED:
        for control in page.locator(place).all()[:2]:
            if control.is_visible():
                control.scroll_into_view_if_needed()
                page.wait_for_timeout(400)
                control.tap(force=True, no_wait_after=True)
                page.wait_for_timeout(400)
    seen: dict[str, float] = page.evaluate("seen")
    return seen | {"kb": weight["all"] / 1000, "script": weight["script"] / 1000}


def measure(running: Installation, seconds: float, connections: int) -> None:
    """Prints the table."""
    before = running.cpu_s()["Web"]
    kept, size = asyncio.run(views(running.port, "/", "", seconds, connections))
    used = (running.cpu_s()["Web"] - before) / seconds
    anew, _size = asyncio.run(views(running.port, "/", "Cookie: sessionid=none\r\n", seconds, connections))
    print(f"front page from memory {kept:10,.0f} views/s   ({size:,} bytes; the web used {used:.2f} cores)")
    print(f"made anew each time    {anew:10,.0f} views/s   → {kept / max(anew, 0.1):,.0f} times as many from memory\n")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
        for path in PAGES:
            page = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
            found = on_a_phone(page, running.url + path)
            print(
                f"{path:<14} LCP {found['lcp'] / 1000:.2f} s   CLS {found['cls']:.3f}   INP {found['inp']:.0f} ms   "
                f"{found['kb']:.0f} KB, script {found['script']:.0f} KB"
            )
            page.context.close()
        browser.close()


def main() -> None:
    """Runs it."""
    seconds, connections = (int(word) for word in (*sys.argv[1:], *("10", "32")[len(sys.argv) - 1 :]))
    print(machine())
    with installation() as running:
        measure(running, seconds, connections)


main()
