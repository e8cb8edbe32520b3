"""The public front page: what anyone may read, light enough for a thin line."""

import gzip
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pendopo.indicators.models import Publicity
from pendopo.ui.built import MANIFEST
from pendopo.wall.tests import river

pytestmark = pytest.mark.usefixtures("regency")


def test_an_empty_house_says_so(client: Client) -> None:
    html = client.get("/").content.decode()
    assert "Belum ada angka publik" in html and "Kabupaten Mojokerto" in html


def test_only_public_figures_each_with_age_source_and_coverage(client: Client) -> None:
    river.covid_in_14_of_18()
    river.indicator("inner", publicity=Publicity.GOVERNMENT)
    river.send("inner", {river.districts()[0]: 1.0})
    html = client.get("/").content.decode()
    assert (
        "Angka covid-cases-total" in html
        and "14/18 kecamatan" in html
        and "Sumber dinkes" in html
        and ("lalu" in html or "baru saja" in html)
    )
    assert "Angka inner" not in html


def test_figures_without_recent_news_stand_apart(client: Client) -> None:
    river.province_history()
    html = client.get("/").content.decode()
    assert html.index("Lama tanpa kabar") < html.index("Angka covid-cases")


def test_queries_do_not_grow_with_figures(client: Client) -> None:
    def queries() -> int:
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        return len(captured)

    river.indicator("one")
    river.send("one", {river.districts()[0]: 1.0})
    few = queries()
    for number in range(15):
        river.indicator(f"more-{number}")
        river.send(f"more-{number}", dict.fromkeys(river.districts(), 1.0))
    assert queries() == few


def test_the_page_weighs_at_most_100_kb_with_30_kb_of_script(client: Client) -> None:
    if not MANIFEST.exists():
        pytest.skip("The islands are not built: run `make setup`.")
    for number in range(24):
        river.indicator(f"figure-{number}")
        river.send(f"figure-{number}", dict.fromkeys(river.districts(), 1.0), at=timezone.now())
    html = client.get("/").content
    loaded = set(re.findall(rb'(?:src|href)="/static/built/([^"]+)"', html))
    scripts = closure({name.decode() for name in loaded if name.endswith(b".js")})
    sheets = {name.decode() for name in loaded if name.endswith(b".css")}
    script_bytes = sum((MANIFEST.parent / name).stat().st_size for name in scripts)
    sheet_bytes = sum((MANIFEST.parent / f"{name}.gz").stat().st_size for name in sheets)
    assert script_bytes <= 30_000
    assert len(gzip.compress(html)) + script_bytes + sheet_bytes <= 100_000


def closure(names: set[str]) -> set[str]:
    """The scripts and all that they import at once."""
    found = set(names)
    for name in names:
        text = (MANIFEST.parent / name).read_text()
        found |= closure(set(re.findall(r'(?:from|import)"\./([^"]+\.js)"', text)) - found)
    return found
