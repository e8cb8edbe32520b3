"""The screen of a meeting room: it comes by itself into what is planned at its place, a phone governs it, revoking puts it out."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.meetings.actions import end
from pendopo.meetings.media.rolls import GATHER_S
from pendopo.meetings.models import Meeting, Seat, Where
from pendopo.meetings.planning.actions import Plan, arrange
from pendopo.meetings.tests.lines import Talk
from pendopo.wall.actions import add_screen, revoke_screens, seat_of
from pendopo.wall.attending import remote_path
from pendopo.wall.models import KioskToken


def planned(by: Person, *, minutes: int, place: str = "Ruang Utama", **more: str) -> Meeting:
    start = timezone.now() + timedelta(minutes=minutes)
    return arrange(wish=Plan(f"Rapat {minutes}", start, place=place, **more), by=by, write=False)[0]


@pytest.fixture
def screen(db: None) -> tuple[KioskToken, Client]:
    """A screen that hangs in the main meeting room, and its browser."""
    made, secret = add_screen(label="Ruang utama", by=None)
    browser = Client()
    browser.get(f"/wall/meeting?kiosk={secret}")
    return made, browser


@pytest.mark.django_db
def test_it_comes_in_by_itself_in_time_and_only_where_it_hangs(sari: Person, screen: tuple[KioskToken, Client]) -> None:
    made, browser = screen
    planned(sari, minutes=1, place="Aula")
    later = planned(sari, minutes=30)
    other = planned(sari, minutes=1, elsewhere="https://zoom.example/j/1")
    page = browser.get("/wall/meeting").content.decode()
    assert later.subject in page and "zoom.example" in page and 'http-equiv="refresh"' in page and "Aula" not in page
    assert (
        browser.get(f"/wall/meeting/{later.code}")["Location"] == browser.get(f"/wall/meeting/{other.code}")["Location"] == "/wall/meeting"
    )
    soon = planned(sari, minutes=2)
    assert browser.get("/wall/meeting")["Location"] == f"/wall/meeting/{soon.code}"
    room = browser.get(f"/wall/meeting/{soon.code}").content.decode()
    assert f'data-seat="{seat_of(made)}"' in room and 'data-back="/wall/meeting"' in room and "<svg" in room
    end(meeting=soon, by=sari)
    assert browser.get(f"/wall/meeting/{soon.code}").status_code == 302
    assert Client().get("/wall/meeting").status_code == 403
    revoke_screens(ids=[made.pk], by=sari)
    assert browser.get("/wall/meeting").status_code == 403


@pytest.fixture
def without_media(settings: object) -> Iterator[None]:
    """A house without a media server: the door is the same."""
    settings.JANUS_URLS = []  # type: ignore[attr-defined]
    yield


@pytest.mark.django_db(transaction=True)
async def test_a_phone_presses_its_buttons_and_revoking_puts_it_out(sari: Person, without_media: None) -> None:
    def prepare() -> tuple[Meeting, str, str]:
        made, secret = add_screen(label="Ruang utama", by=None)
        meeting, browser = planned(sari, minutes=0), Client()
        browser.get(f"/wall/meeting?kiosk={secret}")
        room = browser.get(f"/wall/meeting/{meeting.code}").content.decode()
        ticket = re.search(r'data-ticket="([^"]+)"', room)
        assert ticket and made.pk
        return meeting, ticket[1], secret

    meeting, ticket, _secret = await sync_to_async(prepare)()
    talk = Talk(meeting.code, ticket)
    await talk.standing("in")
    phone = await sync_to_async(_phone)(meeting)
    assert (await sync_to_async(phone[0].post)(phone[1], {"do": "mic"})).status_code == 302
    assert (await talk.hears(lambda word: word["say"] == "remote"))["do"] == "mic"
    await sync_to_async(phone[0].post)(phone[1], {"do": "end"})
    screen = await KioskToken.objects.aget()
    await sync_to_async(revoke_screens)(ids=[screen.pk], by=sari)
    assert (await Seat.objects.aget(meeting=meeting)).where == Where.REMOVED
    assert (await sync_to_async(phone[0].post)(phone[1], {"do": "mic"})).status_code == 403
    assert [word["do"] for word in talk.heard if word["say"] == "remote"] == ["mic"]
    assert (await sync_to_async(phone[0].get)(phone[1][:-1])).status_code == 403
    await talk.leave()
    await asyncio.sleep(GATHER_S * 2)
    await sync_to_async(connections.close_all)()


def _phone(meeting: Meeting) -> tuple[Client, str]:
    """A phone that read the QR code: what it opens is what the room's page signs."""
    return Client(), remote_path(KioskToken.objects.get(), meeting.code)
