"""From POST to the number on the glass: in Chromium on the public page, with 2,000 other viewers of the same stream on this machine.

Beside it, in the same run: when the answer to the POST came (the row is on disk), and when a bare NATS subscriber heard the word. Every
post goes to a village; the glass shows the regency's roll-up of it. Usage: python bench/glass.py [ROUNDS] [VIEWERS]
"""

import asyncio
import http.client
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from _installation import HERE, Installation, installation, line, machine
from nats.aio.msg import Msg
from playwright.async_api import Page, async_playwright

from pendopo.bus import client as bus
from pendopo.bus import messages

INDICATORS = 6
POSTS_A_ROUND = 60
SPACING_S = 0.3  # each series in turn: about two seconds for one and the same
REGION = "35.16"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--no-first-run"]

WATCH = """
() => {
  window.seen = {};
  for (const figure of document.querySelectorAll('pd-figure[data-region="35.16"]')) {
    const note = () => requestAnimationFrame(() => {
      window.seen[figure.dataset.indicator + "=" + Number(figure.dataset.value)] ??= Date.now();
    });
    new MutationObserver(note).observe(figure.querySelector('[data-part="value"]'), {childList: true, characterData: true, subtree: true});
  }
  return document.querySelectorAll('pd-figure[data-region="35.16"]').length;
}
"""


@dataclass
class Round:
    """Seconds from just before the POST, one of each for every post."""

    answered: list[float] = field(default_factory=list)
    bus: list[float] = field(default_factory=list)
    glass: list[float] = field(default_factory=list)
    never: int = 0


class Sender:
    """Posts one value at a time for one village; every value is new."""

    def __init__(self, running: Installation, yard: dict[str, list[str]]) -> None:
        self.key, self.codes, self.village = yard["key"], yard["indicators"], yard["villages"][0]
        self.connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
        self.number = 0

    def post(self) -> tuple[str, float, float]:
        """What to look for, when it was sent, when it was answered."""
        self.number += 1
        code, value = self.codes[self.number % len(self.codes)], self.number
        row = {"indicator": code, "region": self.village, "at": datetime.now(UTC).isoformat(), "value": value}
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        sent = time.time()
        self.connection.request("POST", "/api/v1/observations", json.dumps({"observations": [row]}), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 201 or not json.loads(text)["accepted"]:
            raise SystemExit(f"{answer.status}: {text[:300]!r}")
        return f"{code}={value}", sent, time.time()


def viewers(running: Installation, count: int) -> subprocess.Popen[str]:
    """The other viewers, once all of them are connected."""
    page = urllib.request.urlopen(running.url, timeout=10).read().decode()
    found = re.search(r'data-ticket="([^"]+)"', page)
    if found is None:
        raise SystemExit("The public page carries no ticket.")
    command = [sys.executable, str(HERE / "_viewers.py"), str(running.port), found[1], str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if process.stdout is None or process.stdout.readline().strip() != "ready":
        raise SystemExit("The viewers could not connect.")
    return process


async def one_round(page: Page, sender: Sender, heard: dict[str, float]) -> Round:
    """Posts and looks at the page afterwards, so that looking disturbs nothing."""
    posts = []
    for _ in range(POSTS_A_ROUND):
        posts.append(await asyncio.to_thread(sender.post))
        await asyncio.sleep(SPACING_S * random.uniform(0.7, 1.3))
    await asyncio.sleep(3)
    seen = await page.evaluate("() => window.seen")
    result = Round()
    for what, sent, answered in posts:
        result.answered.append(answered - sent)
        if what in heard:
            result.bus.append(heard[what] - sent)
        if what in seen:
            result.glass.append(seen[what] / 1000 - sent)
        else:
            result.never += 1
    return result


async def listen(heard: dict[str, float]) -> bus.Client:
    """A bare subscriber of the same words."""
    client = await bus.connect(os.environ["PENDOPO_NATS_URL"], name="bench")

    async def hear(message: Msg) -> None:
        word = msgspec.json.decode(message.data, type=messages.Observed)
        if word.region == REGION and word.value is not None:
            heard.setdefault(f"{word.indicator}={word.value:g}", time.time())

    await client.subscribe("observed.>", cb=hear)
    return client


async def measure(running: Installation, rounds: int, count: int) -> None:
    """Prints the table."""
    yard = running.yard(INDICATORS)
    sender = Sender(running, yard)
    for _ in range(INDICATORS):
        sender.post()
    await asyncio.sleep(2)
    heard: dict[str, float] = {}
    client = await listen(heard)
    others = viewers(running, count)
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(running.url)
        if await page.evaluate(WATCH) < INDICATORS:
            raise SystemExit("The public page does not show the figures: build the islands first (make setup).")
        await asyncio.sleep(2)
        cpu, begun = running.cpu_s(), time.monotonic()
        results = [await one_round(page, sender, heard) for _ in range(rounds)]
        seconds, after = time.monotonic() - begun, running.cpu_s()
        await browser.close()
    others.send_signal(signal.SIGTERM)
    words, octets, lost, load = others.communicate(timeout=30)[0].split()
    await client.close()
    show(results, count)
    print(f"the viewers heard {int(words):,} events ({int(octets) / 1e6:.0f} MB), {lost} lost their stream; they used {load} cores")
    print("cores used: " + ", ".join(f"{name} {(after[name] - cpu[name]) / seconds:.2f}" for name in cpu))


def show(results: list[Round], count: int) -> None:
    """The lines of the table."""
    print(f"{count:,} other viewers, {len(results)} rounds of {POSTS_A_ROUND} posts\n")
    for name, part in (
        ("on the glass in Chromium", "glass"),
        ("heard by a bare NATS subscriber", "bus"),
        ("answered: on disk", "answered"),
    ):
        values: list[list[float]] = [[1000 * value for value in getattr(result, part)] for result in results]
        every = sorted(value for found in values for value in found)
        print(line(f"{name}: median a round", [statistics.median(found) for found in values], "ms"))
        print(line(f"{name}: 99th percentile of {len(every)}", [every[min(len(every) - 1, int(len(every) * 0.99))]], "ms"))
    print(f"posts that never reached the glass as such: {sum(result.never for result in results)}")


def main() -> None:
    """Runs it."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    print(machine())
    with installation() as running:
        asyncio.run(measure(running, rounds, count))


main()
