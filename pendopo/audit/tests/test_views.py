"""The book on the screen: who may open it, what the filters find, what a page costs."""

import csv
import io
from datetime import date

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pendopo.agencies.models import Person
from pendopo.audit.actions import record, seal
from pendopo.audit.models import Entry
from pendopo.audit.views import changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(rani: Person) -> Client:
    """An administrator's browser, and three deeds about hospitals in the book."""
    with transaction.atomic():
        for number in range(3):
            before, after = {"name": "RSUD", "beds": 10}, {"name": "RSUD", "beds": 20 + number, "note": "=1+1"}
            record(by=rani, room="house", verb=f"changed{number}", about=f"/agencies/rsud-{number}", before=before, after=after)
        record(by=None, room="house", verb="opened", about="/house")
    browser = Client()
    browser.force_login(rani)
    return browser


def test_only_who_may_reads_the_book(client: Client, sari: Person) -> None:
    """A stranger is led to the sign-in page; a watch officer reads why not."""
    assert client.get("/audit").headers["location"].startswith("/accounts/login/")
    client.force_login(sari)
    assert client.get("/audit").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("person=rani&deed=house", 3),
        ("person=nobody", 0),
        ("deed=house.changed", 3),
        ("deed=house.opened", 1),
        ("deed=opened", 1),
        ("about=/agencies/rsud-1", 1),
        (f"deed=house&since={date.today()}&until=2100-01-01", 4),
        ("deed=house&until=2020-01-01", 0),
        ("deed=house&since=yesterday", 4),
    ],
)
def test_the_filters(book: Client, query: str, found: int) -> None:
    """Each narrows; one that cannot be read narrows nothing."""
    text = book.get(f"/audit?{query}&format=csv").content.decode()
    assert len(list(csv.DictReader(io.StringIO(text)))) == found


def test_an_entry_shows_both_sides_and_its_seal(book: Client) -> None:
    """Before the seal it says so."""
    page = book.get("/audit", {"deed": "house.changed1"}).content.decode()
    found = Entry.objects.get(verb="changed1")
    assert f'href="/audit/{found.pk}"' in page
    waiting = book.get(found.get_absolute_url()).content.decode()
    assert "Menunggu segel" in waiting, waiting[-3000:]
    while seal():
        pass
    found.refresh_from_db()
    page = book.get(found.get_absolute_url()).content.decode()
    assert bytes(found.hash or b"").hex() in page and "<td>10</td>" in page and "<td>21</td>" in page
    assert book.get("/audit/999999").status_code == 404


def test_which_fields_differ() -> None:
    """Only what stands on both sides with different values, or is new in a change, is marked."""
    found = changes({"a": 1, "b": "x"}, {"a": 1, "b": "y", "c": [1]})
    assert [(change.name, change.before, change.after, change.differs) for change in found] == [
        ("a", "1", "1", False),
        ("b", "x", "y", True),
        ("c", None, "[1]", True),
    ]
    assert not changes({}, {"a": 1})[0].differs


def test_a_page_costs_the_same_however_long_the_book(book: Client) -> None:
    """Queries do not grow with rows."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert book.get("/audit").status_code == 200
        return len(asked)

    book.get("/audit")
    few = queries()
    with transaction.atomic():
        for number in range(45):
            record(by=None, room="house", verb="opened", about=f"/house/{number}")
    assert queries() == few
