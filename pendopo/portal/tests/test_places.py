"""The page of a kecamatan or village, search, and the keeper of public pages."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.incidents.posture.actions import declare
from pendopo.portal import actions, keeping
from pendopo.portal.models import Visit
from pendopo.regions.models import Region
from pendopo.reports.actions import submit
from pendopo.reports.models import Category
from pendopo.wall.tests import river

pytestmark = pytest.mark.usefixtures("regency")


def test_a_kecamatan_shows_its_figures_reports_and_villages(client: Client, rani: Person) -> None:
    river.indicator("river-level", unit="m", rollup="mean")
    river.send("river-level", {"35.16.13": 2.5})
    sooko = Region.objects.get(pk="35.16.13")
    submit(category=Category.objects.get(code="jalan"), text="Jalan berlubang di depan pasar Sooko", region=sooko)
    html = client.get("/w/35.16.13").content.decode()
    assert "Kecamatan Sooko" in html and "Angka river-level" in html and "Jalan berlubang" in html and "/w/35.16.13.2004" in html
    assert "Jalan berlubang" not in client.get("/w/35.16.01").content.decode()
    assert client.get("/w/35.16.99").status_code == client.get("/w/35").status_code == 404


def test_small_counts_of_people_are_not_on_the_page_of_a_village(client: Client) -> None:
    river.indicator("sick", level="village", unit="orang")
    river.send("sick", {"35.16.13.2001": 3.0, "35.16.13.2002": 40.0, "35.16.13.2004": 12.0})
    for village, shown in (("2001", False), ("2002", True), ("2004", False)):
        assert ("Angka sick" in client.get(f"/w/35.16.13.{village}").content.decode()) == shown, village


def test_search_finds_places_data_and_reports(client: Client) -> None:
    river.indicator("river-level", unit="m")
    html = client.get("/search?q=sooko").content.decode()
    assert "/w/35.16.13" in html
    assert "Angka river-level" in client.get("/search?q=river").content.decode()
    assert "Tidak ada yang ditemukan" in client.get("/search?q=zzz").content.decode()


def test_what_is_declared_is_seen_by_everyone(client: Client, rani: Person) -> None:
    sooko = Region.objects.get(pk="35.16.13")
    declare(region=sooko, level="watch", until=timezone.now() + timedelta(days=1), reason="Banjir luapan", by=rani)
    for path in ("/", "/w/35.16.13", "/w/35.16.13.2004"):
        assert "Banjir luapan" in client.get(path).content.decode(), path
    assert "Banjir luapan" not in client.get("/w/35.16.01").content.decode()


def test_views_are_counted_by_path() -> None:
    for _ in range(2):
        actions.note_visits(visits={"/w/35.16.13": 3, "/": 10})
    assert Visit.objects.get(path="/w/35.16.13").times == 6


class House:
    """What stands behind the keeper."""

    def __init__(self, status: int = 200, kept: str = "60") -> None:
        self.asked, self.status, self.kept = 0, status, kept

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        await asyncio.sleep(0)
        headers = [(b"content-type", b"text/html"), (b"set-cookie", b"secret=1")]
        if self.kept:
            headers.append((b"x-pendopo-kept", self.kept.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"page" * 1000})


async def ask(keeper: keeping.Keeper, house: House, path: str = "/", cookie: bytes = b"", **more: Any) -> tuple[bool, list[Any]]:
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    headers = [(b"host", b"x"), (b"accept-encoding", b"gzip"), *([(b"cookie", cookie)] if cookie else [])]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, **more}
    return await keeper.answer(scope, None, send, house), said


async def test_a_page_is_made_once_for_many_and_compressed() -> None:
    keeper, house = keeping.Keeper(), House()
    answers = await asyncio.gather(*(ask(keeper, house) for _ in range(20)))
    assert house.asked == 1 and all(done for done, _said in answers)
    headers = dict(answers[0][1][0]["headers"])
    assert headers[b"content-encoding"] == b"gzip" and b"set-cookie" not in headers


async def test_who_has_a_session_gets_a_page_of_the_own() -> None:
    keeper, house = keeping.Keeper(), House()
    assert (await ask(keeper, house, cookie=b"sessionid=abc"))[0] is False
    assert (await ask(keeper, house, path="/home"))[0] is False
    await ask(keeper, house)
    await ask(keeper, house, cookie=b"django_language=en")
    assert house.asked == 2, "Each language is a page."


async def test_the_last_good_page_is_shown_while_the_house_burns() -> None:
    keeper, house = keeping.Keeper(), House(kept="0.000001")
    await ask(keeper, house)
    house.status = 500
    done, said = await ask(keeper, house)
    assert done and said[0]["status"] == 200


async def test_what_is_not_for_keeping_passes_through() -> None:
    keeper, house = keeping.Keeper(), House(status=404, kept="")
    for _ in range(2):
        done, said = await ask(keeper, house, path="/open/nothing")
        assert done and said[0]["status"] == 404
    assert house.asked == 2
