"""Open data from outside: what a harvester, a spreadsheet and a reader get, and what nobody gets."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.indicators.models import Publicity
from pendopo.notify.models import Dispatch
from pendopo.portal.opendata import actions
from pendopo.portal.opendata.models import DataRequest, DatasetUse
from pendopo.regions.models import Region
from pendopo.wall.tests import river

pytestmark = pytest.mark.usefixtures("regency")


@pytest.fixture
def water(regency: Region) -> None:
    """A public figure in metres, and one that is not public."""
    river.indicator("river-level", unit="m", rollup="mean")
    river.indicator("inner", publicity=Publicity.GOVERNMENT)
    for hours in (2, 1):
        river.send("river-level", dict.fromkeys(river.districts()[:3], 1.5), at=timezone.now() - timedelta(hours=hours))
    river.send("inner", {river.districts()[0]: 1.0})


def closed(answer: Any) -> None:
    """Gives back the file, but not the test's line to the database, as `answer.close()` would."""
    for close in answer._resource_closers:
        close()


def content(client: Client, path: str) -> bytes:
    """A whole file, read to its end and closed."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    read = b"".join(answer.streaming_content)
    closed(answer)
    return read


@pytest.mark.usefixtures("water")
def test_dcat_names_every_public_dataset_with_its_files(client: Client) -> None:
    answer = client.get("/open/datasets.json")
    body = answer.json()
    assert answer["Content-Type"].startswith("application/ld+json") and body["@type"] == "dcat:Catalog"
    (entry,) = body["dcat:dataset"]
    assert entry["dct:identifier"] == "river-level" and entry["dct:accrualPeriodicity"]["@id"].endswith("/HOURLY")
    files = [one["dcat:downloadURL"]["@id"] for one in entry["dcat:distribution"] if "dcat:downloadURL" in one]
    assert len(files) == 4
    for address in files:
        assert content(client, "/" + address.partition("//")[2].partition("/")[2]), address


@pytest.mark.usefixtures("water")
def test_ckan_shapes(client: Client) -> None:
    listed = client.get("/api/3/action/package_list").json()
    assert listed["success"] is True and listed["result"] == ["river-level"]
    shown = client.get("/api/3/action/package_show", {"id": "river-level"}).json()["result"]
    assert shown["name"] == "river-level" and {one["format"] for one in shown["resources"]} == {"CSV", "JSON", "XLSX", "GeoJSON"}
    assert client.get("/api/3/action/package_show", {"id": shown["id"]}).json()["result"]["id"] == shown["id"]
    for query, count in (({"q": "river"}, 1), ({"q": "nothing"}, 0), ({"fq": "organization:dinas-kesehatan"}, 1), ({"q": "*:*"}, 1)):
        assert client.get("/api/3/action/package_search", query).json()["result"]["count"] == count, query
    posted = client.post("/api/3/action/package_search", json.dumps({"q": "river", "rows": 0}), content_type="application/json").json()
    assert posted["result"]["count"] == 1 and posted["result"]["results"] == []


@pytest.mark.parametrize(
    ("path", "status"), [("package_show", 409), ("package_show?id=inner", 404), ("nothing", 404), ("package_list?limit=-1", 409)]
)
@pytest.mark.usefixtures("water")
def test_ckan_says_what_is_wrong(client: Client, path: str, status: int) -> None:
    answer = client.get(f"/api/3/action/{path}")
    assert answer.status_code == status and answer.json()["success"] is False and answer.json()["error"]["__type"]


@pytest.mark.usefixtures("water")
def test_files_hold_every_value(client: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(content(client, "/open/river-level.csv").decode())))
    assert len(rows) == 6 and rows[0]["indicator"] == "river-level" and float(rows[0]["value"]) == 1.5 and rows[0]["at"].endswith("Z")
    body = json.loads(content(client, "/open/river-level.json"))
    assert len(body["items"]) == 6 and body["next"] is None and body["items"][0]["value"] == 1.5
    book = load_workbook(io.BytesIO(content(client, "/open/river-level.xlsx")))
    assert book["data"].max_row == 7 and book["about"]["B1"].value == "Angka river-level"
    places = json.loads(content(client, "/open/river-level.geojson"))["features"]
    assert len(places) == 3 and {one["geometry"]["type"] for one in places} == {"Point"}
    assert DatasetUse.objects.get(form="csv").times == 1


@pytest.mark.usefixtures("water")
def test_whoever_reads_without_end_waits_and_others_do_not(client: Client, rani: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    for place in ("opendata.views.FILES_AN_HOUR", "opendata.views.CALLS_AN_HOUR", "opendata.api.CALLS_AN_HOUR"):
        monkeypatch.setattr(f"pendopo.portal.{place}", 2)
    monkeypatch.setattr("pendopo.api.READINGS_AN_HOUR", 2)
    groups = {
        "files": ("/open/river-level.csv", "/open/river-level.xlsx", "/open/river-level.json"),
        "catalogues": ("/open/datasets.json", "/api/3/action/package_list", "/api/3/action/status_show"),
        "api": ("/api/v1/latest", "/api/v1/indicators", "/api/v1/regions"),
    }
    scraper, other = {"REMOTE_ADDR": "203.0.113.9"}, {"REMOTE_ADDR": "203.0.113.10"}
    for name, paths in groups.items():
        answers = [client.get(path, **scraper) for path in paths]
        assert [answer.status_code for answer in answers] == [200, 200, 429], name
        assert 0 < int(answers[-1]["Retry-After"]) <= 3600 and "Retry-After" in answers[-1].content.decode()
        rest = [client.get(paths[0], **other), client.get(paths[0])]
        assert [answer.status_code for answer in rest] == [200, 200], name
        for answer in (*answers, *rest):
            if answer.streaming:
                closed(answer)
    assert signed_in(rani).get("/api/v1/latest", **scraper).status_code == 200
    forged = client.get("/api/v1/regions", headers={"Authorization": "Bearer pdt_forged"}, **scraper)
    assert forged.status_code == 429, "A credential that does not hold lifts no limit."


@pytest.mark.usefixtures("water")
def test_what_is_not_published_does_not_exist(client: Client, rani: Person) -> None:
    """Also for an administrator: this is the public's door."""
    for browser in (client, signed_in(rani)):
        for ending in ("", ".csv", ".json", ".xlsx", ".geojson"):
            assert browser.get(f"/open/inner{ending}").status_code == 404
        assert "inner" not in browser.get("/open/datasets.json").content.decode()


def test_small_counts_of_people_leave_the_house_in_no_form(client: Client) -> None:
    river.indicator("sick", level="village", unit="orang")
    villages = {f"35.16.13.{number}": value for number, value in ((2001, 3.0), (2002, 40.0), (2003, 0.0), (2004, 12.0))}
    river.send("sick", villages)
    rows = list(csv.DictReader(io.StringIO(content(client, "/open/sick.csv").decode())))
    told = {row["region"][-4:]: (row["value"], row["note"]) for row in rows}
    assert told["2001"] == ("", "suppressed") == told["2004"] and told["2003"] == ("0.0", "") and told["2002"] == ("40.0", "")
    features = json.loads(content(client, "/open/sick.geojson"))["features"]
    assert [one["properties"]["value"] for one in features] == [None, 40.0, 0.0, None]
    html = client.get("/open/sick").content.decode()
    assert html.count("&lt; 5") == 2


@pytest.mark.usefixtures("water")
def test_a_harvester_that_has_it_gets_304(client: Client) -> None:
    first = client.get("/open/river-level.csv")
    closed(first)
    again = client.get("/open/river-level.csv", headers={"If-Modified-Since": first["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.usefixtures("water")
def test_pages_say_age_licence_and_dictionary(client: Client) -> None:
    html = client.get("/open/river-level").content.decode()
    for words in ("Creative Commons", "known_since", "Dinas Kesehatan", "batas skematis", "Pratinjau"):
        assert words in html, words
    assert "Angka river-level" in client.get("/open?q=river").content.decode()
    assert "Angka river-level" not in client.get("/open?q=nothing").content.decode()
    assert "Angka river-level" in client.get("/open/calendar").content.decode()


def test_asking_for_data_is_public_and_answered_in_public(client: Client, rani: Person) -> None:
    page = client.get("/open/requests").content.decode()
    opened = page.partition('name="opened" value="')[2].partition('"')[0]
    given = {"what": "Harga cabai per pasar", "purpose": "Tugas kuliah", "asker": "school", "email": "ani@contoh.test", "opened": opened}
    client.post("/open/requests", given)
    asked = DataRequest.objects.get()
    assert asked.held, "Sent faster than anybody reads."
    rani_browser = signed_in(rani)
    assert rani_browser.post(f"/open/requests/{asked.pk}", {"outcome": "published", "text": "Ada di /open/harga-cabai"}).status_code == 302
    html = client.get("/open/requests").content.decode()
    assert "Harga cabai per pasar" in html and "Ada di" in html and "ani@contoh.test" not in html
    assert client.get(f"/open/requests/{asked.pk}").status_code == 302, "A stranger signs in first."


def test_what_was_kept_aside_is_let_out_and_who_asked_gets_a_letter(client: Client, rani: Person, budi: Person) -> None:
    asked = actions.ask(what="Harga cabai per pasar", purpose="", asker="citizen", email="ani@contoh.test", held=True)
    assert "Harga cabai" not in client.get("/open/requests").content.decode() + signed_in(budi).get("/open/requests").content.decode()
    browser = signed_in(rani)
    assert f"/open/requests/{asked.pk}/release" in browser.get("/open/requests").content.decode()
    for _again in range(2):
        browser.post(f"/open/requests/{asked.pk}/release")
    html = client.get("/open/requests").content.decode()
    assert "Harga cabai" in html and "/release" not in html
    assert Entry.objects.filter(verb="release_request").count() == 1
    actions.answer(request=asked, outcome="published", text="Ada di /open/harga-cabai", by=rani)
    letter = Dispatch.objects.get(target="ani@contoh.test")
    assert "Ada di /open/harga-cabai" in letter.text and "Harga cabai per pasar" in letter.text


def test_personal_data_in_a_request_is_read_by_nobody_else(client: Client, rani: Person) -> None:
    secrets = ("081234567890", "3516131201850003", "(0321) 321456", "ani@contoh.test")
    words = f"Harga cabai, hubungi {' atau '.join(secrets)}"
    asked = actions.ask(what=words, purpose=words, asker="citizen", email="budi@contoh.test", held=False)
    actions.answer(request=asked, outcome="published", text=f"Ada. {secrets[0]}", by=rani)
    book = json.dumps([[one.before, one.after] for one in Entry.objects.filter(room="portal")])
    for told in (client.get("/open/requests").content.decode(), client.get("/open").content.decode(), book):
        assert not [secret for secret in (*secrets[1:], "budi@") if secret in told]
    assert secrets[0] not in book
    assert "Harga cabai" in client.get("/open").content.decode()
