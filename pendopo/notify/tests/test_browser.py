"""Notices in a real browser, on a real installation with a real mail server: from adding an address to the letter that arrives."""

import re
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import chromium, complaints, needed
from tests.installations import Up, patience, pendopo

from .servers import Gateway, MailServer, gateway, mail_server

pytestmark = needed

PASSWORD = "pendopo-terbuka-16"
RANI = "rani@mojokerto.test"


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    """Where the installation's letters go."""
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def web() -> Iterator[Gateway]:
    """Where its webhooks go."""
    with gateway() as server:
        yield server


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, mail: MailServer, web: Gateway) -> Iterator[Up]:
    """An installation with an administrator, a mail server and an SMS gateway."""
    env = {
        "PENDOPO_SMTP_HOST": "127.0.0.1",
        "PENDOPO_SMTP_PORT": str(mail.port),
        "PENDOPO_WEBHOOK_PRIVATE": "1",
        "PENDOPO_SMS_URL": f"json://{web.url.removeprefix('http://')}/sms?:to={{to}}",
    }
    with Up(tmp_path_factory.mktemp("notify") / "data", env=env) as up:
        words = ("user", "add", RANI, "--name", "Rani", "--role", "administrator", "--password", PASSWORD)
        done = pendopo(*words, "--data", str(up.data))
        assert done.returncode == 0, done.stdout + done.stderr
        yield up


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium() as found:
        yield found


def window(browser: Browser, house: Up, size: tuple[int, int] = (1366, 768), **options: Any) -> Page:
    """A page in which Rani has signed in."""
    viewport: Any = {"width": size[0], "height": size[1]}
    page = browser.new_context(base_url=f"http://localhost:{house.port}", viewport=viewport, locale="id-ID", **options).new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", RANI)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


def wait(ready: Callable[[], Any], seconds: float = 20) -> None:
    """Waits for the condition, longer on a busy machine."""
    end = time.monotonic() + seconds * patience()
    while not ready():
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.05)


def test_from_an_address_to_the_letter_without_scripts(house: Up, browser: Browser, mail: MailServer) -> None:
    page = window(browser, house, java_script_enabled=False)
    page.goto("/profile/notices")
    page.select_option("select[name=channel]", "email")
    page.fill("input[name=target]", "rani@rumah.test")
    page.press("input[name=target]", "Enter")
    wait(lambda: mail.got)
    letter = cast(EmailMessage, mail.got[-1]).get_body(("plain",))
    code = re.search(r"\b\d{6}\b", letter.get_content()) if letter else None
    assert code and mail.recipients == ["rani@rumah.test"]
    page.fill("input[name=code]", code[0])
    page.click("button[value=confirm]")
    assert "Terkonfirmasi" in page.inner_text("main")
    page.click("button[value=test]")
    wait(lambda: len(mail.got) == 2)
    assert mail.got[-1]["Subject"] == "Pemberitahuan uji coba dari Pendopo"
    page.context.close()


def test_a_webhook_and_its_log(house: Up, browser: Browser, web: Gateway) -> None:
    page = window(browser, house)
    page.goto("/webhooks")
    page.click("text=Tambah webhook >> nth=0")
    page.fill("input[name=name]", "Dasbor provinsi")
    page.fill("input[name=url]", f"{web.url}/hook")
    web.answers = [500]
    page.click("main form button.primary")
    assert page.inner_text("code.secret").startswith("whsec_")
    page.click("button[value=test]")
    wait(lambda: web.got)
    wait(lambda: page.reload() and "500" in page.inner_text("main"))
    assert "Gagal terus" in page.inner_text("main")
    page.context.close()


@pytest.mark.parametrize(("size", "scheme"), [((1366, 768), "light"), ((390, 844), "dark")])
def test_every_page_is_accessible_and_fits(house: Up, browser: Browser, size: tuple[int, int], scheme: str) -> None:
    page = window(browser, house, size, color_scheme=scheme, reduced_motion="reduce")
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    wrong = []
    for path in ["/profile", "/profile/notices", "/notices", "/notices/1", "/webhooks", "/webhooks/new", "/webhooks/1", "/webhooks/1/edit"]:
        page.goto(path)
        wrong += [f"{path} {scheme} {size[0]}: {line}" for line in complaints(page)]
    page.context.close()
    assert not wrong, "\n".join(wrong)
    assert said == []
