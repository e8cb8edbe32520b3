"""A real Chromium for tests of pages: what axe-core says about what people see, and whether anything spills over the edge."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).resolve().parent.parent / "node_modules/axe-core/axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

needed = [
    pytest.mark.alone,
    pytest.mark.skipif(not CHROMIUM, reason="No Chromium on this machine: install it with `apt install chromium`."),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run `make setup`."),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


def complaints(page: Page) -> list[str]:
    """What axe-core finds wrong with the page, one line each, and whether it is wider than the window."""
    page.evaluate(AXE.read_text() + "; null")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    lines = [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]
    wide, window = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return lines + ([f"{wide} pixels wide in a window of {window}"] if wide > window else [])
