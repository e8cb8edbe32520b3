"""The pages in a real browser: accessible, inside the window, and booking by drag and by keyboard."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.coworking.bookings.models import Booking
from pendopo.coworking.places.models import Place
from tests.browser import chromium, complaints, needed

from .test_api import next_monday
from .yard import hall, member

__all__ = ["hall"]

pytestmark = needed

PAGES = ("/coworking", "/coworking/things/sedang", "/coworking/places/mojosari", "/coworking/join", "/coworking/mine", "/startups",
         "/coworking/today", "/coworking/setup/mojosari", "/coworking/vouchers")  # fmt: skip


def let_in(page: Page, person: Person, address: str) -> None:
    """The browser carries the session of somebody who signed in."""
    value = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}])


@pytest.fixture
def no_async_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's own loop runs in this thread; Django must not mistake that for an async view."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def test_a_walk_by_drag_and_by_keyboard(no_async_guard: None, transactional_db: None, live_server: Any, hall: Place, rani: Person) -> None:
    ani, monday = member("Ani"), next_monday(9)
    with chromium() as browser:
        wrong = []
        for size, scheme in (((1366, 768), "light"), ((390, 844), "dark")):
            viewport: Any = {"width": size[0], "height": size[1]}
            page = browser.new_context(viewport=viewport, color_scheme=scheme, locale="id-ID").new_page()
            let_in(page, rani, live_server.url)
            for path in PAGES:
                page.goto(live_server.url + path)
                wrong += [f"{path} {scheme}: {line}" for line in complaints(page)]
            page.context.close()
        assert not wrong, "\n".join(wrong)
        page = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="id-ID").new_page()
        let_in(page, ani, live_server.url)
        page.goto(f"{live_server.url}/coworking/things/sedang?week={monday.date()}")
        cells = page.locator(f'a[data-day="{monday.date()}"]')
        first, last = (cells.locator(f'xpath=self::a[@data-begin="{clock}"]') for clock in ("09:00", "10:30"))
        first.hover()
        page.mouse.down()
        last.hover()
        page.mouse.up()
        assert [page.input_value(f"#book input[name={name}]") for name in ("begin", "until")] == ["09:00", "11:00"]
        cells.locator('xpath=self::a[@data-begin="13:00"]').focus()
        for key in ("Shift+ArrowDown", "Shift+ArrowDown", "Enter"):
            page.keyboard.press(key)
        assert [page.input_value(f"#book input[name={name}]") for name in ("begin", "until")] == ["13:00", "14:30"]
        page.keyboard.type("Rapat tani")
        page.keyboard.press("Enter")
        page.wait_for_url("**/coworking/bookings/*")
    made = Booking.objects.get()
    assert (made.by, made.start, made.title) == (ani, next_monday(13), "Rapat tani")
