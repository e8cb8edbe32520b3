"""The pages about regions, agencies and people in a real browser, on a real installation: accessible, inside the window, within the
content policy, usable by keyboard and without scripts; and signing in by passkey."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import chromium, complaints, needed
from tests.installations import Up, pendopo

pytestmark = needed

PASSWORD = "pendopo-terbuka-16"
RANI, SARI, BUDI = "rani@mojokerto.test", "sari@mojokerto.test", "budi@mojokerto.test"
LISTS = ["/agencies", "/people", "/posts", "/regions", "/regions/35.16", "/regions/35.16.13", "/setup", "/profile"]
FORMS = ["/agencies/new", "/agencies/import", "/people/new", "/people/import", "/posts/new", "/regions/import", "/regions/35.16/edit"]
THINGS = ["/agencies/bpbd", "/agencies/bpbd/edit", "/people/1", "/posts/1", "/people/2/edit", "/posts/2/edit", "/invitation/forged"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """An installation with two agencies and three people."""
    folder = tmp_path_factory.mktemp("people")
    table = folder / "opd.csv"
    table.write_text("nama,keyakinan\nBadan Penanggulangan Bencana Daerah (BPBD),sumber\nSekretariat Daerah,perlu_verifikasi\n")
    with Up(folder / "data") as up:
        for words in (
            ("agencies", "import", str(table)),
            ("user", "add", RANI, "--name", "Rani", "--role", "administrator", "--password", PASSWORD),
            ("user", "add", SARI, "--name", "Sari", "--role", "officer", "--password", PASSWORD),
            ("user", "add", BUDI, "--name", "Budi", "--role", "steward", "--scope", "bpbd", "--title", "Wali Data", "--password", PASSWORD),
        ):
            done = pendopo(*words, "--data", str(up.data))
            assert done.returncode == 0, done.stdout + done.stderr
        yield up


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium() as found:
        yield found


def sign_in(page: Page, email: str) -> None:
    """Fills the sign-in form."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/home")


def window(browser: Browser, house: Up, email: str, size: tuple[int, int] = (1366, 768), **options: Any) -> Page:
    """A page in which somebody has signed in."""
    viewport: Any = {"width": size[0], "height": size[1]}
    page = browser.new_context(base_url=f"http://localhost:{house.port}", viewport=viewport, locale="id-ID", **options).new_page()
    sign_in(page, email)
    return page


@pytest.mark.parametrize(("size", "scheme"), [((1366, 768), "light"), ((390, 844), "dark")])
def test_every_page_is_accessible_and_fits(house: Up, browser: Browser, size: tuple[int, int], scheme: str) -> None:
    page = window(browser, house, RANI, size, color_scheme=scheme, reduced_motion="reduce")
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    wrong = []
    for path in [*LISTS, *FORMS, *THINGS]:
        page.goto(path)
        wrong += [f"{path} {scheme} {size[0]}: {line}" for line in complaints(page)]
    page.context.close()
    assert not wrong, "\n".join(wrong)
    assert [line for line in said if "forged" not in line] == []


def test_handing_over_with_the_keyboard_and_without_scripts(house: Up, browser: Browser) -> None:
    page = window(browser, house, RANI, java_script_enabled=False)
    page.goto("/posts?q=Wali")
    page.locator("tbody a", has_text="Wali Data").click()
    page.select_option("select[name=person]", label="Sari")
    page.focus("button[value=hand_over]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    text = page.inner_text("main")
    assert re.search(r"Wali Data diserahkan kepada Sari", text) and "Budi" in text
    page.context.close()


def test_signing_in_with_a_passkey(house: Up, browser: Browser) -> None:
    """A passkey is made on the account page and then opens the door without a password (Chromium's virtual authenticator)."""
    page = window(browser, house, SARI)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}})
    page.goto("/accounts/2fa/webauthn/add/")
    if page.locator("input[name=password]").count():
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
    page.fill("input[name=name]", "Laptop")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda address: "/webauthn/add" not in address)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/home")
    page.goto("/profile")
    assert SARI in page.content()
    page.context.close()
