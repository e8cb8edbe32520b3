"""The pages in a real browser: axe-core finds nothing in light and dark, they read well without JavaScript, and the wall goes on live."""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.installations import ROOT, Up, pendopo

AXE = ROOT / "node_modules/axe-core/axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
PASSWORD = "papan-dinding-16"
EMAIL = "sari@mojokerto.test"

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not CHROMIUM, reason="No Chromium on this machine: install it with `apt install chromium`."),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run `make setup`."),
]

CATALOGUE = """
sources:
  - {code: rsud, name: "RSUD Prof. dr. Soekandar", agency: "RSUD Prof. dr. Soekandar"}
indicators:
  - {code: hospital-bor, name: {id: "Keterisian tempat tidur", en: "Bed occupancy"}, unit: "%", every: 1h, grace: 30m, kind: percent,
     rollup: mean, level: district, sources: [rsud], publicity: public, decimals: 1}
  - {code: covid-cases-total, name: {id: "Kasus kumulatif", en: "Cases"}, unit: kasus, every: 1d, grace: 1d, kind: cumulative, rollup: sum,
     level: district, sources: [rsud], publicity: public}
  - {code: covid-cases, name: {id: "Kasus harian", en: "Daily cases"}, unit: orang, every: 1d, grace: 1d, kind: count, rollup: sum,
     level: province, sources: [rsud], publicity: public}
  - {code: river-level, name: {id: "Tinggi muka air", en: "River level"}, unit: m, every: 1h, grace: 45m, kind: gauge, rollup: mean,
     level: regency, sources: [rsud], publicity: public, decimals: 2}
"""


def rows() -> Iterator[dict[str, Any]]:
    """Fresh, late and silent figures of several levels: 14 of 18 districts report, the river fell silent long ago."""
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(1, 15):
        region = f"35.16.{number:02d}"
        yield {"indicator": "hospital-bor", "region": region, "at": (now - timedelta(hours=1)).isoformat(), "value": 60.5 + number}
        yield {"indicator": "covid-cases-total", "region": region, "at": (now - timedelta(days=1)).isoformat(), "value": 7.0 * number}
    for day in range(40):
        yield {
            "indicator": "covid-cases",
            "region": "35",
            "at": (now - timedelta(days=40 - day)).isoformat(),
            "value": 100.0 + day * day % 37,
        }
    for hour in range(48):
        yield {
            "indicator": "river-level",
            "region": "35.14",
            "at": (now - timedelta(days=500, hours=hour)).isoformat(),
            "value": 1 + hour % 5 / 10,
        }


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """An installation with a person and some figures."""
    folder = tmp_path_factory.mktemp("browser")
    with Up(folder / "data") as up:
        data = ("--data", str(folder / "data"))
        (folder / "catalogue.yaml").write_text(CATALOGUE)
        (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows()))
        for words in (
            ("user", "add", EMAIL, "--name", "Sari", "--role", "administrator", "--password", PASSWORD),
            ("catalogue", "load", str(folder / "catalogue.yaml")),
            ("ingest", str(folder / "rows.jsonl"), "--source", "rsud"),
        ):
            done = pendopo(*words, *data)
            assert done.returncode == 0, done.stdout + done.stderr
        yield up


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def signed_in(house: Up, browser: Browser) -> Any:
    """The cookies of somebody who signed in on the page."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{base(house)}/accounts/login/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/home")
    return context.storage_state()


def base(house: Up) -> str:
    return f"http://127.0.0.1:{house.port}"


PAGES = {
    "/": False,
    "/accounts/login/": False,
    "/nowhere": False,
    "/home": True,
    "/brief": True,
    "/wall/": True,
    "/wall/overview": True,
    "/wall/health": True,
    "/wall/water": True,
    "/wall/overview?as_of=2026-01-01T00:00": True,
    "/wall/overview/changes?from=2026-01-01": True,
    "/brief?as_of=2026-01-01T00:00": True,
    "/?as_of=2026-01-01T00:00": False,
    "/wall/screens": True,
    "/wall/screens/new": True,
    "/desk": True,
    "/desk/phones": True,
    "/accounts/logout/": True,
    "/accounts/2fa/": True,
    "/accounts/password/change/": True,
}


def complaints(page: Page) -> list[str]:
    """What axe-core says against WCAG 2.2 AA."""
    page.evaluate(AXE.read_text())
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("path", list(PAGES))
def test_axe_finds_nothing(house: Up, browser: Browser, signed_in: Any, path: str) -> None:
    size: Any = {"width": 390, "height": 844} if path == "/brief" else {"width": 1920, "height": 1080}
    context = browser.new_context(
        viewport=size, color_scheme="light", reduced_motion="reduce", storage_state=signed_in if PAGES[path] else None
    )
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(f"{base(house)}{path}")
    page.wait_for_timeout(600)
    found = [f"light: {one}" for one in complaints(page)]
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    found += [f"dark: {one}" for one in complaints(page)]
    context.close()
    assert not found, "\n".join(found)
    assert not said


def test_the_telephone_book_prints_as_a_sheet_in_columns(house: Up, browser: Browser, signed_in: Any) -> None:
    context = browser.new_context(storage_state=signed_in, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{base(house)}/desk/phones")
    assert page.locator(".side").is_visible() and page.locator("form.filters").is_visible()
    page.emulate_media(media="print")
    for hidden in (".side", "form.filters", ".crumbs"):
        assert not page.locator(hidden).first.is_visible(), hidden
    book = page.locator(".phone-book")
    assert book.evaluate("book => getComputedStyle(book).columnCount") == "3"
    assert book.locator("a[href='tel:112']").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_everything_reads_without_javascript(house: Up, browser: Browser, signed_in: Any) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in, viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.goto(f"{base(house)}/wall/overview")
    text = page.inner_text("main")
    for words in ("Ikhtisar", "14/18 kecamatan", "sebagian, bukan total", "Keterisian tempat tidur", "tanpa kabar", "WIB", "lalu"):
        assert words in text, words
    assert page.locator(".tile.trend svg path.stroke").count() == 1
    page.goto(f"{base(house)}/home")
    page.locator(".side .wide-only button[name=theme][value=dark]").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    context.close()


def test_a_board_fits_its_screen_and_a_phone_scrolls_only_down(house: Up, browser: Browser, signed_in: Any) -> None:
    for width, height in ((1366, 768), (1920, 1080), (3840, 2160)):
        context = browser.new_context(viewport={"width": width, "height": height}, storage_state=signed_in)
        page = context.new_page()
        page.goto(f"{base(house)}/wall/overview")
        size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert size == [width, height]
        context.close()
    context = browser.new_context(viewport={"width": 390, "height": 844}, storage_state=signed_in)
    page = context.new_page()
    for path in ("/wall/overview", "/brief", "/home", "/"):
        page.goto(f"{base(house)}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.goto(f"{base(house)}/indicators")  # cards, which are sorted by what the head of the table offers
    page.locator("thead a").first.click()
    page.wait_for_url("**sort=*")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def post(house: Up, key: str, value: float, region: str = "35.16.01") -> None:
    """One observation by the API."""
    row = {"indicator": "hospital-bor", "region": region, "at": datetime.now(UTC).isoformat(), "value": value}
    send(house, key, "observations", {"observations": [row]})


def send(house: Up, key: str, what: str, words: dict[str, Any]) -> None:
    """A body of one row in the name of a source."""
    head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base(house)}/api/v1/{what}", json.dumps(words).encode(), head)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["accepted"] == 1


def new_key(house: Up) -> str:
    done = pendopo("key", "new", "--source", "rsud", "--json", "--data", str(house.data))
    return str(json.loads(done.stdout)["key"])


def test_the_wall_goes_on_live_and_recovers_from_a_lost_server(house: Up, browser: Browser, signed_in: Any) -> None:
    key = new_key(house)
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, storage_state=signed_in)
    page = context.new_page()
    page.goto(f"{base(house)}/wall/overview")
    page.wait_for_function("() => document.querySelector('pd-line').classList.contains('live')")
    post(house, key, 99.9)
    row = '.tile.ranking pd-figure[data-region="35.16.01"]'
    page.wait_for_function("row => document.querySelector(row)?.dataset.value === '99.9'", arg=row, timeout=10_000)
    assert page.inner_text(".tile.ranking li:first-child .name") == "Jatirejo"
    subprocess.run(["kill", "-9", str(house.pid("Web"))], check=True)
    page.wait_for_function("() => document.querySelector('pd-line').classList.contains('lost')", timeout=15_000)
    page.wait_for_function("() => document.querySelector('pd-line').classList.contains('live')", timeout=60_000)
    post(house, key, 98.8)
    page.wait_for_function("row => document.querySelector(row)?.dataset.value === '98.8'", arg=row, timeout=20_000)
    context.close()


RUNG = """
window.rung = 0;
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...when) { window.rung += 1; return start.apply(this, when); };
"""


def test_the_desk_rings_until_somebody_takes_it_on_with_one_key(house: Up, browser: Browser, signed_in: Any) -> None:
    key = new_key(house)
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, storage_state=signed_in)
    context.add_init_script(RUNG)
    page = context.new_page()
    page.goto(f"{base(house)}/desk")
    page.wait_for_function("() => document.querySelector('pd-line').classList.contains('live')")
    assert not page.is_visible("[data-heard]")
    page.keyboard.press("b")
    page.wait_for_function("() => window.rung > 0")
    page.click("[data-heard]")
    page.wait_for_selector("pd-desk[data-watch='1']")
    page.keyboard.press("Escape")  # a browser makes sound on a page only after it was touched
    page.evaluate("window.stayed = true")
    quiet = page.evaluate("window.rung")
    alert = {"name": "Tanggul retak", "status": "firing", "severity": "Extreme", "region": "35.16.13", "at": datetime.now(UTC).isoformat()}
    send(house, key, "alerts", {"alerts": [alert]})
    page.wait_for_selector(".burn.ringing >> text=Tanggul retak", timeout=20_000)
    page.wait_for_selector(".burn.case >> text=Tanggul retak", timeout=20_000)
    page.wait_for_function("quiet => window.rung >= quiet + 12", arg=quiet, timeout=20_000)
    assert page.evaluate("window.stayed") and page.title().startswith("(1)"), "the page was drawn live and rings again and again"
    page.keyboard.press("j")
    assert "Tanggul retak" in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("t")
    page.wait_for_selector("[data-ringing='0']", state="attached")
    page.wait_for_function("() => document.querySelector('pd-desk[data-watch=\"1\"]') && !document.title.startsWith('(')")
    still = page.evaluate("window.rung")
    page.wait_for_timeout(4500)
    assert page.evaluate("window.rung") == still, "nothing rings any more"
    page.keyboard.press("n")
    page.wait_for_url("**/incidents/new")
    context.close()


def test_a_number_greys_by_itself(house: Up, browser: Browser, signed_in: Any) -> None:
    context = browser.new_context(storage_state=signed_in, viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.clock.install(time=time.time())
    page.goto(f"{base(house)}/wall/overview")
    figure = ".tile.number pd-figure[data-indicator=hospital-bor]"
    assert "silent" not in str(page.locator(figure).get_attribute("class"))
    page.clock.fast_forward(40 * 3600 * 1000)
    page.wait_for_function("figure => document.querySelector(figure).classList.contains('silent')", arg=figure)
    assert "tanpa kabar" in page.inner_text(figure) and "hari lalu" in page.inner_text(figure)
    context.close()


def test_a_screen_shows_a_board_until_it_is_revoked(house: Up, browser: Browser) -> None:
    data = ("--data", str(house.data))
    made = json.loads(pendopo("screen", "new", "Dinding kiri", "--json", *data).stdout)
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.goto(f"{base(house)}/wall/health?kiosk={made['token']}")
    assert page.url == f"{base(house)}/wall/health"
    assert made["token"] not in page.evaluate("document.cookie")
    page.wait_for_function("() => document.querySelector('pd-line').classList.contains('live')")
    assert pendopo("screen", "revoke", str(made["id"]), *data).returncode == 0
    page.wait_for_url("**/accounts/login/**", timeout=15_000)
    context.close()


def test_the_console_weighs_at_most_250_kb(house: Up, browser: Browser, signed_in: Any) -> None:
    for path, limit in (("/home", 250_000), ("/brief", 250_000), ("/", 100_000)):
        context = browser.new_context(storage_state=signed_in)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[int] = []
        session.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(int(event["encodedDataLength"])))
        page.goto(f"{base(house)}{path}")
        page.wait_for_timeout(800)
        context.close()
        assert 0 < sum(sizes) <= limit, (path, sum(sizes))


def test_a_passkey_opens_the_door_and_stands_in_the_book(house: Up, browser: Browser) -> None:
    """A key made in the profile (Chromium's own authenticator of software) signs in alone, and both are deeds."""
    address = f"http://localhost:{house.port}"  # browsers bind a passkey to a name, and trust only localhost without HTTPS
    context = browser.new_context()
    page = context.new_page()
    wires = context.new_cdp_session(page)
    wires.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    wires.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, "automaticPresenceSimulation": True}})
    page.goto(f"{address}/accounts/login/")
    page.fill("#id_login", EMAIL)
    page.fill("#id_password", PASSWORD)
    page.click("form button.primary")
    page.wait_for_url(f"{address}/home")
    page.goto(f"{address}/accounts/2fa/webauthn/add/")
    page.fill("input[type=password]", PASSWORD)
    page.click("main button.primary")
    page.fill("#id_name", "Ponsel Sari")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    context.clear_cookies()
    page.goto(f"{address}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(f"{address}/home")
    page.goto(f"{address}/audit?deed=agencies.change_second_factor")
    page.click("main table tbody a >> nth=1")  # the newest deed is the recovery codes that came with the key
    assert "webauthn" in page.inner_text("main")
    context.close()
