"""The pages in a real browser: accessible, inside the window, booking by drag and by keyboard, and the way of an outsider to the wall."""

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.coworking.bookings.models import Booking
from pendopo.coworking.outcome.actions import publish
from pendopo.coworking.places.models import Place
from pendopo.coworking.startups import actions as startups
from pendopo.coworking.startups.models import Startup
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Indicator, Way
from tests.browser import chromium, complaints, needed

from .test_api import next_monday
from .test_startups import TODAY, team
from .yard import hall, member

__all__ = ["hall", "team"]

pytestmark = needed

PAGES = (
    "/coworking",
    "/coworking/things/sedang",
    "/coworking/places/mojosari",
    "/coworking/join",
    "/coworking/mine",
    "/startups",
    "/coworking/today",
    "/coworking/setup/mojosari",
    "/coworking/vouchers",
)


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


def test_an_outsider_walks_from_the_front_page_to_the_number_on_the_wall(
    no_async_guard: None, transactional_db: None, live_server: Any, team: tuple[Person, Startup], rani: Person, sari: Person
) -> None:
    ayu, startup = team
    Indicator.objects.filter(code="level").update(decimals=2)
    level = Indicator.objects.get(code="level")
    row = Observation("level", "35.16.01", timezone.now().isoformat(), 2.75)
    take_delivery(source=level.sources.get(), rows=[row], digest="9" * 64, way=Way.API)
    startups.name_dataset(startup=startup, indicator=level, what_for="Menghitung air", by=ayu)
    stone = startups.set_milestone(startup=startup, title="100 petani memasok", due=TODAY(), by=ayu)
    startups.reach_milestone(milestone=stone, day=TODAY(), jobs=7, by=ayu)
    startups.check_milestone(milestone=stone, by=rani)
    publish()
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1366, "height": 768}, locale="id-ID").new_page()
        page.goto(live_server.url)
        page.locator('a[href="/startups"]').first.click()
        told = page.locator('pd-figure[data-indicator="sys.coworking.jobs"] [data-part="value"]').inner_text()
        page.get_by_role("link", name="Pasar Tani").first.click()
        assert page.get_by_text("100 petani memasok").is_visible() and page.get_by_text("Menghitung air").is_visible()
        known = page.locator('pd-figure[data-indicator="level"] [data-part="value"]').inner_text()
        page.locator('a[href^="/figures/level/"]').first.click()
        assert known == "2,75" and page.locator("main").get_by_text(known).first.is_visible()
        page.context.close()
        wall = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="id-ID").new_page()
        let_in(wall, sari, live_server.url)
        wall.goto(f"{live_server.url}/wall/coworking")
        shown = wall.locator('pd-figure[data-indicator="sys.coworking.jobs"] [data-part="value"]').first.inner_text()
        assert told == shown == "7"
