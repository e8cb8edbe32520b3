"""A page costs the same number of queries however much the house holds, and a page shows what its stream says."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.indicators import announce
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.api import figure_json
from pendopo.indicators.checks import Observation
from pendopo.indicators.latest import figures
from pendopo.indicators.models import Indicator, Source, SourceKey, Way
from pendopo.indicators.tests.yard import DISTRICTS, lay_out

TABLE = Path(__file__).with_name("doorkeeper.yaml")
MORE = 60


def pages() -> list[str]:
    """Every page without a placeholder that the doorkeeper's table knows and an administrator may open."""
    lines = yaml.safe_load(TABLE.read_text())["addresses"].values()
    return sorted({line["path"] for line in lines if "{" not in line["path"] and "200" in str(line["get"])})


def grow(start: int, count: int) -> None:
    """So many more agencies, people in posts, sources with keys, indicators, and deliveries with good, doubtful and refused rows."""
    for number in range(start, start + count):
        agency = Agency.objects.create(code=f"a{number}", name=f"Dinas {number}", region_id="35.16")
        person_in_post(f"p{number}@mojokerto.test", f"Orang {number}", Role.STEWARD, agency=agency)
        source = Source.objects.create(code=f"s{number}", name=f"Sumber {number}", agency=agency)
        SourceKey.objects.create(source=source, digest=f"{number:064d}")
        indicator = Indicator.objects.create(
            code=f"i{number}",
            name_id=f"Angka {number}",
            every="1h",
            grace="45m",
            rollup="sum",
            level="district",
            publicity="public",
            checks={"range": [0, 20], "step": 1.5},
        )
        indicator.sources.add(source)
        at = datetime.now(UTC) - timedelta(hours=2)
        rows = [
            Observation(f"i{number}", region, (at + timedelta(hours=hour)).isoformat(), value)
            for region in DISTRICTS
            for hour, value in enumerate((1.0, 9.0, 99.0))
        ]
        take_delivery(
            source=source, rows=[*rows, Observation("nothing", "35.16", at.isoformat(), 1.0)], digest=f"{number:064d}", way=Way.API
        )


@pytest.fixture
def browser(rani: Person) -> Client:
    """An administrator in a house with two of everything."""
    lay_out()
    grow(0, 2)
    return signed_in(rani)


@pytest.mark.slow
@pytest.mark.django_db
def test_pages_cost_the_same_however_much_there_is(browser: Client) -> None:
    """Each page is asked with two of everything and with sixty more."""

    def costs() -> dict[str, int]:
        found = {}
        for path in pages():
            browser.get(path)
            with CaptureQueriesContext(connection) as asked:
                if browser.get(path).status_code == 200:
                    found[path] = len(asked)
        return found

    few = costs()
    assert len(few) > 15, few
    grow(2, MORE)
    many = costs()
    grown = {path: (few[path], many.get(path)) for path in few if many.get(path, 0) > few[path]}
    assert not grown, f"queries grow with rows: {grown}"
    assert max(many.values()) <= 40, {path: cost for path, cost in many.items() if cost > 40}


def attributes(page: str) -> dict[tuple[str, str], dict[str, str]]:
    """The figures of a page by indicator and region, with all that their element carries."""
    found = {}
    for text in re.findall(r"<pd-figure\b([^>]*)>", page):
        data = dict(re.findall(r'data-([\w-]+)="([^"]*)"', text))
        found[data["indicator"], data["region"]] = data
    return found


@pytest.mark.django_db
def test_page_stream_and_api_say_the_same(client: Client) -> None:
    """For a series, a roll-up, an incomplete sum, a doubtful value and after a correction."""
    yard = lay_out()
    now = datetime.now(UTC).replace(microsecond=0)
    deliveries = [
        [("level", DISTRICTS[0], 2.0), ("cases", DISTRICTS[0], 10.0), ("cases", DISTRICTS[1], 20.0), ("free", "35.16", 0.1)],
        [("level", DISTRICTS[0], 2.5), ("level", DISTRICTS[1], 3.5), ("cases", DISTRICTS[1], 25.0)],
    ]
    shown = {}
    for sent in deliveries:
        rows = [Observation(code, region, now.isoformat(), value) for code, region, value in sent]
        take_delivery(source=yard.source, rows=rows, digest="0" * 64, way=Way.API)
        words, above, _cursor = announce.changed(announce.BEGINNING)
        words |= announce.roll_ups(above)
        told = {(word.indicator, word.region): word for word in words.values()}
        page = attributes(client.get("/").content.decode())
        asked = figures(list(Indicator.objects.all()), ["35.16"])
        assert {("level", "35.16"), ("cases", "35.16"), ("free", "35.16")} <= set(page)
        for figure in asked:
            word, seen, answer = told[figure.indicator, "35.16"], page[figure.indicator, "35.16"], figure_json(figure)
            assert float(seen["value"]) == word.value == answer["value"]
            assert seen["at"] == word.at == answer["at"]
            assert seen["known"] == word.known_since == answer["known_since"]
            assert seen["quality"] == word.quality == answer["quality"]
            coverage = answer["coverage"]
            assert (word.reporting, word.expected) == (coverage["reporting"], coverage["expected"])
            assert (seen["reporting"], seen["expected"]) == (str(word.reporting), str(word.expected))
            shown[figure.indicator] = word.value
    assert shown == {"level": 3.0, "cases": 35.0, "free": 0.1}
