"""A small river for the tests of boards: indicators of several levels and ages, sent through the ordinary door."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pendopo.agencies.actions import ensure_agency
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Indicator, Publicity, Source, Way
from pendopo.regions.models import Region


@pytest.fixture(autouse=True)
def fresh_river() -> None:
    """What this process remembers of series and partitions was rolled back with the test before."""
    forget_known()


def source(code: str = "dinkes", *, simulated: bool = False) -> Source:
    agency = ensure_agency("Dinas Kesehatan")
    return Source.objects.get_or_create(code=code, defaults={"name": f"Sumber {code}", "agency": agency, "simulated": simulated})[0]


def indicator(
    code: str, *, level: str = "district", rollup: str = "sum", every: str = "1h", publicity: str = Publicity.PUBLIC, **more: object
) -> Indicator:
    found, _new = Indicator.objects.get_or_create(
        code=code,
        defaults={
            "name_id": f"Angka {code}",
            "name_en": f"Figure {code}",
            "unit": "kasus",
            "every": every,
            "grace": "30m",
            "kind": "gauge",
            "level": level,
            "rollup": rollup,
            "publicity": publicity,
            **more,
        },
    )
    found.sources.add(source())
    return found


def send(code: str, values: dict[str, float], *, at: datetime | None = None, by: Source | None = None) -> None:
    """One value a region, all at one moment (default: now)."""
    moment = (at or timezone.now()).isoformat()
    rows = [Observation(indicator=code, region=region, at=moment, value=value) for region, value in values.items()]
    receipt = take_delivery(source=by or source(), rows=rows, digest="0" * 64, way=Way.API)
    assert receipt.accepted == len(rows), receipt.problems


def districts() -> list[str]:
    return list(Region.objects.filter(parent="35.16").values_list("code", flat=True))


def covid_in_14_of_18() -> None:
    """A choropleth's figure: fourteen districts of eighteen report."""
    indicator("covid-cases-total")
    send("covid-cases-total", {code: float(10 + number) for number, code in enumerate(districts()[:14])})


def province_history() -> None:
    """A daily figure of the province over ninety days, fallen silent long ago."""
    indicator("covid-cases", level="province", every="1d")
    start = timezone.now() - timedelta(days=1500)
    for day in range(0, 90, 1):
        send("covid-cases", {"35": float(day)}, at=start + timedelta(days=day))
