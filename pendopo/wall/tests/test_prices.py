"""The board of food prices: a price, its reference, and the gap between them as the river computes it."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

import pendopo.indicators
from pendopo.agencies.models import Person
from pendopo.indicators.derivation.tests.garden import declare, settle_down
from pendopo.regions.models import Region

from . import river
from .test_boards import page, shown

CATALOGUE = Path(pendopo.indicators.__file__).parent / "catalogues/public-data.yaml"

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_board_shows_how_far_a_price_is_from_its_reference(regency: Region, sari: Person) -> None:
    """15,000 rupiah at a reference of 12,000 are 25 percent above it."""
    entries = yaml.safe_load(CATALOGUE.read_text())["indicators"]
    derived = next(entry["derived"] for entry in entries if entry["code"] == "price-rice-gap")
    more = {"level": "province", "rollup": "none", "unit": "Rp/kg"}
    river.indicator("price-rice", every="1d", **more)
    river.indicator("price-rice-reference", every="1y", **more)
    river.send("price-rice-reference", {"35": 12_000.0}, at=timezone.now() - timedelta(days=400))
    river.send("price-rice-reference", {"35": 12_000.0}, at=timezone.now().replace(month=1, day=1))
    river.send("price-rice", {"35": 15_000.0}, at=timezone.now() - timedelta(days=1))
    declare("price-rice-gap", derived, unit="%")
    settle_down()
    html = page(sari, "/wall/food-prices")
    assert shown(html, "price-rice")["value"].startswith("15000")
    gap = shown(html, "price-rice-gap")
    assert float(gap["value"]) == 25.0 and "Selisih dari harga acuan" in html
