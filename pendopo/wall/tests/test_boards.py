"""Boards as people see them: with real figures, without any, as of then, by strangers, and always in as many queries."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.announce import word_of
from pendopo.indicators.checks import Observation
from pendopo.indicators.latest import figures
from pendopo.indicators.models import Indicator, Publicity, Way
from pendopo.indicators.newest import Row, rows_of
from pendopo.live.logic import Follow
from pendopo.live.tickets import read as read_ticket
from pendopo.regions.models import Region
from pendopo.wall.actions import add_screen, load_board

from . import river

pytestmark = pytest.mark.usefixtures("regency")


def page(person: Person, path: str = "/wall/overview") -> str:
    answer = signed_in(person).get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def shown(html: str, code: str) -> dict[str, str]:
    """The data attributes of the first figure of an indicator."""
    found = re.search(rf'<pd-figure [^>]*data-indicator="{code}"[^>]*>', html)
    assert found, f"{code} is not on the page"
    return dict(re.findall(r'data-([a-z]+)="([^"]*)"', found[0]))


@pytest.mark.parametrize("code", ["overview", "health", "house", "network", "water"])
def test_a_shipped_board_without_any_indicator_says_what_to_do(sari: Person, code: str) -> None:
    html = page(sari, f"/wall/{code}")
    assert "Muat katalog" in html and "covid" in html or code in ("water", "house", "network")
    assert "pd-clock" in html or code in ("health", "house", "network")


def test_a_map_says_14_of_18_and_is_no_total(sari: Person) -> None:
    river.covid_in_14_of_18()
    html = page(sari, "/wall/health")
    figure = shown(html, "covid-cases-total")
    assert (figure["reporting"], figure["expected"], figure["sum"]) == ("14", "18", "1")
    assert "14/18 kecamatan" in html and "sebagian, bukan total" in html
    assert html.count('class="area c0') == 4 and "tidak ada laporan (4)" in html
    assert "Dawarblandong" in html and "batas skematis" in html


def test_a_partial_sum_is_marked_and_a_whole_one_is_not(sari: Person) -> None:
    river.indicator("population")
    river.send("population", dict.fromkeys(river.districts(), 50000.0))
    html = page(sari)
    partial = re.search(r'data-part="partial"([^>]*)>', html[html.index('data-indicator="population"') :])
    assert partial and "hidden" in partial[1]
    assert "900.000" in html


def test_without_boundaries_a_map_is_a_ranking(sari: Person) -> None:
    river.covid_in_14_of_18()
    Region.objects.update(boundary=None, boundary_kind="none")
    html = page(sari, "/wall/health")
    assert "<pd-map" not in html and '<li><span class="rank">1</span>' in html and "4 tanpa laporan" in html


def test_figures_come_from_the_nearest_region_and_old_ones_are_grey_with_their_age(sari: Person) -> None:
    river.indicator("river-level", level="regency", rollup="mean")
    river.send("river-level", {"35.14": 1.25}, at=timezone.now() - timedelta(days=800))
    html = page(sari, "/wall/water")
    assert shown(html, "river-level")["region"] == "35.14"
    assert "Kabupaten Pasuruan" in html and "2 tahun lalu" in html and "figure silent" in html and "tanpa kabar" in html


def test_a_trend_of_a_silent_source_ends_with_its_last_report(sari: Person) -> None:
    river.province_history()
    html = page(sari)
    data = json.loads(re.findall(r"<pd-trend.*?<script[^>]*>(.*?)</script>", html, re.DOTALL)[0])
    assert len(data["series"][0]["points"]) == 90 and "sampai" in html
    assert data["until"] == data["series"][0]["points"][-1][0]


def test_page_and_stream_say_the_same(sari: Person) -> None:
    river.covid_in_14_of_18()
    html = page(sari, "/wall/health")
    figure = next(f for f in figures([Indicator.objects.get(code="covid-cases-total")], ["35.16"]))
    word, said = word_of(figure), shown(html, "covid-cases-total")
    assert (said["at"], said["known"], float(said["value"]), said["quality"], said["source"]) == (
        word.at,
        word.known_since,
        word.value,
        word.quality,
        word.source,
    )
    assert (int(said["reporting"]), int(said["expected"])) == (word.reporting, word.expected)


def test_the_ticket_names_what_the_page_shows_and_nothing_else(sari: Person) -> None:
    river.covid_in_14_of_18()
    river.indicator("secret-figure", publicity=Publicity.AGENCY)
    found = re.search(r'data-ticket="([^"]+)"', page(sari, "/wall/health"))
    assert found and read_ticket(found[1]).follows == {
        Follow("covid-cases-total", "35.16", below=True),
        Follow("incidents", "35", below=True),
    }


def test_as_of_shows_what_was_known_then_in_large_letters_and_is_not_live(sari: Person) -> None:
    river.indicator("population")
    river.send("population", dict.fromkeys(river.districts(), 1.0), at=timezone.now() - timedelta(minutes=20))
    then = timezone.now()
    river.send("population", dict.fromkeys(river.districts(), 2.0), at=timezone.now() - timedelta(minutes=10))
    html = page(sari, f"/wall/overview?as_of={then:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert shown(html, "population")["value"] == "18.0"
    assert "Keadaan yang diketahui pada" in html and "<pd-live" not in html
    assert shown(page(sari), "population")["value"] == "36.0"
    assert signed_in(sari).get("/wall/overview?as_of=yesterday").status_code == 400


def reading_of(html: str, code: str) -> str:
    """The tag around the value of an indicator's first figure, and the address it leads to ('' = none)."""
    found = re.search(rf'<pd-figure [^>]*data-indicator="{code}"[^>]*>\s*<(a|span) class="reading"(?: href="([^"]+)")?', html)
    assert found, f"{code} is not on the page"
    return unescape(found[2] or "")


def test_every_figure_opens_to_its_origin_as_known_then(sari: Person) -> None:
    river.covid_in_14_of_18()
    first = river.districts()[0]
    told = page(sari, "/wall/health")
    assert reading_of(told, "covid-cases-total") == "/figures/covid-cases-total/35.16"
    assert f'href="/figures/covid-cases-total/{first}"' in told
    then = timezone.now().isoformat().replace("+00:00", "Z")
    address = reading_of(page(sari, f"/wall/health?as_of={then}"), "covid-cases-total")
    assert address == f"/figures/covid-cases-total/35.16?{urlencode({'as_of': then})}"
    assert "Asal-usul angka" in page(sari, address)
    river.indicator("calls", level="regency", rollup="none")
    for hours, value in ((2, 10.0), (1, 90.0)):
        river.send("calls", {"35.16": value}, at=timezone.now() - timedelta(hours=hours))
    for path in ("/home", "/brief"):
        assert reading_of(page(sari, path), "calls") == "/figures/calls/35.16", path


def test_the_origin_names_the_breakdown(sari: Person) -> None:
    one = river.indicator("beds", level="regency", rollup="none")
    one.dims = {"class": ["icu", "ward"]}
    one.save()
    load_board(definition={"code": "beds", "title": "Tempat tidur", "tiles": [{"kind": "number", "indicator": "beds"}]}, by=None)
    row = Observation(indicator="beds", region="35.16", at=timezone.now().isoformat(), value=7.0, dims={"class": "icu"})
    assert take_delivery(source=river.source(), rows=[row], digest="0" * 64, way=Way.API).accepted == 1
    address = reading_of(page(sari, "/wall/beds"), "beds")
    assert address == "/figures/beds/35.16?dims.class=icu" and "icu" in page(sari, address)


def test_a_wall_screen_has_nothing_to_click(sari: Person, client: Client) -> None:
    river.covid_in_14_of_18()
    _screen, secret = add_screen(label="Dinding", by=None)
    html = client.get(f"/wall/health?kiosk={secret}", follow=True).content.decode()
    assert reading_of(html, "covid-cases-total") == "" and "/figures/" not in html


def test_queries_do_not_grow_with_tiles_or_rows(sari: Person) -> None:
    def queries(tiles: int) -> int:
        client = signed_in(sari)
        definition: dict[str, Any] = {"code": "many", "title": "Banyak", "tiles": []}
        for number in range(tiles):
            definition["tiles"].append({"kind": ("number", "trend", "ranking", "table")[number % 4]})
            field = "indicators" if number % 4 in (1, 3) else "indicator"
            definition["tiles"][-1][field] = f"many-{number}"
        load_board(definition=definition, by=None)
        counts = []
        # What is kept in memory for seconds may run out between two requests: the least of four is what the board asks.
        for _again in range(4):
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/wall/many").status_code == 200
            counts.append(len(captured))
        return min(counts)

    for number in range(24):
        river.indicator(f"many-{number}")
        river.send(f"many-{number}", {code: float(number) for code in river.districts()[: number + 1]})
    assert queries(4) == queries(24)


def test_a_board_reads_only_the_series_that_its_tiles_show(sari: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Row] = []

    def counted(*given: Any) -> list[Row]:
        found = rows_of(*given)
        read.extend(found)
        return found

    monkeypatch.setattr("pendopo.indicators.latest.rows_of", counted)
    one, *_others = river.districts()
    for code in ("shown", "mapped", "summed"):
        river.indicator(code)
        river.send(code, dict.fromkeys(river.districts(), 1.0))
    tiles = [
        {"kind": "number", "indicator": "shown", "region": one},
        {"kind": "number", "indicator": "summed", "region": "35.16"},
        {"kind": "choropleth", "indicator": "mapped", "region": "35.16"},
    ]
    load_board(definition={"code": "few", "title": "Sedikit", "tiles": tiles}, by=None)
    html = page(sari, "/wall/few")
    assert shown(html, "shown")["value"] == "1.0" and shown(html, "summed")["value"] == "18.0" and shown(html, "mapped")["value"] == "18.0"
    assert len(read) == 1 + 18 + 18


def test_simulated_figures_say_so(sari: Person) -> None:
    model = river.source("model", simulated=True)
    river.indicator("population").sources.add(model)
    river.send("population", {river.districts()[0]: 1.0}, by=model)
    assert "SIMULASI" in page(sari)


def test_strangers_are_led_to_sign_in_and_unknown_boards_are_404(client: Client, sari: Person) -> None:
    for path in ("/wall/overview", "/wall/", "/brief", "/home", "/wall/screens"):
        answer = client.get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")
    assert signed_in(sari).get("/wall/nothing").status_code == 404


def test_the_brief_says_what_is_red_what_changed_and_what_is_late(sari: Person) -> None:
    river.indicator("hospital-bor", rollup="mean", every="1h", unit="%")
    river.indicator("beds-free", level="regency")
    river.indicator("river-level", level="regency")
    now = timezone.now()
    river.send("hospital-bor", dict.fromkeys(river.districts(), 85.0), at=now - timedelta(minutes=5))
    river.send("beds-free", {"35.16": 100.0}, at=now - timedelta(minutes=50))
    river.send("beds-free", {"35.16": 40.0}, at=now - timedelta(minutes=1))
    river.send("river-level", {"35.16": 1.0}, at=now - timedelta(days=3))
    html = page(sari, "/brief")
    red, changed, late = (html.index(f'id="{name}"') for name in ("red", "changed", "late"))
    assert red < html.index("Angka hospital-bor") < changed < html.index("Angka beds-free") < late < html.index("Angka river-level")
    assert "Penuh" in html and "turun 60" in html
    rudi = person_in_post("rudi@mojokerto.test", "Rudi", Role.ENGINEER)
    for path in ("/brief", "/home"):
        (link,) = re.findall(r'href="(/orders/new\?[^"]+)"', page(sari, path))
        form = signed_in(sari).get(unescape(link)).content.decode()
        assert "/indicators/hospital-bor" in form and "Angka hospital-bor" in form and "85" in form and "Penuh" in form
        assert "/orders/new" not in page(rudi, path), "who may not give orders is offered none"


def test_a_viewer_without_a_post_lands_home_with_a_sentence(regency: Region) -> None:
    person = Person.objects.create_user("baru@mojokerto.test", "Baru", "panjang-sekali-16")
    assert "Anda tidak memegang jabatan" in page(person, "/home")
    assert signed_in(person).get("/wall/overview").status_code == 403


def test_the_ticker_names_what_the_head_counts_as_silent(sari: Person) -> None:
    for code in ("sys.coworking.startups", "sys.coworking.group", "sys.coworking.from"):
        river.indicator(code)
    river.send("sys.coworking.startups", {"35.16.13": 4.0})
    html = page(sari, "/wall/coworking")
    assert "2 terlambat atau tanpa kabar" in html and "Belum pernah melapor: Angka sys.coworking.group" in html
    assert "tidak ada yang terlambat" not in html
