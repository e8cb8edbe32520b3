"""The HTTP interface: what is free, booking with alternatives, limits, bad input."""

import threading
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from pendopo.agencies.actions import new_token
from pendopo.agencies.models import Person
from pendopo.coworking.bookings.models import Booking
from pendopo.coworking.places.models import Place

from .yard import hall, member, thing

__all__ = ["hall"]

URL = "/api/v1/coworking/bookings"


def next_monday(hour: int) -> datetime:
    """A moment of the next Monday on the clock of the place."""
    today = timezone.localdate()
    day = today + timedelta(days=7 - today.weekday())
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Jakarta"))


def token(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {new_token(person=person, by=None)[1]}"}


def post(client: Client, headers: dict[str, str], code: str = "kecil", start: Any = None, end: Any = None, **more: Any) -> Any:
    body = {"resource": code, "start": start or next_monday(9).isoformat(), "end": end or next_monday(11).isoformat(), "title": "Rapat"}
    return client.post(URL, body | more, content_type="application/json", headers=headers)


def test_what_is_free_is_open_to_everybody(hall: Place, client: Client) -> None:
    made = post(client, token(member("Ani")))
    assert made.status_code == 201 and made.json()["status"] == "confirmed"
    asked = {"from": next_monday(9).isoformat(), "to": next_monday(10).isoformat(), "people": 4, "features": "screen"}
    items = client.get("/api/v1/coworking/resources", asked).json()["items"]
    assert [(item["code"], item["kind"], item["capacity"], item["free"]) for item in items] == [
        ("sedang", "room", 8, True),
        ("kecil", "room", 4, False),
    ]
    closed = {"from": next_monday(20).isoformat(), "to": next_monday(21).isoformat()}
    assert not any(item["free"] for item in client.get("/api/v1/coworking/resources", closed).json()["items"])


UNREADABLE = (
    "from=2026-12-07T09:00:00Z",
    "from=x&to=y",
    "from=2026-12-07T09:00:00&to=2026-12-07T10:00:00",
    "from=2026-12-07T10:00:00Z&to=2026-12-07T09:00:00Z",
    "features=sauna",
    "people=0",
    "room=x",
)


@pytest.mark.parametrize("query", UNREADABLE)
def test_questions_that_cannot_be_read(hall: Place, client: Client, query: str) -> None:
    assert client.get(f"/api/v1/coworking/resources?{query}").status_code == 422


def test_a_refusal_carries_alternatives(hall: Place, client: Client) -> None:
    first, second = token(member("Ani")), token(member("Beni"))
    assert post(client, first).status_code == 201
    gone = post(client, second)
    assert gone.status_code == 409 and gone["Content-Type"] == "application/problem+json"
    offers = gone.json()["alternatives"]
    assert {"resource", "name", "start", "end"} == set(offers[0]) and offers[0]["start"].endswith("Z")
    assert post(client, second, offers[0]["resource"], offers[0]["start"], offers[0]["end"]).status_code == 201
    for start, end in ((6, 8), (20, 22)):
        refused = post(client, second, start=next_monday(start).isoformat(), end=next_monday(end).isoformat())
        assert refused.status_code == 409 and refused.json()["alternatives"] and "buka" in refused.json()["detail"]
    past = post(client, second, start="2026-01-05T09:00:00+07:00", end="2026-01-05T10:00:00+07:00")
    assert past.status_code == 409 and past.json()["alternatives"]
    long = post(client, second, start=next_monday(8).isoformat(), end=(next_monday(17) + timedelta(days=2)).isoformat())
    assert long.status_code == 409 and long.json()["alternatives"]


def test_bad_bookings(hall: Place, client: Client) -> None:
    ani = token(member("Ani"))
    assert post(client, {}).status_code == 401 and post(client, {"Authorization": "Bearer pdt_x"}).status_code == 401
    assert post(client, ani, "tidak-ada").status_code == 404
    assert post(client, ani, start="2026-12-07T09:00:00").status_code == 422, "no offset"
    assert post(client, ani, start=next_monday(11).isoformat()).status_code == 422, "ends as it begins"
    assert post(client, ani, start="0001-01-01T00:00:00Z").status_code == 422
    assert post(client, ani, title="").status_code == 422 and post(client, ani, title="\x00").status_code == 422
    assert post(client, ani, colour="red").status_code == 422, "an unknown field"
    assert not Booking.objects.exists()


def test_a_flood_by_one_account_is_stopped_and_harms_nobody_else(hall: Place, client: Client) -> None:
    ani, beni = token(member("Ani")), token(member("Beni"))
    codes = [post(client, ani, "tidak-ada").status_code for _number in range(130)]
    assert codes.count(429) >= 30 or codes.count(404) > 100, "unless the minute changed meanwhile"
    stopped = post(client, ani, "tidak-ada")
    assert stopped.status_code in (404, 429) and (stopped.status_code == 404 or int(stopped["Retry-After"]) <= 60)
    assert post(client, beni).status_code == 201


def test_many_at_once_and_exactly_one_has_it(transactional_db: None, hall: Place) -> None:
    """Thirty people ask for the same room in the same moment; who meets a busy database is told so, and asks again."""
    heads = [token(member(f"Orang{number}")) for number in range(30)]
    start, answers = threading.Barrier(len(heads)), []

    def ask(head: dict[str, str]) -> None:
        try:
            start.wait()
            while (answer := post(Client(), head)).status_code == 503:
                time.sleep(int(answer["Retry-After"]))
            answers.append(answer)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(head,)) for head in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 29
    assert all(answer.json()["alternatives"] for answer in answers if answer.status_code == 409)
    assert Booking.objects.active().filter(resource=thing("kecil")).count() == 1
