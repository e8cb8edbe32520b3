"""Boards in a real browser: arranged by keyboard and pointer, a camera that stalls and comes back, boards that follow each other,
and the slider of the time machine."""

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from playwright.sync_api import Browser, Page

from tests.browser import chromium, complaints, needed
from tests.installations import Up, pendopo, wait_for

FFMPEG = shutil.which("ffmpeg") or ""
EMAIL, PASSWORD = "sari@mojokerto.test", "papan-dinding-16"
pytestmark = [*needed, pytest.mark.skipif(not FFMPEG, reason="No ffmpeg on this machine: install it with `apt install ffmpeg`.")]


class Playlists(http.server.SimpleHTTPRequestHandler):
    """A camera's server: it allows every origin to play."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """Where a camera puts its pieces, and the port of its server."""
    folder = tmp_path_factory.mktemp("camera")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Playlists, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, server.server_port
    server.shutdown()
    server.server_close()


def filming(folder: Path) -> subprocess.Popen[bytes]:
    """A camera that films a test picture in real time."""
    source = ["-re", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=5", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    pieces = ["-g", "5", "-f", "hls", "-hls_time", "1", "-hls_list_size", "4", "-hls_flags", "delete_segments+omit_endlist"]
    return subprocess.Popen([FFMPEG, "-loglevel", "error", *source, *pieces, str(folder / "live.m3u8")])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, camera: tuple[Path, int]) -> Iterator[Up]:
    """An installation that allows the camera, with a watch officer."""
    folder, host = tmp_path_factory.mktemp("boards"), f"127.0.0.1:{camera[1]}"
    board = {
        "code": "own",
        "title": "Sendiri",
        "tiles": [{"kind": "clock"}, {"kind": "text", "text": "Siaga"}, {"kind": "camera", "address": f"http://{host}/live.m3u8"}],
    }
    scenes = {"code": "round", "title": "Bergilir", "scenes": [{"board": "own", "seconds": 5}, {"board": "water", "seconds": 5}]}
    with Up(folder / "data", env={"PENDOPO_CAMERA_HOSTS": host}) as up:
        for one in (board, scenes):
            (folder / "board.yaml").write_text(yaml.safe_dump(one))
            done = pendopo("board", "load", str(folder / "board.yaml"), "--data", str(folder / "data"))
            assert done.returncode == 0, done.stdout + done.stderr
        words = ("user", "add", EMAIL, "--name", "Sari", "--role", "officer", "--password", PASSWORD, "--data", str(folder / "data"))
        assert pendopo(*words).returncode == 0
        yield up


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(house: Up, browser: Browser) -> Iterator[Page]:
    """Sari's browser; an error in an island fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 900}, base_url=f"http://127.0.0.1:{house.port}")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda problem: wrong.append(str(problem)))
    page.goto("/accounts/login/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/home")
    yield page
    context.close()
    assert not wrong


def plates(page: Page) -> list[str]:
    """The tiles of the editor in their order, with columns and rows."""
    script = "all => all.map(e => ['kind', 'w', 'h'].map(name => e.querySelector(`[name$=\"-${name}\"]`).value).join(' '))"
    found: list[str] = page.locator(".plate").evaluate_all(script)
    return found


def test_tiles_are_arranged_by_keyboard_and_pointer_and_saved(page: Page) -> None:
    page.goto("/wall/own/edit")
    assert plates(page) == ["clock 3 1", "text 4 2", "camera 4 3"]
    page.locator(".plate").first.focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert plates(page) == ["text 4 2", "clock 4 2", "camera 4 3"]
    corner = page.locator(".plate .corner").first.bounding_box()
    wide = page.locator(".layout").evaluate("e => e.clientWidth") / 12
    assert corner
    page.mouse.move(corner["x"] + 8, corner["y"] + 8)
    page.mouse.down()
    page.mouse.move(corner["x"] + 8 + 2 * wide, corner["y"] + 8, steps=6)
    page.mouse.up()
    assert plates(page)[0] == "text 6 2"
    page.frame_locator("iframe").locator(".tile.text.w6").wait_for(timeout=20_000)
    assert complaints(page) == []
    page.locator(".plate").nth(2).focus()
    page.keyboard.press("Delete")
    page.fill("[name=why]", "Tanpa kamera")
    page.click("button[value=save]")
    page.wait_for_url("**/wall/own")
    assert page.locator(".tile").count() == 2
    page.goto("/wall/own/versions")
    assert "Tanpa kamera" in page.inner_text("main")
    page.click("button[name=restore][value='1']")
    page.wait_for_load_state()
    assert "Versi 1 dipulihkan" in page.inner_text("main") and complaints(page) == []


def test_a_stalled_camera_is_said_to_be_stalled_and_comes_back(page: Page, camera: tuple[Path, int]) -> None:
    film = filming(camera[0])
    try:
        wait_for((camera[0] / "live.m3u8").exists, 30)
        page.goto("/wall/own")
        state = page.locator("pd-camera [data-part=state]")
        page.locator("pd-camera .state.well").wait_for(timeout=40_000)
        assert state.inner_text() == "langsung"
        film.terminate()
        film.wait(10)
        page.locator("pd-camera.stalled .state.attention").wait_for(timeout=60_000)
        assert "tidak ada gambar baru selama" in state.inner_text()
        film = filming(camera[0])
        page.locator("pd-camera .state.well").wait_for(timeout=60_000)
    finally:
        film.terminate()
        film.wait(10)


def test_boards_follow_each_other_without_loading_the_page(page: Page) -> None:
    page.goto("/wall/round")
    page.evaluate("window.kept = true")
    assert page.inner_text("h1") == "Sendiri"
    page.locator("h1", has_text="Air dan bumi").wait_for(timeout=30_000)
    assert page.evaluate("window.kept") and "scene=1" in page.url
    page.keyboard.press("Space")
    page.wait_for_timeout(6500)
    assert page.inner_text("h1") == "Air dan bumi" and page.inner_text("pd-scenes button") == "Lanjutkan"
    page.keyboard.press("ArrowRight")
    page.locator("h1", has_text="Sendiri").wait_for(timeout=10_000)
    assert page.evaluate("window.kept")


def test_an_arrow_key_on_the_slider_takes_the_board_to_another_moment_and_end_back_to_now(page: Page) -> None:
    page.goto("/wall/own")
    page.evaluate("window.kept = true")
    page.locator("pd-moment summary").click()
    slider = page.locator("pd-moment input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/wall/own?as_of=*", timeout=20_000)
    first = page.url
    assert "Keadaan yang diketahui pada" in page.inner_text(".known-then") and page.locator("pd-live").count() == 0
    assert slider.evaluate("e => e === document.activeElement"), "The keyboard goes on where it was."
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("before => location.href !== before", arg=first, timeout=20_000)
    as_of = [datetime.fromisoformat(unquote(url.partition("as_of=")[2])) for url in (page.url, first)]
    assert as_of[0] < as_of[1] and slider.get_attribute("aria-valuetext")
    page.keyboard.press("End")
    page.wait_for_url("**/wall/own", timeout=20_000)
    page.locator("pd-live").wait_for(state="attached", timeout=20_000)
    assert page.locator(".known-then").count() == 0 and page.evaluate("window.kept")
