"""A citizen with a phone: reports in three steps, finds the report again, and every public page is fit for a screen reader."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, complaints, needed
from tests.installations import Up

pytestmark = [*needed, pytest.mark.slow]

PHONE = {"width": 390, "height": 844}
PAGES = ("/", "/w/35.16.13", "/reports", "/reports/new", "/open", "/open/requests", "/services", "/guides", "/guides/melapor", "/subscribe")
TEXT = "Jembatan Brangkal ambrol, mobil tidak bisa lewat sejak kemarin."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """An installation without figures."""
    with Up(tmp_path_factory.mktemp("portal") / "data") as up:
        yield up


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    with chromium() as found:
        yield found


def test_three_steps_on_a_phone(house: Up, browser: Browser) -> None:
    """Following the guide "Melaporkan masalah dari ponsel" alone."""
    page = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    page.goto(f"http://127.0.0.1:{house.port}/guides/melapor")
    page.get_by_role("link", name="halaman laporan").first.tap()
    page.get_by_text("Jalan dan jembatan").tap()
    page.get_by_label("Apa yang terjadi?").fill(TEXT)
    page.get_by_role("button", name="Berikutnya").tap()
    page.get_by_label("Kecamatan atau desa").select_option("35.16.13")
    page.get_by_role("button", name="Berikutnya").tap()
    page.get_by_label("Anonim").check()
    page.wait_for_timeout(2100)  # Nobody fills in a form faster (ui/strangers.py).
    page.get_by_role("button", name="Kirim laporan").tap()
    page.wait_for_url("**/reports/*key=*")
    assert "laporan Anda sudah diterima" in page.content() and "Jembatan Brangkal ambrol" in page.content()
    page.goto(f"http://127.0.0.1:{house.port}/reports")
    page.get_by_role("link", name="Jembatan Brangkal ambrol").tap()
    page.get_by_role("button", name="Saya juga").tap()
    page.get_by_text("Suara Anda diperhitungkan").wait_for()


@pytest.mark.parametrize("width", [390, 1366])
def test_every_page_reads_well(house: Up, browser: Browser, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    found = {}
    for path in PAGES:
        page.goto(f"http://127.0.0.1:{house.port}{path}")
        found[path] = complaints(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
