"""The network's figures, counted again from what was put in; what nobody measured says nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from pendopo.agencies.actions import ensure_agency
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.catalogue import parse
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Indicator, Latest, Source, Way
from pendopo.indicators.trends import Line, trends
from pendopo.network.actions import declare, load_inventory
from pendopo.network.figures.actions import CATALOGUE, publish
from pendopo.network.figures.days import CONNECTED, EXPECTED, publish_days
from pendopo.network.figures.reading import FIGURES, usage_effectiveness
from pendopo.network.inventory import parse as parse_inventory
from pendopo.network.models import Step
from pendopo.network.tests.yard import lay_network
from pendopo.regions.models import Region

UNITS = """
units:
  - {code: suhu-1, site: dc, kind: temperature, name: "Suhu dingin", unit: "°C", device: core, oid: 1.3.6.1.4.1.1.1, low: 18, high: 27}
  - {code: suhu-2, site: dc, kind: temperature, name: "Suhu panas", unit: "°C", device: core, oid: 1.3.6.1.4.1.1.2, factor: 0.1, high: 40}
  - {code: lembap, site: dc, kind: humidity, unit: "%", device: core, oid: 1.3.6.1.4.1.1.3}
  - {code: kwh-total, site: dc, kind: power, unit: kW, device: core, oid: 1.3.6.1.4.1.1.4, meter: total}
  - {code: kwh-ups, site: dc, kind: ups, unit: kW, device: core, oid: 1.3.6.1.4.1.1.5, meter: it}
"""


def test_every_figure_has_its_reader_and_says_what_it_counts() -> None:
    entries = {entry.code: entry for entry in parse(CATALOGUE.read_text()).indicators}
    assert set(entries) == {*FIGURES, CONNECTED, EXPECTED}
    assert all(". Dari " in entry.description for entry in entries.values())


def tell(*words: tuple[str, dict[str, str], float], at: datetime | None = None) -> None:
    """Figures of collectors."""
    source = Source.objects.get(code="pendopo")
    forget_known()
    moment = (at or datetime.now(UTC)).isoformat()
    rows = [Observation(code, "35.16.13", moment, value, dims=dims) for code, dims, value in words]
    done = take_delivery(source=source, rows=rows, digest=f"{hash(moment + str(words)) % 10**12:064d}", way=Way.SYSTEM)
    assert done.accepted == len(rows), done


@pytest.mark.django_db
def test_figures_are_what_was_put_in(regency: Region, rani: Person) -> None:
    assert publish() is None, "an empty house stays empty"
    lay_network()
    load_inventory(inventory=parse_inventory(UNITS), by=None)
    declare()
    Source.objects.create(code="opd", name="OPD", agency=ensure_agency("Dinas Kesehatan"))
    now = datetime.now(UTC)
    tell(("net.up", {"device": "core"}, 1.0), ("net.up", {"device": "r-dinkes"}, 1.0), ("net.up", {"device": "r-bpbd"}, 0.0))
    tell(
        ("net.unit", {"unit": "suhu-1"}, 29.5),
        ("net.unit", {"unit": "suhu-2"}, 35.0),
        ("net.unit", {"unit": "lembap"}, 51.0),
        ("net.unit", {"unit": "kwh-total"}, 12.0),
        ("net.certificate.days", {"service": "simpus"}, 12.0),
    )
    for day in range(1, 4):
        at = now - timedelta(days=day)
        tell(("net.unit", {"unit": "kwh-total"}, 15.0), ("net.unit", {"unit": "kwh-ups"}, 10.0), at=at)
    tell(("net.unit", {"unit": "kwh-total"}, 99.0), at=now - timedelta(days=5))
    assert publish() is not None
    told = {
        row.series.indicator.code: row.value
        for row in Latest.objects.filter(series__indicator__code__startswith="sys.network").select_related("series__indicator")
    }
    assert told["sys.network.connected"] == 3 and told["sys.network.expected"] == 3 and told["sys.network.coverage"] == 100
    assert told["sys.network.reached"] == pytest.approx(66.6667)
    assert (told["sys.network.temperature"], told["sys.network.humidity"], told["sys.network.power"]) == (35.0, 51.0, 12.0)
    assert (told["sys.network.units"], told["sys.network.certificate"]) == (1, 12)
    assert told["sys.network.pue.interim"] == 1.5 and "sys.network.pue" not in told and "sys.network.copied" not in told
    found = usage_effectiveness(now)
    assert found is not None and found.days == 3 and found.is_interim
    page = signed_in(rani).get("/network/sites/dc").content.decode()
    assert "29,5" in page and "1,50" in page and "sementara" in page


@pytest.mark.django_db
def test_the_days_follow_the_steps_also_those_noted_late(regency: Region) -> None:
    assert publish_days() is None
    lay_network()
    declare()
    Source.objects.create(code="opd", name="OPD", agency=ensure_agency("Dinas Kesehatan"))
    now = datetime(2025, 6, 2, 5, tzinfo=UTC)

    def days(code: str) -> dict[str, float | None]:
        (line,) = trends([Line(Indicator.objects.get(code=code), "35.16", now - timedelta(days=500), now)])
        return {timezone.localtime(point.at).date().isoformat(): point.value for point in line}

    assert publish_days(now=now) is not None
    told = days(CONNECTED)
    assert len(told) == 145 and (told["2025-01-09"], told["2025-01-10"], told["2025-02-28"], told["2025-03-01"], told["2025-06-01"]) == (
        0,
        1,
        1,
        2,
        3,
    )
    assert set(days(EXPECTED).values()) == {3} and publish_days(now=now) is None, "nothing new, nothing told"
    Step.objects.filter(site__code="dinkes").update(on=date(2025, 2, 1))
    assert publish_days(now=now) is not None and days(CONNECTED)["2025-02-28"] == 2
    assert publish_days(now=now + timedelta(days=1)) is not None and publish_days(now=now + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("oid: 1.3.6", "oid is numbers"),
        ("oid: 1.3.6.1.4.1", "belong together"),
        ("device: core, oid: 1.3.6.1.4.1, low: 5, high: 5", "low lies below high"),
        ("meter: semua", "meter “semua” is unknown"),
    ],
)
def test_units_that_cannot_be_are_refused_by_line(words: str, sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        parse_inventory(f"units:\n  - {{code: a, site: dc, kind: ups, {words}}}\n")
