"""Intake in a real browser: a report by keyboard alone, a phone that loses its line, and pages that anybody can read."""

import io
import re
import time
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import chromium, complaints, needed
from tests.installations import Up, pendopo

pytestmark = needed

PASSWORD = "pendopo-terbuka-16"
SARI = "sari@mojokerto.test"
# Beside the text itself: the key of the desk, Tab, the place, and Enter.
MOST_KEYS = 25
# From the key to the saved record, of a practised hand.
MOST_S = 10.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """An installation with a watch officer."""
    with Up(tmp_path_factory.mktemp("intake") / "data") as up:
        words = ("user", "add", SARI, "--name", "Sari", "--role", "officer", "--password", PASSWORD)
        done = pendopo(*words, "--data", str(up.data))
        assert done.returncode == 0, done.stdout + done.stderr
        yield up


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium() as found:
        yield found


def signed_in(context: BrowserContext, house: Up) -> Page:
    """A page of Sari's."""
    page = context.new_page()
    page.goto(f"http://localhost:{house.port}/accounts/login/")
    page.fill("[name=login]", SARI)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"^(?!.*login)"))
    return page


def test_a_call_is_written_down_by_keyboard_and_a_phone_without_a_line_loses_nothing(house: Up, browser: Browser) -> None:
    page = signed_in(browser.new_context(), house)
    page.goto(f"http://localhost:{house.port}/desk")
    keys, rang = ["r"], time.monotonic()
    page.keyboard.press("r")
    page.wait_for_url("**/intake/new")
    page.keyboard.type("Air masuk rumah setinggi lutut")
    keys += ["Tab", *"sambiroto", "Enter"]
    for key in keys[1:]:
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"/intake/\d+$"))
    assert len(keys) <= MOST_KEYS and time.monotonic() - rang <= MOST_S
    expect(page.locator("main")).to_contain_text("Sambiroto")
    assert complaints(page) == []

    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["geolocation"])
    context.set_geolocation({"latitude": -7.5048, "longitude": 112.4131})
    phone = signed_in(context, house)
    phone.goto(f"http://localhost:{house.port}/field")
    phone.evaluate("navigator.serviceWorker.ready.then(() => null)")
    assert complaints(phone) == []
    phone.reload()
    context.set_offline(True)
    phone.reload()
    picture = io.BytesIO()
    Image.new("RGB", (900, 600), "green").save(picture, "JPEG")
    phone.fill("[name=text]", "Jembatan putus di ujung desa")
    phone.set_input_files("[name=photo]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()})
    phone.click("form button.primary")
    expect(phone.locator("[data-queue] li")).to_have_count(1)
    phone.reload()
    expect(phone.locator("[data-queue]")).to_contain_text("Jembatan putus")
    context.set_offline(False)
    expect(phone.locator("[data-queue] li")).to_have_count(0, timeout=20_000)
    page.goto(f"http://localhost:{house.port}/intake")
    assert page.locator("main").inner_text().count("Jembatan putus") == 1
    page.click("text=Jembatan putus")
    expect(page.locator(".photos img")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("Sooko")
