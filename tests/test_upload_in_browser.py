"""Sending figures from a real browser over a bad line: a long file in parts, a whole file without JavaScript, a form on a phone."""

import hashlib
import json
import os
import re
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.browser import chromium, complaints, needed
from tests.installations import Up, pendopo, wait_for

pytestmark = needed
PASSWORD, EMAIL = "papan-dinding-16", "sari@mojokerto.test"
# Ten parts: what more of them would show, the page's 200 MB too, these show already.
FILE_MB = 20
CATALOGUE = """
sources:
  - {code: dinkes, name: Dinas Kesehatan, agency: Dinas Kesehatan}
indicators:
  - {code: cases, name: {id: Kasus, en: Cases}, every: 1d, kind: count, level: district, sources: [dinkes],
     checks: {range: [0, 1000]}}
  - {code: beds, name: {id: Tempat tidur, en: Beds}, every: 1d, kind: count, level: district, sources: [dinkes]}
"""


def long_file(path: Path, megabytes: int) -> str:
    """A CSV of about so many megabytes; its SHA-256."""
    with path.open("w") as stream:
        stream.write("tanggal;kecamatan;kasus;catatan\n")
        for number in range(megabytes * 1000):
            stream.write(f"2026-01-{number % 28 + 1:02d};35.16.{number % 18 + 1:02d};{number % 90};{f'{number} ' * 120:.970}\n")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """An installation with a person and a source of two figures."""
    folder = tmp_path_factory.mktemp("sending")
    (folder / "catalogue.yaml").write_text(CATALOGUE)
    with Up(folder / "data") as up:
        for words in (
            ("user", "add", EMAIL, "--name", "Sari", "--role", "administrator", "--password", PASSWORD),
            ("catalogue", "load", str(folder / "catalogue.yaml")),
        ):
            done = pendopo(*words, "--data", str(folder / "data"))
            assert done.returncode == 0, done.stdout + done.stderr
        yield up


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def cookies(house: Up, browser: Browser) -> Any:
    """What the browser keeps of somebody who signed in."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{house.port}")
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/home")
    kept = context.storage_state()
    context.close()
    return kept


def opened(house: Up, browser: Browser, cookies: Any, **settings: Any) -> BrowserContext:
    """A window of the person who signed in."""
    return browser.new_context(base_url=f"http://127.0.0.1:{house.port}", storage_state=cookies, locale="id-ID", **settings)


def choose(page: Page, path: Path) -> None:
    """Chooses the file and sends it."""
    page.goto("/upload?source=dinkes")
    page.set_input_files("input[name=file]", path)
    page.click("pd-upload form button")


def share(page: Page) -> float:
    """How far the bar is, 0 to 100."""
    return float(page.evaluate("document.querySelector('progress')?.value ?? 0"))


def digest_here(house: Up, page: Page) -> str:
    """The SHA-256 of what arrived, as the page's file lies on disk."""
    key = re.findall(r"/upload/([0-9a-f-]{36})", page.url)[0]
    with (house.data / "files/uploads" / key).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def line(network: CDPSession, *, cut: bool, megabytes: float) -> None:
    """The browser's line: so many megabytes a second upwards, or none at all."""
    told = {"offline": cut, "latency": 20, "downloadThroughput": -1, "uploadThroughput": megabytes * 1e6}
    network.send("Network.emulateNetworkConditions", told)


def send_over_a_bad_line(house: Up, page: Page, path: Path) -> tuple[float, float]:
    """Sends a file; the line is cut, the web application killed and the page loaded anew. How far the bar was at the cut and after."""
    network, speed = page.context.new_cdp_session(page), path.stat().st_size / 1e6 / 6
    line(network, cut=False, megabytes=speed)
    choose(page, path)
    wait_for(lambda: share(page) > 15, 60)
    line(network, cut=True, megabytes=speed)
    expect(page.locator("[data-told]")).to_contain_text("terputus", timeout=20_000)
    at_cut = share(page)
    line(network, cut=False, megabytes=speed)
    wait_for(lambda: share(page) > at_cut, 60)
    died = house.pid("Web")
    os.kill(died, signal.SIGKILL)
    wait_for(lambda: house.pid("Web") != died and house.is_ready(), 60)
    wait_for(lambda: share(page) > at_cut + 10, 60)
    page.goto("/upload")
    began: list[int] = []
    page.on("response", lambda answer: began.append(answer.json()["received"]) if answer.url.endswith("/upload/begin") else None)
    choose(page, path)
    page.wait_for_url(re.compile(r"/upload/[0-9a-f-]{36}"), timeout=120_000)
    return at_cut, 100 * began[0] / path.stat().st_size


def test_a_long_file_over_a_bad_line(house: Up, browser: Browser, cookies: Any, tmp_path: Path) -> None:
    """Cut line, killed server, page loaded anew: it goes on where it was, and byte for byte the same file is proposed for reading."""
    digest = long_file(tmp_path / "laporan.csv", FILE_MB)
    context = opened(house, browser, cookies)
    page = context.new_page()
    at_cut, after = send_over_a_bad_line(house, page, tmp_path / "laporan.csv")
    assert 15 < at_cut < after < 100
    assert digest_here(house, page) == digest
    expect(page.locator("select[name=role_1]")).to_have_value("region")
    assert complaints(page) == []
    context.close()


def test_a_whole_file_without_javascript(house: Up, browser: Browser, cookies: Any, tmp_path: Path) -> None:
    """The plain form takes the file whole; proposal, preview and delivery are pages."""
    context = opened(house, browser, cookies, java_script_enabled=False)
    page = context.new_page()
    (tmp_path / "a.csv").write_text("tanggal;kecamatan;kasus\n2026-02-01;35.16.01;4\n2026-02-01;35.16.02;5\n")
    choose(page, tmp_path / "a.csv")
    page.wait_for_url(re.compile(r"/upload/[0-9a-f-]{36}"))
    page.get_by_role("button", name="Pratinjau", exact=True).click()
    page.get_by_role("button", name="Terima", exact=True).click()
    page.wait_for_url(re.compile(r"/deliveries/\d+"))
    assert "2" in page.locator(".messages, [role=status]").first.inner_text()
    context.close()


def test_a_form_on_a_phone_keeps_its_draft(house: Up, browser: Browser, cookies: Any) -> None:
    """Typed without a line: sending says so, a reload brings the words back, and sent they are a delivery and no draft any more."""
    context = opened(house, browser, cookies, viewport={"width": 390, "height": 844}, is_mobile=True)
    page = context.new_page()
    page.goto("/entry/dinkes?region=35.16.01&at=2026-03-01")
    fields = page.locator("pd-draft input[inputmode=decimal]")
    expect(fields).to_have_count(2)
    context.set_offline(True)
    fields.nth(0).fill("12")
    fields.nth(1).fill("40")
    page.click("pd-draft button")
    expect(page.locator("[data-told]")).not_to_be_empty()
    context.set_offline(False)
    page.reload()
    assert [fields.nth(place).input_value() for place in range(2)] == ["12", "40"]
    assert complaints(page) == []
    page.click("pd-draft button")
    page.wait_for_load_state()
    assert json.loads(page.evaluate("JSON.stringify(Object.keys(localStorage).filter(name => name.includes('entry/')))")) == []
    context.close()


def workbook(path: Path) -> None:
    """A report as an office writes it: two lines of title, names of districts, one impossible figure and one word among the figures."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for line in (
        ["DINAS KESEHATAN KABUPATEN MOJOKERTO"],
        ["Laporan kasus harian"],
        [],
        ["Tanggal", "Kecamatan", "Kasus", "Petugas"],
        [date(2026, 4, 1), "Jatirejo", 4, "Sari"],
        [date(2026, 4, 1), "Gondang", 5000, "Sari"],
        [date(2026, 4, 1), "Pacet", "tidak tahu", "Sari"],
    ):
        sheet.append(line)
    book.save(path)


def numbers(page: Page) -> list[str]:
    """The five counts of a preview or a delivery."""
    return [text.split()[0] for text in page.locator("dl.verdicts dd").all_inner_texts()]


def test_a_workbook_through_the_wizard(house: Up, browser: Browser, cookies: Any, tmp_path: Path) -> None:
    """The mapping is proposed with reasons, every row has its verdict before anything is written, and only then it is taken."""
    context = opened(house, browser, cookies)
    page = context.new_page()
    workbook(tmp_path / "laporan.xlsx")
    choose(page, tmp_path / "laporan.xlsx")
    page.wait_for_url(re.compile(r"/upload/[0-9a-f-]{36}"))
    for place, role in enumerate(("at", "region", "figure:cases", "")):
        expect(page.locator(f"select[name=role_{place}]")).to_have_value(role)
    page.get_by_role("button", name="Pratinjau", exact=True).click()
    expect(page.get_by_role("heading", name="Pratinjau")).to_be_visible()
    assert numbers(page) == ["1", "0", "1", "1", "0"]
    assert "5000" in page.inner_text("main") and "tidak tahu" in page.inner_text("main")
    assert complaints(page) == []
    page.get_by_role("button", name="Terima", exact=True).click()
    page.wait_for_url(re.compile(r"/deliveries/\d+"))
    assert numbers(page) == ["1", "0", "1", "1", "0"]
    choose(page, tmp_path / "laporan.xlsx")
    expect(page.locator(".message.warning").first).to_contain_text("salinan")
    context.close()


def test_a_bad_file_is_explained_with_a_way_on(house: Up, browser: Browser, cookies: Any, tmp_path: Path) -> None:
    context = opened(house, browser, cookies, viewport={"width": 390, "height": 844})
    page = context.new_page()
    (tmp_path / "rusak.xlsx").write_bytes(b"PK\x03\x04 rusak")
    choose(page, tmp_path / "rusak.xlsx")
    expect(page.get_by_role("alert")).to_contain_text("simpan lagi sebagai XLSX")
    assert complaints(page) == []
    page.get_by_role("link", name="Pilih berkas lain").click()
    expect(page.locator("select[name=source]")).not_to_have_value("")
    context.close()
