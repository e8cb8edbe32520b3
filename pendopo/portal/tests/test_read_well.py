"""Public pages that hold something, in a real browser: fit for a screen reader in light and dark, and two guides followed to their end."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from pendopo.agencies.models import Person
from pendopo.network.models import Device, Service, Site
from pendopo.notify.models import Dispatch
from pendopo.portal.services.actions import show
from pendopo.portal.tests.test_warnings import flood_warning
from pendopo.portal.warnings.actions import subscribe
from pendopo.portal.warnings.models import Subscription
from pendopo.portal.warnings.tokens import token_of
from pendopo.regions.models import Region
from pendopo.reports.actions import answer, submit
from pendopo.reports.models import Category
from pendopo.wall.tests import river
from tests.browser import chromium, complaints, needed

pytestmark = needed

SOOKO, VILLAGE, ANI = "35.16.13", "35.16.13.2004", "ani@contoh.test"
SIZES = (((390, 844), "dark"), ((390, 844), "light"), ((1366, 768), "dark"))


@pytest.fixture
def no_async_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's own loop runs in this thread; Django must not mistake that for an async view."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def full(no_async_guard: None, transactional_db: None, regency: Region, rani: Person, sari: Person) -> list[str]:
    """A house with a dataset, a village that has a figure, an answered report, a service, a subscription and a warning: their pages."""
    cache.clear()
    river.indicator("river-level", unit="m", rollup="mean")
    river.indicator("wells", level="village", unit="m", rollup="mean")
    for hours in (3, 2, 1):
        river.send(
            "river-level", {code: 1.5 + hours + n for n, code in enumerate(river.districts())}, at=timezone.now() - timedelta(hours=hours)
        )
    river.send("wells", {VILLAGE: 4.0})
    named = {"name_id": "Jalan dan jembatan", "name_en": "Roads and bridges", "cluster": 0}
    category = Category.objects.get_or_create(code="jalan", defaults=named)[0]
    report = submit(
        category=category, text="Jalan berlubang di depan balai desa", region=Region.objects.get(pk=VILLAGE), place="Balai desa"
    )
    answer(report=report, text="Sudah ditambal.", by=rani)
    service = Service.objects.create(code="internet", name="Internet")
    service.devices.add(
        Device.objects.create(code="r1", name="r1", site=Site.objects.create(code="dc", name="Pusat Data", region_id=SOOKO))
    )
    show(service=service, name_id="Internet kecamatan", by=rani)
    subscribe(email=ANI, region=Region.objects.get(pk=SOOKO), language="id")
    warning = flood_warning(author=sari, approved_by=rani)
    places = ["/", "/open/river-level", "/open/calendar", "/search?q=jalan", "/search?q=tidakada", f"/w/{VILLAGE}", "/services"]
    return [*places, report.get_absolute_url(), f"/subscribe/{token_of(ANI)}", warning.get_public_url()]


def opened(browser: Browser, **options: Any) -> Page:
    """A page of an Indonesian reader."""
    return browser.new_context(locale="id-ID", **options).new_page()


def test_pages_that_hold_something_read_well_in_light_and_dark(full: list[str], live_server: Any) -> None:
    wrong = []
    with chromium() as browser:
        for (width, height), scheme in SIZES:
            page = opened(browser, viewport={"width": width, "height": height}, color_scheme=scheme)
            for path in full:
                answer = page.goto(live_server.url + path)
                assert answer is not None and answer.status == 200, path
                wrong += [f"{path} {width} {scheme}: {line}" for line in complaints(page)]
            page.goto(f"{live_server.url}/open/river-level")
            assert page.locator("main svg").count() >= 2, "A chart and a map."
            page.context.close()
    assert not wrong, "\n".join(wrong)


def test_a_small_business_follows_its_guide_to_a_workbook(full: list[str], live_server: Any) -> None:
    """`data-usaha`, by its own words alone."""
    with chromium() as browser:
        page = opened(browser, viewport={"width": 1366, "height": 768})
        page.goto(f"{live_server.url}/guides/data-usaha")
        page.get_by_role("link", name="data terbuka").first.click()
        page.get_by_label("Cari").first.fill("river")
        page.get_by_label("Cari").first.press("Enter")
        page.get_by_role("link", name="Angka river-level").click()
        for words in ("Angka terbaru", "Jatuh tempo berikutnya"):
            assert page.get_by_text(words).first.is_visible(), words
        with page.expect_download() as taken:
            page.get_by_role("link", name="XLSX").click()
        book = load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes()), read_only=True)
        assert book.sheetnames[:2] == ["data", "about"]
        head = [cell.value for cell in next(book["data"].iter_rows(max_row=1))]
        assert {"region", "at", "value"} <= set(head)
        page.goto(f"{live_server.url}/guides/data-usaha")
        page.get_by_role("link", name="Jadwal rilis").click()
        assert page.get_by_text("Angka river-level").first.is_visible()


def test_somebody_follows_the_guide_to_warnings_by_letter(full: list[str], live_server: Any) -> None:
    """`peringatan`, by its own words alone, to the link in the letter and back to the end."""
    with chromium() as browser:
        page = opened(browser, viewport={"width": 390, "height": 844})
        page.goto(f"{live_server.url}/guides/peringatan")
        page.get_by_role("link", name="halaman yang sama").click()
        section = page.locator("section").filter(has=page.get_by_role("heading", name="Lewat surel", exact=True)).last
        section.locator("select").select_option(VILLAGE)
        section.locator("input[type=email]").fill("budi@contoh.test")
        page.wait_for_timeout(2100)  # Nobody fills in a form faster (ui/strangers.py).
        section.get_by_role("button", name="Kirimkan tautannya").click()
        page.get_by_text("tautan").first.wait_for()
        page.goto(live_server.url + Dispatch.objects.get(target="budi@contoh.test").notice.about)
        page.get_by_role("button", name="Ya, peringatkan saya").click()
        assert page.get_by_text("terkonfirmasi").first.is_visible()
        assert Subscription.objects.get(email="budi@contoh.test").confirmed is not None
        page.get_by_role("button", name="Akhiri").first.click()
        assert Subscription.objects.get(email="budi@contoh.test").ended is not None
