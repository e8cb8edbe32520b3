"""What is wrong with an inventory or a step is said in the reader's language, and breaks nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.indicators.declared import Faulty
from pendopo.network import graph, tables
from pendopo.network.actions import advance, load_inventory
from pendopo.network.graph import Network, Span
from pendopo.network.inventory import parse
from pendopo.network.models import Site
from pendopo.network.views import overview
from pendopo.regions.models import Region

from .yard import lay_network

SITE = 'sites:\n  - {code: a, name: "%s", region: "35.16.13"%s}\n'


@pytest.mark.parametrize(
    "text",
    [
        "code,a,b,route\nx,core,r-bpbd,112.4 utara\n",
        "code,name,region\nx,Balai\x00Desa,35.16.13\n",
    ],
)
def test_a_table_with_nonsense_is_refused_by_line(text: str) -> None:
    with pytest.raises(Faulty, match="line 2"):
        tables.parse_csv(text)


@pytest.mark.parametrize(
    ("name", "rest"), [("Balai\\0Desa", ""), ("Balai \\ud800", ""), ("Balai", ", since: 0001-01-01"), ("Balai", ", since: 9999-12-31")]
)
def test_what_no_database_keeps_and_days_that_never_were_are_refused(name: str, rest: str) -> None:
    with pytest.raises(Faulty, match="line 2: site “a”"):
        parse(SITE % (name, rest))


@pytest.mark.django_db
def test_a_step_is_not_dated_into_the_future_or_before_all_networks(regency: Region, rani: Person) -> None:
    lay_network()
    site = Site.objects.get(code="gudang")
    Site.objects.filter(pk=site.pk).update(since=None)
    for day in (timezone.localdate() + timedelta(days=1), date(9999, 12, 31), date(1, 1, 1)):
        with pytest.raises(Refused):
            advance(thing=site, state="accepted", on=day, by=rani)
    advance(thing=site, state="accepted", on=timezone.localdate(), by=rani)


@pytest.mark.django_db
def test_faults_are_told_in_indonesian_on_the_page_and_in_english_in_the_terminal(regency: Region, rani: Person) -> None:
    lay_network()
    text = "links:\n  - {code: l, a: core, b: core}\n"
    page = signed_in(rani).post("/network/inventory", {"file": SimpleUploadedFile("jaringan.yaml", text.encode())})
    told = page.content.decode()
    assert page.status_code == 400 and "baris 2: sambungan “l”: a dan b adalah perangkat yang sama" in told
    text = "devices:\n  - {code: p, site: mana}\n"
    told = signed_in(rani).post("/network/inventory", {"file": SimpleUploadedFile("jaringan.yaml", text.encode())}).content.decode()
    assert "baris 2: perangkat “p”: tidak ada lokasi “mana”" in told
    with pytest.raises(Faulty, match="line 2: device “p”: there is no site “mana”"):
        load_inventory(inventory=parse(text), by=None)


@pytest.mark.django_db
def test_pages_read_no_boundary_for_each_of_their_sites(regency: Region, sari: Person) -> None:
    lay_network()
    client = signed_in(sari)
    client.get("/network")
    for path in ("", "/sites", "/sites/dc"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(f"/network{path}").status_code == 200
        read = [query["sql"] for query in asked.captured_queries if '"network_site"' in query["sql"] and '"boundary"' in query["sql"]]
        assert not read, path


def test_the_ways_of_all_ends_are_one_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    spans = tuple(Span(f"s{n}", "core", f"r{n}") for n in range(50)) + tuple(Span(f"t{n}", f"r{n}", f"r{n + 1}") for n in range(49))
    network = Network(spans, frozenset({"core"}), {"core": "dc", **{f"r{n}": f"site{n}" for n in range(50)}})
    walks: list[Any] = []
    whole = graph.spread
    monkeypatch.setattr(graph, "spread", lambda *given: walks.append(given) or whole(*given))
    names = overview.Names({code: code for code in network.sites}, {}, {span.code: span.code for span in spans}, {}, {}, {})
    found = dict(overview.detours(network, names, {f"s{n}" for n in range(49)}, set()))
    assert len(found) == 49 and found["r48"] == ["t48", "s49"] and len(walks) == 1
