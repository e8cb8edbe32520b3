"""A house with a media server in a network of its own, and people in real browsers: what the tests of the room and its bench share.

Janus takes no loopback for media, so everything runs in a fresh network namespace with a port-less bridge (`in_namespace`). People send a
colour and a tone of their own, so that it can be asserted whom the *others* see and hear.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import CHROMIUM
from tests.installations import ROOT, Up, patience, pendopo

ADDRESS = "10.77.0.1"
BRIDGE = f"ip link set lo up; ip link add rtc0 type bridge; ip addr add {ADDRESS}/24 dev rtc0; ip link set rtc0 up; "
UNSHARE = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", *([] if os.geteuid() == 0 else ["--map-root-user"])]
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
PASSWORD = "pendopo-terbuka-16"
CONVENER = "rani@mojokerto.test"

# A person's camera is a canvas of one colour with a moving bar, the microphone a tone.
CAMERA = """([colour, tone, height]) => {
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = new MediaStream();
    if (wanted.video) {
      const canvas = Object.assign(document.createElement("canvas"), {width: height * 16 / 9, height}), pen = canvas.getContext("2d");
      let x = 0;
      setInterval(() => { pen.fillStyle = colour; pen.fillRect(0, 0, canvas.width, height); pen.fillStyle = "white";
        pen.fillRect(x = (x + 8) % canvas.width, height - 20, 20, 20); }, 50);
      stream.addTrack(canvas.captureStream(20).getVideoTracks()[0]);
    }
    if (wanted.audio) {
      const context = new AudioContext(), osc = context.createOscillator(), out = context.createMediaStreamDestination();
      osc.frequency.value = tone; osc.connect(out); osc.start();
      stream.addTrack(out.stream.getAudioTracks()[0]);
    }
    return stream;
  };
}"""

PICTURE = """(seat) => {
  const video = document.querySelector(`.meeting-tile[data-seat="${seat}"][data-what="WHAT"]:not([data-dark]) video`);
  if (!video || !video.videoWidth) return null;
  const canvas = Object.assign(document.createElement("canvas"), {width: 8, height: 8}), pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 8, 4, 0, 0, 8, 8);
  return [...pen.getImageData(2, 2, 1, 1).data].slice(0, 3);
}"""

MOVING = """async (seat) => {
  const video = document.querySelector(`.meeting-tile[data-seat="${seat}"][data-what="video"] video`);
  const before = video ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
  await new Promise((done) => setTimeout(done, 200));
  return Boolean(video) && video.getVideoPlaybackQuality().totalVideoFrames > before && video.srcObject.active;
}"""

ARRIVES = """async (seat) => {
  const tile = document.querySelector(`.meeting-tile[data-seat="${seat}"][data-what="video"]`);
  const report = await document.querySelector("pd-meeting").getting.stats();
  for (const one of report.values())
    if (one.type === "inbound-rtp" && one.kind === "video" && one.mid === tile.dataset.mid)
      return {height: one.frameHeight || 0, packets: one.packetsReceived, frames: one.framesDecoded || 0, bytes: one.bytesReceived};
  return {height: 0, packets: 0, frames: 0, bytes: 0};
}"""

# The loudest tone (Hz) that arrives from somebody, by FFT; 0 = silence.
TONE = """async (seat) => {
  const sound = document.querySelector(`audio[data-seat="${seat}"]`);
  if (!sound || !sound.srcObject) return 0;
  const context = window.ear ??= new AudioContext(), analyser = context.createAnalyser();
  await context.resume();
  analyser.fftSize = 4096;
  analyser.smoothingTimeConstant = 0;
  const source = context.createMediaStreamSource(sound.srcObject);
  source.connect(analyser);
  await new Promise((done) => setTimeout(done, 500));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const best = bins.indexOf(Math.max(...bins)), loud = bins[best];
  source.disconnect();
  return loud < -60 ? 0 : best * context.sampleRate / analyser.fftSize;
}"""


def why_not() -> str:
    """Why no room can be tried on this machine; empty when it can."""
    absent = [name for name in ("janus", "unshare", "ip") if not shutil.which(name)]
    if absent or not CHROMIUM:
        return f"{', '.join(absent) or 'chromium'} is missing: run `make packages WANTED='janus iproute2 chromium'`."
    tried = subprocess.run([*UNSHARE, "sh", "-ec", BRIDGE + "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"This machine allows no network namespace: {tried.stderr.strip()[:120]}"


def in_namespace(*command: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Runs a Python program of the repository in a network of its own."""
    shell = [*UNSHARE, "sh", "-ec", BRIDGE + 'exec "$@"', "sh", sys.executable, *command]
    return subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)


def run_cases(*names: str, timeout: float) -> None:
    """Runs files of cases (`cases_*.py` beside this one) one after another in a network of their own; fails with what they said."""
    options = [
        "-c",
        "/dev/null",
        "--rootdir",
        str(ROOT),
        "--noconftest",
        "-p",
        "no:django",
        "-p",
        "no:cacheprovider",
        "-p",
        "pendopo.meetings.tests.company",
        "-o",
        "python_files=cases_*.py",
    ]
    files = [str(Path(__file__).with_name(name)) for name in names]
    done = in_namespace("-m", "pytest", "-q", "-x", *options, *files, timeout=timeout * patience())
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def wait(ready: Callable[[], Any], seconds: float = 15, what: str = "the condition") -> Any:
    """Waits for the condition, longer on a busy machine; what it said."""
    end = time.monotonic() + seconds * patience()
    while not (found := ready()):
        assert time.monotonic() < end, f"{what} did not come true in {seconds} s"
        time.sleep(0.05)
    return found


@dataclass
class House:
    """A running installation whose API makes meetings."""

    up: Up
    token: str
    people: list["Person"] = field(default_factory=list)

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Asks the API as the convener."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        url = f"http://localhost:{self.up.port}/api/v1/{path}"
        data = json.dumps(body).encode() if body else None
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as answer:
            return dict(json.load(answer))

    def meeting(self, *guests: str) -> dict[str, Any]:
        """A meeting that begins now, with personal links for these guests."""
        body = {"subject": "Rapat banjir Bangsal", "start": datetime.now(UTC).isoformat(), "guests": [{"name": name} for name in guests]}
        return self.ask("meetings", body)


@contextmanager
def house(folder: Path, **settings: str) -> Iterator[House]:
    """An installation with a media server and Rani, who convenes."""
    with Up(folder / "data", env={"PENDOPO_MEDIA_ADDRESS": ADDRESS, **settings}) as up:
        where = ("--data", str(up.data))
        done = pendopo("user", "add", CONVENER, "--name", "Rani", "--role", "administrator", "--password", PASSWORD, *where)
        assert done.returncode == 0, done.stdout + done.stderr
        made = pendopo("token", "new", CONVENER, "--json", *where)
        yield House(up, json.loads(made.stdout)["token"])


@contextmanager
def chromium(*extra: str) -> Iterator[Browser]:
    """A Chromium with fake devices."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *extra])
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody in a browser of their own."""

    def __init__(
        self, browser: Browser, house: House, *, colour: str = "red", tone: int = 440, size: tuple[int, int] = (1366, 768), lines: int = 360
    ) -> None:
        self.house = house
        viewport: Any = {"width": size[0], "height": size[1]}
        self.context: BrowserContext = browser.new_context(base_url=f"http://localhost:{house.up.port}", viewport=viewport, locale="id-ID")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000 * patience())
        self.page.add_init_script(f"({CAMERA})({json.dumps([colour, tone, lines])})")
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def sign_in(self, email: str = CONVENER) -> "Person":
        """Signs in with an account."""
        self.page.goto("/accounts/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "login" not in url)
        return self

    def open(self, url: str, *, agency: str = "", name: str = "") -> "Person":
        """Opens the room's page; a guest says name and agency."""
        self.page.goto(url.replace("http://127.0.0.1", "http://localhost"))
        if self.page.locator("input[name=agency]").count():
            if name:
                self.page.fill("input[name=name]", name)
            self.page.fill("input[name=agency]", agency)
            self.page.click("main form button")
        self.page.wait_for_selector("[data-stage=join]:not([hidden])")
        return self

    def join(self, how: str = "join") -> "Person":
        """Presses a button of the device check, once camera and microphone were looked at."""
        self.page.wait_for_selector('[data-check="camera"][data-state]')
        self.page.wait_for_selector('[data-check="microphone"][data-state]')
        self.page.click(f'button[data-do="{how}"]')
        return self

    def inside(self) -> "Person":
        """Waits until the room is shown."""
        self.page.wait_for_selector("[data-stage=in]:not([hidden])")
        return self

    @property
    def seat(self) -> str:
        """The own seat."""
        return str(self.page.get_attribute("pd-meeting", "data-seat"))

    def sees(self, seat: str, what: str = "video") -> list[int] | None:
        """The colour that arrives from somebody, None without a picture."""
        found = self.page.evaluate(PICTURE.replace("WHAT", what), seat)
        return list(found) if found else None

    def hears(self, seat: str) -> float:
        """The tone that arrives from somebody in Hz; 0 = silence."""
        return float(self.page.evaluate(TONE, seat))

    def do(self, name: str) -> None:
        """Presses a button of the bar."""
        self.page.click(f'.meeting-bar button[data-do="{name}"]')

    def panel(self) -> "Person":
        """Opens people and chat."""
        if self.page.get_attribute('button[data-do="panel"]', "aria-expanded") != "true":
            self.do("panel")
        return self

    def deed(self, seat: str, name: str) -> None:
        """Does something with somebody, as a convener."""
        line = self.page.locator(f'[data-part="people"] li[data-seat="{seat}"]')
        line.locator("summary").click()
        line.locator(f'button[data-deed="{name}"]').click()

    def menu(self, name: str) -> None:
        """Opens a menu of the bar."""
        if self.page.locator(f'details[open] > summary[data-menu="{name}"]').count() == 0:
            self.page.click(f'summary[data-menu="{name}"]')

    def signs(self, seat: str) -> str:
        """The small signs beside somebody's name on their tile."""
        return self.page.inner_text(f'.meeting-tile[data-seat="{seat}"][data-what="video"] .signs')

    def votes(self) -> list[int]:
        """How many chose each answer of the last poll."""
        return [int(text) for text in self.page.locator("[data-poll] >> nth=-1").locator("output").all_inner_texts()]

    def arrives(self, seat: str) -> dict[str, float]:
        """What the browser's statistics say of somebody's picture: height, packets, frames."""
        return dict(self.page.evaluate(ARRIVES, seat))

    def is_moving(self, seat: str) -> bool:
        """Whether new pictures of somebody arrive, not only the last one of before."""
        return bool(self.page.evaluate(MOVING, seat))

    def text(self, part: str) -> str:
        """What a part of the page says."""
        return self.page.inner_text(f'[data-part="{part}"]')

    def leave(self) -> None:
        """Closes the browser's window."""
        self.context.close()


def is_near(found: list[int] | None, wanted: tuple[int, int, int]) -> bool:
    """Whether a colour that went through a codec is the wanted one."""
    return found is not None and all(abs(one - other) < 60 for one, other in zip(found, wanted, strict=True))
