"""Wall screens: the token becomes a cookie and leaves the address; revoking darkens the screen."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.incidents.posture.actions import declare
from pendopo.indicators.models import Publicity
from pendopo.live.tickets import read as read_ticket
from pendopo.regions.models import Region
from pendopo.wall.actions import add_screen, load_board, path_of, revoke_screens
from pendopo.wall.models import KioskToken

from . import river

pytestmark = pytest.mark.usefixtures("regency")


def test_the_token_becomes_a_cookie_that_scripts_cannot_read(client: Client) -> None:
    _screen, secret = add_screen(label="Dinding kiri", by=None)
    answer = client.get(f"/wall/health?kiosk={secret}&as_of=2026-01-01T00:00")
    assert answer.status_code == 302 and answer["Location"] == "/wall/health?as_of=2026-01-01T00%3A00"
    cookie = answer.cookies["pendopo_kiosk"]
    assert cookie["httponly"] and cookie["path"] == "/wall/"
    page = client.get("/wall/health")
    assert page.status_code == 200 and secret not in page.content.decode()


def test_a_revoked_screen_is_dark_and_its_stream_ends(client: Client) -> None:
    screen, secret = add_screen(label="Dinding kiri", by=None)
    client.get(f"/wall/health?kiosk={secret}")
    river.covid_in_14_of_18()
    ticket = re.search(r'data-ticket="([^"]+)"', client.get("/wall/health").content.decode())
    assert ticket and read_ticket(ticket[1]).holder == path_of(screen)
    assert revoke_screens(ids=[screen.pk], by=None) == 1
    assert client.get("/wall/health").status_code == 302
    told = Entry.objects.get(room="wall", verb="revoked")
    assert told.about == path_of(screen)
    assert revoke_screens(ids=[screen.pk], by=None) == 0


def test_a_wrong_token_shows_nothing(client: Client) -> None:
    client.get("/wall/health?kiosk=pdk_wrong")
    assert client.get("/wall/health")["Location"].startswith("/accounts/login/")


def test_a_screen_sees_the_governments_figures_but_no_agencys_own(client: Client) -> None:
    _screen, secret = add_screen(label="Dinding", by=None)
    client.get(f"/wall/own?kiosk={secret}")
    river.indicator("open-one", publicity=Publicity.GOVERNMENT)
    river.indicator("closed-one", publicity=Publicity.AGENCY)
    tiles = [{"kind": "number", "indicator": code} for code in ("open-one", "closed-one")]
    load_board(definition={"code": "own", "title": "Sendiri", "tiles": tiles}, by=None)
    html = client.get("/wall/own").content.decode()
    assert "Angka open-one" in html and "Angka closed-one" not in html


def test_an_officer_makes_and_revokes_screens_on_the_page(sari: Person) -> None:
    client = signed_in(sari)
    made = client.post("/wall/screens/new", {"label": "Ruang rapat"}).content.decode()
    secret = re.search(r"kiosk=(pdk_[\w-]+)", made)
    assert secret
    screen = KioskToken.objects.get(label="Ruang rapat")
    assert "Ruang rapat" in client.get("/wall/screens").content.decode()
    assert secret[1] not in client.get("/wall/screens").content.decode()
    client.post("/wall/screens", {"action": "revoke", "selected": [screen.pk, "x"]})
    screen.refresh_from_db()
    assert screen.revoked is not None
    assert "label,state" in client.get("/wall/screens?format=csv").content.decode()
    assert Entry.objects.filter(room="wall").values_list("actor", flat=True).distinct().get() == sari.audit_name


def test_others_may_not(camat: Person) -> None:
    client = signed_in(camat)
    assert client.get("/wall/screens").status_code == 403
    assert client.post("/wall/screens/new", {"label": "x"}).status_code == 403


def test_loading_a_board_twice_changes_nothing() -> None:
    definition = {"code": "own", "title": "Sendiri", "tiles": [{"kind": "clock"}]}
    assert load_board(definition=definition, by=None)[1] == "created"
    assert load_board(definition=definition, by=None)[1] == "unchanged"
    assert load_board(definition=definition | {"title": "Lain"}, by=None)[1] == "changed"
    assert Entry.objects.filter(room="wall", verb="loaded").count() == 2


def test_a_screen_shows_its_other_board_while_a_posture_holds(client: Client, sari: Person) -> None:
    officer = signed_in(sari)
    given = {"label": "Dinding kanan", "from_posture": "emergency", "meanwhile": "water"}
    assert officer.post("/wall/screens/new", {**given, "meanwhile": ""}).status_code == 200
    page = officer.post("/wall/screens/new", given).content.decode()
    secret = re.search(r"kiosk=(pdk_[\w-]+)", page)
    assert secret is not None
    client.get(f"/wall/health?kiosk={secret[1]}")
    regency, soon = Region.objects.get(pk="35.16"), timezone.now() + timedelta(hours=1)

    def shown() -> str:
        found = re.search(r'data-key="([^"]+)"', client.get("/wall/health").content.decode())
        return found[1] if found else ""

    assert shown() == "health"
    declare(region=regency, level="watch", until=soon, reason="Hujan", by=sari)
    assert shown() == "health"
    declare(region=regency, level="emergency", until=soon, reason="Banjir", basis="SK 1/2026", by=sari)
    assert shown() == "water" and 'data-key="health"' in officer.get("/wall/health").content.decode()
